"""Hearing what changes and measuring it again, together and not too often."""

import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from tongban.identity import service as identity
from tongban.quality import marking, measuring
from tongban.quality.models import Run, Stale
from tongban.resources import service as resources

REST = 5  # a sweep is followed by this many times its own length without one
LONGEST_REST = 600  # seconds
_NOTE = """
INSERT INTO quality_stale (division, element) SELECT %s, * FROM unnest(%s::text[])
ON CONFLICT (division, element) DO NOTHING
"""
_TAKE = "DELETE FROM quality_stale WHERE division = %s RETURNING element"


def hear_values(payload: dict[str, Any]) -> None:
    """Golden values of a subject, or who differs from them, changed (``resources.golden_changed``)."""
    hear_many_values([payload])


def hear_many_values(payloads: list[dict[str, Any]]) -> None:
    """As :func:`hear_values`, of many subjects at once."""
    told: dict[UUID, set[str]] = {}
    for payload in payloads:
        codes = {one["element"] for one in payload["elements"]}
        told.setdefault(UUID(str(payload["subject_id"])), set()).update(codes)
    places: dict[str, set[str]] = {}
    for subject_id, division in identity.divisions_of(told).items():
        places.setdefault(division[:6], set()).update(told[subject_id])
    for county in sorted(places):
        note_stale(county, sorted(places[county]))


def hear_check(payload: dict[str, Any]) -> None:
    """Somebody says that a value is wrong, or a department answered (``stewardship.check_moved``)."""
    if payload["act"] == "answered" and payload["verdict"] == "corrected":
        marking.leave(payload)
    note_stale(payload["division"], [payload["element"]])


def note_stale(division: str, codes: Sequence[str]) -> None:
    """Have these elements of a division's county measured again, soon and once for all who ask."""
    known = {one.code for one in resources.elements()}
    wanted = sorted(known.intersection(codes))
    if not wanted:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [division[:6], wanted])
        _soon()


def _soon() -> None:
    from tongban.quality.tasks import measure_stale

    try:
        with transaction.atomic():  # what waits already is told by an error, which must not end the outer one
            measure_stale.configure(schedule_in={"seconds": _rest()}).defer()
    except AlreadyEnqueued:
        pass


def _rest() -> int:
    """Seconds until the next sweep: the longer the last one took, the longer the database is left alone."""
    last = Run.objects.filter(kind=Run.Kind.CHANGED).order_by("-created_at").first()
    least: int = settings.QUALITY_SETTLE_SECONDS
    return max(least, min(LONGEST_REST, int(REST * last.seconds))) if last else least


def sweep() -> int:
    """Measure again what changed; returns how many cells. Each county is a transaction of its own."""
    began, cells, values = time.monotonic(), 0, 0
    today = timezone.localdate()
    for county in _waiting():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_TAKE, [county])
                codes = [row[0] for row in cursor.fetchall()]
            if codes:
                made, counted = measuring.measure_changed(county, codes, today)
                cells, values = cells + made, values + counted
    if cells:
        Run.objects.create(
            kind=Run.Kind.CHANGED, day=today, cells=cells, values=values, seconds=time.monotonic() - began
        )  # fmt: skip
    return cells


def _waiting() -> Iterable[str]:
    return list(Stale.objects.values_list("division", flat=True).distinct().order_by("division"))
