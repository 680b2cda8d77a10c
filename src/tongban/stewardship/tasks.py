"""Hearing what changes, and reminding each morning."""

from typing import Any

from procrastinate.contrib.django import app

from tongban.kit.events import subscribe
from tongban.resources.events import golden_changed
from tongban.stewardship.comparing import hear, hear_many
from tongban.stewardship.telling import remind


def compare_many(payloads: list[dict[str, Any]]) -> None:
    """As :func:`compare`, of many changes at once."""
    hear_many(payloads)


@subscribe(golden_changed, "stewardship.compare", compare_many)
def compare(payload: dict[str, Any]) -> None:
    """Open and close the disagreements a change made or ended. Hearing again changes nothing."""
    hear(payload)


@app.periodic(cron="10 8 * * *", periodic_id="stewardship.remind")
@app.task(name="stewardship.remind", queue="default", queueing_lock="stewardship.remind", retry=2)
def remind_due(timestamp: int) -> None:
    """Tell of what is due soon or late. Running it twice tells nobody twice."""
    remind()
