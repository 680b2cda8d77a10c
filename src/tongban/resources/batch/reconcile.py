"""The batch engine: land and choose; bucket by bucket, so that memory does not grow with the province.

``OUT/landed`` holds what was read, ``OUT/golden`` one file per bucket of golden records,
``OUT/discrepancies`` one per bucket of disagreements, ``OUT/run.json`` the account. A run that was cut off
goes on where it stopped.
"""

import hashlib
import json
import resource
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from tongban.resources.batch import survive_sql
from tongban.resources.batch.landing import (
    PARQUET,
    Landed,
    Report,
    bucket_count,
    check_columns,
    land,
    raw_files,
    text,
    write_json,
)
from tongban.resources.batch.spec import Source, Spec, read

MEMORY = "3500MB"


@dataclass(frozen=True, slots=True)
class Run:
    """The account of one run. Rows, persons, seconds, megabytes."""

    rows_in: int
    landed: int
    quarantined: int
    golden: int
    discrepancies: int
    residue: int
    seconds: float
    peak_mb: int
    stages: dict[str, float]


def reconcile(folder: Path, out: Path, *, threads: int = 0, report: Report | None = None) -> Run:
    """Reconcile the departments' files under ``folder`` into golden records under ``out``.

    :param threads: 0 takes every core
    :param report: called with the stage, and how much of how much is done
    :raises Invalid: for a missing file or column, before anything is written
    """
    started = time.perf_counter()
    spec = read(folder / "sources.yaml")
    tell = report or _silent
    stages: dict[str, float] = {}
    with _engine(out, threads) as connection:
        for source in spec.sources:
            check_columns(connection, source, raw_files(folder, source))
        buckets = bucket_count(connection, spec, folder)
        landed = []
        for n, source in enumerate(spec.sources):
            tell("land", n, len(spec.sources))
            landed.append(land(connection, source, folder, out, buckets))
        stages["land"] = time.perf_counter() - started
        golden = discrepancies = 0
        for n in range(buckets):
            tell("choose", n, buckets)
            counts = _bucket(connection, spec, out, n, _stamp(landed))
            golden, discrepancies = golden + counts["golden"], discrepancies + counts["discrepancies"]
        tell("choose", buckets, buckets)
    seconds = time.perf_counter() - started
    stages["choose"] = seconds - stages["land"]
    made = Run(
        rows_in=sum(one.rows_in for one in landed),
        landed=sum(one.keyed + one.residue for one in landed),
        quarantined=sum(one.quarantined for one in landed),
        golden=golden,
        discrepancies=discrepancies,
        residue=sum(one.residue for one in landed),
        seconds=round(seconds, 3),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        stages={name: round(taken, 3) for name, taken in stages.items()},
    )
    write_json(out / "run.json", asdict(made))
    return made


def _silent(_stage: str, _done: int, _total: int) -> None:
    """For callers that want no progress."""


def _engine(out: Path, threads: int) -> duckdb.DuckDBPyConnection:
    out.mkdir(parents=True, exist_ok=True)
    spill = out / "spill"
    shutil.rmtree(spill, ignore_errors=True)
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")  # the caller has one of its own
    connection.execute(f"SET temp_directory = {text(spill)}")
    connection.execute("SET partitioned_write_max_open_files = 100")
    if threads:
        connection.execute(f"SET threads = {threads}")
    return connection


def _stamp(landed: list[Landed]) -> str:
    """What a bucket was made from; one made from something else is made again."""
    files = [f["sha256"] for one in landed for f in one.files]
    return hashlib.sha256("\n".join([*files, str(landed[0].buckets)]).encode()).hexdigest()


def _kept(receipt: Path) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads(receipt.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return said


def _bucket(
    connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, number: int, stamp: str
) -> dict[str, Any]:
    receipt = out / "golden" / f"bucket-{number:04d}.json"
    earlier = _kept(receipt)
    if earlier is not None and earlier["stamp"] == stamp:
        return earlier
    receipt.unlink(missing_ok=True)
    for source in spec.sources:
        _read(connection, source, out, number)
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW last_{source.slug} AS {survive_sql.latest(source, source.slug)}"
        )
    wide = f"({survive_sql.joined(spec)}) AS wide"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {survive_sql.judged(spec, wide)}").fetchall()
    counts: dict[str, Any] = {"stamp": stamp}
    for name, query in (
        ("golden", survive_sql.golden(spec, "judged")),
        ("discrepancies", survive_sql.discrepancies(spec, "judged")),
    ):
        path = out / name / f"bucket-{number:04d}.parquet"
        path.parent.mkdir(exist_ok=True)
        half = path.with_suffix(".half")
        row = connection.execute(f"COPY ({query}) TO {text(half)} ({PARQUET})").fetchone()
        half.replace(path)
        counts[name] = int(row[0]) if row else 0
    connection.execute("DROP TABLE judged")
    write_json(receipt, counts)
    return counts


def _read(connection: duckdb.DuckDBPyConnection, source: Source, out: Path, number: int) -> None:
    """The bucket's rows of one department, those with a valid number, as a table of its name."""
    fields = ", ".join(["key", "row_id", "as_of", *(column.field for column in source.columns)])
    landed = list((out / "landed" / source.slug / f"bucket={number}").glob("*.parquet"))
    if landed:
        query = f"SELECT {fields} FROM read_parquet({text(landed[0].parent / '*.parquet')})"
    else:
        anything = next((out / "landed" / source.slug).glob("*/*.parquet"))
        query = f"SELECT {fields} FROM read_parquet({text(anything)}) WHERE false"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {source.slug} AS {query}").fetchall()
