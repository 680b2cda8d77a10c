"""The typed query over a release: filters, columns, order, pages by cursor."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.errors import DomainError, FieldProblem, Invalid, invalid
from tongban.opendata import writing
from tongban.opendata.models import Dataset, Release
from tongban.opendata.reading import columns_of, release_of
from tongban.opendata.shapes import Column

MOST = 1000  # rows of a page
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "null")
_ORDERED = ("integer", "number", "date")
_COMPARE = {
    "eq": pc.equal, "ne": pc.not_equal, "gt": pc.greater, "gte": pc.greater_equal, "lt": pc.less,
    "lte": pc.less_equal,
}  # fmt: skip
RESERVED = ("columns", "sort", "limit", "cursor", "version")


class TooFast(DomainError):
    """Too many calls from one address (HTTP 429)."""

    """A page of rows. ``next``: the next page's cursor, empty on the last; ``total``: rows that match."""
    status = 429

    def __init__(self) -> None:
        super().__init__(_("调用过于频繁，请一分钟后再试。"), code="too_many")


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of rows. ``next``: cursor of the next page, empty on the last; ``total``: rows that match."""

    version: int
    total: int
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    next: str


def count_call(address: str) -> None:
    """Count one call of the query API. Raises TooFast above the site's limit a minute."""
    limit = identity.Limit("opendata", settings.OPENDATA_CALLS, 60)
    try:
        identity.count_attempt(limit, address or "unknown")
    except identity.TooMany:
        raise TooFast from None


def rows(
    dataset: Dataset, filters: Iterable[tuple[str, str]] = (), *, columns: str = "", sort: str = "",
    limit: int = 100, cursor: str = "", version: int | None = None,
) -> Rows:  # fmt: skip
    """Rows of a release that match every filter.

    Args:
        filters: ``(column__operator, value)``; an operator of :data:`OPERATORS`, ``eq`` when left out.
        columns: names with commas; all by default. sort: a column, with ``-`` before it descending.
        limit: rows a page, 1 to 1000. cursor: ``next`` of the page before; it stays on that version.

    Raises:
        Invalid: naming each parameter that is wrong. NotFound: no such version.
    """
    start = 0
    if cursor:
        version, start = _read_cursor(cursor, dataset)
    release = release_of(dataset, version)
    known = {c.name: c for c in columns_of(release)}
    problems: list[FieldProblem] = []
    wanted = _wanted(known, columns, problems)
    order = _order(known, sort, problems)
    if not 1 <= limit <= MOST:
        problems.append(FieldProblem("limit", "range", _("每页行数应为 1 至 %(most)s") % {"most": MOST}))
    masks = [m for name, text in filters if (m := _filter(known, name, text, problems)) is not None]
    if problems:
        raise Invalid(*problems)
    table = _matching(release, masks)
    if order:
        table = table.sort_by([order])
    found = table.slice(start, limit).select([c.name for c in wanted]).to_pylist()
    more = start + limit < table.num_rows
    after = _cursor(dataset, release.number, start + limit) if more else ""
    return Rows(release.number, table.num_rows, tuple(wanted), tuple(found), after)


def _matching(release: Release, masks: Sequence[Any]) -> Any:
    table = writing.arrow(release.parquet_id)
    for column, test in masks:
        table = table.filter(pc.fill_null(test(table.column(column)), False))
    return table


def _wanted(known: dict[str, Column], text: str, problems: list[FieldProblem]) -> list[Column]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    problems += [_unknown("columns", name, known) for name in names if name not in known]
    return [known[name] for name in dict.fromkeys(names) if name in known] or list(known.values())


def _order(known: dict[str, Column], text: str, problems: list[FieldProblem]) -> tuple[str, str] | None:
    name = text.removeprefix("-")
    if name and name not in known:
        problems.append(_unknown("sort", name, known))
    return (name, "descending" if text.startswith("-") else "ascending") if name else None


def _unknown(field: str, name: str, known: Iterable[str]) -> FieldProblem:
    words = _("没有“%(name)s”这一列，可用的列：%(names)s") % {"name": name[:40], "names": "、".join(known)}
    return FieldProblem(field, "unknown", words)


def _filter(known: dict[str, Column], name: str, text: str, problems: list[FieldProblem]) -> Any:
    """The column a filter is about and its test on an array; None when it is wrong."""
    column_name, _gap, operator = name.partition("__")
    operator = operator or "eq"
    column = known.get(column_name)
    try:
        if column is None:
            problems.append(_unknown(name[:60], column_name, known))
            return None
        return column.name, _test(column, name, operator, text)
    except Invalid as error:
        problems += error.problems
        return None


def _test(column: Column, field: str, operator: str, text: str) -> Any:
    allowed = [op for op in OPERATORS if _allows(column, op)]
    if operator not in allowed:
        words = _("“%(column)s”这一列可用的比较：%(names)s")
        raise invalid(field[:60], "operator", words % {"column": column.name, "names": "、".join(allowed)})
    if operator == "null":
        wanted = _value(Column("", "", "", "boolean"), field, text)
        return lambda array: pc.equal(pc.is_null(array), wanted)
    if operator == "contains":
        return lambda array: pc.match_substring(array, text, ignore_case=True)
    if operator == "in":
        values = [_value(column, field, one) for one in text.split(",")]
        return lambda array: pc.is_in(array, value_set=pa.array(values, type=array.type))
    value = _value(column, field, text)
    return lambda array: _COMPARE[operator](array, pa.scalar(value, type=array.type))


def _allows(column: Column, operator: str) -> bool:
    if operator in ("gt", "gte", "lt", "lte"):
        # Months and codes are texts whose order means something.
        return column.type in _ORDERED or column.type == "string"
    if operator == "contains":
        return column.type == "string"
    return operator != "in" or column.type != "boolean"


def _value(column: Column, field: str, text: str) -> Any:
    """A filter's value in the column's type. Raises Invalid."""
    try:
        if column.type == "integer":
            return pa.scalar(int(text), pa.int64()).as_py()
        if column.type == "number":
            return float(text)
        if column.type == "date":
            return date.fromisoformat(text)
    except (ValueError, OverflowError):
        kinds = {"integer": _("整数"), "number": _("数字"), "date": _("日期，例如 2026-01-31")}
        raise invalid(field[:60], "type", _("请填写%(kind)s") % {"kind": kinds[column.type]}) from None
    if column.type == "boolean":
        if text.lower() not in ("true", "false"):
            raise invalid(field[:60], "type", _("请填写 true 或 false"))
        return text.lower() == "true"
    return text


def _cursor(dataset: Dataset, version: int, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([dataset.code, version, start]).encode()).decode()


def _read_cursor(text: str, dataset: Dataset) -> tuple[int, int]:
    try:
        code, version, start = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        place = int(version), int(start)
    except (ValueError, TypeError, binascii.Error):
        place, code = (-1, -1), ""
    if code != dataset.code or min(place) < 0 or max(place) >= 2**31:
        raise invalid("cursor", "cursor", _("翻页标记不对，请用上一页返回的 next"))
    return place
