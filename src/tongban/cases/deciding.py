"""The decision and what follows: licences, conclusion, delivery; and voiding."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.cases import acceptance, access, clocking, events, forming, telling, work
from tongban.cases.acceptance import account_of, needed
from tongban.cases.models import Case, DecisionRecord, Step, Task
from tongban.cases.models.tasks import LIVE
from tongban.cases.process import review
from tongban.cases.rules import Act
from tongban.cases.states import Light, State, StepAction, TaskKind
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden
from tongban.licences import service as licences
from tongban.trace import service as trace

REMEDIES = gettext_lazy(
    "如不服本决定，可以自收到本决定之日起六十日内向本级人民政府申请行政复议，"
    "也可以自收到本决定之日起六个月内依法向人民法院提起行政诉讼。"
)


def decide(
    actor: Actor, case_id: UUID, granted: bool, reasons: str = "", data: dict[str, Any] | None = None
) -> Case:
    """Decide a case of one's own department and region.

    An immediate item (即办件) may be decided right after submission: it is accepted in the same act.
    A refusal needs reasons; the ways of review and appeal are added (行政许可法 §38).

    Raises:
        Forbidden: another department's case, no post for the decision, or one's own review.
        Conflict: review is not finished, the case is paused, or a needed material is still to come.
    """
    if not granted:
        reasons = needed("reasons", reasons, _("不予许可必须说明理由"))
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        detail = items.version(case.version_id)
        if case.state == State.SUBMITTED and detail.case_kind == "1":
            task = work.held(actor, case, TaskKind.ACCEPT)
            work.finish(actor, task, StepAction.PASS, _("即办"))
            acceptance.into_review(actor, case)
        access.require(Act.GRANT if granted else Act.DENY, case)
        if Task.objects.filter(case=case, kind=TaskKind.REVIEW, state__in=LIVE).exists():
            raise Conflict(_("审查步骤尚未完成，不能作出决定"), code="review_open")
        task = work.held(actor, case, TaskKind.DECIDE)
        _not_own_review(actor, case, detail)
        if granted:
            _nothing_outstanding(case)
        work.finish(actor, task, StepAction.PASS if granted else StepAction.OTHER, reasons.strip(), data)
        _record(actor, case, detail, granted=granted, reasons=reasons.strip(), data=data or {})
        return case


def _not_own_review(actor: Actor, case: Case, detail: items.VersionDetail) -> None:
    """Whoever reviewed does not decide, unless the item says that one person may."""
    if detail.case_kind == "1" or detail.extra.get("one_person_may_decide"):
        return
    if Step.objects.filter(case=case, kind=TaskKind.REVIEW, handler_id=actor.account_id).exists():
        raise Forbidden(_("审查与决定应由不同的人员作出"), code="own_review")


def _nothing_outstanding(case: Case) -> None:
    """What was allowed to follow must have come in before the case is granted."""
    if waiting := case.materials.filter(means="later").first():
        message = _("容缺后补的“%(name)s”尚未提交，不能准予") % {"name": waiting.name}
        raise Conflict(message, code="material_outstanding")


def _record(
    actor: Actor,
    case: Case,
    detail: items.VersionDetail,
    *,
    granted: bool,
    reasons: str,
    data: dict[str, Any],
) -> None:
    moment = clocking.now()
    DecisionRecord.objects.create(
        case=case,
        granted=granted,
        reasons=reasons,
        remedies="" if granted else str(REMEDIES),
        data=data,
        decided_by_id=account_of(actor),
        decided_by_name=actor.name,
        decided_at=moment,
    )
    case.state = State.GRANTED if granted else State.DENIED
    case.decided_at, case.deliver_by = moment, clocking.deliver_by(moment)
    clocking.refresh(case, detail)
    case.save()
    trace.append(actor, case.id, "case.decided", {"granted": granted, "reasons": reasons, "data": data})
    if granted:
        _issue(actor, case, detail, data)
    review.open_delivery(case, detail)
    telling.after(case, "granted" if granted else "denied", detail=reasons)
    events.case_decided.emit(case_id=str(case.id), granted=granted, at=moment.isoformat())


def _issue(actor: Actor, case: Case, detail: items.VersionDetail, data: dict[str, Any]) -> None:
    """Every licence the item yields, in this transaction; its face is made by the worker."""
    elements = {p["element"]: p["value"] for p in case.prefilled.values()}
    for outcome in detail.outcomes:
        if outcome.licence_type:
            licences.issue(
                actor,
                outcome.licence_type,
                case.applicant_id,
                {**elements, **forming.worded(detail, case.answers), **data},
                case_id=case.id,
                department_id=case.department_id,
                key=f"case:{case.id}:{outcome.licence_type}",
            )


def conclude(actor: Actor, case_id: UUID) -> Case:
    """The department's work is done: the conclusion notice goes out, delivery remains."""
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        access.require(Act.CONCLUDE, case)
        if not any(actor.holds(r, case.department_id, case.division) for r in ("clerk", "approver")):
            raise Forbidden(_("您的岗位不能进行此操作"))
        case.state, case.concluded_at = State.CONCLUDED, clocking.now()
        clocking.refresh(case)
        case.save()
        trace.append(actor, case.id, "case.concluded", {})
        telling.after(case, "concluded")
        return case


def mark_delivered(actor: Actor, case_id: UUID, note: str = "") -> Case:
    """The result is in the applicant's hands: the end of the case."""
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        access.require(Act.DELIVER, case)
        task = work.held(actor, case, TaskKind.DELIVER)
        work.finish(actor, task, StepAction.PASS, note.strip())
        moment = clocking.now()
        case.state, case.ended_at, case.light = State.DELIVERED, moment, Light.NONE
        case.save()
        trace.append(actor, case.id, "case.delivered", {"note": note.strip()})
        telling.after(case, "delivered")
        events.case_ended.emit(case_id=str(case.id), state=State.DELIVERED.value, at=moment.isoformat())
        return case


def void(actor: Actor, case_id: UUID, reason: str) -> Case:
    """Void a case filed by mistake or overtaken by events; by the head of the department, with a reason."""
    reason = needed("reason", reason, _("作废必须说明理由"))
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        access.require(Act.VOID, case)
        if not actor.holds("chief", case.department_id, case.division):
            raise Forbidden(_("只有部门负责人可以作废办件"))
        work.end(actor, case, State.VOIDED, "voided", reason)
        return case
