"""Filing and following cases; the same doors as the portal."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Header, Query, Router, Schema, Status
from ninja.files import UploadedFile

from tongban.api.keys import once
from tongban.cases import service as cases
from tongban.items import service as items
from tongban.kit.access import actor_of

router = Router()


class ProblemOut(Schema):
    field: str
    rule: str
    message: str


class CaseOut(Schema):
    id: UUID
    number: str | None
    item_name: str
    applicant_name: str
    state: str
    revision: int
    submitted_at: datetime | None
    due_on: date | None


class CardOut(Schema):
    id: UUID
    number: str
    item_name: str
    applicant_name: str
    department_name: str
    state: str
    state_label: str
    submitted_at: datetime | None
    due_on: date | None
    days_left: int | None


class ListOut(Schema):
    total: int
    page: int
    pages: int
    cases: list[CardOut]


class DraftIn(Schema):
    item: str
    answers: dict[str, Any] = {}


class SaveIn(Schema):
    answers: dict[str, Any]
    revision: int | None = None


class LicenceIn(Schema):
    licence_id: UUID


class AttachmentOut(Schema):
    id: UUID
    key: str
    means: str
    name: str


class EventOut(Schema):
    at: datetime
    title: str
    detail: str
    by: str


class PageIn(Schema):
    state: str = ""
    page: int = 1


@router.post("", response={201: CaseOut})
def create(request: HttpRequest, body: DraftIn, idempotency_key: Header[str | None] = None) -> Any:
    """Start a draft on the item's version in force; the same key gives the same draft."""
    actor = actor_of(request)
    version = items.published(body.item)
    draft = cases.start_draft(actor, version.id, key=once(idempotency_key))
    if body.answers:
        draft = cases.save_draft(actor, draft.id, body.answers)
    return Status(201, draft)


@router.get("", response=ListOut)
def mine(request: HttpRequest, query: Query[PageIn]) -> Any:
    """My cases, newest first."""
    found = cases.my_cases(actor_of(request), state=query.state or None, page=max(query.page, 1))
    return {"total": found.total, "page": found.page, "pages": found.pages, "cases": list(found.rows)}


@router.get("/{uuid:case_id}", response=CaseOut)
def one(request: HttpRequest, case_id: UUID) -> Any:
    """One case of mine."""
    return cases.access_case(actor_of(request), case_id, purpose="接口查询")


@router.patch("/{uuid:case_id}", response=CaseOut)
def save(request: HttpRequest, case_id: UUID, body: SaveIn) -> Any:
    """Save answers of a draft; a stale ``revision`` is a conflict (409)."""
    return cases.save_draft(actor_of(request), case_id, body.answers, revision=body.revision)


@router.post("/{uuid:case_id}/materials/{slug:key}/upload", response={201: AttachmentOut})
def upload(request: HttpRequest, case_id: UUID, key: str, file: File[UploadedFile]) -> Any:
    """Hand in a file for a material; type, size and content are checked."""
    return Status(201, cases.attach_upload(actor_of(request), case_id, key, file))


@router.post("/{uuid:case_id}/materials/{slug:key}/licence", response={201: AttachmentOut})
def licence(request: HttpRequest, case_id: UUID, key: str, body: LicenceIn) -> Any:
    """Meet a material with a licence the applicant holds."""
    return Status(201, cases.attach_licence(actor_of(request), case_id, key, body.licence_id))


@router.post("/{uuid:case_id}/submit", response=CaseOut)
def submit(request: HttpRequest, case_id: UUID, idempotency_key: Header[str | None] = None) -> Any:
    """Submit once: the same key, or a second submit, gives the same case and number."""
    return cases.submit(actor_of(request), case_id, key=once(idempotency_key))


@router.get("/{uuid:case_id}/timeline", response=list[EventOut])
def timeline(request: HttpRequest, case_id: UUID) -> Any:
    """Everything that happened, oldest first."""
    return list(cases.timeline(actor_of(request), case_id))
