from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.items.content import Prepared
from tongban.items.rules import check

HEAD = {
    "code": "11350000Y90001054L4350131001000",
    "department_uscc": "11350000Y90001054L",
    "department_name": "局",
    "level": "4",
}
COLUMNS: dict[str, Any] = {
    "name": "名", "type_code": "01", "legal_basis": [{"law": "法"}], "power_source": "法定",
    "conditions": ["有"],
    "statutory_days": 20, "promised_days": 8, "case_kind": "2", "service_objects": ["1"], "visits": 0,
    "address": "址", "hours": "时", "enquiry": "12345", "complaint": "12345",
}  # fmt: skip
STEPS = [
    {"name": "受理", "kind": "accept", "limit_days": 1},
    {"name": "审查", "kind": "review", "limit_days": 5},
    {"name": "决定", "kind": "decide", "limit_days": 2},
    {"name": "送达", "kind": "deliver", "limit_days": 1},
]


def rules(
    columns: dict[str, Any] | None = None, head: dict[str, Any] | None = None, **parts: Any
) -> list[str]:
    one = Prepared(
        {**HEAD, **(head or {})},
        {"code": "350131001000"},
        {**COLUMNS, **(columns or {})},
        {"steps": STEPS, **parts},
    )
    return [finding.rule for finding in check(one)]


def test_a_good_guide_has_no_finding() -> None:
    assert rules() == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"promised_days": 21}, "promised-longer-than-statutory"),
        ({"case_kind": "1"}, "immediate-with-limit"),
        ({"enquiry": ""}, "required-element-empty"),
        ({"visits": 2}, "visits-without-reason"),
        ({"promised_days": 3, "flow": "受理、现场核查、决定"}, "site-inspection-too-short"),
        ({"promised_days": 6}, "step-limits-sum"),
        ({"type_code": "07"}, "item-code-type"),
    ],
)
def test_each_rule_finds_its_fault(columns: dict[str, Any], expected: str) -> None:
    assert expected in rules(columns)


def test_codes_steps_and_fees() -> None:
    assert rules(head={"level": "3"}) == ["item-code-parts"]
    assert rules(head={"code": "X"}) == ["item-code-form"]
    assert rules(steps=STEPS[:3]) == ["step-missing"]
    assert "limit-without-steps" in rules({"flow": "受理、决定"}, steps=[])
    assert rules(fees=[{"name": "工本费", "amount_fen": 500}]) == ["fee-without-basis"]
    assert rules(fees=[{"name": "免", "amount_fen": 0}]) == []


@given(law=st.integers(0, 400), promise=st.integers(0, 400))
def test_promised_longer_than_statutory_exactly_when_it_is(law: int, promise: int) -> None:
    found = rules({"statutory_days": law, "promised_days": promise})
    assert ("promised-longer-than-statutory" in found) == (promise > law)
