"""The law's clock of a case (行政许可法 §32, §42, §44, §45, §82): one pure function.

A day counts when it is a working day after the day of acceptance and no pause covers it. A pause
stands from its first day up to, not including, the day it ends; one that is still open stands
today as well, so the due day moves on with every day it lasts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tongban.standards.calendar import DAY, WorkCalendar

Light = Literal["green", "yellow", "red"]
ACCEPTANCE_DAYS = 5  # §32: not told within 5 days = accepted on the day the material came in
DELIVERY_DAYS = 10  # §44


@dataclass(frozen=True, slots=True)
class Limit:
    """The limits of an item, in working days.

    ``extension_days`` is the longest extension the law allows (§42), not one that was granted.
    """

    statutory_days: int
    promised_days: int | None = None
    extension_days: int = 0

    @property
    def binding_days(self) -> int:
        """The promised limit binds the department when it is shorter."""
        if self.promised_days is None:
            return self.statutory_days
        return min(self.statutory_days, self.promised_days)


@dataclass(frozen=True, slots=True)
class Interval:
    """A pause: a supplement being awaited or a special procedure (§45). ``end`` None: still going on."""

    start: date
    end: date | None
    kind: str = ""

    def covers(self, day: date, today: date) -> bool:
        end = self.end if self.end is not None else max(today, self.start) + DAY
        return self.start <= day < end


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the light turns yellow [open in the rules, so a setting]: share or days of the limit left."""

    share: float = 0.2
    days: int = 1


@dataclass(frozen=True, slots=True)
class ClockView:
    """Where a case stands; days are working days.

    ``provisional``: a day counted lies in a year whose holiday list is not published yet.
    ``overdue_days`` is at least 1 whenever the due day has passed without a decision (or was passed
    by it), also when only days off lie in between.
    """

    due_on: date
    days_total: int
    days_used: int
    days_left: int
    light: Light
    provisional: bool
    paused: bool
    overdue_days: int


def clock(  # noqa: PLR0917  (the order of the law's story)
    accepted_at: date,
    limit: Limit,
    pauses: Sequence[Interval],
    extension_days: int,
    decided_on: date | None,
    today: date,
    calendar: WorkCalendar,
    warning: Thresholds | None = None,
) -> ClockView:
    """The state of the clock of a case.

    :param accepted_at: day of acceptance (does not count itself)
    :param limit: limits of the item version the case was filed under
    :param pauses: supplements and special procedures; may overlap
    :param extension_days: working days granted on top; what exceeds ``limit.extension_days`` has no effect
    :param decided_on: day of the decision, which stops the clock
    :param today: the day to answer for
    :param warning: thresholds of the yellow light
    """
    total = limit.binding_days + max(0, min(extension_days, limit.extension_days))
    due = _due(accepted_at, total, pauses, today, calendar)
    end = today if decided_on is None else decided_on
    used = _counted(accepted_at, end, pauses, today, calendar)
    overdue = max(1, used - total) if end > due else 0
    left = max(0, total - used)
    paused = decided_on is None and any(p.covers(today, today) for p in pauses)
    return ClockView(
        due_on=due,
        days_total=total,
        days_used=used,
        days_left=left,
        light=_light(total, left, overdue, decided_on is not None, warning or Thresholds()),
        provisional=any(calendar.provisional(date(y, 1, 1)) for y in range(accepted_at.year, due.year + 1)),
        paused=paused,
        overdue_days=overdue,
    )


def _counts(day: date, pauses: Sequence[Interval], today: date, calendar: WorkCalendar) -> bool:
    return calendar.is_working_day(day) and not any(p.covers(day, today) for p in pauses)


def _due(accepted: date, total: int, pauses: Sequence[Interval], today: date, calendar: WorkCalendar) -> date:
    day, left = accepted, total
    if total <= 0:
        while not _counts(day, pauses, today, calendar):
            day += DAY
        return day
    while left:
        day += DAY
        left -= _counts(day, pauses, today, calendar)
    return day


def _counted(
    accepted: date, end: date, pauses: Sequence[Interval], today: date, calendar: WorkCalendar
) -> int:
    days = (end - accepted).days
    return sum(_counts(accepted + DAY * n, pauses, today, calendar) for n in range(1, days + 1))


def _light(total: int, left: int, overdue: int, decided: bool, warning: Thresholds) -> Light:
    if overdue:
        return "red"
    if not decided and (left <= warning.days or left <= warning.share * total):
        return "yellow"
    return "green"


def acceptance_deadline(received_on: date, calendar: WorkCalendar) -> date:
    """Last day to ask for missing material or refuse; after it the case counts as accepted on
    ``received_on`` (§32).
    """
    return calendar.add_working_days(received_on, ACCEPTANCE_DAYS)


def delivery_deadline(decided_on: date, calendar: WorkCalendar) -> date:
    """Last day to deliver what was decided (§44)."""
    return calendar.add_working_days(decided_on, DELIVERY_DAYS)
