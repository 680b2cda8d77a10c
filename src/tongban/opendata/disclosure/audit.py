"""The attack: what can anybody work out about a hidden cell from all that is published?

Everybody knows that a hidden cell is at least 1 (zeros are published) and that sums are sums. What follows
for a cell is the range a linear program gives: its least and its greatest possible value.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from tongban.opendata.disclosure.cells import Equation, Key

_OPTIMAL = 0


@dataclass(frozen=True, slots=True)
class Range:
    """What an attacker knows of a hidden cell: at least ``low``, at most ``high`` (cut off far away)."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


def ranges(
    published: Mapping[Key, int], hidden: Collection[Key], equations: Iterable[Equation], enough: float
) -> dict[Key, Range]:
    """The range of every hidden cell, or one inside it that is already ``enough`` wide.

    Raises:
        ValueError: the published numbers contradict each other.
    """
    found: dict[Key, Range] = {}
    for cells, rules in components(hidden, equations):
        found |= _Attack(published, cells, rules).ranges(enough)
    return found


def components(
    hidden: Collection[Key], equations: Iterable[Equation]
) -> list[tuple[list[Key], list[Equation]]]:
    """Hidden cells that say something about each other, with the equations that tie them."""
    wanted = set(hidden)
    parent = {key: key for key in wanted}

    def root(key: Key) -> Key:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    rules = [(rule, [c for c in rule.cells if c in wanted]) for rule in equations]
    rules = [(rule, inside) for rule, inside in rules if inside]
    for _rule, inside in rules:
        for other in inside[1:]:
            parent[root(other)] = root(inside[0])
    cells: dict[Key, list[Key]] = {}
    for key in sorted(wanted):
        cells.setdefault(root(key), []).append(key)
    ties: dict[Key, list[Equation]] = {}
    for rule, inside in rules:
        ties.setdefault(root(inside[0]), []).append(rule)
    return [(inside, ties.get(top, [])) for top, inside in cells.items()]


class _Attack:
    """The linear program of one component."""

    def __init__(self, published: Mapping[Key, int], cells: list[Key], rules: list[Equation]) -> None:
        self.cells = cells
        self.at = {key: n for n, key in enumerate(cells)}
        # Far above anything that could be true, so that every program has an end.
        self.most = 10.0 * max(published.values(), default=0) + 100_000.0
        rows, columns, signs, self.right = [], [], [], []
        for n, rule in enumerate(rules):
            known = 0.0
            for sign, key in ((-1.0, rule.total), *((1.0, part) for part in rule.parts)):
                if key in self.at:
                    rows.append(n)
                    columns.append(self.at[key])
                    signs.append(sign)
                else:
                    known += sign * published[key]
            self.right.append(-known)
        self.matrix = coo_array((signs, (rows, columns)), shape=(len(rules), len(cells))).tocsr()

    def ranges(self, enough: float) -> dict[Key, Range]:
        if not self.right:
            return {key: Range(1.0, self.most) for key in self.cells}
        # Every solution is a possible truth for all cells at once, so one program often serves many cells.
        low = np.full(len(self.cells), np.inf)
        high = np.full(len(self.cells), -np.inf)
        for n in range(len(self.cells)):
            for sign in (1.0, -1.0):
                if not high[n] - low[n] >= enough:
                    point = self._solve(n, sign)
                    low, high = np.minimum(low, point), np.maximum(high, point)
        return {key: Range(float(low[n]), float(high[n])) for n, key in enumerate(self.cells)}

    def _solve(self, n: int, sign: float) -> Any:
        aim = np.zeros(len(self.cells))
        aim[n] = sign
        done = linprog(
            aim, A_eq=self.matrix, b_eq=np.array(self.right), bounds=(1.0, self.most), method="highs"
        )
        if done.status != _OPTIMAL:
            raise ValueError("the published numbers contradict each other")
        return np.round(np.asarray(done.x, dtype=np.float64), 6)
