from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongban.items import service as items
from tongban.items.tests.factories import FORM, load

RIGHT: dict[str, Any] = {"name": "林小满", "id_number": "11010519491231002X", "kind": "single"}


@pytest.fixture
def version(db: None) -> items.VersionDetail:
    return load()


def rules(version: items.VersionDetail, **answers: Any) -> dict[str, str]:
    return {p.field: p.rule for p in items.validate_answers(version, {**RIGHT, **answers})}


def test_right_answers_have_no_problem(version: items.VersionDetail) -> None:
    more = {
        "company": "11350000Y90001054L", "phone": "13800000000", "since": "2024-02-29", "area": 12.5,
        "foods": ["hot"], "agreed": True, "rent": 150000,
    }  # fmt: skip
    assert rules(version, **more) == {}


@pytest.mark.parametrize(
    ("answers", "field", "rule"),
    [
        ({"name": "  "}, "name", "required"),
        ({"name": None}, "name", "required"),
        ({"name": "长" * 21}, "name", "maxLength"),
        ({"name": "a\x00b"}, "name", "control"),
        ({"name": "a\u202eb"}, "name", "control"),
        ({"name": 7}, "name", "type"),
        ({"name": ["a"]}, "name", "type"),
        ({"id_number": "110105194912310021"}, "id_number", "format"),
        ({"id_number": "11010519490231002X"}, "id_number", "format"),
        ({"company": "91350000MA00000001"}, "company", "format"),
        ({"phone": "1380000"}, "phone", "format"),
        ({"since": "2025-02-30"}, "since", "format"),
        ({"since": "20250201"}, "since", "format"),
        ({"kind": "other"}, "kind", "enum"),
        ({"kind": "married"}, "spouse", "required"),
        ({"area": 0}, "area", "minimum"),
        ({"area": 6000}, "area", "maximum"),
        ({"area": "大"}, "area", "type"),
        ({"area": True}, "area", "type"),
        ({"foods": ["hot", "soup"]}, "foods.1", "enum"),
        ({"foods": ["hot"] * 300}, "foods", "maxItems"),
        ({"hack": 1}, "hack", "unknown"),
    ],
)
def test_a_wrong_answer_names_field_and_rule(
    version: items.VersionDetail, answers: dict[str, Any], field: str, rule: str
) -> None:
    assert rules(version, **answers) == {field: rule}


def test_messages_are_plain_and_name_the_title(version: items.VersionDetail) -> None:
    problems = items.validate_answers(
        version, {"name": "", "id_number": "1", "since": "昨天", "kind": "single"}
    )
    said = {p.field: p.message for p in problems}
    assert said["name"] == "请填写“申请人”"
    assert said["since"].startswith("“起始日期”不是有效的日期")
    assert said["id_number"].startswith("“身份证号”：")
    assert "18" in said["id_number"]


def test_a_draft_may_lack_but_not_be_wrong(version: items.VersionDetail) -> None:
    assert items.validate_answers(version, {}, partial=True) == []
    problems = items.validate_answers(version, {"phone": "1"}, partial=True)
    assert [p.field for p in problems] == ["phone"]


def test_fields_not_asked_are_neither_required_nor_kept(version: items.VersionDetail) -> None:
    stale = {**RIGHT, "spouse": "x" * 3000}
    assert items.validate_answers(version, stale) == []
    assert "spouse" not in items.clean_answers(version, stale)
    married = {**stale, "kind": "married", "spouse": " 陈 "}
    assert items.clean_answers(version, married)["spouse"] == "陈"
    assert "spouse" in items.visible_fields(version, married)


def test_script_stays_plain_text(version: items.VersionDetail) -> None:
    text = "<script>alert(1)"
    assert rules(version, name=text) == {}
    assert items.clean_answers(version, {"name": text}) == {"name": text}


def test_a_posted_form_becomes_typed_answers(version: items.VersionDetail) -> None:
    posted = {
        "name": ["林"], "area": ["12.5"], "rent": ["1,500.50"], "agreed": ["on"], "foods": ["hot", "cold"],
        "since": [""], "kind": ["single"], "zzz": ["1"],
    }  # fmt: skip
    answers = items.read_answers(version, lambda key: posted.get(key, []))
    assert answers["area"] == 12.5
    assert answers["rent"] == 150050
    assert answers["agreed"] is True
    assert answers["foods"] == ["hot", "cold"]
    assert answers["since"] is None
    assert "zzz" not in answers
    for odd in ("NaN", "1e999999", "Infinity", "三"):
        assert items.read_answers(version, {"area": [odd]}.__getitem__, ["area"]) == {"area": odd}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.dictionaries(st.sampled_from([*FORM["schema"]["properties"], "x"]), ANYTHING))
def test_whatever_is_sent_gets_an_answer(version: items.VersionDetail, answers: dict[str, Any]) -> None:
    problems = items.validate_answers(version, answers)
    assert all(p.message and p.rule for p in problems)
    wrong = {p.field.split(".")[0] for p in problems}
    if not problems:
        assert {"name", "id_number", "kind"} <= set(items.clean_answers(version, answers))
    assert ("x" in answers) == ("x" in wrong)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"title": ""}, "title"),
        ({"type": "text"}, "schema"),
        ({"x-element": "People.Name"}, "element"),
        ({"x-widget": "slider"}, "widget"),
        ({"format": "fax"}, "format"),
        ({"enum": ["a"]}, "labels"),
        ({"x-show-if": {"nothing": 1}}, "unknown_field"),
        ({"x-show-if": {"one": 1}}, "show_if"),
        ({"$ref": "https://example.org/x"}, "reference"),
    ],
)
def test_a_wrong_form_is_refused(change: dict[str, Any], rule: str) -> None:
    field = {"type": "string", "title": "甲", **change}
    form = {
        "schema": {"type": "object", "properties": {"one": field}},
        "layout": [{"key": "p", "title": "页", "fields": ["one"]}],
    }
    assert rule in [p.rule for p in items.form_problems(form)]


def test_every_field_stands_on_one_page() -> None:
    schema = {"type": "object", "properties": {"one": {"type": "string", "title": "甲"}}}
    for fields in ([], ["one", "one"], ["one", "two"]):
        form = {"schema": schema, "layout": [{"key": "p", "title": "页", "fields": fields}]}
        assert items.form_problems(form)
    assert items.form_problems(FORM) == []
