"""Days, lights and spellings; pure."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from tongban.standards.calendar import WorkCalendar

Light = Literal["green", "yellow", "red"]
WARN_SHARE = 0.2  # of the days there are; at least one day


def warn_days(days: int) -> int:
    """Working days left from which the light is yellow."""
    return max(1, int(days * WARN_SHARE))


def yellow_until(today: date, days: int, calendar: WorkCalendar) -> date:
    """The last due day that shows yellow today: ``light_of`` as a range, for lists."""
    day = calendar.add_working_days(today, warn_days(days) + 1)
    return date.fromordinal(day.toordinal() - 1)


def light_of(due_on: date, done_on: date | None, today: date, days: int, calendar: WorkCalendar) -> Light:
    """Red once the due day has passed undone (or was passed by the answer), yellow shortly before it."""
    if (done_on or today) > due_on:
        return "red"
    if done_on is None and calendar.working_days_between(today, due_on) <= warn_days(days):
        return "yellow"
    return "green"


def canonical(value: Any) -> str:
    """One spelling of a value for its hash."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def typed(type_: str, format_: str, text: str) -> Any:
    """What somebody typed as a value of an element: numbers as numbers, yuan as fen.

    ValueError with the reason in plain Chinese.
    """
    text = text.strip()
    if type_ == "string":
        return text
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise ValueError("请填写数字") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise ValueError("数字太大")
    if format_ == "money":
        number *= 100
    if type_ == "number":
        return float(number)
    if number != number.to_integral_value():
        raise ValueError("最多精确到分" if format_ == "money" else "请填写整数")
    return int(number)


def as_text(format_: str, value: Any) -> str:
    """A value as one would type it; the other way round of :func:`typed`."""
    if format_ == "money":
        return f"{Decimal(value) / 100:.2f}"
    return f"{value:g}" if isinstance(value, float) else str(value)
