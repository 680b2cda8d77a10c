"""Hearing what changes, and measuring everything each night."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from tongban.kit.events import subscribe
from tongban.quality.measuring import measure
from tongban.quality.moving import hear_check, hear_many_values, hear_values, sweep
from tongban.resources.events import golden_changed
from tongban.stewardship.events import check_moved

PARTS = 4  # jobs that share a night's counties


@subscribe(golden_changed, "quality.values", hear_many_values)
def values_changed(payload: dict[str, Any]) -> None:
    """Have the county's elements measured again. Hearing twice changes nothing."""
    hear_values(payload)


@subscribe(check_moved, "quality.checks")
def check_changed(payload: dict[str, Any]) -> None:
    """Leave a correction's mark and have its cell measured again. Hearing twice changes nothing."""
    hear_check(payload)


@app.task(
    name="quality.measure_stale",
    queue="default",
    queueing_lock="quality.stale",
    lock="quality.sweep",
    retry=3,
)
def measure_stale() -> None:
    """Measure again what changed. One waits at most; what changes while it runs has the next one."""
    sweep()


@app.periodic(cron="*/10 * * * *", periodic_id="quality.sweep")
@app.task(name="quality.sweep", queue="default", queueing_lock="quality.sweep", lock="quality.sweep")
def sweep_again(timestamp: int) -> None:
    """Find what changed though its job was lost."""
    sweep()


@app.task(name="quality.measure_part", queue="default", retry=2)
def measure_part(part: int, parts: int, day: str) -> None:
    """Measure one part of the counties. Run again it replaces the day's rows."""
    measure(date.fromisoformat(day), part=part, parts=parts)


@app.periodic(cron="40 1 * * *", periodic_id="quality.measure")
@app.task(name="quality.measure", queue="default", queueing_lock="quality.measure", retry=2)
def measure_all(timestamp: int) -> None:
    """Each night: measure everything, in parts that run side by side."""
    day = timezone.localdate().isoformat()
    with transaction.atomic():
        for part in range(PARTS):
            measure_part.defer(part=part, parts=PARTS, day=day)
