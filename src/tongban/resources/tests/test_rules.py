"""Spelling, masking and freshness of values."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.resources import rules, service


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        ("id", "11010519491231002X", "1101**********002X"), ("phone", "13900001234", "139****1234"),
        ("account", "6222020200001234", "************1234"), ("name", "林小梅", "林**"), ("none", "x", "x"),
        ("id", "1234", "****"),
    ],
)  # fmt: skip
def test_masks(mask: str, text: str, shown: str) -> None:
    assert rules.masked(mask, text) == shown


@given(st.sampled_from(["id", "phone", "account", "name"]), st.text("0123456789X", min_size=1, max_size=30))
def test_a_mask_keeps_the_length_and_hides_something(mask: str, text: str) -> None:
    shown = rules.masked(mask, text)
    assert len(shown) == len(text)
    assert "*" in shown or (mask == "name" and len(text) == 1)


@pytest.mark.parametrize(
    ("format_", "value", "shown"),
    [
        ("money", 1234567, "12,345.67 元"),
        ("sex", "2", "女"),
        ("marital", "20", "已婚"),
        ("area", 80.5, "80.5 平方米"),
    ],
)
def test_values_are_shown_in_words(format_: str, value: object, shown: str) -> None:
    assert rules.display(format_, "none", value) == shown


def test_one_spelling_for_what_departments_write_differently() -> None:
    assert rules.normalise("string", "id-number", "11010519491231002x") == "11010519491231002X"
    assert rules.normalise("string", "text", " 福州市　鼓楼区 ") == "福州市 鼓楼区"
    assert rules.normalise("string", "date", date(2026, 1, 31)) == "2026-01-31"


@pytest.mark.parametrize(
    ("type_", "format_", "value", "word"),
    [
        ("string", "id-number", "110105194912310021", "校验码"), ("string", "uscc", "1", "18 位"),
        ("string", "date", "2026-02-30", "不存在"), ("string", "phone", "call me", "电话"),
        ("integer", "money", "12", "integer"), ("integer", "money", True, "integer"),
        ("string", "text", 3, "string"),
    ],
)  # fmt: skip
def test_values_that_cannot_be(type_: str, format_: str, value: object, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        rules.normalise(type_, format_, value)


def test_staleness_is_counted_in_calendar_days() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert not rules.stale(now - timedelta(days=30), 30, now)
    assert rules.stale(now - timedelta(days=30, seconds=1), 30, now)


def test_the_registry_is_whole() -> None:
    rows = service.elements()
    assert len(service.elements("person")) == 20
    assert len(service.elements("legal")) == 17
    assert {e.source for e in rows} == {"gongan", "minzheng", "renshe", "zhufang", "shichang", "shuiwu"}
    assert all(e.name and e.name_en and e.definition and e.fresh_days > 0 for e in rows)
    assert all(e.mask != "none" for e in rows if e.format in ("id-number", "account"))
