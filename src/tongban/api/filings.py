"""Filing a theme package and following it; the same doors as the portal."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import File, Header, Router, Schema, Status
from ninja.files import UploadedFile

from tongban.api.cases import LicenceIn, ProblemOut, SaveIn
from tongban.api.keys import once
from tongban.files import service as files
from tongban.kit.access import actor_of
from tongban.packages import service as packages

router = Router()


class StartIn(Schema):
    choices: dict[str, str] = {}
    answers: dict[str, Any] = {}


class ChoicesIn(Schema):
    choices: dict[str, str]


class WithdrawIn(Schema):
    reason: str
    member: str | None = None


class GivenOut(Schema):
    id: UUID
    type_name: str
    number: str


class PartOut(Schema):
    member: str
    name: str
    case_id: UUID | None
    number: str
    department: str
    state: str
    label: str
    after: list[str]
    note: str
    act: str
    due_on: date | None
    days_left: int | None
    light: str
    licences: list[GivenOut]
    may_withdraw: bool


class JoinedOut(Schema):
    id: UUID
    number: str | None
    name: str
    state: str
    revision: int
    choices: dict[str, str]
    submitted_at: datetime | None
    done_at: datetime | None
    has_result: bool
    parts: list[PartOut]


class OptionOut(Schema):
    value: str
    label: str


class FieldOut(Schema):
    name: str
    label: str
    hint: str
    widget: str
    value: Any = None
    required: bool
    locked: bool
    source: str
    options: list[OptionOut]
    max_length: int | None
    show_if: dict[str, Any] | None


class PageOut(Schema):
    key: str
    title: str
    complete: bool
    fields: list[FieldOut]


class HeldOut(Schema):
    id: UUID
    name: str
    number: str


class HandedOut(Schema):
    id: UUID
    means: str
    name: str


class MaterialOut(Schema):
    key: str
    name: str
    necessity: str
    accept: list[str]
    may_follow: bool
    met: bool
    licences: list[HeldOut]
    attachments: list[HandedOut]


class ComingOut(Schema):
    material: str
    item: str


class FormOut(Schema):
    id: UUID
    revision: int
    pages: list[PageOut]
    materials: list[MaterialOut]
    coming: list[ComingOut]
    problems: list[ProblemOut]
    version_problem: str


def _part(one: packages.PartView) -> dict[str, Any]:
    names = ("member", "name", "case_id", "number", "department", "state", "label", "note", "act", "due_on")
    given = [{"id": g.id, "type_name": g.type.name, "number": g.number} for g in one.licences]
    return {
        **{name: getattr(one, name) for name in names},
        "after": list(one.after),
        "days_left": one.clock.days_left if one.clock else None,
        "light": str(one.clock.light) if one.clock else "",
        "licences": given,
        "may_withdraw": one.may_withdraw,
    }


def _joined(request: HttpRequest, filing_id: UUID) -> dict[str, Any]:
    view = packages.joined(actor_of(request), filing_id)
    names = ("id", "number", "name", "state", "revision", "choices", "submitted_at", "done_at")
    return {
        **{name: getattr(view.filing, name) for name in names},
        "has_result": view.filing.result_id is not None,
        "parts": [_part(one) for one in view.parts],
    }


def _field(one: Any) -> dict[str, Any]:
    names = ("name", "label", "hint", "widget", "value", "required", "locked", "max_length", "show_if")
    return {
        **{name: getattr(one, name) for name in names},
        "source": one.prefill.source if one.prefill else "",
        "options": [{"value": str(value), "label": str(label)} for value, label in one.options],
    }


def _form(view: packages.FilingCheck) -> dict[str, Any]:
    pages = [
        {"key": p.key, "title": p.title, "complete": p.complete, "fields": [_field(f) for f in p.fields]}
        for p in view.form.pages
    ]
    coming = [{"material": material, "item": item} for material, item in view.materials.coming]
    return {
        "id": view.form.filing.id,
        "revision": view.form.filing.revision,
        "pages": pages,
        "materials": list(view.materials.materials),
        "coming": coming,
        "problems": [{"field": p.field, "rule": p.rule, "message": str(p.message)} for p in view.problems],
        "version_problem": view.version_problem,
    }


@router.post("/{slug:code}/filings", response={201: JoinedOut})
def start(request: HttpRequest, code: str, body: StartIn, idempotency_key: Header[str | None] = None) -> Any:
    """Begin a filing with a draft for each item; the same key gives the same filing."""
    actor = actor_of(request)
    filing = packages.start(actor, code, body.choices, key=once(idempotency_key))
    if body.answers and filing.state == packages.FilingState.DRAFT:
        packages.save_filing(actor, filing.id, body.answers, page=None)
    return Status(201, _joined(request, filing.id))


@router.get("/filings/{uuid:filing_id}", response=JoinedOut)
def one(request: HttpRequest, filing_id: UUID) -> Any:
    """All parts of my filing on one view: order, states, clocks, what is needed, what came of it."""
    return _joined(request, filing_id)


@router.get("/filings/{uuid:filing_id}/form", response=FormOut)
def form(request: HttpRequest, filing_id: UUID) -> Any:
    """The merged form, the merged materials and everything that is still wrong."""
    return _form(packages.check_filing(actor_of(request), filing_id))


@router.patch("/filings/{uuid:filing_id}", response=JoinedOut)
def save(request: HttpRequest, filing_id: UUID, body: SaveIn) -> Any:
    """Save answers under their merged names; a stale ``revision`` is a conflict (409)."""
    packages.save_filing(actor_of(request), filing_id, body.answers, page=None, revision=body.revision)
    return _joined(request, filing_id)


@router.post("/filings/{uuid:filing_id}/choices", response=JoinedOut)
def choose(request: HttpRequest, filing_id: UUID, body: ChoicesIn) -> Any:
    """Answer the package's questions anew while it is a draft."""
    packages.choose(actor_of(request), filing_id, body.choices)
    return _joined(request, filing_id)


