"""The calendar against published lists, and the law's clock by example and by property."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.standards.calendar import default_calendar
from tongban.standards.clock import (
    ClockView,
    Interval,
    Limit,
    Thresholds,
    acceptance_deadline,
    clock,
    delivery_deadline,
)

CAL = default_calendar()
DAYS = st.dates(date(2022, 1, 1), date(2026, 6, 30))
LIMITS = st.builds(Limit, st.integers(1, 45), st.none() | st.integers(0, 45), st.integers(0, 15))


def view(start: date, days: int, *pauses: Interval, today: date | None = None, **more: object) -> ClockView:
    given_ = {"limit": Limit(days), "extension_days": 0, "decided_on": None, **more}
    return clock(start, pauses=pauses, today=today or start, calendar=CAL, **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True), (date(2026, 2, 16), False), (date(2026, 2, 23), False),
        (date(2026, 2, 24), True), (date(2026, 2, 28), True), (date(2025, 1, 26), True),
        (date(2025, 10, 8), False), (date(2025, 10, 11), True), (date(2025, 9, 28), True),
        (date(2026, 11, 23), True), (date(2026, 11, 22), False),
    ],
)  # fmt: skip
def test_published_days_off_and_make_up_days(day: date, works: bool) -> None:
    assert CAL.is_working_day(day) is works


def test_years_without_a_published_list_are_provisional() -> None:
    assert not CAL.provisional(date(2026, 12, 31))
    assert CAL.provisional(date(2027, 1, 1))
    assert CAL.provisional(date(1990, 1, 1))
    assert view(date(2026, 12, 29), 10).provisional
    assert not view(date(2026, 11, 23), 10).provisional


def test_counting_across_the_longest_holiday() -> None:
    # Spring Festival 2026: 15–23 February off, 14 and 28 February worked.
    assert CAL.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CAL.add_working_days(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert CAL.working_days_between(date(2026, 2, 13), date(2026, 2, 28)) == 6
    assert view(date(2026, 2, 13), 6).due_on == date(2026, 2, 28)
    # National Day 2025: 1–8 October off, 28 September and 11 October worked.
    assert view(date(2025, 9, 26), 5).due_on == date(2025, 10, 10)


@given(DAYS, st.integers(0, 60))
def test_adding_and_counting_agree(day: date, n: int) -> None:
    end = CAL.add_working_days(day, n)
    assert CAL.is_working_day(end)
    if n:
        assert CAL.working_days_between(day, end) == n
        assert CAL.working_days_between(end, day) == -n
    with pytest.raises(ValueError, match="negative"):
        CAL.add_working_days(day, -1)


@st.composite
def cases(draw: st.DrawFn) -> tuple[date, Limit, list[Interval], int, date]:
    start = draw(DAYS)
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + timedelta(days=draw(st.integers(0, 60)))
        length = draw(st.none() | st.integers(0, 30))
        pauses.append(Interval(begin, None if length is None else begin + timedelta(days=length), "x"))
    today = start + timedelta(days=draw(st.integers(0, 120)))
    pauses = [p for p in pauses if p.start <= today]
    return start, draw(LIMITS), pauses, draw(st.integers(0, 20)), today


@given(cases())
def test_never_due_on_a_day_off_nor_inside_a_pause(
    case: tuple[date, Limit, list[Interval], int, date],
) -> None:
    start, limit, pauses, extension, today = case
    seen = clock(start, limit, pauses, extension, None, today, CAL)
    assert CAL.is_working_day(seen.due_on)
    assert not any(p.covers(seen.due_on, today) for p in pauses)


@given(cases())
def test_numbers_hold_together(case: tuple[date, Limit, list[Interval], int, date]) -> None:
    start, limit, pauses, extension, today = case
    seen = clock(start, limit, pauses, extension, None, today, CAL)
    promised = limit.statutory_days if limit.promised_days is None else limit.promised_days
    granted = min(extension, limit.extension_days)
    assert seen.days_total == min(limit.statutory_days, promised) + granted
    assert seen.days_left == max(0, seen.days_total - seen.days_used)
    assert (seen.overdue_days > 0) == (today > seen.due_on) == (seen.light == "red")


@given(cases(), st.integers(0, 60), st.integers(0, 20))
def test_another_pause_never_moves_the_due_day_forward(
    case: tuple[date, Limit, list[Interval], int, date], after: int, length: int
) -> None:
    start, limit, pauses, extension, today = case
    begin = start + timedelta(days=after)
    more = [*pauses, Interval(begin, begin + timedelta(days=length), "y")]
    before = clock(start, limit, pauses, extension, None, today, CAL)
    later = clock(start, limit, more, extension, None, today, CAL)
    assert later.due_on >= before.due_on
    assert later.days_used <= before.days_used


@given(DAYS, st.integers(1, 30), st.integers(0, 29), st.integers(1, 20))
def test_pausing_k_working_days_moves_the_due_day_by_k(start: date, days: int, after: int, k: int) -> None:
    begin = CAL.add_working_days(start, min(after, days - 1) + 1)
    end = CAL.add_working_days(begin, k)
    plain = view(start, days, today=end)
    paused = view(start, days, Interval(begin, end), today=end)
    assert paused.due_on == CAL.add_working_days(plain.due_on, k)


@given(DAYS, st.integers(1, 45), st.integers(1, 45), st.integers(0, 15))
def test_the_promise_binds_when_it_is_shorter(start: date, law: int, promise: int, extra: int) -> None:
    both = view(start, 0, limit=Limit(law, promise, extra), extension_days=extra)
    assert both.due_on == CAL.add_working_days(start, min(law, promise) + extra)


def test_overlapping_pauses_stop_the_clock_once() -> None:
    one, two = Interval(date(2026, 3, 3), date(2026, 3, 10)), Interval(date(2026, 3, 5), date(2026, 3, 12))
    joined = Interval(date(2026, 3, 3), date(2026, 3, 12))
    late = date(2026, 4, 1)
    assert view(date(2026, 3, 2), 10, one, two, today=late) == view(date(2026, 3, 2), 10, joined, today=late)


def test_an_open_pause_moves_the_due_day_on_daily_and_is_never_overdue() -> None:
    pause = Interval(date(2026, 3, 4), None, "site_inspection")
    seen = [view(date(2026, 3, 2), 3, pause, today=date(2026, 3, d)) for d in (4, 5, 6, 20)]
    assert [s.due_on.day for s in seen] == [6, 9, 10, 24]
    assert all(s.paused and not s.overdue_days and s.days_used == 1 for s in seen)


def test_lights_from_green_to_red() -> None:
    lights = {d: view(date(2026, 3, 2), 10, today=date(2026, 3, d)) for d in (2, 11, 12, 13, 16, 17, 20)}
    assert [lights[d].light for d in (2, 11, 12, 13, 16, 17)] == [
        "green", "green", "yellow", "yellow", "yellow", "red",
    ]  # fmt: skip
    assert (lights[17].overdue_days, lights[20].overdue_days) == (1, 4)
    assert (
        view(date(2026, 3, 2), 10, today=date(2026, 3, 11), warning=Thresholds(share=0.5)).light == "yellow"
    )


def test_a_day_off_after_the_due_day_is_late_already() -> None:
    friday = view(date(2026, 3, 2), 4, today=date(2026, 3, 7))
    assert (friday.due_on, friday.overdue_days, friday.light) == (date(2026, 3, 6), 1, "red")


def test_a_decision_stops_the_clock() -> None:
    for decided, light, overdue in ((date(2026, 3, 6), "green", 0), (date(2026, 3, 10), "red", 2)):
        seen = view(date(2026, 3, 2), 4, today=date(2026, 6, 1), decided_on=decided)
        assert (seen.light, seen.overdue_days, seen.paused) == (light, overdue, False)


def test_an_immediate_matter_is_due_the_same_working_day() -> None:
    assert view(date(2026, 3, 2), 0).due_on == date(2026, 3, 2)
    assert view(date(2026, 3, 7), 0).due_on == date(2026, 3, 9)


def test_an_extension_beyond_what_the_law_allows_has_no_effect() -> None:
    assert view(date(2026, 3, 2), 0, limit=Limit(20, None, 10), extension_days=99).days_total == 30


def test_deadlines_beside_the_clock() -> None:
    assert acceptance_deadline(date(2026, 3, 2), CAL) == date(2026, 3, 9)
    assert delivery_deadline(date(2026, 3, 2), CAL) == date(2026, 3, 16)
