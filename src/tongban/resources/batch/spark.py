"""The batch engine on Spark, for what one machine cannot hold: the SQL of the DuckDB engine, carried over.

The outputs are those of :mod:`.reconcile`, in the same places, with the same rows: ``OUT/landed`` by bucket,
``OUT/golden`` and ``OUT/discrepancies`` with a file for each, ``OUT/quarantine``, ``OUT/run.json`` (``engine:
spark``). Spark works on all buckets at once, and shuffles. Every worker must see both folders under the same
path.
"""

import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psutil

from tongban.resources.batch import survive_sql
from tongban.resources.batch.carrying import carried
from tongban.resources.batch.landing import (
    RESIDUE,
    Landed,
    Report,
    bucket_count,
    check_columns,
    described_file,
    landed_query,
    quarantine_query,
    raw_files,
    text,
    write_json,
)
from tongban.resources.batch.reconcile import Clock, How, Run, account, engine, judged, linked_rows
from tongban.resources.batch.spark_session import session
from tongban.resources.batch.spec import Source, Spec, read

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def reconcile_spark(
    folder: Path,
    out: Path,
    *,
    how: How = How(),  # noqa: B008  (frozen)
    master: str = "local[2]",
    memory: str = "2g",
    report: Report | None = None,
    spark: "SparkSession | None" = None,
) -> Run:
    """Reconcile the departments' files under ``folder`` into golden records under ``out``, on Spark.

    :param how: how to link and what to judge by, as for ``reconcile``
    :param master: as Spark writes it; ``memory`` is the driver's
    :param spark: a session of :func:`session` to use; ``master`` and ``memory`` are then of no account
    :param report: called with the stage, and how much of how much is done
    :raises Invalid: for a missing file or column, before anything is written; where Spark does not start
    """
    started = time.perf_counter()
    spec = read(folder / "sources.yaml")
    with duckdb.connect() as connection:
        for source in spec.sources:
            check_columns(connection, source, raw_files(folder, source))
        buckets = bucket_count(connection, spec, folder)
    if spark is not None:
        return Work(spark, spec, folder, out, buckets, how, report).run(started)
    with session(master, memory) as made:
        return Work(made, spec, folder, out, buckets, how, report).run(started)


