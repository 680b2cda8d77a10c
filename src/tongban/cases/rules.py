"""The legal states of a case and who may move it: one explicit table, no I/O.

Sources: 行政许可法 §32 (supplement once, deemed acceptance), §38 (reasons), §42 (limits, extension),
§45 (special procedures). What is not in the table cannot happen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tongban.cases.states import State, TaskKind

S = State


class Act(StrEnum):
    """Everything that can be done to a case."""

    SAVE = "save"
    ATTACH = "attach"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    ANSWER_SUPPLEMENT = "answer_supplement"
    ADD_LATER = "add_later"  # hand in a material that was allowed to follow (容缺后补)
    ASK_SUPPLEMENT = "ask_supplement"
    ACCEPT = "accept"
    DEEM_ACCEPTED = "deem_accepted"
    REFUSE = "refuse_acceptance"
    RETURN = "return_to_applicant"
    BEGIN_REVIEW = "begin_review"
    COMPLETE_STEP = "complete_step"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    GRANT = "grant"
    DENY = "deny"
    CONCLUDE = "conclude"
    DELIVER = "mark_delivered"
    VOID = "void"


APPLICANT = "applicant"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states an act may be done, where it leads (None: stays), and who may do it."""

    sources: frozenset[State]
    target: State | None
    who: frozenset[str]


def _move(sources: Iterable[State], target: State | None, *who: str) -> Move:
    return Move(frozenset(sources), target, frozenset(who))


WORKING = (S.ACCEPTED, S.UNDER_REVIEW)
TABLE: dict[Act, Move] = {
    Act.SAVE: _move([S.DRAFT], None, APPLICANT),
    Act.ATTACH: _move([S.DRAFT, S.SUPPLEMENT_ASKED], None, APPLICANT),
    Act.SUBMIT: _move([S.DRAFT], S.SUBMITTED, APPLICANT),
    Act.WITHDRAW: _move([S.SUBMITTED, S.SUPPLEMENT_ASKED, *WORKING, S.SUSPENDED], S.WITHDRAWN, APPLICANT),
    Act.ANSWER_SUPPLEMENT: _move([S.SUPPLEMENT_ASKED], S.SUBMITTED, APPLICANT),
    Act.ADD_LATER: _move([S.SUBMITTED, *WORKING, S.SUSPENDED], None, APPLICANT),
    Act.ASK_SUPPLEMENT: _move([S.SUBMITTED], S.SUPPLEMENT_ASKED, "clerk"),
    Act.ACCEPT: _move([S.SUBMITTED], S.ACCEPTED, "clerk"),
    Act.DEEM_ACCEPTED: _move([S.SUBMITTED], S.ACCEPTED, SYSTEM),
    Act.REFUSE: _move([S.SUBMITTED], S.REFUSED, "clerk"),
    Act.RETURN: _move([S.SUBMITTED, S.SUPPLEMENT_ASKED], S.RETURNED, "clerk"),
    Act.BEGIN_REVIEW: _move([S.ACCEPTED], S.UNDER_REVIEW, "clerk", "reviewer", "approver", "chief"),
    Act.COMPLETE_STEP: _move([S.UNDER_REVIEW], None, "clerk", "reviewer", "approver", "chief"),
    Act.SUSPEND: _move(WORKING, S.SUSPENDED, "reviewer", "approver", "chief"),
    Act.RESUME: _move([S.SUSPENDED], S.UNDER_REVIEW, "reviewer", "approver", "chief"),
    Act.EXTEND: _move(WORKING, None, "chief"),
    Act.GRANT: _move(WORKING, S.GRANTED, "approver"),
    Act.DENY: _move(WORKING, S.DENIED, "approver"),
    Act.CONCLUDE: _move([S.GRANTED, S.DENIED], S.CONCLUDED, "clerk", "approver"),
    Act.DELIVER: _move([S.CONCLUDED], S.DELIVERED, "clerk"),
    Act.VOID: _move([S.SUBMITTED, S.SUPPLEMENT_ASKED, *WORKING, S.SUSPENDED], S.VOIDED, "chief"),
}
ENDS = frozenset({S.REFUSED, S.DELIVERED, S.WITHDRAWN, S.RETURNED, S.VOIDED})
DECIDED = frozenset({S.GRANTED, S.DENIED, S.CONCLUDED, S.DELIVERED})
# What staff may see in a desk's list of actions, with the task whose holder does it.
TASK_OF: dict[Act, TaskKind] = {
    Act.ACCEPT: TaskKind.ACCEPT,
    Act.REFUSE: TaskKind.ACCEPT,
    Act.ASK_SUPPLEMENT: TaskKind.ACCEPT,
    Act.RETURN: TaskKind.ACCEPT,
    Act.COMPLETE_STEP: TaskKind.REVIEW,
    Act.GRANT: TaskKind.DECIDE,
    Act.DENY: TaskKind.DECIDE,
    Act.CONCLUDE: TaskKind.DELIVER,
    Act.DELIVER: TaskKind.DELIVER,
}


def legal(act: Act, state: str) -> bool:
    """Whether the table has this act in this state."""
    return state in TABLE[act].sources


def after(act: Act, state: str) -> State:
    """The state an act leads to. Raises ValueError for what the table does not have."""
    if not legal(act, state):
        raise ValueError(f"{act} is not legal in {state}")
    return TABLE[act].target or State(state)


def acts_in(state: str) -> tuple[Act, ...]:
    """Every act the law allows in a state, whoever does it."""
    return tuple(act for act in Act if legal(act, state))


def who(act: Act) -> frozenset[str]:
    """The roles (or ``applicant``, ``system``) that may do an act."""
    return TABLE[act].who


def law_maximum_extension(item_maximum: int) -> int:
    """Working days one extension may have: the item's own, never above 15 (§42: 10, joint handling 15)."""
    return max(0, min(item_maximum or 10, 15))
