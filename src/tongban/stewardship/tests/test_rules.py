"""Lights as a list's range, as the law's clock and one by one agree; what is typed comes back as typed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.standards.calendar import default_calendar
from tongban.standards.clock import Limit, clock
from tongban.stewardship import rules

DAYS = st.dates(date(2025, 1, 1), date(2026, 11, 30))
CALENDAR = default_calendar()


@given(DAYS, st.integers(-40, 40), st.integers(1, 30))
def test_a_lists_range_is_the_light(today: date, apart: int, days: int) -> None:
    due = today + timedelta(days=apart)
    soon = rules.yellow_until(today, days, CALENDAR)
    ranged = "red" if due < today else "yellow" if due <= soon else "green"
    assert ranged == rules.light_of(due, None, today, days, CALENDAR)


@given(DAYS, st.integers(0, 40), st.integers(1, 30))
def test_the_light_is_the_laws_clock(opened: date, apart: int, days: int) -> None:
    today = opened + timedelta(days=apart)
    due = CALENDAR.add_working_days(opened, days)
    assert (
        rules.light_of(due, None, today, days, CALENDAR)
        == clock(opened, Limit(days), (), 0, None, today, CALENDAR).light
    )


@given(DAYS, st.integers(0, 40))
def test_an_answer_stops_the_clock(due: date, late: int) -> None:
    light = rules.light_of(due, due + timedelta(days=late), date(2030, 1, 1), 10, CALENDAR)
    assert light == ("red" if late else "green")


@given(st.integers(-(10**14), 10**14))
def test_money_and_numbers_come_back_as_typed(value: int) -> None:
    assert rules.typed("integer", "money", rules.as_text("money", value)) == value
    assert rules.typed("integer", "count", rules.as_text("count", value)) == value


@pytest.mark.parametrize(
    ("type_", "format_", "text"),
    [("integer", "count", "1.5"), ("integer", "money", "1.005"), ("number", "area", "nan"),
     ("integer", "count", "很多"), ("integer", "count", "1e40"), ("integer", "money", "")],
)  # fmt: skip
def test_what_is_no_number_is_refused(type_: str, format_: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"数字|整数|精确"):
        rules.typed(type_, format_, text)
