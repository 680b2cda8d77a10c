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


def packed(as_of: str, dissenters: str, confirmers: str, place: str) -> str:
    """Days since 1900, dissenters, confirmers (bit n: department n) and the department, in one integer."""
    return f"(((({as_of}) * {_MASK} + {dissenters}) * {_MASK} + {confirmers}) * 16 + {place})"


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
    keys = " UNION ".join(f"SELECT key FROM last_{source.slug}" for source in spec.sources)
    columns = [
        f"s{source.place}.as_of AS at_{source.place}"
        + "".join(f", s{source.place}.{c.field} AS {c.field}_{source.place}" for c in source.columns)
        for source in spec.sources
    ]
    joins = " ".join(
        f"LEFT JOIN last_{source.slug} AS s{source.place} ON s{source.place}.key = k.key"
        for source in spec.sources
    )
    return f"SELECT k.key, {', '.join(columns)} FROM ({keys}) AS k {joins}"


def golden(spec: Spec) -> str:
    """The golden record of everybody in ``wide`` (see :func:`joined`)."""
    chosen = ", ".join(f"{_place(e)} AS {e.field}_place" for e in spec.elements)
    valued = ", ".join(f"{_value(e)} AS {e.field}" for e in spec.elements)
    told = ", ".join(f"{e.field}, {_told(e)} AS {e.field}_from" for e in spec.elements)
    return f"""
SELECT key, {id_number("key")} AS id_number, {told}
FROM (SELECT *, {valued} FROM (SELECT *, {chosen} FROM wide) AS chosen) AS valued"""


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


def _value(element: Element) -> str:
    whens = " ".join(f"WHEN {n} THEN {element.field}_{n}" for n in element.holders)
    return f"CASE {element.field}_place {whens} END"


def _told(element: Element) -> str:
    f = element.field
    at = "CASE " + f"{f}_place " + " ".join(f"WHEN {n} THEN at_{n}" for n in element.holders) + " END"
    agree, differ = ["0"], ["0"]
    for n in element.holders:
        if len(element.holders) == 1:
            break
        like = same(element.clean, f"{f}_{n}", f)
        other = f"{f}_place <> {n} AND {f}_{n} IS NOT NULL"
        agree.append(f"CASE WHEN {other} AND {like} THEN {1 << n} ELSE 0 END")
        differ.append(f"CASE WHEN {other} AND NOT ({like}) THEN {1 << n} ELSE 0 END")
    days = f"CAST({at} AS BIGINT)"
    return packed(days, "(" + " + ".join(differ) + ")", "(" + " + ".join(agree) + ")", f"{f}_place")


def discrepancies(spec: Spec) -> str:
    """Every disagreement of a department with the golden record: one row each, values as text."""
    parts = []
    for element in spec.elements:
        for n in element.holders:
            if len(element.holders) == 1:
                continue
            parts.append(
                f"SELECT g.key, '{element.code}' AS element, {n} AS department, "
                f"{unpacked(f'g.{element.field}_from')['place']} AS source, "
                f"CAST(w.{element.field}_{n} AS VARCHAR) AS said, CAST(g.{element.field} AS VARCHAR) AS golden "
                f"FROM golden AS g JOIN wide AS w ON w.key = g.key "
                f"WHERE g.{element.field}_from // {16 * _MASK * (1 << n)} % 2 = 1"
            )
    return " UNION ALL ".join(parts)
