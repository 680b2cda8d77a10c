"""The mark a correction leaves: the counts of its cell before and after."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from tongban.quality.models import Mark, Measure
from tongban.quality.rules import COUNTS, Tally


def leave(payload: Mapping[str, Any]) -> None:
    """Note that a department put a value right, once for a check; heard late or twice it ends the same."""
    at = datetime.fromisoformat(payload["at"])
    cell = {
        "department_id": UUID(payload["department_id"]), "element": payload["element"],
        "division": payload["division"][:6],
    }  # fmt: skip
    before, after = _around(at, cell)
    Mark.objects.get_or_create(
        check_id=UUID(payload["check_id"]),
        defaults={
            "kind": payload["kind"], "at": at, "day": timezone.localdate(at), "before": before,
            "after": after, **cell,
        },
    )  # fmt: skip


def _around(at: datetime, cell: Mapping[str, Any]) -> tuple[dict[str, int] | None, dict[str, int] | None]:
    """The cell's counts as measured last before a moment, and after it where it was measured since."""
    rows = Measure.objects.filter(**cell, day__lte=timezone.localdate(at), invented=False)
    found = list(rows.order_by("-day")[:2])
    if not found:
        return None, None
    last = found[0]
    if last.changed_at <= at:
        return _counts(last), None
    # Its change was counted before it was told of.
    earlier = last.was or (_counts(found[1]) if len(found) > 1 else None)
    return earlier, _counts(last)


def _counts(row: Measure) -> dict[str, int]:
    return {name: getattr(row, name) for name in COUNTS}


def settle(
    county: str, codes: Sequence[str], cells: Mapping[tuple[UUID, str, str], Mapping[str, int]], at: datetime
) -> None:  # fmt: skip
    """Write what was counted after the corrections of these cells that wait for it."""
    waiting = Mark.objects.filter(division=county, element__in=codes, after__isnull=True, at__lt=at)
    for mark in waiting:
        mark.after = Tally.of(cells.get((mark.department_id, mark.element, county), {})).counts
        mark.save(update_fields=["after"])
