"""Review: the department's own steps, special procedures that stop the clock, the one extension."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tongban.cases import access, clocking, telling, work
from tongban.cases.acceptance import account_of, needed
from tongban.cases.models import Case, Extension, Pause, Task
from tongban.cases.process import review
from tongban.cases.rules import Act, law_maximum_extension, who
from tongban.cases.states import SpecialProcedure, State, StepAction, TaskKind, TaskState
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.trace import service as trace


def begin_review(actor: Actor, case: Case) -> None:
    """The first person to take up a review step brings an accepted case under review."""
    if case.state == State.ACCEPTED:
        case.state = State.UNDER_REVIEW
        case.save(update_fields=["state"])
        trace.append(actor, case.id, "case.review_began", {})


def complete_step(
    actor: Actor, task_id: UUID, outcome: str, opinion: str, data: dict[str, Any] | None = None
) -> Case:
    """Finish a review step with ``pass``, ``return`` (back a step) or ``other``, and an opinion."""
    if outcome not in StepAction.values:
        raise invalid("outcome", "choice", _("请选择通过、退回或其他"))
    opinion = needed("opinion", opinion, _("请填写审查意见"))
    with transaction.atomic():
        found = (
            Task.objects.filter(pk=task_id, kind=TaskKind.REVIEW).values_list("case_id", flat=True).first()
        )
        if found is None:
            raise NotFound(_("没有找到这项任务"))
        case = access.handled_case(actor, found, lock=True)
        task = Task.objects.select_for_update().get(pk=task_id)
        work.require_role(actor, task)
        if task.state != TaskState.CLAIMED or task.claimed_by_id != actor.account_id:
            raise Conflict(_("请先认领这项任务，再填写意见"), code="not_claimed")
        begin_review(actor, case)
        access.require(Act.COMPLETE_STEP, case)
        work.finish(actor, task, StepAction(outcome), opinion, data)
        trace.append(actor, case.id, "case.step", {"step": task.name, "outcome": outcome, "opinion": opinion})
        review.advance(case, items.version(case.version_id), task, {**(data or {}), "outcome": outcome})
        return case


def _may(actor: Actor, case: Case, act: Act) -> None:
    access.require(act, case)
    if not any(actor.holds(role, case.department_id, case.division) for role in who(act)):
        raise Forbidden(_("您的岗位不能进行此操作"))


def suspend(actor: Actor, case_id: UUID, kind: str, reason: str, days: int) -> Case:
    """Begin a special procedure: the clock stops, the applicant is told the working days it needs (§45)."""
    reason = needed("reason", reason, _("请说明进行特别程序的理由"))
    if days < 1 or days > 365:
        raise invalid("days", "range", _("所需时间应为 1 至 365 个工作日"))
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        _may(actor, case, Act.SUSPEND)
        detail = items.version(case.version_id)
        if kind not in {p.kind for p in detail.special_procedures} | set(SpecialProcedure.values):
            raise invalid("kind", "choice", _("请选择法律规定的特别程序"))
        Pause.objects.create(
            case=case,
            kind=kind,
            reason=reason,
            days=days,
            started_at=clocking.now(),
            started_by_name=actor.name,
        )
        case.state = State.SUSPENDED
        clocking.refresh(case, detail)
        case.save()
        trace.append(actor, case.id, "case.suspended", {"kind": kind, "reason": reason, "days": days})
        words = _("%(reason)s，需要 %(days)d 个工作日") % {"reason": reason, "days": days}
        telling.after(case, "suspended", detail=words, occurrence=case.pauses.count())
        return case


def resume(actor: Actor, case_id: UUID, outcome: str = "") -> Case:
    """End the special procedure: the clock goes on."""
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        _may(actor, case, Act.RESUME)
        Pause.objects.filter(case=case, ended_at=None).update(
            ended_at=clocking.now(), outcome=outcome.strip()
        )
        case.state = State.UNDER_REVIEW
        clocking.refresh(case)
        case.save()
        trace.append(actor, case.id, "case.resumed", {"outcome": outcome.strip(), "due_on": str(case.due_on)})
        telling.after(case, "resumed", occurrence=case.pauses.count())
        return case


def extend(actor: Actor, case_id: UUID, days: int, reason: str) -> Case:
    """Extend the limit once, by the head of the department, with a reason told to the applicant (§42)."""
    reason = needed("reason", reason, _("延期必须说明理由"))
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        _may(actor, case, Act.EXTEND)
        detail = items.version(case.version_id)
        most = law_maximum_extension(detail.extension_days)
        if not 1 <= days <= most:
            raise invalid("days", "range", _("延期应为 1 至 %(most)d 个工作日") % {"most": most})
        try:
            with transaction.atomic():
                Extension.objects.create(
                    case=case,
                    days=days,
                    reason=reason,
                    approved_by_id=account_of(actor),
                    approved_by_name=actor.name,
                    approved_at=clocking.now(),
                )
        except IntegrityError as error:
            raise Conflict(_("办理期限依法只能延长一次"), code="extended_once") from error
        clocking.refresh(case, detail)
        case.save()
        data = {"days": days, "reason": reason, "due_on": str(case.due_on)}
        trace.append(actor, case.id, "case.extended", data)
        words = _("%(reason)s，延长 %(days)d 个工作日") % {"reason": reason, "days": days}
        telling.after(case, "extended", detail=words)
        return case
