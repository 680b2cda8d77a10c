"""From where an element comes, who holds it, which value is chosen, who uses it; as data and as a drawing."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.inventory.users import User, users_of
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Invalid, NotFound
from tongban.organisations.service import Department
from tongban.resources import service as resources

WIDE, HIGH, GAP_X, GAP_Y = 190, 56, 60, 18  # of a box and between boxes, in the picture's units
SHOWN = 12  # characters that fit into a box
MOST = 6  # boxes of users; the table below has all


@dataclass(frozen=True, slots=True)
class Feed:
    """A source that says the element, in which of its columns."""

    slug: str
    name: str
    column: str
    department: Department
    light: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """Everything about one element. ``source`` may be missing where no department is named."""

    element: resources.Element
    feeds: tuple[Feed, ...]
    holders: tuple[Department, ...]
    source: Department | None
    users: tuple[tuple[str, str, tuple[User, ...]], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """``x`` and ``y`` are the upper left corner; ``weak``: a checker."""

    name: str
    short: str
    under: str
    x: int
    y: int
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    weak: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    heads: tuple[tuple[int, str], ...]
    width: int
    height: int


def lineage(code: str) -> Lineage:
    """The lineage of an element. Raises NotFound."""
    try:
        about = resources.element(code)
    except Invalid:
        raise NotFound(_("没有这个数据元")) from None
    feeds = _feeds(code)
    source_id = resources.source_department(code)
    held = {one.department.id: one.department for one in feeds}
    source = held.get(source_id) if source_id else None
    if source is None and source_id is not None:
        from tongban.organisations import service as organisations

        source = organisations.department(source_id)
        held[source_id] = source
    holders = sorted(held.values(), key=lambda d: (d.id != source_id, d.name))
    order = {d.id: place for place, d in enumerate(holders)}
    feeds.sort(key=lambda one: (order[one.department.id], one.name))
    users = tuple((kind, label, tuple(found)) for kind, label, found in users_of(code))
    return Lineage(about, tuple(feeds), tuple(holders), source, users)


def _feeds(code: str) -> list[Feed]:
    found, now = [], timezone.now()
    for view in resources.sources(SYSTEM):
        source = view.source
        for name, column in resources.columns_of(source.mapping, source.kind).items():
            if column.element == code:
                light = resources.light_of(source.cycle, source.last_received, source.created_at, now)
                found.append(Feed(source.slug, source.name, name, source.department, light))
    return found


def draw(about: Lineage) -> Drawing:
    """Four columns: sources, departments, the chosen value, users; lines from left to right."""
    source_id = about.source.id if about.source else None
    feeds = [
        _box(0, n, f.name, f.column, weak=f.department.id != source_id) for n, f in enumerate(about.feeds)
    ]
    holders = [
        _box(
            1, n, d.short_name, _("数源部门") if d.id == source_id else _("核对部门"), weak=d.id != source_id
        )
        for n, d in enumerate(about.holders)
    ]
    golden = _box(2, 0, _("采用值"), about.element.label)
    users = _user_boxes(about)
    tall = max(len(feeds), len(holders), len(users), 1)
    columns = [_centred(boxes, tall) for boxes in (feeds, holders, [golden], users)]
    places = {d.id: columns[1][n] for n, d in enumerate(about.holders)}
    lines = [
        Line(_path(columns[0][n], places[f.department.id]), columns[0][n].weak)
        for n, f in enumerate(about.feeds)
    ]
    lines += [Line(_path(box, columns[2][0]), box.weak) for box in columns[1]]
    lines += [Line(_path(columns[2][0], box), False) for box in columns[3]]
    heads = tuple(
        (2 + n * (WIDE + GAP_X) + WIDE // 2, words)
        for n, words in enumerate((_("数据源"), _("持有部门"), _("采用值"), _("使用者")))
    )
    width = 4 * WIDE + 3 * GAP_X + 4
    height = 34 + tall * (HIGH + GAP_Y)
    return Drawing(tuple(box for column in columns for box in column), tuple(lines), heads, width, height)


def _user_boxes(about: Lineage) -> list[Box]:
    everyone = [(label, user) for _kind, label, found in about.users for user in found]
    shown = everyone if len(everyone) <= MOST else everyone[: MOST - 1]
    boxes = [_box(3, n, user.name, label) for n, (label, user) in enumerate(shown)]
    if len(everyone) > len(shown):
        more = _("另有 %(n)s 个") % {"n": len(everyone) - len(shown)}
        boxes.append(_box(3, len(boxes), more, _("见下表")))
    return boxes


def _box(column: int, row: int, name: str, under: str, *, weak: bool = False) -> Box:
    x, y = 2 + column * (WIDE + GAP_X), 32 + row * (HIGH + GAP_Y)
    return Box(name, _short(name), _short(under), x, y, weak)


def _short(text: str) -> str:
    most = SHOWN if any(ord(c) > 0x2E80 for c in text) else SHOWN * 2  # Latin letters are half as wide
    return text if len(text) <= most else text[: most - 1] + "…"


def _centred(boxes: list[Box], tall: int) -> list[Box]:
    down = (tall - len(boxes)) * (HIGH + GAP_Y) // 2
    return [Box(b.name, b.short, b.under, b.x, b.y + down, b.weak) for b in boxes]


def _path(one: Box, other: Box) -> str:
    x1, y1, x2, y2 = one.x + WIDE, one.y + HIGH // 2, other.x - 8, other.y + HIGH // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"
