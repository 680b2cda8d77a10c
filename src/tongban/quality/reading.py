"""What the pages read: sums over the day's rows, over days, departments, elements and regions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Left
from django.utils import timezone

from tongban.divisions import service as divisions
from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound
from tongban.organisations import service as organisations
from tongban.organisations.service import Department
from tongban.quality import rights
from tongban.quality.models import Mark, Measure, Run
from tongban.quality.rules import COUNTS, DIMENSIONS, Share, Tally, total
from tongban.resources import service as resources

SUMS = {name: Sum(name) for name in COUNTS}
DAYS = 30  # that a trend shows
LEAST = 20  # values a region's share must be of to be called a worst one
WORST = 50
OF_ONE = 5  # counties of one department's element among the worst


@dataclass(frozen=True, slots=True)
class Scope:
    """What figures are narrowed to; empty is all. ``region`` is a division code's beginning."""

    region: str = ""
    department: UUID | None = None
    element: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a trend. ``invented``: a demo's past that nobody measured."""

    day: date
    tally: Tally
    invented: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A department's values of an element in one region."""

    department: Department
    element: resources.Element
    region: str
    region_name: str
    share: Share


@dataclass(frozen=True, slots=True)
class Effect:
    """A correction with its cell's figures before and after."""

    mark: Mark
    element: resources.Element
    department: Department
    place: str
    before: Tally | None
    after: Tally | None

    @property
    def changes(self) -> list[tuple[str, Share, Share]]:
        """The dimensions whose figures are not the same any more."""
        if self.before is None or self.after is None:
            return []
        pairs = [(one, self.before.share(one), self.after.share(one)) for one in DIMENSIONS]
        return [(one, old, new) for one, old, new in pairs if old != new]


def _rows(actor: Actor, scope: Scope) -> "QuerySet[Measure]":
    return Measure.objects.filter(rights.reach(actor), _narrowed(scope))


def _narrowed(scope: Scope) -> Q:
    found = Q()
    if len(scope.region) > 2:  # a province's figures are of everybody its departments hold
        found &= Q(division__startswith=scope.region)
    if scope.department is not None:
        found &= Q(department=scope.department)
    if scope.element:
        found &= Q(element=scope.element)
    return found


def last_day(actor: Actor, until: date | None = None) -> date | None:
    """The last day that was measured, not after ``until``."""
    rows = Measure.objects.filter(rights.reach(actor))
    if until is not None:
        rows = rows.filter(day__lte=until)
    found: date | None = rows.aggregate(last=Max("day"))["last"]
    return found


def last_run() -> Run | None:
    """When something was last measured."""
    return Run.objects.order_by("-created_at").first()


def tally(actor: Actor, scope: Scope, day: date) -> Tally:
    """The counts of one day."""
    return Tally.of(_rows(actor, scope).filter(day=day).aggregate(**SUMS))


def trend(actor: Actor, scope: Scope, until: date, days: int = DAYS) -> list[Day]:
    """The counts of each measured day of the last ``days``, oldest first."""
    rows = _rows(actor, scope).filter(day__gt=until - timedelta(days=days), day__lte=until)
    found = rows.order_by("day").values("day", "invented").annotate(**SUMS)
    by_day: dict[date, Day] = {}
    for row in found:
        held = by_day.get(row["day"])
        counts = Tally.of(row)
        by_day[row["day"]] = Day(
            row["day"], counts + held.tally if held else counts,
            bool(row["invented"]) or (held.invented if held else False),
        )  # fmt: skip
    return list(by_day.values())


def cells(actor: Actor, scope: Scope, day: date) -> list[tuple[Department, resources.Element, Tally]]:
    """The counts of each department's element, in the order of both."""
    found = _rows(actor, scope).filter(day=day).order_by().values("department", "element").annotate(**SUMS)
    by_key = {(row["department"], row["element"]): Tally.of(row) for row in found}
    heads = sorted(
        (organisations.department(one) for one in {key[0] for key in by_key}),
        key=lambda one: (one.division, one.code),
    )
    return [
        (head, about, by_key[head.id, about.code])
        for head in heads
        for about in resources.elements()
        if (head.id, about.code) in by_key
    ]


def matrix(
    actor: Actor, scope: Scope, day: date, dimension: str
) -> tuple[list[Department], list[tuple[resources.Element, list[Share | None]]]]:
    """Departments, and for each element one share a department: None where it has nothing of it."""
    found = cells(actor, scope, day)
    heads = list({head.id: head for head, _about, _tally in found}.values())
    by_key = {(head.id, about.code): counts.share(dimension) for head, about, counts in found}
    here = {about.code for _head, about, _tally in found}
    rows = [
        (about, [by_key.get((head.id, about.code)) for head in heads])
        for about in resources.elements()
        if about.code in here
    ]
    return heads, rows


def regions(actor: Actor, scope: Scope, day: date, dimension: str) -> list[Place]:
    """One cell by the regions inside the chosen one, the largest number of faulty values first."""
    assert scope.department is not None
    length = 4 if len(scope.region) < 4 else 6
    places = _places(_rows(actor, scope).filter(day=day), dimension, length)
    return sorted((one for one in places if one.share.of), key=lambda one: (-one.share.missing, one.region))


