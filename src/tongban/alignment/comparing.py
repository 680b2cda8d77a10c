"""Bringing the standings up to date: one item, one basic item, or all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from tongban.alignment.models import Correction, CorrectionState, DayScore, Standing
from tongban.alignment.rules import deviations
from tongban.alignment.standards import StandardDetail, element_values, standard, standard_codes
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.trace import service as trace

_BATCH = 500
_KEPT = [f.name for f in Standing._meta.concrete_fields if f.name not in ("id", "created_at", "item")]


def refresh(basic_code: str, item_id: UUID | str | None = None) -> int:
    """Compare the implementations of a basic item, or one of them, with the standard in force.

    Returns how many were compared. Items that are no longer in force lose their standing; corrections whose
    elements have come into line are closed as mended.
    """
    held = standard(basic_code)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"alignment:{basic_code}"])
        kept = Standing.objects.filter(basic_code=basic_code)
        if item_id is not None:
            kept = kept.filter(item_id=item_id)
        if held is None:
            kept.delete()
            return 0
        ids = items.implementations(basic_code, item_id)
        found = set[UUID]()
        for start in range(0, len(ids), _BATCH):
            details = items.versions(ids[start : start + _BATCH])
            _compare(held, details)
            found |= {detail.item_id for detail in details}
        kept.exclude(item_id__in=found).delete()
        return len(ids)


def refresh_items(pairs: Iterable[tuple[str, str]]) -> int:
    """Compare items given with their basic codes, as far as a standard is in force; returns how many."""
    by_code: dict[str, list[str]] = {}
    for item_id, code in pairs:
        by_code.setdefault(code, []).append(item_id)
    wanted = set(by_code) & set(standard_codes())
    return sum(refresh(code, item_id) for code in sorted(wanted) for item_id in by_code[code])


def _compare(held: StandardDetail, details: Sequence[items.VersionDetail]) -> None:
    rows = [_standing(held, detail) for detail in details]
    Standing.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["item"], update_fields=_KEPT
    )  # fmt: skip
    _close_mended({row.item_id: set(row.deviations) for row in rows})


def _standing(held: StandardDetail, detail: items.VersionDetail) -> Standing:
    own = element_values(detail)
    off = deviations(held.elements, own, held.fixed)
    varied = deviations(held.elements, own, set(held.elements) - set(held.fixed))
    return Standing(
        item_id=detail.item_id,
        item_name=detail.name,
        code=detail.code,
        basic_code=held.basic_code,
        division=detail.division,
        department_id=detail.department_id,
        department_name=detail.department_name,
        standard_number=held.number,
        version_number=detail.number,
        fixed_total=len(held.fixed),
        deviating=len(off),
        deviations=off,
        varied={name: pair["own"] for name, pair in varied.items()},
        compared_at=timezone.now(),
    )


def _close_mended(off: Mapping[UUID, set[str]]) -> None:
    waiting = Correction.objects.filter(
        item_id__in=list(off), state__in=(CorrectionState.OPEN, CorrectionState.ANSWERED)
    )
    for correction in waiting.select_for_update():
        if off[correction.item_id].isdisjoint(correction.elements):
            correction.state, correction.closed_at = CorrectionState.MENDED, timezone.now()
            correction.save(update_fields=["state", "closed_at"])
            about = {"correction": correction.id}
            trace.append(SYSTEM, f"item:{correction.item_id}", "alignment.mended", about)


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Compare every implementation of every basic item that has a standard; returns how many."""
    codes = standard_codes()
    compared = 0
    for index, code in enumerate(codes, 1):
        compared += refresh(code)
        if progress is not None:
            progress(index, len(codes))
    Standing.objects.exclude(basic_code__in=codes).delete()
    return compared


def keep_day(day: date) -> int:
    """Keep how every division (with all levels above it) and its departments stand on ``day``; replayable."""
    sums: dict[tuple[str, str], list[int]] = {}
    rows = Standing.objects.filter(~Q(division="")).values_list(
        "division", "department_name", "fixed_total", "deviating"
    )
    for division, department, total, deviating in rows.iterator():
        keys = [(division[:length], "") for length in (2, 4, 6, 9) if length <= len(division)]
        for key in [*keys, (division, department)]:
            held = sums.setdefault(key, [0, 0, 0])
            for index, value in enumerate((1, total, deviating)):
                held[index] += value
    scores = [
        DayScore(day=day, division=key[0], department_name=key[1], items=n, fixed_total=t, deviating=d)
        for key, (n, t, d) in sums.items()
    ]
    with transaction.atomic():
        DayScore.objects.filter(day=day).delete()
        DayScore.objects.bulk_create(scores, batch_size=1000)
    return len(scores)


def put_scores(days: Mapping[date, Mapping[tuple[str, str], tuple[int, int, int]]]) -> int:
    """Keep scores that were counted elsewhere, such as before this platform; what is kept already stays.

    By day, then by division and department (empty: the whole division): items, fixed elements, deviating
    ones. For loaders. Returns how many were given.
    """
    scores = [
        DayScore(day=day, division=key[0], department_name=key[1], items=n, fixed_total=t, deviating=d)
        for day, sums in days.items()
        for key, (n, t, d) in sums.items()
    ]
    DayScore.objects.bulk_create(scores, batch_size=2000, ignore_conflicts=True)
    return len(scores)
