"""What an editor looks at: the order drawn as a graph, and the merged form with who asks what."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.kit.errors import Invalid
from tongban.packages import definition as definitions
from tongban.packages import merging
from tongban.packages.checking import versions_of
from tongban.packages.models import PackageVersion

WIDE, HIGH, GAP_X, GAP_Y = 190, 56, 60, 20  # of a box and between boxes, in the picture's units
SHOWN = 12  # characters of a name that fit into a box


@dataclass(frozen=True, slots=True)
class Box:
    """One item. ``x`` and ``y`` are its upper left corner."""

    key: str
    name: str
    short: str
    x: int
    y: int
    optional: bool


@dataclass(frozen=True, slots=True)
class Line:
    """From an item to one that waits for it; ``free``: that goes on also when the first fails."""

    path: str
    free: bool


@dataclass(frozen=True, slots=True)
class Graph:
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Row:
    """A field or material of the merged form. ``shared``: several items want it."""

    place: str  # member.name of the first
    label: str
    items: tuple[str, ...]
    shared: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The merged form and materials as one filing with every item would show them."""

    pages: tuple[tuple[str, tuple[Row, ...]], ...]
    materials: tuple[Row, ...]
    coming: tuple[tuple[str, str], ...]  # material, item whose result it will be


def graph(row: PackageVersion) -> Graph:
    """The members as boxes in columns, predecessors to the left. A circle is drawn in one column."""
    meant = _read(row)
    if meant is None:
        return Graph((), (), 0, 0)
    names = {k: d.name for k, d in versions_of(meant)[0].items()}
    columns = _columns(meant)
    boxes: dict[str, Box] = {}
    filled: dict[int, int] = {}
    for member in meant.members:
        column = columns[member.key]
        place = filled.get(column, 0)
        filled[column] = place + 1
        name = names.get(member.key, member.item)
        short = name if len(name) <= SHOWN else name[: SHOWN - 1] + "…"
        x, y = 2 + column * (WIDE + GAP_X), 2 + place * (HIGH + GAP_Y)
        boxes[member.key] = Box(member.key, name, short, x, y, bool(member.when))
    lines = [
        Line(_path(boxes[a.member], boxes[m.key]), a.on_failure == "free")
        for m in meant.members
        for a in m.after
        if a.member in boxes
    ]
    width = max(b.x for b in boxes.values()) + WIDE + 14
    height = max(b.y for b in boxes.values()) + HIGH + 2
    return Graph(tuple(boxes.values()), tuple(lines), width, height)


def _columns(meant: definitions.Definition) -> dict[str, int]:
    try:
        keys = definitions.order(meant.members)
    except Invalid:
        return {m.key: 0 for m in meant.members}
    found: dict[str, int] = {}
    by_key = {m.key: m for m in meant.members}
    for key in keys:
        found[key] = max((found[a.member] + 1 for a in by_key[key].after if a.member in found), default=0)
    return found


def _path(one: Box, other: Box) -> str:
    """A curve from the right edge of one box to the left edge of the other, ending before its arrow head."""
    x1, y1, x2, y2 = one.x + WIDE, one.y + HIGH // 2, other.x - 8, other.y + HIGH // 2
    if x2 <= x1:  # a circle: round the right side
        x2 = other.x + WIDE
        return f"M{x1} {y1} C{x1 + 30} {y1} {x2 + 30} {y2} {x2} {y2}"
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"


def _read(row: PackageVersion) -> definitions.Definition | None:
    try:
        return definitions.read(row.definition)
    except Invalid:
        return None


def _ordered(row: PackageVersion) -> tuple[definitions.Definition, merging.Details] | None:
    meant = _read(row)
    if meant is None:
        return None
    details = versions_of(meant)[0]
    try:
        keys = definitions.order(meant.members)
    except Invalid:
        keys = [m.key for m in meant.members]
    return meant, {k: details[k] for k in keys if k in details}


def preview(row: PackageVersion, problems: Mapping[str, str] | None = None) -> Preview:
    """The merged form; ``problems`` are words to show beside a place (``member.field``)."""
    found = _ordered(row)
    if found is None:
        return Preview((), (), ())
    meant, details = found
    wrong = problems or {}

    def rows(places: tuple[merging.Place, ...], label: str) -> Row:
        names = tuple(details[m].name for m, _n in places)
        said = next((wrong[f"{m}.{n}"] for m, n in places if f"{m}.{n}" in wrong), "")
        return Row(".".join(places[0]), label, names, len(places) > 1, said)

    pages = tuple(
        (
            f"{page.title}（{details[page.member].name}）",
            tuple(rows(f.places, _label(details, f.places[0])) for f in page.fields),
        )
        for page in merging.pages(meant, details)
    )
    papers = tuple(
        rows(one.places, _paper(details, one.places[0])) for one in merging.materials(meant, details)
    )
    coming = tuple(
        (_paper(details, place), details[source].name)
        for place, source in merging.feeds(meant, details).items()
    )
    return Preview(pages, papers, coming)


def places(row: PackageVersion) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Every field and every material of the members: ``member.name`` with its words, for joining them."""
    found = _ordered(row)
    if found is None:
        return [], []
    fields = [
        (f"{m}.{n}", f"{p.get('title', n)}（{d.name}）")
        for m, d in found[1].items()
        for n, p in merging.properties(d).items()
        if not p.get("x-element")
    ]
    papers = [(f"{m}.{p.key}", f"{p.name}（{d.name}）") for m, d in found[1].items() for p in d.materials]
    return fields, papers


def _label(details: merging.Details, place: merging.Place) -> str:
    return str(merging.properties(details[place[0]])[place[1]].get("title", place[1]))


def _paper(details: merging.Details, place: merging.Place) -> str:
    return next(m.name for m in details[place[0]].materials if m.key == place[1])