def worst(actor: Actor, scope: Scope, day: date, dimension: str, *, by_share: bool = False) -> list[Place]:
    """Departments' elements in counties with the most faulty values, or (``by_share``) the lowest shares.

    By share only cells of at least 20 values count: of three values one is soon a third. Of one department's
    element at most five counties are shown, so that a fault everywhere does not hide all others.
    """
    found = [one for one in _places(_rows(actor, scope).filter(day=day), dimension, 6) if one.share.missing]
    if by_share:
        found = [one for one in found if one.share.of >= LEAST]
        found.sort(key=lambda one: (one.share.value or 0, -one.share.missing))
    else:
        found.sort(key=lambda one: (-one.share.missing, one.share.value or 0))
    shown: Counter[tuple[UUID, str]] = Counter()
    kept = []
    for one in found:
        shown[one.department.id, one.element.code] += 1
        if shown[one.department.id, one.element.code] <= OF_ONE:
            kept.append(one)
    return kept[:WORST]


def _places(rows: "QuerySet[Measure]", dimension: str, length: int) -> Iterator[Place]:
    groups = rows.annotate(place=Left("division", length)).order_by()
    found = list(groups.values("department", "element", "place").annotate(**SUMS))
    departments = {one: organisations.department(one) for one in {row["department"] for row in found}}
    known = {one.code: one for one in resources.elements()}
    for row in found:
        if row["element"] in known:
            yield Place(
                departments[row["department"]], known[row["element"]], row["place"],
                place_name(row["place"]), Tally.of(row).share(dimension),
            )  # fmt: skip


def place_name(code: str) -> str:
    """A region in words; a subject without one lives nowhere in particular."""
    from django.utils.translation import gettext as _

    return divisions.full_name(code) if code else _("地区不明")


def effects(actor: Actor, scope: Scope, until: date, days: int = DAYS, most: int = 20) -> list[Effect]:
    """The last corrections, newest first, with their cells' figures before and after."""
    rows = Mark.objects.filter(rights.reach(actor), _narrowed(scope)).filter(
        day__gt=until - timedelta(days=days), day__lte=until
    )
    known = {one.code: one for one in resources.elements()}
    return [
        Effect(
            mark, known[mark.element], mark.department, place_name(mark.division),
            Tally.of(mark.before) if mark.before else None, Tally.of(mark.after) if mark.after else None,
        )
        for mark in rows.select_related("department")[:most]
        if mark.element in known
    ]  # fmt: skip


def departments(actor: Actor) -> list[Department]:
    """The departments whose figures the actor may see, as far as they have any."""
    last = last_day(actor)
    if last is None:
        return []
    ids = (
        Measure.objects.filter(rights.reach(actor), day=last).values_list("department", flat=True).distinct()
    )
    return sorted((organisations.department(one) for one in ids), key=lambda one: (one.division, one.code))


def chosen_department(actor: Actor, slug: str) -> Department | None:
    """The department of a short code, if the actor may see its figures; None for no or another code."""
    if not slug:
        return None
    return next((one for one in departments(actor) if one.code == slug), None)


def cell(actor: Actor, slug: str, code: str) -> tuple[Department, resources.Element]:
    """A department and an element, if the actor may see its figures. Raises NotFound."""
    department = chosen_department(actor, slug)
    about = next((one for one in resources.elements() if one.code == code), None)
    if department is None or about is None:
        raise NotFound
    return department, about


HEADS = ("day", "department", "element", "name", "division", "place", *COUNTS)


def table(actor: Actor, scope: Scope, day: date) -> Iterable[Sequence[str]]:
    """All rows of a day, one a county, as text for a download; the heads are ``HEADS`` and the shares."""
    rows = _rows(actor, scope).filter(day=day).select_related("department")
    names = {one.code: one.label for one in resources.elements()}
    for row in rows.order_by("department__code", "element", "division").iterator():
        counts = Tally.of({name: getattr(row, name) for name in COUNTS})
        numbers: dict[str, Any] = counts.counts
        yield [
            row.day.isoformat(), row.department.code, row.element, names.get(row.element, row.element),
            row.division, place_name(row.division), *(str(numbers[name]) for name in COUNTS),
            *(share.percent for _name, share in counts.shares),
        ]  # fmt: skip


def elements_in_public(least: int) -> tuple[date | None, list[Day], list[tuple[resources.Element, Tally]]]:
    """The province's figures for everybody: day, trend, and elements with at least ``least`` values."""
    today = timezone.localdate()
    found = Measure.objects.filter(day__lte=today).aggregate(last=Max("day"))["last"]
    if found is None:
        return None, [], []
    from tongban.kit.actors import SYSTEM

    days = trend(SYSTEM, Scope(), found)
    rows = Measure.objects.filter(day=found).order_by().values("element").annotate(**SUMS)
    by_code = {row["element"]: Tally.of(row) for row in rows}
    elements = [
        (one, by_code[one.code])
        for one in resources.elements()
        if one.code in by_code and by_code[one.code].filled >= least
    ]
    return found, days, elements


def whole(days: Sequence[Day]) -> Tally:
    """The sum over days: of flows only, such as corrections."""
    return total(day.tally for day in days)
