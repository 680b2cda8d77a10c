"""What the pages read: the matrix, scores, one difference, the trend, the requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Left, Length
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.alignment.models import Correction, DayScore, Standing
from tongban.alignment.rules import canonical, score
from tongban.alignment.standards import ELEMENT_LABELS
from tongban.alignment.standards import standard as standard_of
from tongban.divisions import service as divisions
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound

PAGE = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One element of one implementation beside the standard."""

    element: str
    own: str
    state: str  # "same" | "off" (fixed, differs) | "varied" (free, differs)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One implementation."""

    item_id: UUID
    item_name: str
    region: str
    department_name: str
    score: float | None
    deviating: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One element: what the standard says and how many differ."""

    element: str
    label: str
    fixed: bool
    standard: str
    differing: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """All implementing regions × elements of one basic item."""

    basic_code: str
    name: str
    standard_number: int
    columns: tuple[Column, ...]
    rows: tuple[MatrixRow, ...]
    page: Page[Standing]
    total: int
    drifting: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """How a basic item, region or department stands."""

    key: str
    name: str
    items: int
    drifting: int
    deviating: int
    score: float | None


def lines(name: str, value: Any) -> str:
    """An element's value in words, a row a line: codes by their labels, charges in yuan."""
    if name == "fees":
        rows = [fee for fee in value or [] if isinstance(fee, dict)]
        return "\n".join(f"{fee['name']} {fee['amount_fen'] / 100:g} 元" for fee in rows)
    return items.spoken(name, value)


def say(name: str, value: Any) -> str:
    """An element's value in words on one line."""
    return "；".join(line.rstrip("。；") for line in lines(name, value).split("\n")) or "—"


def brief(name: str, standard: Any, own: Any) -> str:
    """How an own value differs, short enough for a cell: of lists how many rows are missing or added."""
    if not isinstance(standard, list) or not isinstance(own, list):
        return say(name, own)
    wanted, held = ([canonical(one) for one in rows] for rows in (standard, own))
    missing = sum(one not in held for one in wanted)
    added = sum(one not in wanted for one in held)
    said = [_("少 %(n)s 项") % {"n": missing}] if missing else []
    said += [_("多 %(n)s 项") % {"n": added}] if added else []
    return "、".join(said) or say(name, own)


def matrix(basic_code: str, *, region: str = "", only_drifting: bool = False, page: int = 1) -> Matrix:
    """The drift matrix of a basic item. Raises NotFound where no standard is in force."""
    standard = standard_of(basic_code)
    if standard is None:
        raise NotFound
    rows = Standing.objects.filter(basic_code=basic_code, division__startswith=region)
    sums = _sums(rows)
    listed = rows.filter(deviating__gt=0) if only_drifting else rows
    held = Paginator(listed.order_by("-deviating", "division", "code"), PAGE).get_page(page)
    names = sorted(
        standard.elements, key=lambda name: (name not in standard.fixed, list(standard.elements).index(name))
    )
    differing = _differing(rows)
    columns = tuple(
        Column(
            name, str(ELEMENT_LABELS.get(name, name)), name in standard.fixed,
            say(name, standard.elements[name]), differing.get(name, 0),
        )
        for name in names
    )  # fmt: skip
    return Matrix(
        basic_code, standard.name, standard.number, columns,
        tuple(_matrix_row(row, names, standard.elements) for row in held), held,
        sums["items"], sums["drifting"], score(sums["total"], sums["off"]),
    )  # fmt: skip


def _matrix_row(row: Standing, names: Sequence[str], wanted: Mapping[str, Any]) -> MatrixRow:
    cells = []
    for name in names:
        if name in row.deviations:
            pair = row.deviations[name]
            cells.append(Cell(name, brief(name, pair["standard"], pair["own"]), "off"))
        elif name in row.varied:
            cells.append(Cell(name, brief(name, wanted.get(name), row.varied[name]), "varied"))
        else:
            cells.append(Cell(name, "", "same"))
    return MatrixRow(
        row.item_id, row.item_name, _region(row.division), row.department_name,
        score(row.fixed_total, row.deviating), row.deviating, tuple(cells),
    )  # fmt: skip


