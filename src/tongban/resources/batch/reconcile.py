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
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from tongban.resources.batch import linking, survive_sql
from tongban.resources.batch.accuracy import judge
from tongban.resources.batch.landing import (
    PARQUET,
    RESIDUE,
    Landed,
    Report,
    bucket_count,
    check_columns,
    land,
    raw_files,
    text,
    write_json,
)
from tongban.resources.batch.linking import Linked
from tongban.resources.batch.spec import Source, Spec, read

MEMORY = "3500MB"
BUCKETS_AT_ONCE = 2
Link = Literal["model", "rules", "none"]


@dataclass(frozen=True, slots=True)
class Run:
    """The account of one run. Rows, persons, seconds, megabytes; ``linked``: rows of the residue given to
    persons, ``review``: pairs that clerks should look at. With a truth beside: see ``accuracy.judge``."""

    engine: str
    rows_in: int
    landed: int
    quarantined: int
    golden: int
    discrepancies: int
    residue: int
    linked: int
    review: int
    seconds: float
    peak_mb: int
    stages: dict[str, float]
    precision: float | None = None
    recall: float | None = None
    linkage: dict[str, Any] | None = None
    accuracy: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class How:
    """What either engine is told.

    ``link``: how rows without a valid number find their persons: by plain rules and the model, by ``rules``
    alone, or not at all (``none``). ``decisions``: what clerks decided about pairs (see ``linking.link``).
    ``truth``: of invented files, to judge the run by; the time for it is not counted.
    """

    link: Link = "model"
    decisions: Path | None = None
    truth: Path | None = None


def reconcile(
    folder: Path,
    out: Path,
    *,
    how: How = How(),
    threads: int = 0,
    report: Report | None = None,
) -> Run:
    """Reconcile the departments' files under ``folder`` into golden records under ``out``.

    :param threads: 0 takes every core
    :param report: called with the stage, and how much of how much is done
    :raises Invalid: for a missing file or column, before anything is written
    """
    started = time.perf_counter()
    spec = read(folder / "sources.yaml")
    tell = report or _silent
    clock = Clock(started)
    with engine(out, threads) as connection:
        for source in spec.sources:
            check_columns(connection, source, raw_files(folder, source))
        buckets = bucket_count(connection, spec, folder)
        landed = []
        for n, source in enumerate(spec.sources):
            tell("land", n, len(spec.sources))
            landed.append(land(connection, source, folder, out, buckets))
        clock.stage("land")
        linked = linked_rows(connection, spec, out, how, tell)
        clock.stage("link")
        whole = Whole(spec, out, buckets, linked is not None, _stamp(landed, out, how.link))
        golden, discrepancies = _chosen(connection, whole, tell)
        clock.stage("choose")
        made = Run(
            engine="duckdb",
            golden=golden,
            discrepancies=discrepancies,
            seconds=clock.seconds(),
            peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            stages=clock.stages,
            **account(landed, linked),
            **judged(connection, spec, out, how),
        )
    write_json(out / "run.json", asdict(made))
    return made


def account(landed: list[Landed], linked: Linked | None) -> dict[str, Any]:
    """The counts of what either engine landed and linked."""
    by = (linked.linked_by_rule, linked.linked_by_model, linked.linked_by_clerk) if linked else ()
    return {
        "rows_in": sum(one.rows_in for one in landed),
        "landed": sum(one.keyed + one.residue for one in landed),
        "quarantined": sum(one.quarantined for one in landed),
        "residue": sum(one.residue for one in landed),
        "linked": sum(by),
        "review": linked.review if linked else 0,
    }


def judged(connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, how: How) -> dict[str, Any]:
    """What ``accuracy.judge`` says, where there is a truth."""
    return judge(connection, spec, out, how.truth) if how.truth is not None else {}


class Clock:
    """Seconds of each stage, and of all."""

    def __init__(self, started: float) -> None:
        self._started = self._last = started
        self.stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.stages[name] = round(now - self._last, 3)
        self._last = now

    def seconds(self) -> float:
        return round(self._last - self._started, 3)


@dataclass(frozen=True, slots=True)
class Whole:
    """What buckets are chosen from: how many, whether linked rows count, and what all was made from."""

    spec: Spec
    out: Path
    buckets: int
    linked: bool
    stamp: str


