"""Comparing after every publication, and keeping each day's scores."""

from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from tongban.alignment.comparing import keep_day, refresh, refresh_items
from tongban.alignment.corrections import remind
from tongban.alignment.events import standard_published
from tongban.items.events import item_published, item_state_set, items_stored
from tongban.kit.events import subscribe


@subscribe(item_published, "alignment.compare_item")
def compare_item(payload: dict[str, Any]) -> None:
    """An implementation was published: compare it. Running again changes nothing."""
    if payload["basic_code"]:
        refresh(payload["basic_code"], payload["item_id"])


@subscribe(item_state_set, "alignment.compare_state")
def compare_state(payload: dict[str, Any]) -> None:
    """An item was suspended, resumed or cancelled: only those in use are compared."""
    if payload["basic_code"]:
        refresh(payload["basic_code"], payload["item_id"])


@subscribe(items_stored, "alignment.compare_stored")
def compare_stored(payload: dict[str, Any]) -> None:
    """An import put items in force: compare those whose basic item has a standard."""
    refresh_items(payload["items"])


@subscribe(standard_published, "alignment.compare_all")
def compare_all(payload: dict[str, Any]) -> None:
    """A standard was published: every county that lags shows."""
    refresh(payload["basic_code"])


@app.periodic(cron="50 23 * * *")
@app.task(name="alignment.keep_day", queue="default", queueing_lock="alignment.keep_day")
def keep_today(timestamp: int) -> None:
    """Keep the day's scores for the trend."""
    keep_day(timezone.localdate())


@app.periodic(cron="20 8 * * *", periodic_id="alignment.remind")
@app.task(name="alignment.remind", queue="default", queueing_lock="alignment.remind", retry=2)
def remind_late(timestamp: int) -> None:
    """Each morning: tell of the requests whose day has passed. Running it twice tells nobody twice."""
    remind()
