"""A department's side: taking one on, answering it, handing it to whom it concerns."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, Invalid, invalid
from tongban.organisations import service as organisations
from tongban.organisations.service import Department
from tongban.resources import service as resources
from tongban.stewardship import keeping, rights, rules, telling
from tongban.stewardship.comparing import settle
from tongban.stewardship.models import (
    Act,
    Check,
    Correction,
    CorrectionState,
    Discrepancy,
    DiscrepancyState,
    Verdict,
)

SHORTEST, LONGEST = 5, 1000


def _mine(actor: Actor, kind: str, check_id: UUID) -> Any:
    """The locked row, open and in the actor's hands or nobody's."""
    row = keeping.locked(kind, check_id)
    if not rights.may_check(actor, row):
        raise Forbidden
    _still_open(row)
    if row.claimed_by not in (None, actor.account_id):
        raise Conflict(_("%(name)s正在核查这一件") % {"name": row.claimed_name})
    return row


def _still_open(row: Any) -> None:
    if row.state != "open":
        raise Conflict(_("这一件已经办结，或者正在等对方改好"))


@transaction.atomic
def claim(actor: Actor, kind: str, check_id: UUID) -> Check:
    """Take one on, so that colleagues see it. Conflict when somebody else has it."""
    row: Check = _mine(actor, kind, check_id)
    if row.claimed_by is None:
        _take(actor, row)
        keeping.note(actor, row, Act.CLAIMED)
    return row


def _take(actor: Actor, row: Check) -> None:
    row.claimed_by, row.claimed_name = actor.account_id, actor.name[:60]
    row.save(update_fields=["claimed_by", "claimed_name"])


@transaction.atomic
def release(actor: Actor, kind: str, check_id: UUID) -> Check:
    """Give one back that one had taken on."""
    row: Check = _mine(actor, kind, check_id)
    if row.claimed_by is not None:
        row.claimed_by, row.claimed_name = None, ""
        row.save(update_fields=["claimed_by", "claimed_name"])
        keeping.note(actor, row, Act.RELEASED)
    return row


def _reason(reason: str) -> str:
    text = reason.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise invalid("reason", "length", _("请用 5 至 1000 字写明理由"))
    return text


@transaction.atomic
def answer(actor: Actor, kind: str, check_id: UUID, verdict: str, reason: str, value: str = "") -> Check:  # noqa: PLR0917
    """Say what checking one's own department's value found.

    ``right``: it stands; a discrepancy then goes on to the source department, once. ``wrong``: it does not,
    and is mended elsewhere. ``corrected``: ``value`` (as typed) is stated as the department's new value in
    the same transaction. Whoever asked is told.

    Raises:
        Invalid: naming ``verdict``, ``reason`` or ``value``. Forbidden: not a steward whose turn it is.
        Conflict: done already, or somebody else has it.
    """
    row = _mine(actor, kind, check_id)
    if verdict not in Verdict.values:
        raise invalid("verdict", "choice", _("请选择核查结果"))
    text = _reason(reason)
    turn = isinstance(row, Discrepancy) and row.department_id == row.dissenter_id
    row.answer, row.reason, row.answered_by = verdict, text, actor.name[:60]
    row.answered_at = timezone.now()
    row.state = CorrectionState.ANSWERED if isinstance(row, Correction) else DiscrepancyState.ANSWERED
    row.claimed_by, row.claimed_name = actor.account_id, actor.name[:60]
    row.save()
    keeping.note(actor, row, Act.ANSWERED, text, verdict=verdict)
    if verdict == Verdict.CORRECTED:
        _put_right(actor, row, value, text)
        if isinstance(row, Discrepancy):
            row.refresh_from_db()
    elif verdict == Verdict.RIGHT and turn and row.source_id != row.department_id:
        _ask_source(actor, row)
    if isinstance(row, Correction):
        telling.answered(row)
    done: Check = row
    return done


def _put_right(actor: Actor, row: Check, value: str, reason: str) -> None:
    about = resources.element(row.element)
    try:
        new = resources.checked(row.element, rules.typed(about.type, about.format, value))
    except ValueError as error:
        raise invalid("value", "format", str(error)) from None
    key = f"stewardship:{row.id}:{row.answered_at:%Y%m%dT%H%M%S%f}"
    try:
        resources.correct(actor, row.subject_id, row.element, new, reason=reason, key=key)
    except Forbidden:
        raise Conflict(_("您的部门没有这一项数据，请转给有这项数据的部门")) from None
    except Invalid as error:
        raise invalid("value", "format", "；".join(str(p.message) for p in error.problems)) from None
    settle(row.subject_id, [row.element])


def _ask_source(actor: Actor, row: Discrepancy) -> None:
    """The dissenter stands by its value: the source department looks at its own, with days of its own."""
    row.state, row.department_id = DiscrepancyState.OPEN, row.source_id
    row.due_on = keeping.due_from(timezone.localdate())
    row.claimed_by, row.claimed_name = None, ""
    row.save()
    keeping.note(actor, row, Act.PASSED, organisations.department(row.source_id).name)


def may_be_asked() -> list[Department]:
    """The departments something can be handed to: those that are the source of an element."""
    ids = {resources.source_department(one.code) for one in resources.elements()}
    return [one for one in organisations.departments() if one.id in ids]


@transaction.atomic
def hand_over(actor: Actor, kind: str, check_id: UUID, department_id: UUID, reason: str) -> Check:
    """Give one to the department it concerns; the day it is due stays.

    The department whose turn it is may, and the data office. Raises as :func:`answer`.
    """
    row: Any = keeping.locked(kind, check_id)
    if not (rights.may_check(actor, row) or rights.oversees(actor, row)):
        raise Forbidden
    _still_open(row)
    choices = {one.id: one for one in may_be_asked()}
    if department_id not in choices:
        raise invalid("department", "choice", _("请选择一个部门"))
    if department_id == row.department_id:
        raise invalid("department", "same", _("现在就由这个部门核查"))
    text = _reason(reason)
    row.department_id, row.claimed_by, row.claimed_name = department_id, None, ""
    row.save(update_fields=["department_id", "claimed_by", "claimed_name"])
    words = _("转给%(name)s：%(reason)s") % {"name": choices[department_id].name, "reason": text}
    keeping.note(actor, row, Act.PASSED, words[:1000])
    if isinstance(row, Correction):
        telling.asked(row, again=True)
    done: Check = row
    return done
