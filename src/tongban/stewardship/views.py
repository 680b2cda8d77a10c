"""What the stewards' pages read: lists with filters and counts, and one check with all its values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, NotFound
from tongban.resources import service as resources
from tongban.standards.calendar import default_calendar
from tongban.stewardship import keeping, rights, rules
from tongban.stewardship.models import Check, Correction, Discrepancy, Entry, Kind

if TYPE_CHECKING:
    _Pages = Paginator[Any]
else:
    _Pages = Paginator
PAGE = 30
COUNTED = 10_000  # pages beyond are not offered; a filter narrows


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty is all. ``region`` is a division code's beginning."""

    kind: str = Kind.CORRECTION
    state: str = "open"
    element: str = ""
    light: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Open ones in reach, by light."""

    total: int
    red: int
    yellow: int

    @property
    def green(self) -> int:
        return self.total - self.red - self.yellow


@dataclass(frozen=True, slots=True)
class SaidBy:
    """One department's value, side by side with the others'. ``mine``: the one whose turn it is."""

    department_id: UUID
    department_name: str
    words: str
    typed: str
    as_of: Any
    is_source: bool
    counts: bool  # it is the golden value
    mine: bool


@dataclass(frozen=True, slots=True)
class CheckView:
    """One discrepancy or correction, and what the actor may do about it."""

    row: Any
    kind: str
    element: resources.Element
    subject_name: str
    light: rules.Light
    values: tuple[SaidBy, ...]  # empty for the data office, which needs none
    said: str  # what the person says would be right, in words
    entries: tuple[Entry, ...]
    may_check: bool
    may_hand_over: bool
    mine: bool
    options: tuple[tuple[str, str], ...]
    proposed: str  # what the value would be put right to, as typed


def light_of(row: Any) -> rules.Light:
    """The light of one check today."""
    done = timezone.localdate(row.answered_at) if row.answered_at and row.state != "open" else None
    if done is None and row.state != "open":
        return "green"
    return rules.light_of(
        row.due_on, done, timezone.localdate(), settings.CHECK_DAYS, default_calendar()
    )  # fmt: skip


def _light_range(light: str) -> Q:
    today = timezone.localdate()
    soon = rules.yellow_until(today, settings.CHECK_DAYS, default_calendar())
    return {
        "red": Q(due_on__lt=today),
        "yellow": Q(due_on__gte=today, due_on__lte=soon),
        "green": Q(due_on__gt=soon),
    }[light]


def _reached(actor: Actor, kind: str) -> QuerySet[Any]:
    if not rights.posts(actor):
        raise Forbidden
    if kind not in keeping.MODELS:
        raise NotFound
    return keeping.MODELS[kind]._default_manager.filter(rights.reach(actor))


class _Capped(_Pages):
    """Counts no further than pages are offered: there may be millions."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:COUNTED].count())


def listing(actor: Actor, filters: Filters, page: int = 1) -> "Page[Any]":
    """What the actor's departments must check (the data office: everything in its region), due first."""
    rows = _reached(actor, filters.kind)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.element:
        rows = rows.filter(element=filters.element)
    if filters.light in ("red", "yellow", "green"):
        rows = rows.filter(_light_range(filters.light), state="open")
    if filters.region:
        rows = rows.filter(division__startswith=filters.region)
    order = ("due_on", "id") if filters.state == "open" or filters.light else ("-id",)
    joined = rows.select_related("subject", "department").order_by(*order)
    return _Capped(joined, PAGE).get_page(page)


def counts(actor: Actor, kind: str) -> Counts:
    """Open checks of a kind in the actor's reach, by light."""
    found = _reached(actor, kind).filter(state="open").aggregate(
        total=Count("pk"),
        red=Count("pk", filter=_light_range("red")),
        yellow=Count("pk", filter=_light_range("yellow")),
    )  # fmt: skip
    return Counts(**found)


def elements_waiting(actor: Actor, kind: str) -> list[tuple[str, str, int]]:
    """The elements of open checks with their labels and numbers, most first."""
    rows = _reached(actor, kind).filter(state="open").values("element").annotate(n=Count("pk"))
    known: Mapping[str, str] = {one.code: one.label for one in resources.elements()}
    found = [(row["element"], known.get(row["element"], row["element"]), row["n"]) for row in rows]
    return sorted(found, key=lambda one: (-one[2], one[0]))


def _found(kind: str, check_id: UUID) -> Any:
    model = keeping.MODELS.get(kind)
    row = model._default_manager.select_related("department").filter(pk=check_id).first() if model else None
    if row is None:
        raise NotFound
    return row


def check(actor: Actor, kind: str, check_id: UUID) -> CheckView:
    """One check. The values are shown to the departments concerned only; the look is logged with the case.

    Raises:
        NotFound, Forbidden.
    """
    row = _found(kind, check_id)
    turn, overseeing = rights.may_check(actor, row), rights.oversees(actor, row)
    concerned = turn or rights.party_to(actor, row)
    if not (concerned or overseeing):
        raise Forbidden
    about = resources.element(row.element)
    values = _values(actor, row) if concerned else ()
    return CheckView(
        row=row,
        kind=kind,
        element=about,
        subject_name=identity.subject(row.subject_id).name,
        light=light_of(row),
        values=values,
        said=said_in_words(row) if concerned and isinstance(row, Correction) else "",
        entries=tuple(entries(row)),
        may_check=turn and row.state == "open" and row.claimed_by in (None, actor.account_id),
        may_hand_over=(turn or overseeing) and row.state == "open",
        mine=row.claimed_by is not None and row.claimed_by == actor.account_id,
        options=tuple(resources.options(row.element)),
        proposed=_proposed(row, values),
    )


def entries(row: Check) -> list[Entry]:
    """What was done about a check, oldest first."""
    return list(Entry.objects.filter(check_id=row.id))


def said_in_words(row: Correction) -> str:
    """What the person says would be right, coded values in words."""
    return dict(resources.options(row.element)).get(row.said, row.said)


def _values(actor: Actor, row: Check) -> tuple[SaidBy, ...]:
    purpose = _("核查更正申请") if isinstance(row, Correction) else _("核查部门间不一致")
    found = resources.values_of_sources(
        actor, row.subject_id, row.element, purpose=purpose, case_id=row.id
    )  # fmt: skip
    format_ = resources.element(row.element).format
    return tuple(
        SaidBy(
            department_id=one.department_id,
            department_name=one.department_name,
            words=resources.in_words(row.element, one.value),
            typed=rules.as_text(format_, one.value),
            as_of=one.as_of,
            is_source=one.is_source,
            counts=not one.differs,
            mine=one.department_id == row.department_id,
        )
        for one in found
    )


def _proposed(row: Check, values: tuple[SaidBy, ...]) -> str:
    """For a request what the person says; for a disagreement the other side's value."""
    if isinstance(row, Correction):
        return row.said
    others = [one for one in values if not one.mine]
    if isinstance(row, Discrepancy) and row.department_id == row.dissenter_id:
        others = [one for one in others if one.counts] or others
    elif isinstance(row, Discrepancy):
        others = [one for one in others if one.department_id == row.dissenter_id] or others
    return others[0].typed if others else ""


def evidence_of(actor: Actor, correction_id: UUID) -> Correction:
    """The request whose evidence the actor may open: its own side, or a steward whose turn it is."""
    row = _found("correction", correction_id)
    own = actor.kind == "resident" and actor.subject_id == row.subject_id
    if not (own or rights.may_check(actor, row)) or row.evidence_id is None:
        raise NotFound
    found: Correction = row
    return found
