"""Asking a department to bring its item into line, and its answer."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tongban.alignment.models import Correction, CorrectionState, Standing
from tongban.alignment.standards import ELEMENT_LABELS
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.standards.calendar import default_calendar
from tongban.trace import service as trace

DEFAULT_DAYS = 10  # working days; the platform's setting, no law names one
MAX_DAYS = 90
ASKERS = ("item_editor", "supervisor")


def may_ask(actor: Actor, division: str) -> bool:
    """Whether the actor keeps the standard, or supervises, for the item's region from above."""
    return any(
        p.role in ASKERS and division.startswith(p.division) and len(p.division) < max(len(division), 4)
        for p in actor.posts
    )


def may_answer(actor: Actor, row: Correction) -> bool:
    """Whether the actor edits the items of the department that was asked."""
    return row.department_id is not None and actor.holds("item_editor", row.department_id, row.division)


@transaction.atomic
def ask(
    actor: Actor, item_id: UUID, elements: Sequence[str], note: str, days: int = DEFAULT_DAYS,
    *, asked_on: date | None = None,
) -> Correction:  # fmt: skip
    """Ask for a correction of fixed elements within ``days`` working days; the department's editors are told.

    ``asked_on`` is the day the time runs from, today unless a loader tells of an earlier request.

    Raises:
        NotFound: for an item without a standing.
        Forbidden: unless the actor keeps the standard or supervises the region.
        Invalid: when nothing deviating is named or the days are out of range.
        Conflict: when a request for the item is open already.
    """
    standing = Standing.objects.select_for_update().filter(item_id=item_id).first()
    if standing is None:
        raise NotFound
    if not may_ask(actor, standing.division):
        raise Forbidden
    named = [name for name in dict.fromkeys(elements) if name in standing.deviations]
    if not named or len(named) != len(set(elements)):
        raise invalid("elements", "deviating", _("请选择与标准不一致的要素"))
    if not 1 <= days <= MAX_DAYS:
        raise invalid("days", "range", _("期限应为 1 至 %(most)s 个工作日") % {"most": MAX_DAYS})
    if len(note) > 500:
        raise invalid("note", "length", _("说明不能超过 500 字"))
    due = default_calendar().add_working_days(asked_on or timezone.localdate(), days)
    correction = Correction(
        item_id=item_id,
        item_name=standing.item_name,
        basic_code=standing.basic_code,
        division=standing.division,
        department_id=standing.department_id,
        department_name=standing.department_name,
        elements=named,
        note=note.strip(),
        asked_by=actor.name,
        due_on=due,
    )
    try:
        with transaction.atomic():
            correction.save()
    except IntegrityError:
        raise Conflict(_("这个事项已有一件待改正的要求")) from None
    trace.append(actor, f"item:{item_id}", "alignment.asked", {"elements": named, "due_on": due})
    _tell(correction)
    return correction


@transaction.atomic
def answer(actor: Actor, correction_id: UUID, text: str) -> Correction:
    """The department says what it will do, or why it is right to differ. Only comparing closes a request."""
    row = Correction.objects.select_for_update().filter(id=correction_id).first()
    if row is None:
        raise NotFound
    if not may_answer(actor, row):
        raise Forbidden
    if row.state not in (CorrectionState.OPEN, CorrectionState.ANSWERED):
        raise Conflict(_("这件要求已经办结"))
    if not 1 <= len(text.strip()) <= 1000:
        raise invalid("answer", "length", _("请用 1 至 1000 字写明答复"))
    row.state, row.answer, row.answered_by = CorrectionState.ANSWERED, text.strip(), actor.name
    row.save(update_fields=["state", "answer", "answered_by"])
    trace.append(actor, f"item:{row.item_id}", "alignment.answered", {"correction": row.id})
    return row


@transaction.atomic
def withdraw(actor: Actor, correction_id: UUID) -> Correction:
    """Take a request back."""
    row = Correction.objects.select_for_update().filter(id=correction_id).first()
    if row is None:
        raise NotFound
    if not may_ask(actor, row.division):
        raise Forbidden
    if row.state not in (CorrectionState.OPEN, CorrectionState.ANSWERED):
        raise Conflict(_("这件要求已经办结"))
    row.state, row.closed_at = CorrectionState.WITHDRAWN, timezone.now()
    row.save(update_fields=["state", "closed_at"])
    trace.append(actor, f"item:{row.item_id}", "alignment.withdrawn", {"correction": row.id})
    return row


def _tell(correction: Correction) -> None:
    """A notice to each item editor of the department."""
    for account_id in _editors(correction):
        recipient = identity.recipient(account_id)
        with override(recipient.language):
            body = _("“%(item)s”的%(elements)s与标准不一致，请在 %(day)s 前改正或答复。") % _said(correction)
            notices.send(
                recipient, "alignment.asked", _("请改正事项要素"), body,
                link=f"/work/alignment/items/{correction.item_id}/",
                key=f"alignment:{correction.id}:{account_id}",
            )  # fmt: skip


def remind(today: date | None = None) -> int:
    """Tell the department's editors and the region's supervisors of each request whose day has passed.

    Each of them is told once a request; running it again tells nobody twice. Returns how many are overdue.
    """
    day = today or timezone.localdate()
    late = Correction.objects.filter(
        due_on__lt=day, state__in=(CorrectionState.OPEN, CorrectionState.ANSWERED)
    )
    for correction in late.order_by("due_on", "id"):
        with transaction.atomic():
            _tell_late(correction)
    return late.count()


def _tell_late(correction: Correction) -> None:
    watching = [one.account_id for one in organisations.staff_for("supervisor", correction.division)]
    for account_id in dict.fromkeys([*_editors(correction), *watching]):
        recipient = identity.recipient(account_id)
        with override(recipient.language):
            body = _("%(department)s的“%(item)s”应在 %(day)s 前改正%(elements)s，现已逾期。") % _said(
                correction
            )
            notices.send(
                recipient, "alignment.overdue", _("改正要求已经逾期"), body,
                link="/work/alignment/corrections/", key=f"alignment:{correction.id}:overdue:{account_id}",
            )  # fmt: skip


def _editors(correction: Correction) -> list[UUID]:
    if correction.department_id is None:
        return []
    found = organisations.staff_of(correction.department_id, "item_editor", correction.division)
    return [one.account_id for one in found]


def _said(correction: Correction) -> dict[str, str]:
    return {
        "item": correction.item_name,
        "department": correction.department_name,
        "elements": "、".join(str(ELEMENT_LABELS.get(name, name)) for name in correction.elements),
        "day": correction.due_on.isoformat(),
    }
