"""Between the process and the pool: each waiting step of the process is one task."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tongban.cases import work
from tongban.cases.models import Case, ProcessInstance, ProcessText, Task
from tongban.cases.process import engine
from tongban.cases.process.default import default_process
from tongban.cases.states import TaskKind
from tongban.items.service import StepDetail, VersionDetail
from tongban.kit.errors import invalid

FOLDER = Path(__file__).parents[1] / "processes"  # ready-made processes that items may name
ROLES = ("clerk", "reviewer", "approver", "chief")


def process_text(detail: VersionDetail) -> bytes | None:
    """The process the item version brings or names, or the default drawn from its review steps.

    None when the item has no review steps. Raises Invalid for a name that no file has.
    """
    if own := detail.extra.get("process_bpmn"):
        return str(own).encode()
    if detail.process:
        path = FOLDER / Path(detail.process).name
        if not path.is_file():
            raise invalid("process", "unknown", _("没有名为“%(name)s”的流程文件") % {"name": detail.process})
        return path.read_bytes()
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
    ProcessText.objects.get_or_create(source=spec.source, defaults={"text": text})
    ProcessInstance.objects.create(case=case, text_id=spec.source, state=engine.dump(workflow))
    if workflow.is_completed():
        open_decision(case, detail)
    _open(case, detail, engine.waiting(workflow))


def advance(case: Case, detail: VersionDetail, task: Task, data: dict[str, Any]) -> None:
    """Move the process on with a finished step, and open what it leads to."""
    row = ProcessInstance.objects.select_for_update(of=("self",)).select_related("text").get(case=case)
    workflow = engine.load(engine.parse(bytes(row.text.text)), bytes(row.state))
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
