"""Counting one county at a time and writing its rows of the day.

One county is one transaction with one pass over its subjects, so that a run can stop anywhere, holds no
long snapshot, and what changed is measured by the very same statement. Whoever measures a county waits for
whoever measures it already, and counts after: the last to write has seen the most.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.errors import invalid
from tongban.quality import marking
from tongban.quality.models import Measure, Run
from tongban.quality.rules import COUNTS
from tongban.resources import service as resources
from tongban.stewardship import service as stewardship

Cell = tuple[UUID, str, str]  # department, element, county
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7501))"
_SAME = "({}) IS NOT DISTINCT FROM ({})".format(
    ", ".join(f"m.{one}" for one in COUNTS), ", ".join(f"excluded.{one}" for one in COUNTS)
)
_OLD = "jsonb_build_object({})".format(", ".join(f"'{one}', m.{one}" for one in COUNTS))
_WRITE = f"""
INSERT INTO quality_measure AS m
    (day, department_id, element, division, {", ".join(COUNTS)}, measured_at, changed_at, invented)
SELECT %s, t.*, %s, %s, false
FROM unnest(%s::uuid[], %s::text[], %s::text[], {", ".join(["%s::bigint[]"] * len(COUNTS))})
    AS t(department_id, element, division, {", ".join(COUNTS)})
ON CONFLICT (day, department_id, element, division) DO UPDATE SET
    {", ".join(f"{one} = excluded.{one}" for one in COUNTS)}, measured_at = excluded.measured_at,
    was = CASE WHEN {_SAME} THEN m.was ELSE {_OLD} END,
    changed_at = CASE WHEN {_SAME} THEN m.changed_at ELSE excluded.changed_at END
"""  # noqa: S608  (constants only)
# Cells of the county that have nothing any more: as if they had never been measured today.
_DROP = """
DELETE FROM quality_measure
WHERE day = %s AND division = %s AND element = ANY(%s::text[]) AND measured_at < %s
"""
# Another subject that has the same number may live in another county, whose row changes with this one's.
_ELSEWHERE = """
UPDATE quality_measure m SET repeated = least(coalesce(t.n, 0), m.keyed)
FROM quality_measure r LEFT JOIN unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[]) AS t(d, e, c, n)
    ON t.d = r.department_id AND t.e = r.element AND t.c = r.division
WHERE r.id = m.id AND m.day = %s AND m.element = ANY(%s::text[])
  AND m.repeated <> least(coalesce(t.n, 0), m.keyed)
