"""A table of counts with the sums published beside its cells, and the equations between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tongban.opendata.shapes import TOTAL

Key = tuple[str, ...]  # one member a dimension; TOTAL where it is summed over
Level = frozenset[int]  # positions of the dimensions that are not summed over


@dataclass(frozen=True, slots=True)
class Equation:
    """``total`` is the sum of ``parts``."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def cells(self) -> tuple[Key, ...]:
        return (self.total, *self.parts)


@dataclass(frozen=True, slots=True)
class Cube:
    """Every cell and sum that is not zero, and how they hang together. Zeros are left out."""

    values: Mapping[Key, int]
    equations: tuple[Equation, ...]


def cube(dimensions: Sequence[str], cells: Mapping[Key, int], margins: Iterable[Sequence[str]]) -> Cube:
    """The cells with their sums.

    Args:
        cells: count by members, one a dimension. Zeros are left out.
        margins: the sums that are published: the dimensions each of them keeps.

    Raises:
        ValueError: a negative count, or a member called like the total.
    """
    for key, value in cells.items():
        if value < 0 or TOTAL in key or len(key) != len(dimensions):
            raise ValueError(f"not a cell: {key} = {value}")
    positions = {name: n for n, name in enumerate(dimensions)}
    full = frozenset(positions.values())
    levels = {frozenset(positions[name] for name in kept) for kept in margins} | {full}
    values: dict[Key, int] = {}
    for level in levels:
        for key, value in cells.items():
            if value:
                at = project(key, level)
                values[at] = values.get(at, 0) + value
    return Cube(values, equations(values, levels))


def project(key: Key, level: Level) -> Key:
    """The sum a cell belongs to at a level."""
    return tuple(member if n in level else TOTAL for n, member in enumerate(key))


def level_of(key: Key) -> Level:
    """The positions a key is not summed over."""
    return frozenset(n for n, member in enumerate(key) if member != TOTAL)


def equations(keys: Iterable[Key], levels: Iterable[Level] | None = None) -> tuple[Equation, ...]:
    """Each sum with its parts at every next finer level that is published."""
    by_level: dict[Level, list[Key]] = {level: [] for level in levels or ()}
    for key in keys:
        by_level.setdefault(level_of(key), []).append(key)
    found: list[Equation] = []
    for coarse in by_level:
        finer = [level for level in by_level if level > coarse]
        for fine in finer:
            if not any(coarse < between < fine for between in finer):
                found += _between(by_level[fine], coarse)
    return tuple(found)


def _between(parts: Iterable[Key], coarse: Level) -> list[Equation]:
    grouped: dict[Key, list[Key]] = {}
    for key in parts:
        grouped.setdefault(project(key, coarse), []).append(key)
    return [Equation(total, tuple(sorted(found))) for total, found in grouped.items()]
