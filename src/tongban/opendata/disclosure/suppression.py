"""Small cells are hidden, and others with them, until nothing hidden can be narrowed down.

First every count below ``k``. Then, wherever exactly one cell of a sum is hidden, the least of the others
(complementary suppression). Then the attack of :mod:`audit`: whatever it narrows down to fewer than
``SPREAD`` + 1 values gets company, until the attack fails everywhere. The tables are small enough for the
exact attack; an optimal choice of companions would need an integer program and hide a little less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongban.opendata.disclosure.audit import ranges
from tongban.opendata.disclosure.cells import Cube, Equation, Key

SPREAD = 2.0  # a hidden count must be possible over at least this range: three values or more


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What to hide. ``narrowest``: the least range an attacker can reach; None: nothing is hidden."""

    primary: frozenset[Key]
    secondary: frozenset[Key]
    narrowest: float | None

    @property
    def hidden(self) -> frozenset[Key]:
        return self.primary | self.secondary


def suppress(table: Cube, k: int) -> Suppressed:
    """What to hide of a table so that no count below ``k`` is shown or can be worked out."""
    primary = frozenset(key for key, value in table.values.items() if value < k)
    hidden = set(primary)
    rules = _by_cell(table.equations)
    while True:
        _complement(table, hidden)
        shown = {key: value for key, value in table.values.items() if key not in hidden}
        found = ranges(shown, hidden, table.equations, SPREAD)
        narrow = sorted(key for key, one in found.items() if one.width < SPREAD)
        if not narrow:
            least = min((one.width for one in found.values()), default=None)
            return Suppressed(primary, frozenset(hidden) - primary, least)
        before = len(hidden)
        for key in narrow:
            hidden |= _companion(table, hidden, rules, key)
        if len(hidden) == before:
            # A component without any published number has no upper end: the attack cannot narrow it down.
            raise AssertionError(f"nothing published could narrow these down: {narrow}")


def exposed(
    published: Mapping[Key, int], hidden: Iterable[Key], equations: Iterable[Equation]
) -> tuple[Key, ...]:
    """The hidden cells that somebody could narrow down. Raises ValueError for contradictions."""
    found = ranges(published, list(hidden), equations, SPREAD)
    return tuple(sorted(key for key, one in found.items() if one.width < SPREAD))


def _by_cell(equations: Iterable[Equation]) -> dict[Key, list[Equation]]:
    found: dict[Key, list[Equation]] = {}
    for rule in equations:
        for key in rule.cells:
            found.setdefault(key, []).append(rule)
    return found


def _complement(table: Cube, hidden: set[Key]) -> None:
    changed = True
    while changed:
        changed = False
        for rule in table.equations:
            inside = [key for key in rule.cells if key in hidden]
            if len(inside) == 1:
                hidden.add(
                    min((k for k in rule.cells if k not in hidden), key=lambda k: (table.values[k], k))
                )
                changed = True


def _companion(table: Cube, hidden: set[Key], rules: Mapping[Key, list[Equation]], key: Key) -> set[Key]:
    """The least published cell near ``key``: in its own sums, else in the sums of those hidden with it."""
    seen, edge = {key}, [key]
    while edge:
        near = {other for cell in edge for rule in rules.get(cell, ()) for other in rule.cells} - seen
        if open_cells := near - hidden:
            return {min(open_cells, key=lambda k: (table.values[k], k))}
        seen |= near
        edge = sorted(near)
    return set()  # another cell's companion, chosen a moment ago, was the last one
