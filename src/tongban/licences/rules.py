"""Pure rules: changes of status, dates, and what the public may see of a name."""

import calendar
from datetime import date, timedelta

VALID, SUSPENDED, WITHDRAWN, CANCELLED, LAPSED, MOVED, REVOKED, OTHER = (
    "01", "02", "03", "04", "05", "06", "07", "99",
)  # fmt: skip

# What a status may become. What is withdrawn, cancelled, lapsed, moved or revoked stays so: a licence
# that comes back is issued anew.
ALLOWED: dict[str, frozenset[str]] = {
    VALID: frozenset({SUSPENDED, WITHDRAWN, CANCELLED, LAPSED, MOVED, REVOKED, OTHER}),
    SUSPENDED: frozenset({VALID, WITHDRAWN, CANCELLED, LAPSED, REVOKED}),
    OTHER: frozenset({VALID, CANCELLED, LAPSED}),
    WITHDRAWN: frozenset(),
    CANCELLED: frozenset(),
    LAPSED: frozenset(),
    MOVED: frozenset(),
    REVOKED: frozenset(),
}


def may_become(old: str, new: str) -> bool:
    """Whether a licence of status ``old`` may get status ``new``."""
    return new in ALLOWED.get(old, frozenset())


def last_day(valid_from: date, months: int) -> date:
    """The last valid day of a licence that holds ``months`` calendar months from ``valid_from``."""
    index = valid_from.year * 12 + valid_from.month - 1 + months
    year, month = divmod(index, 12)
    day = min(valid_from.day, calendar.monthrange(year, month + 1)[1])
    same_day = date(year, month + 1, day)
    # The 31st has no counterpart in a short month: then that month's last day is the last valid day.
    return same_day if day < valid_from.day else same_day - timedelta(days=1)


def masked(name: str) -> str:
    """A person's name as the public sees it: 林小梅 is 林*梅, 王芳 is 王*."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]
