"""What each department says, side by side, and a department stating a new value by its steward."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, NotFound
from tongban.organisations import service as organisations
from tongban.resources import rules
from tongban.resources.elements import element
from tongban.resources.loading import put_values
from tongban.resources.models import Value
from tongban.resources.reading import _logged_read, _require
from tongban.trace import service as trace


@dataclass(frozen=True, slots=True)
class SourceValue:
    """What one department says. ``is_source``: it is the element's source department."""

    department_id: UUID
    department_name: str
    value: Any
    display: str
    as_of: datetime
    is_source: bool


def source_department(code: str) -> UUID | None:
    """The source department of an element, where the site has it."""
    try:
        return organisations.department_by_code(element(code).source).id
    except NotFound:
        return None


def values_of_sources(
    actor: Actor, subject_id: UUID, code: str, *, purpose: str, case_id: UUID | None
) -> tuple[SourceValue, ...]:
    """Every department's value of one element, the source department's first; logged.

    Raises as ``prefill``.
    """
    about, source = element(code), source_department(code)
    _require(actor, subject_id, purpose, case_id)
    _logged_read(actor, subject_id, [code], "sources", purpose, case_id)
    rows = Value.objects.filter(subject_id=subject_id, element=code).select_related("source")
    found = [
        SourceValue(
            row.source_id, row.source.name, row.value,
            rules.display(about.format, about.mask, row.value), row.as_of, row.source_id == source,
        )
        for row in rows.order_by("source_id")
        if row.value is not None
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: not one.is_source))


@transaction.atomic
def correct(actor: Actor, subject_id: UUID, code: str, value: Any, *, reason: str, key: str) -> None:
    """State a new value for the steward's own department; it counts at once.

    Raises:
        Forbidden: not a steward of the source department or of one that holds a value.
        Invalid: the value cannot be one of this element.
    """
    about, source = element(code), source_department(code)
    held = set(Value.objects.filter(subject_id=subject_id, element=code).values_list("source_id", flat=True))
    mine = [p.department_id for p in actor.posts if p.role == "steward"]
    able = sorted((one for one in mine if one == source or one in held), key=lambda one: one != source)
    if not able:
        raise Forbidden
    put_values(able[0], [(subject_id, code, value)], timezone.now())
    data = {"element": about.code, "department": able[0], "reason": reason, "key": key}
    trace.append(actor, f"data:{subject_id}", "resources.corrected", data)
