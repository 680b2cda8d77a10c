"""Survivorship in SQL: of what the departments say, which value is the golden one, and who agrees.

Written once, as plain text that sqlglot carries to Spark. One row per person, with three columns per
element: its value, ``<field>_from`` (who says it and since when, and who agrees: see :func:`packed`).

The law (also ``resources.choice``): the source department's value; else the newest; of two as new, the
department that the declared order names first.
"""

from tongban.resources.batch.cleaning_sql import same
from tongban.resources.batch.keys_sql import id_number
from tongban.resources.batch.spec import Element, Source, Spec

_MASK = 256  # room for eight departments in one mask


def packed(as_of: str, stands: str, place: str) -> str:
    """Days since 1900, dissenters and confirmers (bit n of each: department n), and the department, in one
    integer. ``stands`` is the dissenters' bits, shifted by eight, and the confirmers'."""
    return f"((({as_of}) * {_MASK * _MASK} + {stands}) * 16 + {place})"


def unpacked(column: str) -> dict[str, str]:
    """The parts of a packed column as SQL: ``place``, ``confirmers``, ``dissenters``, ``as_of``."""
    return {
        "place": f"CAST({column} % 16 AS INTEGER)",
        "confirmers": f"CAST({column} // 16 % {_MASK} AS INTEGER)",
        "dissenters": f"CAST({column} // {16 * _MASK} % {_MASK} AS INTEGER)",
        "as_of": f"CAST({column} // {16 * _MASK * _MASK} AS INTEGER)",
    }


def latest(source: Source, table: str) -> str:
    """The last row that a department has about each person; few have two, so only those are sorted."""
    fields = ", ".join(column.field for column in source.columns)
    twice = f"SELECT key FROM {table} GROUP BY key HAVING count(*) > 1"
    return f"""
SELECT key, as_of, {fields} FROM {table} WHERE key NOT IN ({twice})
UNION ALL
SELECT key, as_of, {fields} FROM (
    SELECT *, row_number() OVER (PARTITION BY key ORDER BY as_of DESC, row_id DESC) AS turn
    FROM {table} WHERE key IN ({twice})
) AS ranked WHERE turn = 1"""


def joined(spec: Spec) -> str:
    """Everybody, with what each department last said side by side: columns ``<field>_<place>``, ``at_<place>``."""
    columns, tables = [], ""
    for source in spec.sources:
        one = f"s{source.place}"
        columns.append(f"{one}.as_of AS at_{source.place}")
        columns += [f"{one}.{c.field} AS {c.field}_{source.place}" for c in source.columns]
        tables += (
            f" FULL JOIN last_{source.slug} AS {one} USING (key)"
            if tables
            else f"last_{source.slug} AS {one}"
        )
    return f"SELECT key, {', '.join(columns)} FROM {tables}"


def judged(spec: Spec, wide: str) -> str:
    """What each department says of everybody in ``wide`` (see :func:`joined`), and ``<field>_from`` (see
    :func:`packed`). The values that are golden stand there once, with the department that says them."""
    chosen = ", ".join(f"{_place(e)} AS {e.field}_place" for e in spec.elements)
    valued = ", ".join(f"{_value(e, f'{e.field}_place')} AS {e.field}" for e in spec.elements)
    said = ", ".join(f"{c.field}_{source.place}" for source in spec.sources for c in source.columns)
    told = ", ".join(f"{_told(e)} AS {e.field}_from" for e in spec.elements)
    return (
        f"SELECT key, {said}, {told} FROM "
        f"(SELECT *, {valued} FROM (SELECT *, {chosen} FROM {wide}) AS chosen) AS valued"
    )


def golden(spec: Spec, table: str) -> str:
    """The golden records of a table made by :func:`judged`."""
    told = ", ".join(f"{_golden(e)} AS {e.field}, {e.field}_from" for e in spec.elements)
    return f"SELECT key, {id_number('key')} AS id_number, {told} FROM {table}"


def _golden(element: Element) -> str:
    return _value(element, unpacked(f"{element.field}_from")["place"])


def _place(element: Element) -> str:
    """Which department's value is taken; NULL where nobody says anything."""
    others = [n for n in element.holders if n != element.source]
    newest = "NULL"
    for n in others:
        beaten = " AND ".join(
            # An earlier one of the order wins among equals.
            f"({element.field}_{m} IS NULL OR at_{n} {'>' if m < n else '>='} at_{m})"
            for m in others
            if m != n
        )
        here = f"{element.field}_{n} IS NOT NULL" + (f" AND {beaten}" if beaten else "")
        newest = f"CASE WHEN {here} THEN {n} ELSE {newest} END"
    if element.source is None:
        return f"({newest})"
    return f"CASE WHEN {element.field}_{element.source} IS NOT NULL THEN {element.source} ELSE {newest} END"


def _value(element: Element, place: str) -> str:
    whens = " ".join(f"WHEN {n} THEN {element.field}_{n}" for n in element.holders)
    return f"CASE {place} {whens} END"


def _told(element: Element) -> str:
    f = element.field
    at = f"CASE {f}_place " + " ".join(f"WHEN {n} THEN at_{n}" for n in element.holders) + " END"
    return packed(f"CAST({at} AS BIGINT)", f"({' + '.join(_stands(element))})", f"{f}_place")


def _stands(element: Element) -> list[str]:
    """For each department: its bit as a confirmer, its bit as a dissenter, or 0."""
    f = element.field
    if len(element.holders) == 1:
        return ["0"]
    return [
        f"CASE WHEN {f}_{n} IS NULL OR {f}_place = {n} THEN 0 "
        f"WHEN {same(element.clean, f'{f}_{n}', f)} THEN {1 << n} ELSE {_MASK << n} END"
        for n in element.holders
    ]


def discrepancies(spec: Spec, table: str) -> str:
    """Every disagreement of a department with the golden record of a table made by :func:`judged`: one row
    each, values as text."""
    return " UNION ALL ".join(
        f"SELECT key, '{element.code}' AS element, {n} AS department, "
        f"{unpacked(f'{element.field}_from')['place']} AS source, "
        f"CAST({element.field}_{n} AS VARCHAR) AS said, CAST({_golden(element)} AS VARCHAR) AS golden "
        f"FROM {table} WHERE {element.field}_from // {16 * _MASK * (1 << n)} % 2 = 1"
        for element in spec.elements
        for n in element.holders
        if len(element.holders) > 1
    )
