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
    "name": "名", "type_code": "01", "legal_basis": [{"law": "法", "article": "第一条"}],
    "power_source": "法定",
    "conditions": ["有"],
    "statutory_days": 20, "promised_days": 8, "case_kind": "2", "service_objects": ["1"], "visits": 0,
    "address": "东街 1 号", "hours": "9:00–17:00", "enquiry": "12345", "complaint": "12345",
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
        {"steps": STEPS, "materials": [{"name": "申请表"}], **parts},
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
    assert rules(fees=[{"name": "工本费", "amount_fen": 500, "unit": "证"}]) == ["fee-without-basis"]
    assert rules(fees=[{"name": "免", "amount_fen": 0}]) == []


@given(law=st.integers(0, 400), promise=st.integers(0, 400))
def test_promised_longer_than_statutory_exactly_when_it_is(law: int, promise: int) -> None:
    found = rules({"statutory_days": law, "promised_days": promise})
    assert ("promised-longer-than-statutory" in found) == (promise > law)


M = "materials"


@pytest.mark.parametrize(
    ("rule", "hit", "miss"),
    [
        ("vague-catch-all", {"conditions": ["按要求提供其他证明材料"]}, {"conditions": ["其他组织可以申请"]}),
        ("date-invalid", {"summary": "自2023年2月30日起"}, {"summary": "自2024年2月29日起"}),
        ("date-expired", {"summary": "截止日期为2020年1月1日"}, {"summary": "2020年1月1日起施行"}),
        ("text-control-characters", {"flow": "受理&nbsp;决定"}, {"flow": "受理、决定"}),
        ("text-too-long", {"flow": "审" * 801}, {"flow": "审" * 800}),
        ("text-repeated", {"conditions": ["申请人应当是依法成立的法人"] * 2}, {"conditions": ["有场所"] * 2}),
        ("phone-unreadable", {"enquiry": "办公室"}, {"enquiry": "0591-87654321"}),
        ("phone-without-area-code", {"enquiry": "87654321"}, {"enquiry": "(0591)87654321"}),
        ("complaint-same-as-enquiry", {"enquiry": "0591-87654321", "complaint": "0591-87654321"}, {}),
        ("link-invalid", {"online_url": "http://192.168.1.1/a"}, {"online_url": "https://example.org/a"}),
        ("address-not-precise", {"address": "本局"}, {"address": "东街 12 号"}),
        ("hours-unreadable", {"hours": "工作日"}, {"hours": "上午9点至12点"}),
        ("name-not-plain", {"name": "1、许可…"}, {"name": "食品经营许可"}),
        (
            "abbreviation-unexplained",
            {"conditions": ["通过 ABCD 认定"]},
            {"conditions": ["通过某某认定（ABCD）"]},
        ),
        (
            "basis-without-article",
            {"legal_basis": [{"law": "法"}]},
            {"legal_basis": [{"law": "法", "article": "第一条"}]},
        ),
        (
            "certificate-not-in-materials",
            {"conditions": ["持有食品经营许可证"]},
            {"conditions": ["从业人员健康"]},
        ),
        ("conditions-contain-materials", {"conditions": ["提交申请表一份"]}, {"conditions": ["符合规划"]}),
        (
            "conditions-only-refer",
            {"conditions": ["符合《某某办法》第三条规定"]},
            {"conditions": ["有场所；有人员"]},
        ),
        (
            "visits-against-agent-presence",
            {"conditions": ["必须本人到场办理", "可以委托他人办理"]},
            {"conditions": ["必须本人到场办理", "不得委托他人办理"]},
        ),
        (
            "conditions-age-contradictory",
            {"conditions": ["年满60周岁，不超过50周岁"]},
            {"conditions": ["年满18周岁，不超过60周岁"]},
        ),
        (
            "conditions-guardian-contradictory",
            {"conditions": ["申请人须年满18周岁", "由监护人申请"]},
            {"conditions": ["申请人须年满18周岁", "未成年人由监护人申请"]},
        ),
        (
            "visits-against-online-depth",
            {"online_depth": ["5", "6"], "visits": 2},
            {"online_depth": ["1"], "visits": 2},
        ),
        (
            "online-without-address",
            {"online_depth": ["4"], "handling_forms": ["2"]},
            {"online_depth": ["4"], "handling_forms": ["2"], "online_url": "https://example.org"},
        ),
        ("payment-without-fee", {"online_payment": True}, {"online_payment": False}),
        ("limit-unit-differs", {"promised_unit": "calendar"}, {"promised_unit": "working"}),
        ("limit-zero-promised", {"promised_days": 0}, {"promised_days": 1}),
    ],
)
def test_each_rule_hits_and_nearly_misses(rule: str, hit: dict[str, Any], miss: dict[str, Any]) -> None:
    assert rule in rules(hit)
    assert rule not in rules(miss)


@pytest.mark.parametrize(
    ("rule", "hit", "miss"),
    [
        ("material-duplicate", ["申请表", "申请表。"], ["申请表", "申请书"]),
        ("material-name-too-long", ["长" * 61], ["长" * 60]),
        ("material-copies-in-name", ["合同一式三份"], ["合同"]),
        ("material-shared-asked", ["身份证复印件"], ["身份证明承诺书"]),
        ("material-none", [], ["申请表"]),
        ("vague-catch-all", ["其他相关材料"], ["相关材料真实性承诺书"]),
    ],
)
def test_material_rules(rule: str, hit: list[str], miss: list[str]) -> None:
    assert rule in rules(materials=[{"name": name} for name in hit])
    assert rule not in rules(materials=[{"name": name} for name in miss])


def test_a_fee_has_amount_and_unit() -> None:
    assert "fee-without-amount" in rules(fees=[{"name": "费", "amount_fen": 0}])
    assert "fee-without-amount" not in rules(
        fees=[{"name": "费", "amount_fen": 1, "unit": "证", "basis": "法"}]
    )


def test_every_rule_is_described() -> None:
    from tongban.items.checking import GUIDE_RULES

    assert all(rule.title and rule.why and rule.mend for rule in GUIDE_RULES.values())
    assert all(rule.severity in ("error", "warning") for rule in GUIDE_RULES.values())
