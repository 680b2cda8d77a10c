"""What each department says, side by side, and a department stating a new value by its steward."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, invalid
from tongban.resources import choice, law, rules
from tongban.resources.deciding import places, source_department
from tongban.resources.elements import element
from tongban.resources.hooks.telling import tell
from tongban.resources.members import same_subjects
from tongban.resources.models import Value, ValueHistory
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
    is_golden: bool  # its value is the one taken
    differs: bool  # it says something else than the golden value


def values_of_sources(
    actor: Actor, subject_id: UUID, code: str, *, purpose: str, case_id: UUID | None
) -> tuple[SourceValue, ...]:
    """Every department's value of one element, the source department's first; logged.

    Raises as ``prefill``.
    """
    about, source = element(code), source_department(code)
    _require(actor, subject_id, purpose, case_id)
    _logged_read(actor, subject_id, [code], "sources", purpose, case_id)
    rows = Value.objects.filter(subject_id__in=same_subjects(subject_id), element=code)
    # Of merged subjects the newest statement of a department is its word.
    newest = rows.select_related("source").order_by("as_of", "seq", "change_key")
    held = {row.source_id: row for row in newest if row.value is not None}
    said = [law.Said(row.source_id, row.value, row.as_of, row.seq, row.change_key) for row in held.values()]
    golden = law.choose(said, source, places(), about.compare)
    found = [
        SourceValue(
            one, row.source.name, row.value, rules.display(about.format, about.mask, row.value), row.as_of,
            one == source,
            is_golden=golden is not None and one == golden.department,
            differs=golden is not None and one in golden.dissenters,
        )
        for one, row in sorted(held.items())
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: not one.is_source))


@transaction.atomic
def correct(actor: Actor, subject_id: UUID, code: str, value: Any, *, reason: str, key: str) -> None:
    """State a new value for the steward's own department; it counts at once, and once for a ``key``.

    Raises:
        Forbidden: not a steward of the source department or of one that holds a value.
        Invalid: the value cannot be one of this element.
        Conflict: the key was used for something else.
    """
    about, source = element(code), source_department(code)
    choice.lock([subject_id])
    members = same_subjects(subject_id)
    rows = Value.objects.filter(subject_id__in=members, element=code).order_by("as_of")
    held = dict(rows.values_list("source_id", "as_of"))
    mine = [p.department_id for p in actor.posts if p.role == "steward"]
    able = sorted((one for one in mine if one == source or one in held), key=lambda one: one != source)
    if not able:
        raise Forbidden
    try:
        kept = rules.normalise(about.type, about.format, value)
    except ValueError as error:
        raise invalid(code, "value-malformed", str(error)) from None
    name = f"correct:{key}"[:200]
    said = ValueHistory.objects.filter(subject_id__in=members, element=code, change_key=name).first()
    if said is not None:
        if (said.department_id, said.value) != (able[0], kept):
            raise Conflict(_("这个请求编号已用于另一次更正"), code="key_used")
        return
    # A department's clock may run ahead: what it states now is newer than what it stated before.
    now = max(
        [timezone.now(), *(at + timedelta(microseconds=1) for one, at in held.items() if one == able[0])]
    )
    choice.state(able[0], now, [subject_id], [code], [json.dumps(kept, ensure_ascii=False)], 0, name)
    told = choice.choose([subject_id])
    tell(told)
    data = {"element": about.code, "department": able[0], "reason": reason, "key": key}
    trace.append(actor, f"data:{subject_id}", "resources.corrected", data)
