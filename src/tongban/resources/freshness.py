"""Whether a source comes as often as it should; pure."""

from datetime import datetime, timedelta
from typing import Literal

Light = Literal["green", "yellow", "red"]
PERIODS = {
    "realtime": timedelta(hours=2),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "tendays": timedelta(days=11),
    "monthly": timedelta(days=31),
    "quarterly": timedelta(days=92),
    "yearly": timedelta(days=366),
}
GRACE = 1.25  # of a period until the light is yellow
LATE = 2.0  # of a period until it is red


def light_of(cycle: str, last: datetime | None, since: datetime, now: datetime) -> Light:
    """Green while the cycle is kept, yellow shortly after, red once a whole turn is missing.

    :param last: when something last came; ``since`` (when the source was set up) counts where nothing did
    """
    turns = (now - (last or since)) / PERIODS[cycle]
    if turns > LATE:
        return "red"
    return "yellow" if turns > GRACE or last is None else "green"


def due_at(cycle: str, last: datetime | None, since: datetime) -> datetime:
    """When something should come next: a period after it last came, or after the source was set up."""
    return (last or since) + PERIODS[cycle]
