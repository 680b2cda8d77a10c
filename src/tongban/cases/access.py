"""One way to a case: who may know of it, and the record of who looked."""

from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongban.cases.clocking import now
from tongban.cases.models import Case, CaseRead
from tongban.cases.rules import Act, legal
from tongban.cases.states import State
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound
from tongban.kit.kept import Kept, Param

# Roles that see the cases of their own department in their region …
HANDLERS = ("clerk", "reviewer", "approver", "chief")
# … and those that watch over every department of their region.
OVERSEERS = ("supervisor",)
READ_AGAIN_AFTER = timedelta(hours=1)


def mine(actor: Actor) -> Q:
    """The cases of the subject this resident stands for now."""
    if actor.kind != "resident" or actor.subject_id is None:
        return Q(pk__in=[])
    return Q(applicant_id=actor.subject_id)


def seen_by_staff(actor: Actor) -> Q:
    """The submitted cases that these posts give sight of, by department and division prefix."""
    sight = Q(pk__in=[])
    for post in actor.posts:
        if post.role in HANDLERS:
            sight |= Q(department_id=post.department_id, division__startswith=post.division)
        elif post.role in OVERSEERS:
            sight |= Q(division__startswith=post.division)
    return sight & ~Q(state=State.DRAFT)


def is_own(actor: Actor, case: Case) -> bool:
    """Whether the actor stands for the applicant now: himself, or as the agent he chose to be."""
    return actor.kind == "resident" and actor.subject_id is not None and actor.subject_id == case.applicant_id


def is_handler(actor: Actor, case: Case) -> bool:
    """Whether a post gives this staff member sight of the case."""
    if not actor.is_staff or case.state == State.DRAFT:
        return False
    return any(
        case.division.startswith(p.division)
        and (p.role in OVERSEERS or (p.role in HANDLERS and p.department_id == case.department_id))
        for p in actor.posts
    )


def own_case(actor: Actor, case_id: UUID, *, lock: bool = False, related: tuple[str, ...] = ()) -> Case:
    """The applicant's case, locked for writing on demand. Raises NotFound for everybody else."""
    case = _get(case_id, lock=lock, related=related)
    if not is_own(actor, case):
        raise NotFound(_("没有找到这件办件"))
    return case


def handled_case(actor: Actor, case_id: UUID, *, lock: bool = False, related: tuple[str, ...] = ()) -> Case:
    """A case for staff with a post for it. Raises Forbidden when it is another department's."""
    if not actor.is_staff:
        raise Forbidden
    case = _get(case_id, lock=lock, related=related)
    if case.state == State.DRAFT:
        raise NotFound(_("没有找到这件办件"))
    if not is_handler(actor, case):
        raise Forbidden(_("这件办件不属于您所在的部门或区域"))
    return case


def access_case(actor: Actor, case_id: UUID, *, purpose: str) -> Case:
    """The case for whoever may read it; a staff read of personal data is recorded with its purpose."""
    if actor.is_staff:
        case = handled_case(actor, case_id, related=("department", "applicant"))
        log_read(actor, case, purpose)
        return case
    return own_case(actor, case_id, related=("department", "applicant"))


def log_read(actor: Actor, case: Case, purpose: str) -> None:
    """Record that somebody of the staff opened the case; once an hour for one person and purpose."""
    if actor.account_id is None:
        return
    moment = now()
    recent = CaseRead.objects.filter(
        case=case, account_id=actor.account_id, purpose=purpose, at__gt=moment - READ_AGAIN_AFTER
    )
    if not recent.exists():
        CaseRead.objects.create(
            case=case, account_id=actor.account_id, reader=actor.name, purpose=purpose, at=moment
        )


def reads_of(actor: Actor, case_id: UUID) -> list[CaseRead]:
    """Who of the staff opened one's case, newest first."""
    return list(own_case(actor, case_id).reads.order_by("-at")[:200])


def require(act: Act, case: Case) -> None:
    """Refuse, in plain words, an act that the table does not have in this state."""
    if not legal(act, case.state):
        message = _("办件当前状态为“%(state)s”，不能进行此操作") % {"state": State(case.state).label}
        raise Conflict(message, code="state")


def require_whole(case: Case, part_of: UUID | None) -> None:
    """Refuse to begin or end by itself what is part of something larger: that decides its order."""
    if case.part_of is not None and case.part_of != part_of:
        raise Conflict(_("这份申请是“一件事”的一部分，请在那件事里办理"), code="part")


@cache
def _query(lock: bool, related: tuple[str, ...]) -> Kept[Case]:
    def rows() -> QuerySet[Case, Any]:
        found: QuerySet[Case, Any] = Case.objects.filter(pk=Param("id"))
        if related:
            found = found.select_related(*related)
        return found.select_for_update(of=("self",)) if lock else found

    return Kept(rows)


def _get(case_id: UUID, *, lock: bool, related: tuple[str, ...]) -> Case:
    case = _query(lock, related).first(id=case_id)
    if case is None:
        raise NotFound(_("没有找到这件办件"))
    return case