@router.post("/filings/{uuid:filing_id}/materials/{slug:key}/upload", response={201: FormOut})
def upload(request: HttpRequest, filing_id: UUID, key: str, file: File[UploadedFile]) -> Any:
    """Hand in a file once, for every item that wants it."""
    actor = actor_of(request)
    packages.attach_upload(actor, filing_id, key, file)
    return Status(201, _form(packages.check_filing(actor, filing_id)))


@router.post("/filings/{uuid:filing_id}/materials/{slug:key}/licence", response={201: FormOut})
def licence(request: HttpRequest, filing_id: UUID, key: str, body: LicenceIn) -> Any:
    """Meet a material with a held licence, for every item that wants it."""
    actor = actor_of(request)
    packages.attach_licence(actor, filing_id, key, body.licence_id)
    return Status(201, _form(packages.check_filing(actor, filing_id)))


@router.post("/filings/{uuid:filing_id}/materials/{slug:key}/later", response={201: FormOut})
def later(request: HttpRequest, filing_id: UUID, key: str) -> Any:
    """Promise a material for later, where every item allows it."""
    actor = actor_of(request)
    packages.attach_later(actor, filing_id, key)
    return Status(201, _form(packages.check_filing(actor, filing_id)))


@router.post("/filings/{uuid:filing_id}/submit", response=JoinedOut)
def submit(request: HttpRequest, filing_id: UUID, idempotency_key: Header[str | None] = None) -> Any:
    """Submit once: what may start now is filed, the rest is planned; a second submit gives the same."""
    packages.submit(actor_of(request), filing_id, key=once(idempotency_key))
    return _joined(request, filing_id)


@router.post("/filings/{uuid:filing_id}/withdraw", response=JoinedOut)
def withdraw(request: HttpRequest, filing_id: UUID, body: WithdrawIn) -> Any:
    """Take back one part or, without ``member``, everything that is not decided yet."""
    packages.withdraw(actor_of(request), filing_id, body.reason[:500], member=body.member or None)
    return _joined(request, filing_id)


@router.delete("/filings/{uuid:filing_id}", response={204: None})
def discard(request: HttpRequest, filing_id: UUID) -> Any:
    """Throw a draft away."""
    packages.discard(actor_of(request), filing_id)
    return Status(204, None)


@router.get("/filings/{uuid:filing_id}/result")
def result(request: HttpRequest, filing_id: UUID) -> HttpResponseBase:
    """The combined signed notice (PDF); a conflict (409) until everything is decided."""
    found = packages.result(actor_of(request), filing_id)
    return files.respond(request, found.hash, found.name)
