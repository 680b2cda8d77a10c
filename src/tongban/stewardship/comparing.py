"""Opening and closing disagreements as the resource centre's values change.

What stands is read anew each time under a lock on the subject, so that hearing late, twice or out of order
ends the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.resources import service as resources
from tongban.stewardship import keeping
from tongban.stewardship.models import Act, Discrepancy, DiscrepancyState

# In one order, whoever asks, so that two never wait for each other.
LOCK = """
SELECT pg_advisory_xact_lock(id) FROM (
    SELECT DISTINCT hashtextextended(name, 7302) AS id FROM unnest(%s::text[]) AS a(name) ORDER BY id
) AS sorted
"""
BATCH = 1_000
REWRITTEN = [
    "source_id", "department_id", "value_hash", "dissent_hash", "opened_at", "due_on", "state", "times",
    "claimed_by", "claimed_name", "closed_at", "answer", "reason", "answered_by", "answered_at",
]  # fmt: skip
STANDING = (DiscrepancyState.OPEN, DiscrepancyState.ANSWERED)


def settle(subject_id: UUID, codes: Iterable[str], *, on: date | None = None) -> int:
    """Bring the discrepancies of a subject's elements in line with what the departments say now.

    Args:
        codes: the elements that may have changed; ones that are not in the registry are passed over.
        on: the day the time runs from, today unless a loader tells of an earlier disagreement.

    Returns:
        how many were opened, opened again or closed.
    """
    return settle_many([(subject_id, code) for code in codes], on=on)


@transaction.atomic
def settle_many(pairs: Iterable[tuple[UUID, str]], *, on: date | None = None) -> int:
    """As :func:`settle`, of many (subject, element) by a handful of statements."""
    known = {one.code for one in resources.elements()}
    wanted = sorted({pair for pair in pairs if pair[1] in known})
    if not wanted:
        return 0
    subjects = sorted({subject_id for subject_id, _code in wanted})
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [[f"stewardship:{one}" for one in subjects]])
    found = resources.standing(wanted)
    held = _held(wanted)
    began = Began.on(on)
    changes = Changes()
    for pair in wanted:
        now, rows = found.get(pair), held.get(pair, {})
        against = now.against if now else {}
        for department_id, row in rows.items():
            if department_id not in against and row.state in STANDING:
                changes.close(row)
        for department_id, value in against.items():
            assert now is not None
            one = Differing(
                pair, department_id, now.department_id, keeping.hashed(now.value), keeping.hashed(value)
            )
            changes.stand(one, rows.get(department_id), began)
    return changes.write()


def _held(pairs: list[tuple[UUID, str]]) -> dict[tuple[UUID, str], dict[UUID, Discrepancy]]:
    """The rows there are of these pairs, by who dissents, locked."""
    rows = Discrepancy.objects.select_for_update().filter(
        subject_id__in={subject_id for subject_id, _code in pairs},
        element__in={code for _subject, code in pairs},
    )
    held: dict[tuple[UUID, str], dict[UUID, Discrepancy]] = {}
    for row in rows.order_by("id"):
        held.setdefault((row.subject_id, row.element), {})[row.dissenter_id] = row
    return held


@dataclass(frozen=True, slots=True)
class Began:
    """From when the time for checking runs, and until when."""

    opened_at: datetime
    due_on: date

    @classmethod
    def on(cls, day: date | None) -> "Began":
        today = timezone.localdate()
        began = day or today
        return cls(timezone.now() - (today - began), keeping.due_from(began))


@dataclass(frozen=True, slots=True)
class Differing:
    """A department's value that differs, of which pair, from whose; values by their hashes."""

    pair: tuple[UUID, str]
    dissenter_id: UUID
    source_id: UUID
    value_hash: str
    dissent_hash: str


class Changes:
    """What is to be written about disagreements, gathered and then written together."""

    def __init__(self) -> None:
        self.opened: list[Discrepancy] = []
        self.moved: list[Discrepancy] = []  # other values or another source: nothing anybody is told
        self.noted: list[tuple[Discrepancy, Act, dict[str, Any]]] = []
        self.changed: list[Discrepancy] = []

    def close(self, row: Discrepancy) -> None:
        row.state, row.closed_at = DiscrepancyState.CLOSED, timezone.now()
        self.changed.append(row)
        self.noted.append((row, Act.CLOSED, {}))

    def stand(self, one: Differing, row: Discrepancy | None, began: Began) -> None:
        """One disagreement as it stands now: new, back, or there already."""
        if row is None:
            row = Discrepancy(subject_id=one.pair[0], element=one.pair[1], dissenter_id=one.dissenter_id)
            _renew(row, one, began)
            self.opened.append(row)
            self.noted.append((row, Act.OPENED, {}))
            return
        same = (row.value_hash, row.dissent_hash) == (one.value_hash, one.dissent_hash)
        if row.state == DiscrepancyState.OPEN or (row.state == DiscrepancyState.ANSWERED and same):
            if not same or row.source_id != one.source_id:
                row.source_id, row.value_hash, row.dissent_hash = (
                    one.source_id,
                    one.value_hash,
                    one.dissent_hash,
                )
                self.moved.append(row)
            return
        _renew(row, one, began)
        row.times += 1
        row.claimed_by, row.claimed_name, row.closed_at = None, "", None
        row.answer, row.reason, row.answered_by, row.answered_at = "", "", "", None
        self.changed.append(row)
        self.noted.append((row, Act.REOPENED, {"times": row.times}))

    def write(self) -> int:
        """Write all, each act with its entry and its trace row; how many opened, came back or closed."""
        places = identity.divisions_of({row.subject_id for row in self.opened})
        for row in self.opened:
            row.division = places[row.subject_id]
        Discrepancy.objects.bulk_create(self.opened, batch_size=BATCH)
        if rewritten := [*self.changed, *self.moved]:
            Discrepancy.objects.bulk_update(rewritten, REWRITTEN, batch_size=BATCH)
        keeping.note_many(SYSTEM, self.noted)
        return len(self.noted)


def _take(row: Discrepancy, one: Differing) -> None:
    row.source_id, row.value_hash, row.dissent_hash = one.source_id, one.value_hash, one.dissent_hash


def _renew(row: Discrepancy, one: Differing, began: Began) -> None:
    _take(row, one)
    row.department_id = one.dissenter_id
    row.opened_at, row.due_on, row.state = began.opened_at, began.due_on, DiscrepancyState.OPEN


def hear(payload: dict[str, Any]) -> int:
    """A golden value or who differs from it changed (``resources.golden_changed``); see :func:`hear_many`."""
    return hear_many([payload])


def hear_many(payloads: list[dict[str, Any]]) -> int:
    """Many golden values changed: settle what somebody differs about, and disagreements that stand.

    Elements nobody differs about and without a disagreement that stands need no look.
    """
    disputed: set[tuple[UUID, str]] = set()
    quiet: set[tuple[UUID, str]] = set()
    for payload in payloads:
        for one in payload["elements"]:
            pair = (UUID(str(payload["subject_id"])), one["element"])
            (disputed if one.get("dissenters") else quiet).add(pair)
    rows = Discrepancy.objects.filter(
        subject_id__in={subject_id for subject_id, _code in quiet}, state__in=STANDING
    ).values_list("subject_id", "element")
    return settle_many(disputed | (quiet.intersection(rows) if quiet else set()))
