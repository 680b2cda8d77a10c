"""The department's pool: one piece of work never goes to two people."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from tongban.cases import access, clocking, lists
from tongban.cases.models import Case, Task
from tongban.cases.reviewing import begin_review
from tongban.cases.shapes import Listing
from tongban.cases.states import State, TaskKind, TaskState
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound
from tongban.trace import service as trace


def reach(actor: Actor) -> Q:
    """The tasks that the actor's posts let him take."""
    able = Q(pk__in=[])
    for post in actor.posts:
        able |= Q(role=post.role, department_id=post.department_id, division__startswith=post.division)
    return able


def _open(actor: Actor) -> QuerySet[Task]:
    paused = Q(case__state=State.SUSPENDED)
    return Task.objects.filter(reach(actor), state=TaskState.OPEN).exclude(paused)


def pool(actor: Actor, *, filters: Mapping[str, Any] | None = None, page: int = 1) -> Listing:
    """What nobody holds yet, most urgent first. Filters: ``kind``, ``light``, ``q`` (number or name)."""
    if not actor.is_staff:
        raise Forbidden
    rows = _open(actor)
    chosen = filters or {}
    if chosen.get("kind") in TaskKind.values:
        rows = rows.filter(kind=chosen["kind"])
    if chosen.get("light"):
        rows = rows.filter(case__light=chosen["light"])
    if words := str(chosen.get("q") or "").strip():
        rows = rows.filter(lists.matching(words, "case__"))
    return lists.task_page(rows.order_by(F("limit_on").asc(nulls_last=True), "id"), page)


def my_tasks(actor: Actor, page: int = 1) -> Listing:
    """What the actor holds, most urgent first."""
    if not actor.is_staff:
        raise Forbidden
    rows = Task.objects.filter(claimed_by_id=actor.account_id, state=TaskState.CLAIMED)
    return lists.task_page(rows.order_by(F("limit_on").asc(nulls_last=True), "id"), page)


def claim(actor: Actor, task_id: UUID) -> Task:
    """Take one task. Raises Conflict, with the holder's name, when a colleague was quicker."""
    with transaction.atomic():
        task = Task.objects.select_related("case").filter(pk=task_id).first()
        if task is None or not access.is_handler(actor, task.case):
            raise NotFound(_("没有找到这项任务"))
        if not actor.holds(task.role, task.department_id, task.division):
            raise Forbidden(_("您在该部门、该区域没有办理这项任务的岗位"))
        return _take(actor, task_id)


def _take(actor: Actor, task_id: UUID) -> Task:
    moment = clocking.now()
    # The condition is in the UPDATE itself: of two claims at once, one row count is 1 and the other 0.
    taken = Task.objects.filter(pk=task_id, state=TaskState.OPEN).update(
        state=TaskState.CLAIMED, claimed_by_id=actor.account_id, claimed_by_name=actor.name, claimed_at=moment
    )
    task = Task.objects.get(pk=task_id)
    if not taken:
        if task.state == TaskState.CLAIMED and task.claimed_by_id == actor.account_id:
            return task
        if task.state == TaskState.CLAIMED:
            raise Conflict(_("这项任务已由%(name)s认领") % {"name": task.claimed_by_name}, code="claimed")
        raise Conflict(_("这项任务已经办完或取消"), code="task_over")
    if task.kind == TaskKind.REVIEW:
        begin_review(actor, Case.objects.select_for_update(of=("self",)).get(pk=task.case_id))
    trace.append(actor, task.case_id, "case.claimed", {"task": task.name, "kind": task.kind})
    return task


def claim_next(actor: Actor) -> Task | None:
    """Take the most urgent open task within reach; None when there is none. Never waits for a colleague."""
    if not actor.is_staff:
        raise Forbidden
    with transaction.atomic():
        row = (
            _open(actor)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by(F("limit_on").asc(nulls_last=True), "id")
            .values_list("pk", flat=True)
            .first()
        )
        return _take(actor, row) if row else None


def release(actor: Actor, task_id: UUID) -> Task:
    """Put a task back into the pool: one's own, or anybody's for the head of the department."""
    with transaction.atomic():
        task = Task.objects.select_for_update().filter(pk=task_id).first()
        if task is None or not actor.is_staff:
            raise NotFound(_("没有找到这项任务"))
        chief = actor.holds("chief", task.department_id, task.division)
        if task.claimed_by_id != actor.account_id and not chief:
            raise Forbidden(_("这项任务不是由您认领的"))
        if task.state != TaskState.CLAIMED:
            raise Conflict(_("这项任务现在没有人认领"), code="not_claimed")
        before = task.claimed_by_name
        task.state, task.claimed_by, task.claimed_by_name, task.claimed_at = TaskState.OPEN, None, "", None
        task.save()
        trace.append(actor, task.case_id, "case.released", {"task": task.name, "held_by": before})
        return task
