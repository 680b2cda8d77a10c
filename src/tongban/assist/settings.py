"""What a site may set for replies, hand-overs and tickets, read from the environment."""

import os
from dataclasses import dataclass
from datetime import time

HOURS = "08:30-12:00,14:30-18:00"


@dataclass(frozen=True, slots=True)
class AssistSettings:
    """Times are set by the site; no law names them but the days of a ticket's answer.

    ``answer_minutes`` are working minutes for a hand-over, ``spans`` the day's working hours;
    ``accept_days`` and ``answer_days`` are working days of a ticket, ``reopen_days`` the calendar days in
    which its answer may be objected to; after ``keep_days`` calendar days an anonymous asker's talk fades.
    """

    answer_minutes: int
    spans: tuple[tuple[time, time], ...]
    accept_days: int
    answer_days: int
    reopen_days: int
    keep_days: int


def spans_of(text: str) -> tuple[tuple[time, time], ...]:
    """``08:30-12:00,14:30-18:00`` as pairs. Raises ValueError for what is no such list, or runs backwards."""
    pairs: list[tuple[time, time]] = []
    for part in text.split(","):
        start, end = (time.fromisoformat(piece.strip()) for piece in part.split("-"))
        if end <= start or (pairs and start < pairs[-1][1]):
            raise ValueError(f"working hours run backwards: {text}")
        pairs.append((start, end))
    return tuple(pairs)


def load() -> AssistSettings:
    """The settings as they are now."""
    env = os.environ
    return AssistSettings(
        answer_minutes=int(env.get("TONGBAN_ASSIST_ANSWER_MINUTES", "240")),
        spans=spans_of(env.get("TONGBAN_WORKING_HOURS", HOURS)),
        accept_days=int(env.get("TONGBAN_TICKET_ACCEPT_DAYS", "5")),
        answer_days=int(env.get("TONGBAN_TICKET_ANSWER_DAYS", "15")),
        reopen_days=int(env.get("TONGBAN_TICKET_REOPEN_DAYS", "15")),
        keep_days=int(env.get("TONGBAN_ASSIST_KEEP_DAYS", "90")),
    )
