"""How right a run was, where the truth is known: links of rows to persons, and golden values.

The truth is what ``tongban resources generate`` writes: ``rows`` (``source``, ``row_id``, ``person``) says
whom a row is about, ``persons`` (``key`` and elements by name) how people truly are. Golden values stand
beside two simpler laws over the same landed rows with valid numbers: the latest value wins, and what most
departments say wins.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from tongban.kit.errors import invalid
from tongban.resources.batch.accuracy_sql import right
from tongban.resources.batch.landing import RESIDUE, text
from tongban.resources.batch.linking_index import buckets, landed
from tongban.resources.batch.spec import Source, Spec

_TRUTH = {"persons": {"key"}, "rows": {"source", "row_id", "person"}}


@dataclass(frozen=True, slots=True)
class Linkage:
    """Rows of the residue: in all, about a person whom some department has under a valid number (``known``),
    linked, linked rightly, and not linked but with the right person among those a clerk is asked about."""

    residue: int = 0
    known: int = 0
    linked: int = 0
    right: int = 0
    asked: int = 0

    def __add__(self, other: "Linkage") -> "Linkage":
        return Linkage(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def told(self) -> dict[str, Any]:
        """With ``precision`` (of what was linked) and ``recall`` (of what could be); None of nothing."""
        return {
            **asdict(self),
            "precision": _share(self.right, self.linked),
            "recall": _share(self.right, self.known),
        }


def judge(
    connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, truth: Path, *, values: bool = True
) -> dict[str, Any]:
    """Compare the run under ``out`` with the truth.

    :param truth: a folder with ``persons`` and ``rows``, or the province's folder with ``truth`` in it
    :param values: without it only links are judged, and ``accuracy`` is empty
    :returns: ``precision`` and ``recall`` of the links (None where nothing was linked), ``linkage`` (the same
        by source, with counts), ``accuracy``: element -> ``persons`` and the shares ``golden``, ``latest``
        and ``majority`` that are as the truth
    :raises Invalid: where the truth lacks something
    """
    tables = _truth(connection, truth)
    by_source = {
        source.slug: _linkage(connection, spec, source, out, tables["rows"]) for source in spec.sources
    }
    every = sum(by_source.values(), Linkage()).told()
    return {
        "precision": every["precision"],
        "recall": every["recall"],
        "linkage": {"all": every, **{slug: one.told() for slug, one in by_source.items()}},
        "accuracy": _accuracy(connection, spec, out, tables["persons"]) if values else {},
    }


def _truth(connection: duckdb.DuckDBPyConnection, truth: Path) -> dict[str, str]:
    """The two tables of the truth as SQL."""
    folder = truth / "truth" if (truth / "truth").is_dir() else truth
    tables = {}
    for name, needed in _TRUTH.items():
        if not any((folder / name).glob("*.parquet")):
            raise invalid("truth", "missing", f"真值目录里没有 {name}/*.parquet")
        tables[name] = f"read_parquet({text(folder / name / '*.parquet')})"
        if gone := sorted(needed - set(_columns(connection, tables[name]))):
            raise invalid("truth", "column", f"真值 {name} 缺少列：{'、'.join(gone)}")
    return tables


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column -> type of a table."""
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}


def _linkage(
    connection: duckdb.DuckDBPyConnection, spec: Spec, source: Source, out: Path, rows: str
) -> Linkage:
    residue = landed(out, source, RESIDUE)
    if residue is None:
        return Linkage()
    links = out / "links" / f"{source.slug}.parquet"
    review = out / "review" / "pairs.parquet"
    linked = f"read_parquet({text(links)})" if links.exists() else "(SELECT NULL AS row_id, NULL AS key)"
    asked = (
        f"(SELECT row_id, list(key) AS keys FROM read_parquet({text(review)}) "
        f"WHERE source = '{source.slug}' GROUP BY row_id)"
        if review.exists()
        else "(SELECT '' AS row_id, CAST([] AS BIGINT[]) AS keys)"
    )
    type_ = _columns(connection, residue)["row_id"]
    _make(
        connection,
        "about",
        f"SELECT DISTINCT r.row_id, t.person FROM {residue} AS r JOIN {rows} AS t "
        f"ON t.source = '{source.slug}' AND CAST(t.row_id AS {type_}) = r.row_id",
    )
    found = connection.execute(
        f"""
SELECT count(*), count(*) FILTER (WHERE person IN ({_keyed(spec, out)})), count(l.key),
    count(*) FILTER (WHERE l.key = person),
    count(*) FILTER (WHERE l.key IS NULL AND list_contains(a.keys, person))
FROM about LEFT JOIN {linked} AS l ON l.row_id = about.row_id
LEFT JOIN {asked} AS a ON a.row_id = CAST(about.row_id AS VARCHAR)"""
    ).fetchall()
    return Linkage(*found[0])


def _keyed(spec: Spec, out: Path) -> str:
    """The persons of ``about`` whom any department has under a valid number."""
    parts = [
        f"SELECT key FROM read_parquet({text(out / 'landed' / source.slug / 'bucket=[0-9]*/*.parquet')}) "
        "WHERE key IN (SELECT person FROM about)"
        for source in spec.sources
        if any((out / "landed" / source.slug).glob("bucket=[0-9]*/*.parquet"))
    ]
    return " UNION ".join(parts) or "SELECT CAST(0 AS BIGINT) AS key WHERE false"


def _accuracy(
    connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, persons: str
) -> dict[str, dict[str, Any]]:
    """By bucket, so that memory does not grow with the province."""
    held = _columns(connection, persons)
    elements = [element for element in spec.elements if element.field in held]
    sums = {element.code: [0, 0, 0, 0] for element in elements}
    for number in buckets(spec, out):
        golden = out / "golden" / f"bucket-{number:04d}.parquet"
        if not golden.exists():
            raise invalid("out", "missing", f"没有找到黄金记录 golden/{golden.name}")
        chosen = ", ".join(element.field for element in elements)
        _make(connection, "golden_said", f"SELECT key, {chosen} FROM read_parquet({text(golden)})")
        _make(connection, "truly", f"SELECT key, {chosen} FROM {persons} SEMI JOIN golden_said USING (key)")
        for element in elements:
            said = [
                f"SELECT key, {source.place} AS place, as_of, {element.field} AS v FROM {table} "
                f"WHERE {element.field} IS NOT NULL"
                for source in (spec.sources[place] for place in element.holders)
                if (table := landed(out, source, number)) is not None
            ]
            if said:
                found = connection.execute(right(element, " UNION ALL ".join(said))).fetchall()[0]
                sums[element.code] = [
                    one + (more or 0) for one, more in zip(sums[element.code], found, strict=True)
                ]
    for table in ("golden_said", "truly"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    return {code: _shares(counts) for code, counts in sums.items()}


def _shares(counts: Iterable[int]) -> dict[str, Any]:
    persons, *right = counts
    names = ("golden", "latest", "majority")
    return {"persons": persons, **{name: _share(n, persons) for name, n in zip(names, right, strict=True)}}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _make(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}").fetchall()