def _differing(rows: QuerySet[Standing]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for off, varied in rows.values_list("deviations", "varied").iterator():
        for name in (*off, *varied):
            counts[name] = counts.get(name, 0) + 1
    return counts


def _sums(rows: QuerySet[Standing]) -> dict[str, int]:
    found = rows.aggregate(
        items=Count("id"),
        drifting=Count("id", filter=Q(deviating__gt=0)),
        total=Sum("fixed_total"),
        off=Sum("deviating"),
    )
    return {name: value or 0 for name, value in found.items()}


def by_basic_item(*, region: str = "", page: int = 1) -> tuple[list[Score], Page[Any]]:
    """Basic items with a standard, the worst first."""
    rows = Standing.objects.filter(division__startswith=region).values("basic_code")
    return _scores(rows, "basic_code", page, lambda code: getattr(standard_of(code), "name", code))


def by_region(*, region: str = "", page: int = 1) -> tuple[list[Score], Page[Any]]:
    """The divisions one level below ``region``, the worst first."""
    length = {0: 4, 2: 4, 4: 6}.get(len(region), 9)
    rows = (
        Standing.objects.filter(division__startswith=region)
        .annotate(depth=Length("division"), area=Left("division", length))
        .filter(depth__gte=length)
        .values("area")
    )
    return _scores(rows, "area", page, _region)


def by_department(*, region: str = "", page: int = 1) -> tuple[list[Score], Page[Any]]:
    """Departments of a region, the worst first."""
    rows = Standing.objects.filter(division__startswith=region).values("department_name")
    return _scores(rows, "department_name", page, str)


def _scores(rows: Any, key: str, page: int, name_of: Any) -> tuple[list[Score], Page[Any]]:
    summed = rows.annotate(
        items_=Count("id"),
        drifting=Count("id", filter=Q(deviating__gt=0)),
        total=Sum("fixed_total"),
        off=Sum("deviating"),
    ).order_by(-F("off") * 1000 / F("total"), key)
    held = Paginator(summed.filter(total__gt=0), PAGE).get_page(page)
    listed = [
        Score(
            row[key],
            name_of(row[key]),
            row["items_"],
            row["drifting"],
            row["off"],
            score(row["total"], row["off"]),
        )
        for row in held
    ]
    return listed, held


@dataclass(frozen=True, slots=True)
class Difference:
    """One element side by side, with the words that the other side does not have marked."""

    element: str
    label: str
    fixed: bool
    standard: tuple[items.Piece, ...]
    own: tuple[items.Piece, ...]


def difference(item_id: UUID) -> tuple[Standing, list[Difference]]:
    """One item beside its standard, fixed elements first. Raises NotFound."""
    row = Standing.objects.filter(item_id=item_id).first()
    standard = standard_of(row.basic_code) if row else None
    if row is None or standard is None:
        raise NotFound
    fixed = [(name, True, pair["standard"], pair["own"]) for name, pair in row.deviations.items()]
    free = [(name, False, standard.elements.get(name), own) for name, own in row.varied.items()]
    return row, [
        Difference(
            name, str(ELEMENT_LABELS.get(name, name)), is_fixed,
            *items.pieces(lines(name, wanted), lines(name, own)),
        )
        for name, is_fixed, wanted, own in (*fixed, *free)
    ]  # fmt: skip


def trend(division: str, *, department_name: str = "", days: int = 90) -> list[tuple[date, float | None]]:
    """The score of each kept day, oldest first; ``days`` are calendar days."""
    since = timezone.localdate() - timedelta(days=days)
    rows = DayScore.objects.filter(
        division=division, department_name=department_name, day__gte=since
    ).order_by("day")
    return [(row.day, score(row.fixed_total, row.deviating)) for row in rows]


def corrections(actor: Actor, *, state: str = "", page: int = 1) -> Page[Correction]:
    """The requests of the actor's regions and departments, those due first."""
    seen = Q(pk__in=[])
    for post in actor.posts:
        if post.role in ("supervisor", "leader"):
            seen |= Q(division__startswith=post.division)
        elif post.role == "item_editor":
            seen |= Q(department_id=post.department_id, division__startswith=post.division)
            if len(post.division) <= 2:
                seen |= Q(division__startswith=post.division)
    rows = Correction.objects.filter(seen)
    if state:
        rows = rows.filter(state=state)
    return Paginator(rows.order_by("due_on", "id"), PAGE).get_page(page)


def _region(code: str) -> str:
    try:
        return divisions.get(code).name
    except NotFound:
        return code
