"""A person's side: saying that something held about him is wrong, following it, taking it back."""

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.files import service as files
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, DomainError, FieldProblem, Forbidden, Invalid, NotFound
from tongban.resources import service as resources
from tongban.stewardship import keeping, rules, telling
from tongban.stewardship.models import Act, Correction, CorrectionState

PER_DAY = identity.Limit("data-correction", 10, 24 * 3600)  # of one account
EVIDENCE = ("pdf", "jpg", "png")
LONGEST_WHY = 1000
PAGE = 20


class TooManyCorrections(DomainError):
    """More requests in a day than one person can need (HTTP 429)."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("您今天提出的更正申请太多了，请明天再来；急事请拨打 12345。"), code="too_many")


def value_asked_about(actor: Actor, subject_id: UUID, element: str) -> resources.Prefilled:
    """One's own value of an element; the look is logged.

    Raises:
        Forbidden: not one's own subject. NotFound: no such element, or nothing is held.
    """
    try:
        found = resources.prefill(
            actor, subject_id, [element], purpose=_("本人申请更正"), case_id=None
        ).get(element)  # fmt: skip
    except Invalid:
        raise NotFound from None
    if found is None:
        raise NotFound
    return found


def ask(  # noqa: PLR0917
    actor: Actor,
    subject_id: UUID,
    element: str,
    said: str,
    why: str = "",
    upload: Any = None,
    *,
    asked_on: date | None = None,
) -> Correction:
    """Ask for a correction of one value; the source department is told and has the working days to answer.

    Args:
        said: what would be right, as typed.
        why: how one knows; may be empty.
        upload: evidence from ``request.FILES`` (PDF or picture) or None.
        asked_on: the day the time runs from, today unless a loader tells of an earlier request.

    Raises:
        Invalid: naming ``said``, ``why`` or ``evidence``. Forbidden, NotFound: as :func:`value_asked_about`.
        Conflict: a request about this value is open. TooManyCorrections: over the day's limit.
    """
    if actor.kind != "resident" or actor.account_id is None:
        raise Forbidden
    held = value_asked_about(actor, subject_id, element)
    wanted = _wanted(element, said, held.value, why)
    if Correction.objects.filter(subject_id=subject_id, element=element, state="open").exists():
        raise Conflict(_("这一项已经有一件更正申请在办"))
    received = _received(actor, upload) if upload is not None else None
    try:
        identity.count_attempt(PER_DAY, str(actor.account_id))
    except identity.TooMany:
        raise TooManyCorrections from None
    return _opened(actor, subject_id, element, wanted, why.strip(), held, received, asked_on)


def _wanted(element: str, said: str, held: Any, why: str) -> str:
    problems, text = [], said.strip()
    about = resources.element(element)
    if not text:
        problems.append(FieldProblem("said", "required", _("请填写正确的内容")))
    else:
        try:
            value = resources.checked(element, rules.typed(about.type, about.format, text), field="said")
        except Invalid as error:
            problems += error.problems
        except ValueError as error:
            problems.append(FieldProblem("said", "format", str(error)))
        else:
            if value == held:
                problems.append(FieldProblem("said", "same", _("与现在登记的一样，不用更正")))
    if len(why.strip()) > LONGEST_WHY:
        problems.append(FieldProblem("why", "length", _("理由不能超过 1000 字")))
    if problems:
        raise Invalid(*problems)
    return text


def _received(actor: Actor, upload: Any) -> files.Received:
    try:
        return files.receive(actor, upload, accept=EVIDENCE)
    except Invalid as error:
        raise Invalid(*[FieldProblem("evidence", p.rule, p.message) for p in error.problems]) from None


def _opened(  # noqa: PLR0917
    actor: Actor, subject_id: UUID, element: str, said: str, why: str, held: resources.Prefilled,
    received: files.Received | None, asked_on: date | None,
) -> Correction:  # fmt: skip
    assert actor.account_id is not None  # ask refused everybody else
    today, now = asked_on or timezone.localdate(), timezone.now()
    with transaction.atomic():
        if received is not None:
            files.record(received)
        row = Correction(
            subject_id=subject_id,
            element=element,
            division=identity.subject(subject_id).division,
            department_id=_source(element),
            value_hash=keeping.hashed(held.value),
            opened_at=now - (timezone.localdate() - today),
            due_on=keeping.due_from(today),
            number=f"GZ{today:%Y%m%d}{secrets.randbelow(10**8):08d}",
            account_id=actor.account_id,
            asked_by=actor.name,
            said=said,
            why=why,
            evidence_id=received.hash if received else None,
            evidence_name=received.name if received else "",
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(_("这一项已经有一件更正申请在办")) from None
        keeping.note(actor, row, Act.OPENED)
        telling.asked(row)
    return row


def _source(element: str) -> UUID:
    department_id = resources.source_department(element)
    if department_id is None:
        raise Conflict(_("这一项还没有确定数源部门，请拨打 12345"))
    return department_id


def own(actor: Actor, subject_id: UUID, page: int = 1) -> "Page[Correction]":
    """The requests about the subject one stands for, newest first."""
    if actor.kind != "resident" or actor.subject_id != subject_id:
        raise Forbidden
    rows = Correction.objects.filter(subject_id=subject_id).select_related("department").order_by("-id")
    return Paginator(rows, PAGE).get_page(page)


def open_elements(actor: Actor, subject_id: UUID) -> dict[str, Correction]:
    """The open requests about one's own subject, by element."""
    if actor.kind != "resident" or actor.subject_id != subject_id:
        raise Forbidden
    rows = Correction.objects.filter(subject_id=subject_id, state=CorrectionState.OPEN)
    return {row.element: row for row in rows}


def own_one(actor: Actor, correction_id: UUID) -> Correction:
    """One of one's own requests. NotFound for anybody else's."""
    row = Correction.objects.select_related("department").filter(pk=correction_id).first()
    if row is None or actor.kind != "resident" or actor.subject_id != row.subject_id:
        raise NotFound
    return row


@transaction.atomic
def withdraw(actor: Actor, correction_id: UUID) -> Correction:
    """Take a request back while it is open."""
    own_one(actor, correction_id)
    row: Correction = keeping.locked("correction", correction_id)
    if row.state != CorrectionState.OPEN:
        raise Conflict(_("这件申请已经办结"))
    row.state = CorrectionState.WITHDRAWN
    row.save(update_fields=["state"])
    keeping.note(actor, row, Act.WITHDRAWN)
    return row