"""


class _Placed(Protocol):
    @property
    def department_id(self) -> UUID: ...
    @property
    def element(self) -> str: ...
    @property
    def county(self) -> str: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is counted over all counties at once: repeated and refused values."""

    repeated: dict[Cell, int]
    refused: dict[Cell, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run did."""

    day: date
    counties: int
    cells: int
    values: int
    seconds: float


def _by_cell(found: Iterable[_Placed]) -> dict[Cell, int]:
    cells: dict[Cell, int] = {}
    for one in found:
        key = (one.department_id, one.element, one.county)
        cells[key] = cells.get(key, 0) + one.count
    return cells


def _everywhere(codes: Sequence[str]) -> Elsewhere:
    return Elsewhere(
        _by_cell(resources.repeated_counts(codes)), _by_cell(resources.refused_counts(codes))
    )  # fmt: skip


def measure(
    day: date | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    part: int = 0,
    parts: int = 1,
) -> Measured:
    """Measure every county anew for a day; what was measured for it before is replaced.

    What is counted is the state of this moment: a past day cannot be measured any more, except yesterday by
    a run that went past midnight.

    :param progress: called with counties done and in all
    :param part: of ``parts``, from 0, to share the counties among jobs that run side by side
    :raises Invalid: another day than today or yesterday
    """
    today = timezone.localdate()
    chosen = day or today
    if not today - timedelta(days=1) <= chosen <= today:
        raise invalid("day", "range", _("只能测量今天，或者补记昨天：以前的状态已经过去了"))
    began = time.monotonic()
    codes = [one.code for one in resources.elements()]
    known = resources.counties()
    everywhere = _everywhere(codes)
    # Places without subjects may have refused rows, or had some when the day was measured before.
    others = {key[2] for key in (*everywhere.repeated, *everywhere.refused)}
    others |= set(Measure.objects.filter(day=chosen).values_list("division", flat=True))
    places = sorted(others | set(known))[part::parts]
    cells = values = 0
    for done, county in enumerate(places, 1):
        made, counted = measure_county(county, codes, chosen, everywhere)
        cells, values = cells + made, values + counted
        if progress:
            progress(done, len(places))
    return _noted(Run.Kind.FULL, chosen, len(places), cells, values, began)


def measure_changed(county: str, codes: Sequence[str], day: date) -> tuple[int, int]:
    """Measure some elements of one county anew. Returns cells and values counted; call in a transaction."""
    with transaction.atomic():
        _lock(county)
        everywhere = _everywhere(codes)
        done = measure_county(county, codes, day, everywhere)
        unique = [code for code in codes if resources.element(code).unique]
        if unique:
            keys = [[key[n] for key in everywhere.repeated] for n in range(3)]
            with connection.cursor() as cursor:
                cursor.execute(_ELSEWHERE, [*keys, list(everywhere.repeated.values()), day, unique])
    return done


def measure_county(
    county: str, codes: Sequence[str], day: date, everywhere: Elsewhere
) -> tuple[int, int]:  # fmt: skip
    """Count these elements of one county and write its rows. Returns how many cells and values."""
    with transaction.atomic():
        _lock(county)
        began = timezone.now()
        cells = _counted(county, codes, day, everywhere, began)
        columns: list[list[object]] = [[key[n] for key in cells] for n in range(3)]
        columns += [[counts.get(name, 0) for counts in cells.values()] for name in COUNTS]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [day, began, began, *columns])
            cursor.execute(_DROP, [day, county, list(codes), began])
        marking.settle(county, codes, cells, began)
    return len(cells), sum(counts["filled"] for counts in cells.values())


def _lock(county: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"quality:{county}"])


def _counted(
    county: str, codes: Sequence[str], day: date, everywhere: Elsewhere, at: datetime
) -> dict[Cell, dict[str, int]]:  # fmt: skip
    """The counts of every cell of the county that has something to count."""
    cells: dict[Cell, dict[str, int]] = {}
    for one in resources.value_counts(county, codes, at):
        keyed = one.filled if resources.element(one.element).unique else 0
        cells[one.department_id, one.element, county] = {
            "expected": one.expected, "present": one.filled if one.expected else 0, "filled": one.filled,
            "keyed": keyed, "fresh": one.fresh, "compared": one.compared, "agreeing": one.agreeing,
        }  # fmt: skip
    wanted = set(codes)
    parts: tuple[tuple[str, dict[Cell, int]], ...] = (
        ("refused", everywhere.refused),
        ("repeated", everywhere.repeated),
        ("doubted", _by_cell(stewardship.doubted_counts(codes, county))),
        ("corrected", _by_cell(stewardship.corrected_counts(day, codes, county))),
        ("closed", _by_cell(stewardship.closed_counts(day, codes, county))),
    )
    for name, found in parts:
        for key, n in found.items():
            if key[2] == county and key[1] in wanted:
                cells.setdefault(key, {})[name] = n
    for counts in cells.values():
        counts.setdefault("filled", 0)
        # Counted a moment before the values were: one may have gone meanwhile.
        counts["repeated"] = min(counts.get("repeated", 0), counts.get("keyed", 0))
    return cells


def _noted(kind: str, day: date, counties: int, cells: int, values: int, began: float) -> Measured:  # noqa: PLR0917
    seconds = time.monotonic() - began
    Run.objects.create(kind=kind, day=day, cells=cells, values=values, seconds=seconds)
    return Measured(day, counties, cells, values, seconds)
