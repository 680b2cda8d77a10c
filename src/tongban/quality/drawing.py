"""A trend as a small drawing, in the picture's own units; pure. The page has the same figures as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongban.quality.rules import Share

WIDE, HIGH = 360, 150
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 10, 34  # around the field the line is drawn in
RANGES = (0.5, 1, 2, 5, 10, 20, 50, 100)  # percent the upright axis may span, from 100 down


@dataclass(frozen=True, slots=True)
class Point:
    """One day: where it is, what is said when it is pointed at."""

    x: float
    y: float
    day: date
    share: Share


@dataclass(frozen=True, slots=True)
class Mark:
    """Corrections of one day, a triangle below the line."""

    x: float
    y: float
    day: date
    count: int

    @property
    def path(self) -> str:
        return f"M{self.x:.1f} {self.y:.1f} l5 9 h-10 z"


@dataclass(frozen=True, slots=True)
class Chart:
    """``lines``: one path for each run of days without a gap; ``invented``: x where a demo's past ends."""

    lines: tuple[str, ...]
    points: tuple[Point, ...]
    marks: tuple[Mark, ...]
    levels: tuple[tuple[float, str], ...]  # y and words of the upright axis
    ends: tuple[tuple[float, str, str], ...]  # x, anchor and words of the level axis
    floor: str
    invented: float
    width: int = WIDE
    height: int = HIGH
    left: int = LEFT
    top: int = TOP
    bottom: int = HIGH - BOTTOM
    right: int = WIDE - RIGHT

    @property
    def field(self) -> int:
        """How high the field is."""
        return self.bottom - self.top

    @property
    def invented_width(self) -> float:
        return round(self.invented - self.left, 1)


def draw(days: Sequence[tuple[date, Share, int, bool]]) -> Chart | None:
    """The trend of one dimension; None where no day has anything to measure.

    :param days: day, share, corrections of the day, whether it is invented; oldest first
    """
    held = [(day, share) for day, share, _n, _i in days if share.of]
    if not held:
        return None
    lowest = min(share.good * 100 / share.of for _day, share in held)
    span = next(one for one in RANGES if lowest >= 100 - one)
    first, last = days[0][0], days[-1][0]
    length = max(1, (last - first).days)

    def across(day: date) -> float:
        if first == last:
            return WIDE - RIGHT
        return LEFT + (day - first).days * (WIDE - LEFT - RIGHT) / length

    def down(share: Share) -> float:
        return TOP + (100 - share.good * 100 / share.of) / span * (HIGH - TOP - BOTTOM)

    points = tuple(Point(round(across(day), 1), round(down(share), 1), day, share) for day, share in held)
    invented = [across(day) for day, _share, _n, made_up in days if made_up]
    ends = ((across(last), "end", _day(last)),)
    return Chart(
        lines=tuple(_lines(points)),
        points=points,
        marks=tuple(Mark(round(across(day), 1), HIGH - BOTTOM + 3, day, n) for day, _s, n, _i in days if n),
        levels=tuple(
            (round(TOP + part * (HIGH - TOP - BOTTOM), 1), _percent(100 - span * part))
            for part in (0, 0.5, 1)
        ),
        ends=ends if first == last else ((across(first), "start", _day(first)), *ends),
        floor=_percent(100 - span),
        invented=round(max(invented), 1) if invented else 0,
    )


def _lines(points: Sequence[Point]) -> list[str]:
    runs: list[list[Point]] = []
    for point in points:
        if runs and (point.day - runs[-1][-1].day).days == 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    return ["M" + " L".join(f"{p.x} {p.y}" for p in run) for run in runs if len(run) > 1]


def _percent(value: float) -> str:
    return f"{value:g}%"


def _day(day: date) -> str:
    return f"{day.month}-{day.day:02d}"
