"""From a source's rows to what may be published, with the report a reviewer reads. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongban.opendata import disclosure
from tongban.opendata.disclosure.cells import equations
from tongban.opendata.shapes import SUPPRESSED, TOTAL, Column, Record, Source, Table, dimensions

ALL_WORDS = "合计"


@dataclass(frozen=True, slots=True)
class Treated:
    """A table with its disclosure report; ``passed``: it may be published."""

    table: Table
    report: dict[str, Any]

    @property
    def passed(self) -> bool:
        return bool(self.report["passed"])


def treat(source: Source, rows: Sequence[Record], k: int, quasi: Sequence[str], *, suppress: bool) -> Treated:
    """Make ``rows`` safe (or only measure them) and report.

    Args:
        k: the least group that may be shown.
        quasi: columns of a register that together could point at somebody; none where no persons are behind
            it. For counts the dimensions are it.
        suppress: hide what is too small; otherwise a table with something too small does not pass.
    """
    if source.kind == "counts":
        table, first = _counts(source, rows, k, suppress=suppress)
    else:
        table, first = _register(source, rows, k, quasi, suppress=suppress)
    return Treated(table, {**first, **check(table, source.kind, k, quasi, source.margins)})


def _register(
    source: Source, rows: Sequence[Record], k: int, quasi: Sequence[str], *, suppress: bool
) -> tuple[Table, dict[str, Any]]:
    kept = tuple(rows)
    places = [n for n, column in enumerate(source.columns) if column.name in quasi]
    before = min(disclosure.group_sizes(rows, places).values(), default=None) if places else None
    if places and suppress:
        kept = disclosure.thin(rows, places, k)
    report = {"rows_in": len(rows), "rows_removed": len(rows) - len(kept), "lowest_before": before}
    return Table(source.columns, kept), report


def _counts(
    source: Source, rows: Sequence[Record], k: int, *, suppress: bool
) -> tuple[Table, dict[str, Any]]:
    names = [column.name for column in source.columns]
    places = [names.index(name) for name in source.dimensions]
    count = next(n for n, column in enumerate(source.columns) if column.role == "count")
    cells: dict[disclosure.Key, int] = {}
    for row in rows:
        key = tuple(str(row[n]) for n in places)
        cells[key] = cells.get(key, 0) + int(row[count])
    cube = disclosure.cube(source.dimensions, cells, source.margins)
    found = disclosure.suppress(cube, k) if suppress else None
    hidden = found.hidden if found else frozenset()
    labels = _labels(source.columns, rows)
    out = [_row(source, key, cube.values[key], hidden, labels) for key in _order(cube.values)]
    report = {
        "rows_in": len(rows), "rows_removed": 0, "lowest_before": min(cube.values.values(), default=None),
        "hidden_small": len(found.primary) if found else 0,
        "hidden_with_them": len(found.secondary) if found else 0,
    }  # fmt: skip
    return Table((*source.columns, SUPPRESSED), tuple(out)), report


def _order(keys: Mapping[disclosure.Key, int]) -> list[disclosure.Key]:
    """Totals before what they are made of."""
    return sorted(keys, key=lambda key: tuple((member != TOTAL, member) for member in key))


def _labels(columns: Sequence[Column], rows: Sequence[Record]) -> dict[str, dict[str, str]]:
    names = [column.name for column in columns]
    return {
        column.name: {str(row[names.index(column.of)]): str(row[n]) for row in rows} | {TOTAL: ALL_WORDS}
        for n, column in enumerate(columns)
        if column.role == "label"
    }


def _row(
    source: Source, key: disclosure.Key, value: int, hidden: frozenset[disclosure.Key],
    labels: Mapping[str, Mapping[str, str]],
) -> Record:  # fmt: skip
    members = dict(zip(source.dimensions, key, strict=True))
    out: list[Any] = []
    for column in source.columns:
        if column.role == "dimension":
            out.append(members[column.name])
        elif column.role == "label":
            out.append(labels[column.name][members[column.of]])
        else:
            out.append(None if key in hidden else value)
    return (*out, key in hidden)


def check(
    table: Table, kind: str, k: int, quasi: Sequence[str], margins: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The account of a finished table, from nothing but what would be published.

    Codes among ``problems``: ``empty`` (nothing would be shown), ``small`` (a group below k is shown),
    ``exposed`` (a hidden count can be narrowed down), ``contradiction`` (the numbers do not add up).
    """
    report: dict[str, Any] = {"kind": kind, "k": k, "quasi": list(quasi), "rows": len(table.rows)}
    if kind == "counts":
        report |= _check_counts(table, k, margins)
    else:
        names = [column.name for column in table.columns]
        places = [names.index(name) for name in quasi]
        sizes = disclosure.group_sizes(table.rows, places).values() if places else ()
        small = sum(size < k for size in sizes)
        report |= {"lowest": min(sizes, default=None), "small": small, "groups": len(sizes)}
        report["problems"] = (["small"] if small else []) + ([] if table.rows else ["empty"])
    report["passed"] = not report["problems"]
    return report


def _check_counts(table: Table, k: int, margins: Sequence[Sequence[str]]) -> dict[str, Any]:
    names = [column.name for column in table.columns]
    places = [names.index(name) for name in dimensions(table.columns)]
    count = next(n for n, column in enumerate(table.columns) if column.role == "count")
    shown: dict[disclosure.Key, int] = {}
    hidden: list[disclosure.Key] = []
    for row in table.rows:
        key = tuple(str(row[n]) for n in places)
        if row[count] is None:
            hidden.append(key)
        else:
            shown[key] = int(row[count])
    small = sum(value < k for value in shown.values())
    problems = (["small"] if small else []) + ([] if shown else ["empty"])
    bare = 0
    try:
        bare = len(disclosure.exposed(shown, hidden, equations([*shown, *hidden])))
    except ValueError:
        problems.append("contradiction")
    if bare:
        problems.append("exposed")
    return {
        "shown": len(shown), "hidden": len(hidden), "exposed": bare, "small": small,
        "lowest": min(shown.values(), default=None), "margins": [list(kept) for kept in margins],
        "spread": disclosure.SPREAD, "problems": problems,
    }  # fmt: skip
