"""Cells, walks and surveys against plain readings of the same table, over made-up tables and answers."""

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.guidance import cells, definition, engine, walking
from tongban.kit.errors import Invalid

OPTIONS = [{"value": v, "label": label} for v, label in (("a", "甲"), ("b", "乙"), ("c", "丙"))]
LOW, HIGH = 0, 12  # small enough to try every number
CHOICE = cells.Domain("choice", tuple(cells.Option(o["value"], o["label"]) for o in OPTIONS))
NUMBER = cells.Domain("number", (), LOW, HIGH)
DAY = cells.Domain("date", (), date(1900, 1, 1).toordinal(), date(2199, 12, 31).toordinal())


@st.composite
def interval(draw: Any) -> dict[str, int]:
    one, two = sorted((draw(st.integers(LOW - 2, HIGH + 2)), draw(st.integers(LOW - 2, HIGH + 2))))
    return draw(st.sampled_from([{"low": one, "high": two}, {"low": one}, {"high": two}]))


choice_cell = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).map(
    lambda named: {"in": [v for v in "abc" if v in named]}
)


@st.composite
def tables(draw: Any) -> dict[str, Any]:
    kinds = draw(st.lists(st.sampled_from(["choice", "number", "boolean"]), min_size=1, max_size=3))
    questions: list[dict[str, Any]] = []
    for n, kind in enumerate(kinds):
        more: dict[str, Any] = {}
        if kind == "choice":
            more["options"] = OPTIONS
        if kind == "number":
            more |= {"low": LOW, "high": HIGH}
        questions.append({"key": f"q{n}", "text": f"问题{n}", "kind": kind, **more})
    rules = []
    for n in range(draw(st.integers(1, 5))):
        when = {}
        for question in questions:
            if draw(st.booleans()):
                when[question["key"]] = draw(
                    {
                        "choice": choice_cell,
                        "number": interval(),
                        "boolean": st.sampled_from([{"in": ["yes"]}, {"in": ["no"]}]),
                    }[question["kind"]]
                )
        rules.append({"when": when, "days": draw(st.sampled_from([n, 1]))})
    return {"hit": draw(st.sampled_from(["FIRST", "UNIQUE"])), "questions": questions, "rules": rules}


def every_answer(table: definition.Definition) -> list[dict[str, cells.Value]]:
    listed: list[list[cells.Value]] = [
        [o.value for o in q.options] if q.options else list(range(LOW, HIGH + 1)) for q in table.questions
    ]
    return [
        dict(zip([q.key for q in table.questions], row, strict=True)) for row in itertools.product(*listed)
    ]


def plain(data: dict[str, Any], answers: dict[str, cells.Value]) -> list[int]:
    """The rules that fit, written down without any of the room's code."""
    fit = []
    for n, rule in enumerate(data["rules"]):
        good = True
        for key, cell in rule["when"].items():
            value: Any = answers[key]
            if "in" in cell:
                good &= value in cell["in"]
            else:
                good &= cell.get("low", -(10**9)) <= value <= cell.get("high", 10**9)
        if good:
            fit.append(n)
    return fit


@given(tables(), st.data())
@settings(max_examples=150, deadline=None)
def test_the_engine_decides_as_the_plain_reading_does(data: dict[str, Any], draw: Any) -> None:
    table = definition.read(data)
    answers = draw.draw(st.sampled_from(every_answer(table)))
    wanted = next(iter(plain(data, answers)), None)
    assert engine.decide(data, answers) == wanted
    assert walking.decided(table, answers) == wanted


@given(tables())
@settings(max_examples=150, deadline=None)
def test_gaps_overlaps_and_hidden_rules_are_those_of_brute_force(data: dict[str, Any]) -> None:
    table = definition.read(data)
    found = walking.survey(table)
    fits = [(answers, plain(data, answers)) for answers in every_answer(table)]
    assert bool(found.gaps) == any(not fit for _a, fit in fits)
    for gap in found.gaps:  # an example names only what matters: whatever else is answered, nothing fits
        assert all(not fit for answers, fit in fits if gap.items() <= answers.items())
    pairs = {pair for _a, fit in fits for pair in itertools.combinations(fit, 2)}
    assert set(found.overlaps) == pairs
    assert all(set(pair) <= set(plain(data, example)) for pair, example in found.overlaps.items())
    assert found.reached == {fit[0] for _a, fit in fits if fit}


