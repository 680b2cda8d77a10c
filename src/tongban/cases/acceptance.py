"""At the counter: accept, refuse, ask for a supplement once, return; and what the law deems accepted."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tongban.cases import access, clocking, forming, telling, work
from tongban.cases.models import Case, Supplement, Task
from tongban.cases.models.tasks import LIVE
from tongban.cases.process import review
from tongban.cases.rules import Act
from tongban.cases.states import State, StepAction, TaskKind, TaskState
from tongban.items import service as items
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, Forbidden, Invalid, invalid
from tongban.trace import service as trace


def _taken(actor: Actor, case_id: UUID, act: Act) -> tuple[Case, Task]:
    case = access.handled_case(actor, case_id, lock=True)
    access.require(act, case)
    return case, work.held(actor, case, TaskKind.ACCEPT)


def account_of(actor: Actor) -> UUID:
    """The account that signs an act of staff. Raises Forbidden when nobody does."""
    if actor.account_id is None:
        raise Forbidden
    return actor.account_id


def needed(name: str, text: str, message: str) -> str:
    """``text`` without margins; Invalid when there is none."""
    if not text.strip():
        raise invalid(name, "required", message)
    return text.strip()


def accept(actor: Actor, case_id: UUID, note: str = "") -> Case:
    """Accept the application: the clock starts today, the department's own steps begin."""
    with transaction.atomic():
        case, task = _taken(actor, case_id, Act.ACCEPT)
        work.finish(actor, task, StepAction.PASS, note.strip())
        into_review(actor, case, note=note.strip())
        return case


def into_review(actor: Actor, case: Case, *, note: str = "", deemed: bool = False) -> None:
    """The acceptance itself (the case is locked): state, clock, trace, process, notice."""
    detail = items.version(case.version_id)
    # Deemed acceptance counts from the day the complete material came in (行政许可法 §32).
    case.accepted_at = case.received_at if deemed else clocking.now()
    case.state, case.deemed_accepted = State.ACCEPTED, deemed
    clocking.refresh(case, detail)
    case.save()
    action = "case.deemed_accepted" if deemed else "case.accepted"
    trace.append(actor, case.id, action, {"note": note, "due_on": str(case.due_on)})
    review.begin(case, detail)
    telling.after(case, "accepted")


def deem_accepted(case_id: UUID) -> bool:
    """Accept by law what nobody answered within five days; False when it was answered meanwhile."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
        late = case.accept_by is not None and case.accept_by < clocking.today()
        if case.state != State.SUBMITTED or not late:
            return False
        Task.objects.filter(case=case, kind=TaskKind.ACCEPT, state__in=LIVE).update(
            state=TaskState.CANCELLED, done_at=clocking.now()
        )
        into_review(SYSTEM, case, deemed=True)
        return True


def refuse_acceptance(actor: Actor, case_id: UUID, reasons: str) -> Case:
    """Refuse to accept, with reasons and a dated, sealed letter."""
    reasons = needed("reasons", reasons, _("不予受理必须说明理由"))
    with transaction.atomic():
        case, task = _taken(actor, case_id, Act.REFUSE)
        work.finish(actor, task, StepAction.OTHER, reasons)
        work.end(actor, case, State.REFUSED, "refused", reasons)
        return case


def return_to_applicant(actor: Actor, case_id: UUID, reason: str) -> Case:
    """Send back what is not this department's business or was never completed."""
    reason = needed("reason", reason, _("退件必须说明理由"))
    with transaction.atomic():
        case = access.handled_case(actor, case_id, lock=True)
        access.require(Act.RETURN, case)
        if case.state == State.SUBMITTED:
            work.finish(actor, work.held(actor, case, TaskKind.ACCEPT), StepAction.RETURN, reason)
        elif not actor.holds("clerk", case.department_id, case.division):
            raise Forbidden
        work.end(actor, case, State.RETURNED, "returned", reason)
        return case


def ask_supplement(
    actor: Actor, case_id: UUID, message: str, fields: Sequence[str], materials: Sequence[str]
) -> Case:
    """Tell the applicant everything that is missing, once (行政许可法 §32).

    ``fields`` and ``materials`` are marked; only these may be changed in the answer.
    """
    message = needed("message", message, _("请说明需要补正的全部内容"))
    with transaction.atomic():
        case, task = _taken(actor, case_id, Act.ASK_SUPPLEMENT)
        detail = items.version(case.version_id)
        _check_marked(detail, fields, materials)
        try:
            with transaction.atomic():
                Supplement.objects.create(
                    case=case,
                    message=message,
                    fields=list(dict.fromkeys(fields)),
                    materials=list(dict.fromkeys(materials)),
                    asked_by_id=account_of(actor),
                    asked_by_name=actor.name,
                    asked_at=clocking.now(),
                )
        except IntegrityError as error:
            words = _("已经要求过一次补正。依法应当一次告知全部内容，不能再次要求")
            raise Conflict(words, code="asked_once") from error
        work.finish(actor, task, StepAction.RETURN, message)
        case.state = State.SUPPLEMENT_ASKED
        clocking.refresh(case, detail)
        case.save()
        data = {"message": message, "fields": list(fields), "materials": list(materials)}
        trace.append(actor, case.id, "case.supplement_asked", data)
        telling.after(case, "supplement", detail=message)
        return case


def _check_marked(detail: items.VersionDetail, fields: Sequence[str], materials: Sequence[str]) -> None:
    if not fields and not materials:
        raise invalid("fields", "required", _("请至少标出一项需要补正的内容或材料"))
    known, keys = forming.properties(detail), {m.key for m in detail.materials}
    wrong = [("fields", f) for f in fields if f not in known] + [
        ("materials", m) for m in materials if m not in keys
    ]
    if wrong:
        field, name = wrong[0]
        raise Invalid(*invalid(field, "unknown", _("事项中没有“%(name)s”") % {"name": name}).problems)
