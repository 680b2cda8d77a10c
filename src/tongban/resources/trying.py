"""Trying a mapping on a sample: what each column would become, without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.resources import cleaning, mapping, rules, tables
from tongban.resources.elements import element
from tongban.resources.models import Source
from tongban.resources.snapshots import check_header, own_source

MOST = 2_000  # rows that are tried
SHOWN, PREVIEW = 5, 5


@dataclass(frozen=True, slots=True)
class Example:
    """One cell that cannot be taken."""

    line: int
    cell: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrialColumn:
    """How one column fared. ``filled``: percent of the rows in which it says something."""

    column: str
    label: str
    filled: int
    bad: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a sample would come to. ``preview``: first rows as they would be shown, sensitive ones masked."""

    format: str
    encoding: str
    rows: int
    good: int
    columns: tuple[TrialColumn, ...]
    unused: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]

    @property
    def bad(self) -> int:
        return self.rows - self.good


class _Tally:
    def __init__(self, column: str, label: str) -> None:
        self.column, self.label, self.filled, self.bad = column, label, 0, 0
        self.examples: list[Example] = []

    def refuse(self, line: int, cell: Any, reason: object) -> None:
        self.bad += 1
        if len(self.examples) < SHOWN:
            self.examples.append(Example(line, str(cell if cell is not None else "")[:60], str(reason)))


def try_mapping(
    actor: Actor, slug: str, data: bytes, columns: Mapping[str, Any], layout: Mapping[str, Any]
) -> Trial:
    """Read up to 2,000 rows of a sample (CSV, XLSX or Parquet) with a mapping that need not be saved.

    :raises Invalid: the mapping cannot be used, or the sample is no table or lacks its columns
    """
    stored = own_source(actor, slug)
    source = Source(kind=stored.kind, mapping=dict(columns), layout=dict(layout))
    mapping.check(source.kind, source.mapping, source.layout, of_file=True)
    table = tables.open_table(data)
    check_header(source, table)
    return tried(source, table)


def tried(source: Source, table: tables.Table) -> Trial:
    """What the first rows of a table would come to under a source's mapping."""
    known = mapping.columns(source.mapping, source.kind)
    tallies = {"": _Tally(_("整行"), ""), source.layout["id"]: _Tally(source.layout["id"], _("号码"))}
    if at := source.layout.get("as_of"):
        tallies.setdefault(at, _Tally(at, _("数据时间")))
    for name, one in known.items():
        tallies[name] = _Tally(name, element(one.element).label)
    rows = good = 0
    preview: list[tuple[str, ...]] = []
    for line in islice(table.lines(), MOST):
        rows += 1
        shown = _row(source, known, tallies, line)
        if shown is not None:
            good += 1
            if len(preview) < PREVIEW:
                preview.append(shown)
    if not tallies[""].bad:
        del tallies[""]
    used = set(tallies)
    return Trial(
        table.format, table.encoding, rows, good,
        tuple(
            TrialColumn(t.column, t.label, t.filled * 100 // max(rows, 1), t.bad, tuple(t.examples))
            for t in tallies.values()
        ),
        tuple(name for name in table.header if name not in used), tuple(preview),
    )  # fmt: skip


def _row(
    source: Source, known: Mapping[str, mapping.Column], tallies: Mapping[str, _Tally], line: tables.Line
) -> tuple[str, ...] | None:
    """The row as it would be shown, or None where something in it cannot be taken."""
    if line.problem:
        tallies[""].refuse(line.number, "", line.problem)
        return None
    fine, shown = True, []
    for name, tally in tallies.items():
        if not name:
            continue
        cell = line.cells.get(name)
        if cleaning.blank(cell) and name not in (source.layout["id"], source.layout.get("as_of")):
            shown.append("")
            continue
        tally.filled += not cleaning.blank(cell)
        try:
            shown.append(_said(source, known, name, cell))
        except ValueError as error:
            tally.refuse(line.number, cell, error)
            fine = False
    return tuple(shown) if fine else None


def _said(source: Source, known: Mapping[str, mapping.Column], name: str, cell: Any) -> str:
    words = ""
    if name == source.layout["id"]:
        words = rules.masked("id", cleaning.identifier(source.kind, cell))
    elif name == source.layout.get("as_of"):
        words = mapping.moment(cell, source.layout.get("date", "")).date().isoformat()
    if (one := known.get(name)) is not None:
        about = element(one.element)
        value = one.value(one.cell(cell))
        words = words or rules.display(about.format, about.mask, value)
    return words
