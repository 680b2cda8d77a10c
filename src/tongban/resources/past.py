"""What a value was: at a moment, and all along, by the law over the statements of the history.

Two times are told apart: ``when`` is the moment asked about, by the departments' as-of; ``known_at`` the
moment up to which the platform had received what it looks at. With both alike one gets the golden value as
the platform showed it then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound, invalid
from tongban.organisations import service as organisations
from tongban.resources import law, rules
from tongban.resources.deciding import places
from tongban.resources.elements import element
from tongban.resources.members import same_subjects_at
from tongban.resources.models import SourceDecision, ValueHistory
from tongban.resources.reading import _logged_read, _names_now, _require


@dataclass(frozen=True, slots=True)
class Past:
    """The golden value at a moment. Departments by their names."""

    value: Any
    display: str
    source_name: str
    as_of: datetime
    from_source: bool
    confirmers: tuple[str, ...]
    dissenters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when (None: until now) a value of one department stood; ``past`` None: none did."""

    since: datetime
    until: datetime | None
    past: Past | None


def value_as_of(
    actor: Actor, subject_id: UUID, code: str, when: datetime, *, purpose: str, case_id: UUID | None,
    known_at: datetime | None = None,
) -> Past | None:  # fmt: skip
    """The golden value of an element at a moment, or None where nobody said anything; logged.

    :param known_at: only what had been received by then counts (mergers and decisions too); by default now
    :raises Invalid: a moment without a time zone or in the future; otherwise as ``prefill``
    """
    now = timezone.now()
    for name, moment in (("when", when), ("known_at", known_at)):
        if moment is not None and (timezone.is_naive(moment) or moment > now):
            raise invalid(name, "moment", _("时间应带时区，且不晚于现在"))
    said = _said(actor, subject_id, code, purpose, case_id, known_at or now)
    return _past(code, _Law(code, known_at or now).choose(said, when))


def history(
    actor: Actor, subject_id: UUID, code: str, *, purpose: str, case_id: UUID | None
) -> tuple[Period, ...]:
    """All golden values of an element by what is known now, newest first; logged. Raises as ``prefill``."""
    now = timezone.now()
    said = _said(actor, subject_id, code, purpose, case_id, now)
    if not said:
        return ()
    applied = _Law(code, now)
    first = min(one.as_of for one in said)
    moments = {one.as_of for one in said} | {at for at in applied.turns() if first < at <= now}
    found: list[tuple[datetime, law.Chosen | None]] = []
    for moment in sorted(at for at in moments if at <= now):
        chosen = applied.choose(said, moment)
        if not found or _key(found[-1][1]) != _key(chosen):
            found.append((moment, chosen))
    ends: list[datetime | None] = [*(since for since, _chosen in found[1:]), None]
    periods = [
        Period(since, until, _past(code, one)) for (since, one), until in zip(found, ends, strict=True)
    ]
    return tuple(reversed(periods))


def _said(  # noqa: PLR0917
    actor: Actor, subject_id: UUID, code: str, purpose: str, case_id: UUID | None, known_at: datetime
) -> list[law.Said]:
    element(code)
    _require(actor, subject_id, purpose, case_id)
    kind = "own" if actor.kind == "resident" else "history"
    _logged_read(actor, subject_id, [code], kind, purpose, case_id)
    rows = ValueHistory.objects.filter(
        subject_id__in=same_subjects_at(subject_id, known_at), element=code, at__lte=known_at
    )
    return [law.Said(row.department_id, row.value, row.as_of, row.seq, row.change_key) for row in rows]


class _Law:
    """The law about one element, with the decisions about its source that were known at a moment."""

    def __init__(self, code: str, known_at: datetime) -> None:
        self.about = element(code)
        self.places = places()
        rows = SourceDecision.objects.filter(Q(created_at__lte=known_at), element=code)
        self.decisions = sorted(rows, key=lambda row: (row.decided_on, row.id))
        try:
            self.registered: UUID | None = organisations.department_by_code(self.about.source).id
        except NotFound:
            self.registered = None

    def turns(self) -> list[datetime]:
        """When the source department changed."""
        days = [day for row in self.decisions for day in (row.decided_on, row.ended_on) if day is not None]
        return [timezone.make_aware(datetime.combine(day, time.min)) for day in days]

    def source(self, day: date) -> UUID | None:
        """The source department on a day: as decided, else as registered."""
        held = [
            row.department_id
            for row in self.decisions
            if row.decided_on <= day and (row.ended_on is None or row.ended_on > day)
        ]
        return held[-1] if held else self.registered

    def choose(self, said: Sequence[law.Said], when: datetime) -> law.Chosen | None:
        """The golden value at a moment, of the statements that held by then."""
        source = self.source(timezone.localdate(when))
        return law.choose((one for one in said if one.as_of <= when), source, self.places, self.about.compare)


def _key(chosen: law.Chosen | None) -> tuple[Any, ...] | None:
    return None if chosen is None else (chosen.value, chosen.department)


def _past(code: str, chosen: law.Chosen | None) -> Past | None:
    if chosen is None:
        return None
    about, names = element(code), _names_now()
    return Past(
        value=chosen.value,
        display=rules.display(about.format, about.mask, chosen.value),
        source_name=names[str(chosen.department)],
        as_of=chosen.as_of,
        from_source=chosen.from_source,
        confirmers=tuple(names[str(one)] for one in chosen.confirmers),
        dissenters=tuple(names[str(one)] for one in chosen.dissenters),
    )
