"""Survivorship in SQL: of what the departments say, which value is the golden one, and who agrees.

Written once, as plain text that sqlglot carries to Spark. One row per person, with three columns per
element: its value, ``<field>_from`` (who says it and since when, and who agrees: see :func:`packed`).

The law (also ``resources.choice``): the source department's value; else the newest; of two as new, the
department that the declared order names first.
"""

from tongban.resources.batch.cleaning_sql import dashed, trimmed
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
    # Beside a list of all keys: engines do this on all cores, a chain of full joins on one.
    keys = " UNION ".join(f"SELECT key FROM last_{source.slug}" for source in spec.sources)
    for source in spec.sources:
        one = f"s{source.place}"
        columns.append(f"{one}.as_of AS at_{source.place}")
        columns += [f"{one}.{c.field} AS {c.field}_{source.place}" for c in source.columns]
        tables += f" LEFT JOIN last_{source.slug} AS {one} ON {one}.key = everybody.key"
    return f"SELECT everybody.key, {', '.join(columns)} FROM ({keys}) AS everybody{tables}"


def judged(spec: Spec, wide: str) -> str:
    """Everybody in ``wide`` (see :func:`joined`) with the golden values, ``<field>_from`` (see :func:`packed`),
    and in ``<field>_<place>`` what a department says that does not agree, NULL where it does or is silent.

    Query within query, so that what is dear is computed once for everybody.
    """
    chosen = ", ".join(f"{_place(e)} AS {e.field}_place" for e in spec.elements)
    valued = ", ".join(f"{_value(e, f'{e.field}_place')} AS {e.field}" for e in spec.elements)
    loose = "".join(f", {form}" for e in spec.elements for form in _loose(e))
    told = ", ".join(f"{_told(e)} AS {e.field}_from" for e in spec.elements)
    kept = "".join(
        f", CASE WHEN {_differs(e, n)} THEN {e.field}_{n} END AS {e.field}_{n}"
        for e in spec.elements
        for n in _others(e)
    )
    golden = ", ".join(f"{e.field}, {e.field}_from" for e in spec.elements)
    inner = f"SELECT *, {valued} FROM (SELECT *, {chosen} FROM {wide}) AS chosen"
    return (
        f"SELECT key, {golden}{kept} FROM (SELECT *, {told} FROM "
        f"(SELECT *{loose} FROM ({inner}) AS valued) AS loose) AS told"
    )


def golden(spec: Spec, table: str) -> str:
    """The golden records of a table made by :func:`judged`."""
    told = ", ".join(f"{e.field}, {e.field}_from" for e in spec.elements)
    return f"SELECT key, {id_number('key')} AS id_number, {told} FROM {table}"


def _others(element: Element) -> tuple[int, ...]:
    """The departments that may differ about an element."""
    return element.holders if len(element.holders) > 1 else ()


def _differs(element: Element, place: int) -> str:
    return f"{element.field}_from // {16 * _MASK * (1 << place)} % 2 = 1"


def _loose(element: Element) -> list[str]:
    """What spellings are compared by that are not equal, where that is not the spelling itself."""
    f, others = element.field, _others(element)
    if element.clean != "address" or not others:
        return []
    any_differs = " OR ".join(f"{f}_{n} <> {f}" for n in others)
    return [
        f"CASE WHEN {any_differs} THEN {dashed(f)} END AS {f}_loose",
        *(f"CASE WHEN {f}_{n} <> {f} THEN {dashed(f'{f}_{n}')} END AS {f}_loose_{n}" for n in others),
    ]


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
    return [
        f"CASE WHEN {f}_{n} IS NULL OR {f}_place = {n} THEN 0"
        + "".join(f" WHEN {alike} THEN {1 << n}" for alike in _agrees(element, n))
        + f" ELSE {_MASK << n} END"
        for n in _others(element)
    ] or ["0"]


def _agrees(element: Element, place: int) -> list[str]:
    """Conditions of which one is true where a department agrees, the cheapest first."""
    f = element.field
    equal = f"{f}_{place} = {f}"
    if not _loose(element):
        return [equal]
    one, other = f"{f}_loose_{place}", f"{f}_loose"
    return [equal, f"{one} = {other}", f"{trimmed(one)} = {trimmed(other)}"]


def discrepancies(spec: Spec, table: str) -> str:
    """Every disagreement of a department with the golden record of a table made by :func:`judged`: one row
    each, values as text."""
    return " UNION ALL ".join(
        f"SELECT key, '{e.code}' AS element, {n} AS department, {unpacked(f'{e.field}_from')['place']} AS source, "
        f"CAST({e.field}_{n} AS VARCHAR) AS said, CAST({e.field} AS VARCHAR) AS golden "
        f"FROM {table} WHERE {e.field}_{n} IS NOT NULL"
        for e in spec.elements
        for n in _others(e)
    )
