"""Working days as the State Council publishes them.

The lists come with the ``holidays`` library. For a year whose list is not published yet the library
guesses holidays and knows no make-up working days, so every date computed from it is provisional.
"""

from collections.abc import Container
from datetime import date, timedelta
from functools import lru_cache

from holidays.countries.china import China, ChinaStaticHolidays

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2001, 2060


class WorkCalendar:
    """Which days are working days.

    :param days_off: holidays, weekend days among them or not
    :param make_up_days: weekend days that are worked
    :param published_years: years whose list is published
    """

    def __init__(
        self, days_off: Container[date], make_up_days: Container[date], published_years: Container[int]
    ) -> None:
        self._days_off = days_off
        self._make_up_days = make_up_days
        self._published = published_years

    def is_working_day(self, day: date) -> bool:
        if day.weekday() >= 5:
            return day in self._make_up_days
        return day not in self._days_off

    def first_working_day(self, day: date) -> date:
        """``day``, or the first working day after it."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day`` (which itself never counts); for 0, the first
        working day on or after it. ValueError for a negative ``n``.
        """
        if n < 0:
            raise ValueError("a number of working days is not negative")
        if n == 0:
            return self.first_working_day(day)
        while n:
            day += DAY
            n -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def provisional(self, day: date) -> bool:
        """Whether the list of this day's year is not published, so that the answer may still change."""
        return day.year not in self._published


@lru_cache(maxsize=1)
def default_calendar() -> WorkCalendar:
    """The calendar of mainland China, 2001 to 2060; outside only weekends are known, all is provisional."""
    known = China(years=range(FIRST_YEAR - 1, LAST_YEAR + 1), expand=False)  # type: ignore[no-untyped-call]
    return WorkCalendar(
        frozenset(known),
        frozenset(known.weekend_workdays),
        frozenset(ChinaStaticHolidays.special_public_holidays),
    )
