"""The case desk: everything on one page, and what this person may do now."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.cases import access, clocking, forming, lists, materials, story
from tongban.cases.models import Case, Task
from tongban.cases.models.tasks import LIVE
from tongban.cases.rules import TASK_OF, Act, law_maximum_extension, legal, who
from tongban.cases.shapes import ActionView, DeskView, PersonView, StepView
from tongban.cases.states import SpecialProcedure, State, StepAction, TaskKind, TaskState
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound
from tongban.licences import service as licences

LABELS = {
    Act.ACCEPT: gettext_lazy("受理"),
    Act.ASK_SUPPLEMENT: gettext_lazy("要求补正"),
    Act.REFUSE: gettext_lazy("不予受理"),
    Act.RETURN: gettext_lazy("退件"),
    Act.COMPLETE_STEP: gettext_lazy("完成审查"),
    Act.SUSPEND: gettext_lazy("启动特别程序"),
    Act.RESUME: gettext_lazy("结束特别程序"),
    Act.EXTEND: gettext_lazy("批准延期"),
    Act.CONCLUDE: gettext_lazy("办结"),
    Act.DELIVER: gettext_lazy("登记送达"),
    Act.VOID: gettext_lazy("作废"),
}
RELATED = ("department", "applicant", "account", "supplement", "extension", "decision")


def desk(actor: Actor, case_id: UUID) -> DeskView:
    """The desk of one case; opening it is recorded as a read of the applicant's data."""
    access.handled_case(actor, case_id)
    rows: QuerySet[Case] = Case.objects.select_related(*RELATED).prefetch_related(
        "materials", "pauses", "steps", "documents", "tasks"
    )
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NotFound
    access.log_read(actor, case, _("办理办件"))
    detail = items.version(case.version_id)
    asked = getattr(case, "supplement", None)
    for task in (tasks := list(case.tasks.all())):
        task.case = case
    mine = next(
        (t for t in tasks if t.state == TaskState.CLAIMED and t.claimed_by_id == actor.account_id), None
    )
    marked = asked.fields if asked else ()
    return DeskView(
        case=case,
        card=lists.card(case),
        person=_person(case),
        pages=forming.pages(case, detail, (), marked),
        materials=materials.views(
            detail, case.materials.all(), asked=asked.materials if asked else (), waived=case.waived
        ),
        timeline=story.entries(case, inside=True),
        documents=tuple(story.document_view(d) for d in case.documents.all()),
        steps=_steps(case),
        tasks=tuple(lists.task_card(t) for t in tasks if t.state in LIVE),
        my_task=lists.task_card(mine) if mine else None,
        clock=clocking.clock_of(case, detail),
        due_sentence=clocking.due_sentence(case),
        supplement=asked,
        pauses=tuple(case.pauses.all()),
        extension=getattr(case, "extension", None),
        decision=getattr(case, "decision", None),
        licences=tuple(licences.of_case(actor, case.id)),
        special_procedures=_procedures(detail),
        extension_max=law_maximum_extension(detail.extension_days),
        allowed_actions=allowed(actor, case, detail, tasks),
    )


def _person(case: Case) -> PersonView:
    number = case.applicant.id_number
    hidden = f"{number[:4]}{'*' * max(0, len(number) - 8)}{number[-4:]}"
    account = case.account
    return PersonView(
        name=case.applicant_name,
        kind=case.applicant.kind,
        id_number=hidden if case.applicant.kind == "person" else number,
        filed_by=account.name,
        phone=account.phone,
    )


def _steps(case: Case) -> tuple[StepView, ...]:
    return tuple(
        StepView(
            name=s.name,
            kind=s.kind,
            action=s.action,
            action_label=str(StepAction(s.action).label),
            handler=s.handler_name,
            opinion=s.opinion,
            started_at=s.started_at,
            ended_at=s.ended_at,
        )
        for s in case.steps.all()
    )


def _procedures(detail: items.VersionDetail) -> tuple[tuple[str, str, int], ...]:
    """What may stop the clock: what the guide names first, then the law's own kinds."""
    named = {p.kind: (p.kind, p.name, p.days or 0) for p in detail.special_procedures}
    law = {k: (k, str(label), 0) for k, label in SpecialProcedure.choices if k not in named}
    return (*named.values(), *law.values())


def allowed(
    actor: Actor, case: Case, detail: items.VersionDetail, tasks: list[Task]
) -> tuple[ActionView, ...]:
    """What this person may do in this state, by post and by who holds the task."""
    live = {t.kind: t for t in tasks if t.state in LIVE}
    made = []
    for act, label in LABELS.items():
        if not legal(act, case.state) or not any(
            actor.holds(role, case.department_id, case.division) for role in who(act)
        ):
            continue
        kind = TASK_OF.get(act)
        task = live.get(kind) if kind else None
        if act == Act.ASK_SUPPLEMENT and getattr(case, "supplement", None):
            continue
        if act == Act.EXTEND and getattr(case, "extension", None):
            continue
        needs_task = kind is not None and act != Act.CONCLUDE and case.state != State.SUPPLEMENT_ASKED
        if act == Act.COMPLETE_STEP or needs_task:
            task = _own_review(actor, tasks) if act == Act.COMPLETE_STEP else task
            if task is None or not _free_for(actor, task):
                continue
        made.append(ActionView(act.value, str(label), task.id if task else None))
    if may_decide(actor, case, detail, live):
        made.append(
            ActionView("decide", _("作出决定"), live[TaskKind.DECIDE].id if TaskKind.DECIDE in live else None)
        )
    return tuple(made)


def _own_review(actor: Actor, tasks: list[Task]) -> Task | None:
    return next(
        (
            t
            for t in tasks
            if t.kind == TaskKind.REVIEW
            and t.state == TaskState.CLAIMED
            and t.claimed_by_id == actor.account_id
        ),
        None,
    )


def _free_for(actor: Actor, task: Task) -> bool:
    held = task.claimed_by_id in (None, actor.account_id)
    return held and actor.holds(task.role, task.department_id, task.division)


def may_decide(actor: Actor, case: Case, detail: items.VersionDetail, live: dict[str, Task]) -> bool:
    """A free or own decision task after the review; or an immediate item still at the counter."""
    if legal(Act.GRANT, case.state):
        task = live.get(TaskKind.DECIDE)
        return task is not None and _free_for(actor, task)
    if case.state == State.SUBMITTED and detail.case_kind == "1":
        accept = live.get(TaskKind.ACCEPT)
        role = next((s.role for s in detail.steps if s.kind == TaskKind.DECIDE), "approver")
        reviewed = any(s.kind == TaskKind.REVIEW for s in detail.steps)
        able = accept is not None and _free_for(actor, accept)
        return able and not reviewed and actor.holds(role, case.department_id, case.division)
    return False
