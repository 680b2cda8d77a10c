"""Between the process and the pool: each waiting step of the process is one task."""

from typing import Any

from tongban.cases import work
from tongban.cases.models import Case, ProcessInstance, Task
from tongban.cases.process import engine
from tongban.cases.process.default import default_process
from tongban.cases.states import TaskKind
from tongban.items.service import StepDetail, VersionDetail

ROLES = ("clerk", "reviewer", "approver", "chief")


def process_text(detail: VersionDetail) -> bytes | None:
    """The item version's own process, or the default drawn from its review steps; None without any."""
    own = detail.extra.get("process_bpmn")
    if own:
        return str(own).encode()
    steps = tuple(s for s in detail.steps if s.kind == TaskKind.REVIEW)
    return default_process(steps) if steps else None


def begin(case: Case, detail: VersionDetail) -> None:
    """Start the department's own steps; an item without any goes straight to the decision."""
    text = process_text(detail)
    if text is None:
        open_decision(case, detail)
        return
    spec = engine.parse(text)
    workflow = engine.start(spec)
    ProcessInstance.objects.update_or_create(
        case=case, defaults={"source": spec.source, "state": engine.dump(workflow)}
    )
    if workflow.is_completed():
        open_decision(case, detail)
    _open(case, detail, engine.waiting(workflow))


def advance(case: Case, detail: VersionDetail, task: Task, data: dict[str, Any]) -> None:
    """Move the process on with a finished step, and open what it leads to."""
    row = ProcessInstance.objects.select_for_update().get(case=case)
    workflow = engine.load(engine.parse(process_text(detail) or b""), bytes(row.state))
    ended = engine.complete(workflow, task.node, data)
    row.state = engine.dump(workflow)
    row.save(update_fields=["state"])
    known = set(Task.objects.filter(case=case, kind=TaskKind.REVIEW).values_list("node", flat=True))
    _open(case, detail, [h for h in engine.waiting(workflow) if h.node not in known])
    if ended:
        open_decision(case, detail)


def _open(case: Case, detail: VersionDetail, humans: list[engine.Human]) -> None:
    for human in humans:
        work.open_task(case, TaskKind.REVIEW, _step(detail, human), node=human.node, not_after=case.due_on)


def _step(detail: VersionDetail, human: engine.Human) -> StepDetail:
    """The item's step of this name (role, limit); else the lane is the role."""
    found = next((s for s in detail.steps if s.kind == TaskKind.REVIEW and s.name == human.name), None)
    role = human.lane if human.lane in ROLES else (found.role if found else "reviewer")
    return StepDetail(human.name, TaskKind.REVIEW.value, role, found.limit_days if found else None)


def open_decision(case: Case, detail: VersionDetail) -> None:
    work.open_task(case, TaskKind.DECIDE, work.step_of(detail, TaskKind.DECIDE), not_after=case.due_on)


def open_delivery(case: Case, detail: VersionDetail) -> None:
    work.open_task(case, TaskKind.DELIVER, work.step_of(detail, TaskKind.DELIVER), not_after=case.deliver_by)