@given(tables(), st.data())
@settings(max_examples=150, deadline=None)
def test_skipping_questions_never_changes_the_outcome(data: dict[str, Any], draw: Any) -> None:
    table = definition.read(data)
    if walking.survey(table).gaps or (data["hit"] == "UNIQUE" and walking.survey(table).overlaps):
        return  # never published
    full = draw.draw(st.sampled_from(every_answer(table)))
    answers: dict[str, cells.Value] = {}
    most = walking.most_questions(table, {})
    while question := walking.next_question(table, answers):
        answers[question.key] = full[question.key]
    assert len(answers) <= most <= len(table.questions)
    led = engine.decide(data, walking.completed(table, answers))
    assert led is not None
    assert data["rules"][led]["days"] == data["rules"][plain(data, full)[0]]["days"]


@given(choice_cell)
def test_choices_read_as_they_are_written(cell: dict[str, Any]) -> None:
    whole = len(cell["in"]) == 3
    for feel in (False, True):
        assert cells.read(cells.write(cell, CHOICE, feel=feel), CHOICE) == ({} if whole else cell)


@given(interval())
def test_ranges_read_as_they_are_written(cell: dict[str, int]) -> None:
    for feel in (False, True):
        assert cells.read(cells.write(cell, NUMBER, feel=feel), NUMBER) == cell
    start = date(2026, 1, 1).toordinal()
    days = {k: v + start for k, v in cell.items()}
    for feel in (False, True):
        assert cells.read(cells.write(days, DAY, feel=feel), DAY) == days


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", {}), ("-", {}), ("< 50", {"high": 49}), ("≤50", {"high": 50}), ("> 3", {"low": 4}),
        ("[1..5)", {"low": 1, "high": 4}), ("]1..5]", {"low": 2, "high": 5}), ("1..5", {"low": 1, "high": 5}),
        ("7", {"low": 7, "high": 7}),
    ],
)  # fmt: skip
def test_numbers_may_be_written_in_these_ways(text: str, cell: dict[str, int]) -> None:
    assert cells.read(text, NUMBER) == cell


@pytest.mark.parametrize("text", ["甲、乙", "a,b", '"a","b"', "not(c)", "非 丙", "甲，乙"])
def test_choices_may_be_written_in_these_ways(text: str) -> None:
    assert cells.read(text, CHOICE) == {"in": ["a", "b"]}


CODE = [
    "__import__('os').system('id')", "? or True", "1 if True else 2", "lambda: 1", "[x for x in ()]", "1e9",
    "5..1", "丁", "not(a,b,c)", '"a" or "b"', "< x", "= ", "..", "date(\"2026-02-30\")", "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("text", CODE)
@pytest.mark.parametrize("domain", [CHOICE, NUMBER, DAY])
def test_nothing_else_may_stand_in_a_cell(text: str, domain: cells.Domain) -> None:
    with pytest.raises(cells.Unreadable):
        cells.read(text, domain)


@pytest.mark.parametrize(
    "change",
    [
        {"rules": [{"when": {"q": {"in": ["__import__('os')"]}}}]},
        {"rules": [{"when": {"q": {"code": "1"}}}]},
        {"rules": [{"when": {"q": "a"}}]},
        {"rules": [{"when": {"x": {"in": ["a"]}}}]},
        {"hit": "COLLECT"},
        {
            "questions": [
                {"key": "q", "text": "?", "kind": "choice", "options": [{"value": "a'", "label": "x"}] * 2}
            ]
        },
        {"questions": [{"key": "import os", "kind": "number"}]},
        {"questions": [{"key": f"q{n}", "kind": "boolean"} for n in range(8)]},
        {"rules": [{"fee_fen": "1"}]},
        {"rules": [{"days": True}]},
        {"shared": {"m": "person.name"}},
    ],
)
def test_a_kept_table_has_only_this_shape(change: dict[str, Any]) -> None:
    good = {"questions": [{"key": "q", "text": "?", "kind": "choice", "options": OPTIONS}], "rules": []}
    definition.read(good)
    with pytest.raises(Invalid):
        definition.read({**good, **change})
