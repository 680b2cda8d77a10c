"""Dates, names and the table of changes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.licences import rules
from tongban.licences.models.licence import Status

DAYS = st.dates(date(1990, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 3, 20), 60, date(2031, 3, 19)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
    ],
)
def test_last_day(first: date, months: int, last: date) -> None:
    assert rules.last_day(first, months) == last


@given(first=DAYS, months=st.integers(1, 600))
def test_the_day_after_has_the_same_number_or_starts_a_month(first: date, months: int) -> None:
    after = rules.last_day(first, months) + timedelta(days=1)
    assert after.day in (first.day, 1)
    months_on = (after.year - first.year) * 12 + after.month - first.month
    assert months_on == months + (after.day != first.day)


@given(first=DAYS, months=st.integers(1, 600))
def test_longer_never_ends_sooner(first: date, months: int) -> None:
    assert rules.last_day(first, months) < rules.last_day(first, months + 1)
    assert rules.last_day(first, months) <= rules.last_day(first + timedelta(days=1), months)


def test_masked_names() -> None:
    assert [rules.masked(name) for name in ("林小梅", "王芳", "欧阳小小", "李", "")] == [
        "林*梅", "王*", "欧**小", "*", "*",
    ]  # fmt: skip


@given(name=st.text(min_size=3, max_size=12))
def test_masking_hides_the_middle(name: str) -> None:
    assert rules.masked(name)[1:-1] == "*" * (len(name) - 2)


def test_the_table_covers_every_status_and_ends_stay_ended() -> None:
    assert set(rules.ALLOWED) == set(Status.values)
    for end in (Status.WITHDRAWN, Status.CANCELLED, Status.LAPSED, Status.MOVED, Status.REVOKED):
        assert not any(rules.may_become(end, new) for new in Status.values)
    assert rules.may_become(Status.SUSPENDED, Status.VALID)