def linked_rows(
    connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, how: How, tell: Report
) -> Linked | None:
    """Link the residue as told; None where it is not to be linked."""
    if how.link == "none":
        for name in ("links", "review"):  # of an earlier run: they would not belong to this one
            shutil.rmtree(out / name, ignore_errors=True)
        return None
    return linking.link(
        connection, spec, out, model=how.link == "model", decisions=how.decisions, report=tell
    )


def _silent(_stage: str, _done: int, _total: int) -> None:
    """For callers that want no progress."""


def engine(out: Path, threads: int) -> duckdb.DuckDBPyConnection:
    """DuckDB with bounded memory; what does not fit is spilled below ``out``.

    :param threads: 0 takes every core
    """
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


def _stamp(landed: list[Landed], out: Path, link: Link) -> str:
    """What a bucket was made from; one made from something else is made again."""
    said = [f["sha256"] for one in landed for f in one.files]
    said += [str(landed[0].buckets), link]
    if link != "none":
        said.append(json.loads((out / "links" / "receipt.json").read_text(encoding="utf-8"))["stamp"])
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _kept(receipt: Path) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads(receipt.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return said


def _chosen(connection: duckdb.DuckDBPyConnection, whole: Whole, tell: Report) -> tuple[int, int]:
    """Choose in all buckets, some at once: steps of one that use a single core leave the others to the next.

    :returns: how many golden records and disagreements there are
    """
    golden = discrepancies = done = 0
    pool = ThreadPoolExecutor(BUCKETS_AT_ONCE)
    try:
        work = [pool.submit(_bucket, connection.cursor(), whole, n) for n in range(whole.buckets)]
        tell("choose", 0, whole.buckets)
        for one in as_completed(work):
            counts = one.result()
            golden, discrepancies = golden + counts["golden"], discrepancies + counts["discrepancies"]
            tell("choose", done := done + 1, whole.buckets)
    finally:
        pool.shutdown(cancel_futures=True)
    return golden, discrepancies


def _bucket(connection: duckdb.DuckDBPyConnection, whole: Whole, number: int) -> dict[str, Any]:
    spec, out = whole.spec, whole.out
    receipt = out / "golden" / f"bucket-{number:04d}.json"
    earlier = _kept(receipt)
    if earlier is not None and earlier["stamp"] == whole.stamp:
        return earlier
    receipt.unlink(missing_ok=True)
    for source in spec.sources:
        connection.execute(f"CREATE TEMP TABLE {source.slug} AS {_rows(whole, source, number)}").fetchall()
        latest = survive_sql.latest(source, source.slug)
        connection.execute(f"CREATE TEMP VIEW last_{source.slug} AS {latest}")
    wide = f"({survive_sql.joined(spec)}) AS wide"
    connection.execute(f"CREATE TEMP TABLE judged AS {survive_sql.judged(spec, wide)}").fetchall()
    counts: dict[str, Any] = {"stamp": whole.stamp}
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
    connection.close()  # what it made of the bucket goes with it
    write_json(receipt, counts)
    return counts


def _rows(whole: Whole, source: Source, number: int) -> str:
    """The bucket's rows of one department, with a valid number or linked."""
    place = whole.out / "landed" / source.slug
    columns = ["row_id", "as_of", *(column.field for column in source.columns)]
    fields = ", ".join(columns)
    queries = []
    if any((place / f"bucket={number}").glob("*.parquet")):
        files = text(place / f"bucket={number}" / "*.parquet")
        queries.append(f"SELECT key, {fields} FROM read_parquet({files})")
    if whole.linked and any((place / f"bucket={RESIDUE}").glob("*.parquet")):
        files, links = (
            text(place / f"bucket={RESIDUE}" / "*.parquet"),
            text(whole.out / "links" / f"{source.slug}.parquet"),
        )
        theirs = ", ".join(f"r.{column}" for column in columns)
        queries.append(
            f"SELECT l.key, {theirs} FROM read_parquet({files}) AS r JOIN read_parquet({links}) AS l "
            f"ON l.row_id = r.row_id WHERE l.key % {whole.buckets} = {number}"
        )
    if not queries:
        anything = text(next(place.glob("*/*.parquet")))
        queries.append(f"SELECT key, {fields} FROM read_parquet({anything}) WHERE false")
    return " UNION ALL ".join(queries)
