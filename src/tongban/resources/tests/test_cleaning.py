"""Cleaning rules and mappings."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.conftest import invented_id_number
from tongban.kit.errors import Invalid
from tongban.resources import cleaning, mapping
from tongban.resources.freshness import light_of
from tongban.standards import codes


@pytest.mark.parametrize(
    ("rule", "said", "format_", "kept"),
    [
        ("name", "欧阳 娜 娜", "", "欧阳娜娜"),
        ("name", "阿依古丽．买买提", "", "阿依古丽·买买提"),
        ("name", "Ａｎｎ  Lee", "", "Ann Lee"),
        ("sex", "女性", "", "2"),
        ("date", "20260131", "%Y%m%d", "2026-01-31"),
        ("date", "2026-01-31", "%Y%m%d", "2026-01-31"),
        ("date", date(2026, 1, 31), "", "2026-01-31"),
        ("phone", "+86 139-0000-0001", "", "13900000001"),
        ("phone", "（0591）87654321", "", "0591-87654321"),
        ("address", "福州市 东街－１号", "", "福州市东街-1号"),
        ("number", "1,234.50", "", 1234.5),
        ("number", "12", "", 12),
        ("money", "¥1,234.5元", "", 123450),
    ],
)
def test_a_rule_makes_one_spelling(rule: str, said: Any, format_: str, kept: Any) -> None:
    assert cleaning.RULES[rule](said, format_) == kept


@pytest.mark.parametrize(
    ("rule", "said"),
    [("sex", "x"), ("date", "2026-02-30"), ("phone", "电话"), ("number", "十"), ("money", "1.005")],
)
def test_what_is_none_is_refused_in_words(rule: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        cleaning.RULES[rule](said, "")


@given(st.text(max_size=30), st.sampled_from(["text", "name", "address"]))
def test_cleaning_twice_is_cleaning_once(said: str, rule: str) -> None:
    once = cleaning.RULES[rule](said, "")
    assert cleaning.RULES[rule](once, "") == once


def test_an_old_number_is_brought_to_eighteen_and_a_number_cell_is_refused() -> None:
    number = "350102900101991"
    assert cleaning.identifier("person", number) == codes.upgrade_15(number)
    assert cleaning.identifier("person", f" {invented_id_number(3).lower()} ") == invented_id_number(3)
    for wrong in (3.50102199001019e17, "", "12345"):
        with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
            cleaning.identifier("person", wrong)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ({"A": {"element": "person.shoe"}}, "element-unknown"),
        ({"A": {"element": "legal.name"}}, "subject-kind"),
        ({"A": "person.name", "B": "person.name"}, "element-twice"),
        ({"A": {"element": "person.name", "clean": "magic"}}, "mapping"),
        ({"A": {"element": "person.birth_date", "clean": "date", "date": "yyyy"}}, "date-format"),
        ({"A": 7}, "mapping"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(data: Any, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapping.check("person", data, {"id": "N"}, of_file=True)
    assert refused.value.problems[0].rule == rule


@pytest.mark.parametrize(
    ("cycle", "days", "light"),
    [("daily", 1, "green"), ("daily", 1.5, "yellow"), ("daily", 3, "red"), ("monthly", 40, "yellow"),
     ("quarterly", 90, "green"), ("yearly", 800, "red")],
)  # fmt: skip
def test_the_light_follows_the_cycle(cycle: str, days: float, light: str) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    last = datetime.fromtimestamp(now.timestamp() - days * 86400, tz=UTC)
    assert light_of(cycle, last, last, now) == light
    assert light_of(cycle, None, now, now) == "yellow"
