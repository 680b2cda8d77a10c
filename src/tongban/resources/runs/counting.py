"""What a run came to, department by department and element by element, read from the files it left."""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb

from tongban.kit.errors import invalid
from tongban.resources.batch.landing import text
from tongban.resources.batch.spec import Element, Spec
from tongban.resources.batch.survive_sql import unpacked

MOST_REASONS = 20


def account_of(out: Path) -> tuple[dict[str, Any], str]:
    """``run.json`` of a finished run and its SHA-256.

    :raises Invalid: where there is none: the run did not end
    """
    try:
        data = (out / "run.json").read_bytes()
        return json.loads(data), hashlib.sha256(data).hexdigest()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise invalid("in", "unfinished", "这个目录里没有已完成的运行（缺少 run.json）") from None


def by_source(out: Path, spec: Spec) -> list[dict[str, Any]]:
    """Each department: ``{source, rows_in, landed, keyed, residue, linked, quarantined, reasons}``; the last
    are ``{reason, rows}``, most frequent first."""
    found = []
    with duckdb.connect() as connection:
        for source in spec.sources:
            path = out / "landed" / f"{source.slug}.json"
            if not path.exists():
                continue  # an engine that keeps no receipts of departments
            receipt = json.loads(path.read_text(encoding="utf-8"))
            reasons: list[dict[str, Any]] = []
            bad = out / "quarantine" / f"{source.slug}.parquet"
            if receipt["quarantined"] and bad.exists():
                rows = connection.execute(
                    f"SELECT reason, count(*) FROM {_parquet(bad)} GROUP BY 1 ORDER BY 2 DESC, 1 "
                    f"LIMIT {MOST_REASONS}"
                ).fetchall()
                reasons = [{"reason": row[0], "rows": row[1]} for row in rows]
            links = out / "links" / f"{source.slug}.parquet"
            linked = 0
            if links.exists():
                linked = _one(connection, f"SELECT count(*) FROM {_parquet(links)} WHERE key IS NOT NULL")[0]
            found.append({
                "source": source.slug, "rows_in": receipt["rows_in"], "keyed": receipt["keyed"],
                "landed": receipt["keyed"] + receipt["residue"], "residue": receipt["residue"],
                "linked": linked, "quarantined": receipt["quarantined"], "reasons": reasons,
            })  # fmt: skip
    return found


def by_element(out: Path, spec: Spec) -> list[dict[str, Any]]:
    """Each element: ``{element, values, from_source, confirmed, dissented}``: persons with a value, those
    whose value is the source department's, those with a confirmer, those with a dissenter."""
    if not list((out / "golden").glob("*.parquet")):
        return []
    table = _parquet(out / "golden" / "*.parquet")
    with duckdb.connect() as connection:
        row = _one(connection, f"SELECT {', '.join(_counted(one) for one in spec.elements)} FROM {table}")
    numbers = [int(number or 0) for number in row]
    return [
        {
            "element": element.code, "values": numbers[4 * n], "from_source": numbers[4 * n + 1],
            "confirmed": numbers[4 * n + 2], "dissented": numbers[4 * n + 3],
        }
        for n, element in enumerate(spec.elements)
    ]  # fmt: skip


def _counted(element: Element) -> str:
    value, told = element.field, unpacked(f"{element.field}_from")
    source = f"{told['place']} = {element.source}" if element.source is not None else "false"
    return ", ".join(
        f"count(*) FILTER (WHERE {value} IS NOT NULL AND {condition})"
        for condition in ("true", source, f"{told['confirmers']} <> 0", f"{told['dissenters']} <> 0")
    )


def differences(one: Path, other: Path, spec: Spec) -> dict[str, Any]:
    """Golden values of two runs beside each other: ``{elements: [{element, changed, gained, lost}], only_one,
    only_other, both}``, in persons."""
    tables = [_parquet(out / "golden" / "*.parquet") for out in (one, other)]
    with duckdb.connect() as connection:
        held = [
            {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
            for table in tables
        ]
        shared = [e for e in spec.elements if all(e.field in names for names in held)]
        counted = ", ".join(
            f"count(*) FILTER (WHERE {a} <> {b}), count(*) FILTER (WHERE {a} IS NULL AND {b} IS NOT NULL), "
            f"count(*) FILTER (WHERE {a} IS NOT NULL AND {b} IS NULL)"
            for a, b in ((f"CAST(a.{e.field} AS VARCHAR)", f"CAST(b.{e.field} AS VARCHAR)") for e in shared)
        )
        both = _one(
            connection,
            f"SELECT count(*), {counted or '0'} FROM {tables[0]} a JOIN {tables[1]} b USING (key)",
        )
        totals = [_one(connection, f"SELECT count(*) FROM {table}")[0] for table in tables]
    numbers = both[1:]
    return {
        "both": both[0], "only_one": totals[0] - both[0], "only_other": totals[1] - both[0],
        "elements": [
            {"element": e.code, "changed": numbers[3 * n], "gained": numbers[3 * n + 1],
             "lost": numbers[3 * n + 2]}
            for n, e in enumerate(shared)
        ],
    }  # fmt: skip


def _parquet(path: Path) -> str:
    return f"read_parquet({text(path)})"


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None  # an aggregate always has one row
    return row
