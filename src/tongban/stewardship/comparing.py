"""Opening and closing disagreements as the resource centre's values change.

What stands is read anew each time under a lock on the subject, so that hearing late, twice or out of order
ends the same.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.resources import service as resources
from tongban.stewardship import keeping
from tongban.stewardship.models import Act, Discrepancy, DiscrepancyState

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7302))"
STANDING = (DiscrepancyState.OPEN, DiscrepancyState.ANSWERED)


@transaction.atomic
def settle(subject_id: UUID, codes: Iterable[str], *, on: date | None = None) -> int:
    """Bring the discrepancies of a subject's elements in line with what the departments say now.

    Args:
        codes: the elements that may have changed; ones that are not in the registry are passed over.
        on: the day the time runs from, today unless a loader tells of an earlier disagreement.

    Returns:
        how many were opened, opened again or closed.
    """
    known = {one.code for one in resources.elements()}
    wanted = sorted({code for code in codes if code in known})
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"stewardship:{subject_id}"])
    return sum(_settle(subject_id, code, on) for code in wanted)


def _settle(subject_id: UUID, code: str, on: date | None) -> int:
    found: tuple[resources.SourceValue, ...] = ()
    if resources.same_subjects(subject_id)[0] == subject_id:  # one that was merged has none of its own
        purpose = _("核对各部门数据是否一致")
        found = resources.values_of_sources(SYSTEM, subject_id, code, purpose=purpose, case_id=None)
    golden = next((one for one in found if one.is_golden), None)
    against = {one.department_id: one for one in found if one.differs}
    rows = Discrepancy.objects.select_for_update().filter(subject_id=subject_id, element=code)
    held = {row.dissenter_id: row for row in rows}
    changed = 0
    for department_id, row in held.items():
        if department_id not in against and row.state in STANDING:
            _close(row)
            changed += 1
    for department_id, one in against.items():
        assert golden is not None
        changed += _stand(subject_id, code, golden, one, held.get(department_id), on)
    return changed


def _close(row: Discrepancy) -> None:
    row.state, row.closed_at = DiscrepancyState.CLOSED, timezone.now()
    row.save(update_fields=["state", "closed_at"])
    keeping.note(SYSTEM, row, Act.CLOSED)


def _stand(  # noqa: PLR0917
    subject_id: UUID,
    code: str,
    golden: resources.SourceValue,
    one: resources.SourceValue,
    row: Discrepancy | None,
    on: date | None,
) -> bool:
    """One disagreement as it stands now; whether it is new or back."""
    hashes = {"value_hash": keeping.hashed(golden.value), "dissent_hash": keeping.hashed(one.value)}
    today = timezone.localdate()
    began = on or today
    now = timezone.now() - (today - began)
    fresh: dict[str, Any] = {
        "source_id": golden.department_id, "department_id": one.department_id, "opened_at": now,
        "due_on": keeping.due_from(began), "state": DiscrepancyState.OPEN,
    }  # fmt: skip
    if row is None:
        division = identity.subject(subject_id).division
        pair = {"subject_id": subject_id, "element": code, "dissenter_id": one.department_id}
        row = Discrepancy.objects.create(**pair, **fresh, **hashes, division=division)
        keeping.note(SYSTEM, row, Act.OPENED)
        return True
    same = all(getattr(row, name) == value for name, value in hashes.items())
    if row.state == DiscrepancyState.OPEN or (row.state == DiscrepancyState.ANSWERED and same):
        if not same or row.source_id != golden.department_id:
            row.source_id = golden.department_id
            row.value_hash, row.dissent_hash = hashes["value_hash"], hashes["dissent_hash"]
            row.save(update_fields=["source_id", *hashes])
        return False
    for name, value in {**fresh, **hashes}.items():
        setattr(row, name, value)
    row.times += 1
    row.claimed_by, row.claimed_name, row.closed_at = None, "", None
    row.answer, row.reason, row.answered_by, row.answered_at = "", "", "", None
    row.save()
    keeping.note(SYSTEM, row, Act.REOPENED, times=row.times)
    return True


def hear(payload: dict[str, Any]) -> int:
    """A golden value or who differs from it changed (``resources.golden_changed``).

    Elements nobody differs about and without a disagreement that stands need no look.
    """
    subject_id = UUID(str(payload["subject_id"]))
    told = {one["element"]: one for one in payload["elements"]}
    standing = Discrepancy.objects.filter(
        subject_id=subject_id, element__in=list(told), state__in=STANDING
    ).values_list("element", flat=True)
    wanted = {code for code, one in told.items() if one.get("dissenters")} | set(standing)
    return settle(subject_id, wanted) if wanted else 0
