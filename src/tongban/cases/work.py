"""Work in the pool: opened by the law's course, claimed by one person, closed with its act."""

from datetime import date

from django.utils.translation import gettext as _

from tongban.cases import clocking, events, telling
from tongban.cases.models import Case, Pause, ProcessInstance, Step, Task
from tongban.cases.models.tasks import LIVE
from tongban.cases.states import Light, State, StepAction, TaskKind, TaskState
from tongban.items.service import StepDetail, VersionDetail
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden
from tongban.trace import service as trace

DEFAULT_ROLE = {
    TaskKind.ACCEPT: "clerk",
    TaskKind.REVIEW: "reviewer",
    TaskKind.DECIDE: "approver",
    TaskKind.DELIVER: "clerk",
}


def step_of(detail: VersionDetail, kind: TaskKind) -> StepDetail:
    """The item's step of this kind, or the law's own where the guide names none."""
    found = next((s for s in detail.steps if s.kind == kind), None)
    return found or StepDetail(str(kind.label), kind.value, DEFAULT_ROLE[kind], None)


def open_task(
    case: Case, kind: TaskKind, step: StepDetail, *, node: str = "", not_after: date | None = None
) -> Task:
    """Put one piece of work into the department's pool."""
    moment = clocking.now()
    limit = clocking.add_days(clocking.local_date(moment), step.limit_days) if step.limit_days else not_after
    if limit and not_after:
        limit = min(limit, not_after)
    task = Task(
        case=case,
        kind=kind,
        name=step.name,
        role=step.role or DEFAULT_ROLE[kind],
        department_id=case.department_id,
        division=case.division,
        node=node,
        limit_on=limit,
        opened_at=moment,
    )
    kept.insert(task)
    return task


def open_acceptance(case: Case, detail: VersionDetail) -> Task:
    return open_task(case, TaskKind.ACCEPT, step_of(detail, TaskKind.ACCEPT), not_after=case.accept_by)


def held(actor: Actor, case: Case, kind: TaskKind) -> Task:
    """The live task of this kind, now held by the actor: his already, or taken with the act itself.

    Raises Conflict when a colleague holds it, Forbidden when the actor's posts do not carry its role.
    """
    task = Task.objects.select_for_update().filter(case=case, kind=kind, state__in=LIVE).first()
    if task is None:
        raise Conflict(_("这件办件现在没有可办理的“%(kind)s”任务") % {"kind": kind.label}, code="no_task")
    if task.claimed_by_id and task.claimed_by_id != actor.account_id:
        raise Conflict(_("这项任务已由%(name)s认领") % {"name": task.claimed_by_name}, code="claimed")
    require_role(actor, task)
    if task.state == TaskState.OPEN:
        task.state, task.claimed_by_id, task.claimed_by_name = TaskState.CLAIMED, actor.account_id, actor.name
        task.claimed_at = clocking.now()
    return task


def require_role(actor: Actor, task: Task) -> None:
    if not actor.is_staff or not actor.holds(task.role, task.department_id, task.division):
        raise Forbidden(_("您在该部门、该区域没有办理这项任务的岗位"))


def finish(
    actor: Actor, task: Task, action: StepAction, opinion: str, data: dict[str, object] | None = None
) -> Step:
    """Close a task and keep it as a step of the case's data set."""
    moment = clocking.now()
    task.state, task.done_at = TaskState.DONE, moment
    task.save()
    return Step.objects.create(
        case_id=task.case_id,
        name=task.name,
        kind=task.kind,
        action=action,
        handler_id=actor.account_id,
        handler_name=actor.name,
        opinion=opinion,
        data=data or {},
        started_at=task.claimed_at or task.opened_at,
        ended_at=moment,
    )


def end(actor: Actor, case: Case, state: State, what: str, reason: str) -> None:
    """Bring a locked case to one of its ends before a decision: work is cancelled, clocks stop."""
    moment = clocking.now()
    Task.objects.filter(case=case, state__in=LIVE).update(state=TaskState.CANCELLED, done_at=moment)
    Pause.objects.filter(case=case, ended_at=None).update(ended_at=moment)
    ProcessInstance.objects.filter(case=case).delete()
    case.state, case.ended_at, case.end_reason, case.light = state, moment, reason, Light.NONE
    case.save(update_fields=["state", "ended_at", "end_reason", "light"])
    trace.append(actor, case.id, f"case.{what}", {"reason": reason})
    telling.after(case, what, detail=reason)
    events.case_ended.emit(case_id=str(case.id), state=state.value, at=moment.isoformat())