@dataclass
class Work:
    """One run: what it works with, and its steps."""

    spark: "SparkSession"
    spec: Spec
    folder: Path
    out: Path
    buckets: int
    how: How
    report: Report | None

    def tell(self, stage: str, done: int, total: int) -> None:
        if self.report is not None:
            self.report(stage, done, total)

    def run(self, started: float) -> Run:
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "run.json").unlink(missing_ok=True)
        clock = Clock(started)
        landed = []
        for n, source in enumerate(self.spec.sources):
            self.tell("land", n, len(self.spec.sources))
            landed.append(self.land(source))
        clock.stage("land")
        with engine(self.out, 0) as connection:  # the residue is small: it is linked on this machine
            linked = linked_rows(connection, self.spec, self.out, self.how, self.tell)
        clock.stage("link")
        self.tell("choose", 0, 2)
        golden, discrepancies = self.choose()
        clock.stage("choose")
        with engine(self.out, 0) as connection:
            made = Run(
                engine="spark",
                golden=golden,
                discrepancies=discrepancies,
                seconds=clock.seconds(),
                peak_mb=_peak_mb(),
                stages=clock.stages,
                **account(landed, linked),
                **judged(connection, self.spec, self.out, self.how),
            )
        write_json(self.out / "run.json", asdict(made))
        return made

    def land(self, source: Source) -> Landed:
        """Lay one department's rows down under ``OUT/landed/<slug>/bucket=N/``, and the broken ones apart."""
        files = raw_files(self.folder, source)
        place = self.out / "landed" / source.slug
        shutil.rmtree(place, ignore_errors=True)
        # One task for each bucket, so that a bucket is one file.
        (
            self.rows(source)
            .where("bucket IS NOT NULL")
            .repartition(self.buckets + 1, "bucket")
            .write.partitionBy("bucket")
            .parquet(str(place))
        )
        return self.receipt(source, files, place)

    def rows(self, source: Source) -> "DataFrame":
        """One department's rows, cleaned and keyed; ``bucket`` is NULL for those to quarantine."""
        raw = self.spark.read.parquet(*(str(path) for path in raw_files(self.folder, source)))
        raw.createOrReplaceTempView(f"raw_{source.slug}")
        return self.spark.sql(carried(landed_query(source, f"raw_{source.slug}", self.buckets)))

    def receipt(self, source: Source, files: list[Path], place: Path) -> Landed:
        """What was read and what was laid down, counted by the other engine from the files."""
        with duckdb.connect() as connection:
            rows_in = _count(connection, files)
            residue = _count(connection, place.glob(f"bucket={RESIDUE}/*.parquet"))
            keyed = _count(connection, place.glob("bucket=[0-9]*/*.parquet"))
        bad = 0
        (self.out / "quarantine" / f"{source.slug}.parquet").unlink(missing_ok=True)
        if keyed + residue != rows_in:
            bad = self.quarantine(source, files)
        if keyed + residue + bad != rows_in:
            raise RuntimeError(f"{source.slug}: {rows_in} rows read, {keyed} + {residue} + {bad} laid down")
        described = [described_file(path) for path in files]
        made = Landed(source.slug, described, rows_in, keyed, residue, bad, self.buckets)
        write_json(self.out / "landed" / f"{source.slug}.json", asdict(made))
        return made

    def quarantine(self, source: Source, files: list[Path]) -> int:
        """Keep the rows that could not be landed as they came, with file, line and reason."""
        from pyspark.sql import functions

        name = functions.regexp_extract("_metadata.file_path", "[^/]+$", 0)
        plus = functions.replace(name, functions.lit("+"), functions.lit("%2B"))  # as it is in a path
        place = functions.lit(f"{self.folder / source.slug}/")
        raw = self.spark.read.parquet(*(str(path) for path in files)).select(
            "*",
            functions.col("_metadata.row_index").alias("file_row_number"),
            functions.concat(place, functions.url_decode(plus)).alias("filename"),
        )
        raw.createOrReplaceTempView("numbered")
        kept = self.spark.sql(carried(quarantine_query(source, "numbered")))
        half = self.out / "quarantine" / f"{source.slug}.half"
        kept.coalesce(1).write.mode("overwrite").parquet(str(half))
        part = next(half.glob("*.parquet"))
        path = part.replace(half.with_suffix(".parquet"))
        shutil.rmtree(half)
        with duckdb.connect() as connection:
            return _count(connection, [path])

    def choose(self) -> tuple[int, int]:
        """Golden records and disagreements of everybody who is keyed; how many of each."""
        from pyspark import StorageLevel

        for source in self.spec.sources:
            self.view(source)
            latest = survive_sql.latest(source, source.slug)
            self.spark.sql(carried(latest)).createOrReplaceTempView(f"last_{source.slug}")
        self.spark.sql(carried(survive_sql.joined(self.spec))).createOrReplaceTempView("wide")
        everybody = self.spark.sql(carried(survive_sql.judged(self.spec, "wide")))
        everybody.persist(StorageLevel.MEMORY_AND_DISK).createOrReplaceTempView("judged")
        try:
            persons = self.write("golden", self.spark.sql(carried(survive_sql.golden(self.spec, "judged"))))
            self.tell("choose", 1, 2)
            differing = self.spark.sql(carried(survive_sql.discrepancies(self.spec, "judged")))
            found = self.write("discrepancies", differing)
            self.tell("choose", 2, 2)
        finally:
            everybody.unpersist()
        return persons, found

    def view(self, source: Source) -> None:
        """The landed rows with a valid number, and those of the residue that were linked to a person."""
        fields = ["key", "row_id", "as_of", *(column.field for column in source.columns)]
        place = self.out / "landed" / source.slug
        landed = self.spark.read.schema(self.rows(source).schema).parquet(str(place))
        keyed = landed.where(f"bucket > {RESIDUE}").select(*fields)
        links = self.out / "links" / f"{source.slug}.parquet"
        if links.exists():
            told = self.spark.read.parquet(str(links)).select("row_id", "key")
            residue = landed.where(f"bucket = {RESIDUE}").drop("key")
            keyed = keyed.unionByName(residue.join(told, "row_id").select(*fields))
        keyed.createOrReplaceTempView(source.slug)

    def write(self, name: str, rows: "DataFrame") -> int:
        """Write ``OUT/<name>/bucket-NNNN.parquet`` anew, whole or not at all; how many rows."""
        half, place = self.out / f"{name}.half", self.out / name
        bucket = f"CAST(key % {self.buckets} AS INT) AS bucket"
        parts = rows.selectExpr("*", bucket).repartition(self.buckets, "bucket")
        parts.write.mode("overwrite").partitionBy("bucket").parquet(str(half / "parts"))
        rows.limit(0).coalesce(1).write.mode("overwrite").parquet(str(half / "empty"))
        (half / "files").mkdir(exist_ok=True)
        empty = next((half / "empty").glob("*.parquet"))
        for number in range(self.buckets):
            file = half / "files" / f"bucket-{number:04d}.parquet"
            made = next((half / "parts").glob(f"bucket={number}/*.parquet"), None)
            made.replace(file) if made is not None else shutil.copyfile(empty, file)
        shutil.rmtree(place, ignore_errors=True)
        (half / "files").rename(place)
        shutil.rmtree(half)
        with duckdb.connect() as connection:
            return _count(connection, place.glob("*.parquet"))


def _count(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> int:
    """Rows, from the files' footers."""
    listed = ", ".join(text(path) for path in files)
    if not listed:
        return 0
    row = connection.execute(
        f"SELECT count(*) FROM read_parquet([{listed}], hive_partitioning = false)"
    ).fetchone()
    return int(row[0]) if row else 0


def _peak_mb() -> int:
    """The most memory that this process and the Java processes it started have held; other machines' is not
    seen."""
    most = 0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            said = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            continue
        most += next((int(line.split()[1]) for line in said.splitlines() if line.startswith("VmHWM")), 0)
    return most // 1024
