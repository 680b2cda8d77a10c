"""What every act leaves: an entry both sides read, a row in the trace; and how rows are found and locked."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound
from tongban.standards.calendar import default_calendar
from tongban.stewardship import rules
from tongban.stewardship.events import check_moved
from tongban.stewardship.models import Act, Check, Correction, Discrepancy, Entry
from tongban.trace import service as trace

# What rooms above hear of. That a disagreement begins or ends comes with a change of values, which is told.
TOLD: dict[str, tuple[Act, ...]] = {
    "correction": (Act.OPENED, Act.PASSED, Act.ANSWERED, Act.WITHDRAWN),
    "discrepancy": (Act.PASSED, Act.ANSWERED),
}
MODELS: dict[str, type[Check]] = {str(m.kind): m for m in (Correction, Discrepancy)}


def due_from(day: date) -> date:
    """The last day for an answer to what was opened on ``day``."""
    return default_calendar().add_working_days(day, settings.CHECK_DAYS)


def hashed(value: Any) -> str:
    """A value's keyed hash: equal for equal values, telling nothing to whoever lacks the site's key."""
    return salted_hmac(
        "tongban.stewardship", rules.canonical(value), algorithm="sha256"
    ).hexdigest()  # fmt: skip


def locked(kind: str, check_id: UUID) -> Any:
    """The row, until the transaction ends. Raises NotFound."""
    model = MODELS.get(kind)
    row = model._default_manager.select_for_update().filter(pk=check_id).first() if model else None
    if row is None:
        raise NotFound
    return row


def note(actor: Actor, row: Check, act: Act, text: str = "", **data: Any) -> None:
    """An entry with the words, and a trace row without them on the subject's chain."""
    _entry(actor, row, act, text).save(force_insert=True)
    trace.append(actor, *_traced(row, act, data))
    kind = type(row).kind  # type: ignore[attr-defined]
    if act in TOLD[kind]:
        check_moved.emit(
            check_id=str(row.id), kind=str(kind), act=str(act), verdict=str(row.answer), element=row.element,
            department_id=str(row.department_id), division=row.division,
            at=timezone.now().isoformat(),
        )  # fmt: skip


def note_many(actor: Actor, acts: Sequence[tuple[Check, Act, dict[str, Any]]]) -> None:
    """As :func:`note`, of many acts at once, without words; only for acts that nobody is told of."""
    for row, act, _data in acts:
        if act in TOLD[type(row).kind]:  # type: ignore[attr-defined]
            raise ValueError(f"{act} is told of one by one")
    Entry.objects.bulk_create([_entry(actor, row, act, "") for row, act, _data in acts], batch_size=1_000)
    trace.append_many(actor, (_traced(row, act, data) for row, act, data in acts))


def _entry(actor: Actor, row: Check, act: Act, text: str) -> Entry:
    department = next((p.department_name for p in actor.posts if p.role == "steward"), "")
    return Entry(
        check_id=row.id, at=timezone.now(), act=act, text=text[:1000],
        by_name=actor.name[:100], department_name=department[:100],
    )  # fmt: skip


def _traced(row: Check, act: Act, data: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    kind = type(row).kind  # type: ignore[attr-defined]
    told = {"check": row.id, "element": row.element, "department": row.department_id, **data}
    return f"data:{row.subject_id}", f"stewardship.{kind}_{act}", told
