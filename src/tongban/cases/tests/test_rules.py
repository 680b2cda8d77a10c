"""No sequence of acts leaves the table, and ends are ends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.cases import rules
from tongban.cases.rules import Act
from tongban.cases.states import State

ACTS = st.lists(st.sampled_from(list(Act)), max_size=60)


def walk(acts: list[Act]) -> list[State]:
    """The states a case goes through when illegal acts are refused, as the commands do."""
    state, way = State.DRAFT, [State.DRAFT]
    for act in acts:
        if rules.legal(act, state):
            state = rules.after(act, state)
            way.append(state)
        else:
            with pytest.raises(ValueError, match="not legal"):
                rules.after(act, state)
    return way


@given(ACTS)
def test_no_sequence_leaves_the_table(acts: list[Act]) -> None:
    way = walk(acts)
    pairs = {(s, m.target or s) for m in rules.TABLE.values() for s in m.sources}
    assert all((a, b) in pairs for a, b in pairwise(way))


@given(ACTS)
def test_ends_are_ends(acts: list[Act]) -> None:
    way = walk(acts)
    reached = [i for i, state in enumerate(way) if state in rules.ENDS]
    assert not reached or reached[0] == len(way) - 1


@given(ACTS)
def test_nothing_is_decided_before_it_was_accepted(acts: list[Act]) -> None:
    way = walk(acts)
    if State.GRANTED in way or State.DENIED in way:
        assert State.ACCEPTED in way
    assert not (State.GRANTED in way and State.DENIED in way)


@given(ACTS)
def test_a_submitted_case_is_never_a_draft_again(acts: list[Act]) -> None:
    way = walk(acts)
    if State.SUBMITTED in way:
        assert State.DRAFT not in way[way.index(State.SUBMITTED) :]


def test_every_state_is_reachable_and_every_open_state_has_a_way_on() -> None:
    seen, todo = {State.DRAFT}, [State.DRAFT]
    while todo:
        state = todo.pop()
        for act in rules.acts_in(state):
            new = rules.after(act, state)
            if new not in seen:
                seen.add(new)
                todo.append(new)
    assert seen == set(State)
    assert {s for s in State if not rules.acts_in(s)} == set(rules.ENDS)


@pytest.mark.parametrize(
    ("act", "state", "allowed"),
    [
        (Act.SUBMIT, State.SUBMITTED, False),
        (Act.GRANT, State.SUBMITTED, False),
        (Act.GRANT, State.SUSPENDED, False),
        (Act.DENY, State.UNDER_REVIEW, True),
        (Act.WITHDRAW, State.GRANTED, False),
        (Act.ASK_SUPPLEMENT, State.ACCEPTED, False),
        (Act.EXTEND, State.SUSPENDED, False),
        (Act.RESUME, State.SUSPENDED, True),
        (Act.DELIVER, State.GRANTED, False),
        (Act.VOID, State.CONCLUDED, False),
    ],
)
def test_named_cases(act: Act, state: State, allowed: bool) -> None:
    assert rules.legal(act, state) is allowed


def test_an_extension_never_exceeds_the_law() -> None:
    assert [rules.law_maximum_extension(n) for n in (0, 5, 10, 15, 99)] == [10, 5, 10, 15, 15]
