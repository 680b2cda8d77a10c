"""The batch engine on Spark beside DuckDB over the same files: how long each takes, and that they agree.

``PERSONS`` (default 1,000,000) people are invented and reconciled by both engines in turn, ``ROUNDS`` times,
each into an empty folder. Spark runs as a local cluster: two worker processes of one core beside the driver,
the Parquet files between them as on a real one; its session is started once and its start counted apart. On
one machine DuckDB must win: the figure says what a cluster has to make up for. Writes ``results/spark.json``.
"""

import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")

import django
import duckdb
import pyspark

PERSONS = int(os.environ.get("PERSONS", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
MASTER = os.environ.get("MASTER", "local-cluster[2,1,2048]")
SETTINGS = {"spark.executor.memory": "2g", "spark.sql.shuffle.partitions": "16"}
TARGET = 10.0  # times DuckDB's seconds on the same two cores
HERE = Path(__file__).resolve().parent


def differing(one: Path, other: Path) -> int:
    """Rows of golden records and disagreements that only one engine has."""
    total = 0
    with duckdb.connect() as connection:
        for name in ("golden", "discrepancies"):
            a, b = (f"(FROM read_parquet('{out}/{name}/*.parquet'))" for out in (one, other))
            row = connection.execute(
                f"SELECT (SELECT count(*) FROM (FROM {a} EXCEPT ALL FROM {b})) "
                f"+ (SELECT count(*) FROM (FROM {b} EXCEPT ALL FROM {a}))"
            ).fetchone()
            total += int(row[0]) if row else 0
    return total


def measured(folder: Path, work: Path) -> dict[str, Any]:
    from tongban.resources.batch.reconcile import How, reconcile
    from tongban.resources.batch.spark import reconcile_spark
    from tongban.resources.batch.spark_session import session

    duck, spark = work / "duck", work / "spark"
    ours, reference = [], []
    begun = time.perf_counter()
    with session(MASTER, "1g", **SETTINGS) as engine:
        start = time.perf_counter() - begun
        for number in range(ROUNDS):
            for out in (duck, spark):
                shutil.rmtree(out, ignore_errors=True)
            plain = reconcile(folder, duck, how=How(link="none"), threads=2)
            run = reconcile_spark(folder, spark, how=How(link="none"), spark=engine)
            reference.append(plain.seconds)
            ours.append(run.seconds)
            print(f"round {number + 1}: Spark {run.seconds} s, DuckDB {plain.seconds} s", file=sys.stderr)
        version, application = engine.version, engine.sparkContext.applicationId
    # A local cluster keeps its executors' logs in the installed package.
    shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)
    return {
        "ours": ours, "reference": reference, "start": start, "rows": run.rows_in, "version": version,
        "peak_mb": run.peak_mb, "stages": run.stages, "differing": differing(duck, spark),
    }  # fmt: skip


def main() -> int:
    django.setup()
    from tongban.resources.batch.invent import generate

    with tempfile.TemporaryDirectory(prefix="tongban-bench-spark-", dir=os.environ.get("BENCH_TMP")) as name:
        work = Path(name)
        generate(PERSONS, 4, work / "said")
        found = measured(work / "said", work)
    if found["differing"]:
        print(f"the engines differ in {found['differing']} rows")
        return 1
    ours, reference = statistics.median(found["ours"]), statistics.median(found["reference"])
    result = {
        "name": "spark", "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores", "unit": "s", "better": "lower",
        "ours": round(ours, 2), "reference": {"name": "DuckDB, two threads", "value": round(reference, 2)},
        "ratio": round(ours / reference, 2), "target": TARGET, "met": ours / reference <= TARGET,
        "detail": {
            "persons": PERSONS, "rows": found["rows"], "rounds": ROUNDS, "master": MASTER,
            "settings": SETTINGS, "load": [round(value, 2) for value in os.getloadavg()],
            "spark": found["version"], "duckdb": duckdb.__version__, "differing_rows": found["differing"],
            "seconds_spark": found["ours"], "seconds_duckdb": found["reference"],
            "session_start_s": round(found["start"], 2), "peak_mb_all_processes": found["peak_mb"],
            "stages_last_round_s": found["stages"],
        },
    }  # fmt: skip
    path = HERE / "results" / "spark.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
