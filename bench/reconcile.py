"""Reconciling 1, 5 and 10 million invented persons of 5 departments, beside a scan of the same files.

The scan (DuckDB, a hash of every value of the same Parquet) is the floor: nothing that reads all data is
quicker. Both run in processes of their own, in turn. ``ours`` is the time for landing and choosing at the
smallest size, medians of five rounds; larger sizes run once each. ``detail.sizes`` has them all, with the
peak of memory, and ``detail.exponent`` the slope of time over persons. ``detail.linked`` is one run at the
smallest size with linking and the truth beside: precision, recall, and the golden values beside two simpler
laws.

``PERSONS`` names other sizes in persons (``1000000,5000000``); the files need 0.35 KB of disk a
person and the run another 0.6, below ``var/bench/``, removed at the end. Writes ``results/reconcile.json``.
"""

import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "var" / "bench" / "reconcile"
SIZES = (1_000_000, 5_000_000, 10_000_000)
ROUNDS, SEED, TARGET = 5, 2026, 6.0  # a seed that nothing was tuned on; times the floor
PEAK_MB, EXPONENT = 6_000, 1.05
TONGBAN = [sys.executable, "-c", "from tongban.ops.cli import main; main()"]
SCAN = """
import sys, time, duckdb
from pathlib import Path
started = time.perf_counter()
with duckdb.connect() as connection:
    connection.execute("SET enable_progress_bar = false")
    for folder in sorted(p.parent for p in Path(sys.argv[1]).glob("*/part-0000.parquet")):
        table = f"read_parquet('{folder}/*.parquet')"
        names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]
        every = ", ".join(f'max(hash("{n}"))' for n in names)
        connection.execute(f"SELECT {every} FROM {table}").fetchall()
print(time.perf_counter() - started)
"""


def tongban(*words: str | Path) -> dict[str, Any]:
    """Run a command of ours; what it says as JSON."""
    # No database: what is measured is the engine, and a run is written down where there is one.
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [*TONGBAN, "resources", *map(str, words), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def scan(folder: Path) -> float:
    """Seconds of the floor."""
    done = subprocess.run(
        [sys.executable, "-c", SCAN, str(folder)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def reconcile(folder: Path, *more: str | Path) -> dict[str, Any]:
    out = WORK / "out"
    shutil.rmtree(out, ignore_errors=True)
    return tongban("reconcile", "--in", folder, "--out", out, *more)


def measure(persons: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Floor and run in turn; medians."""
    floors, runs = [], []
    for _ in range(rounds):
        floors.append(scan(folder))
        runs.append(reconcile(folder, "--link", "none"))
    seconds, floor = statistics.median(run["seconds"] for run in runs), statistics.median(floors)
    return {
        "persons": persons,
        "rows": runs[0]["rows_in"],
        "rounds": rounds,
        "seconds": round(seconds, 2),
        "rows_a_second": round(runs[0]["rows_in"] / seconds),
        "floor_seconds": round(floor, 2),
        "ratio": round(seconds / floor, 2),
        "peak_mb": max(run["peak_mb"] for run in runs),
        "stages": runs[-1]["stages"],
        "counts": {name: runs[0][name] for name in ("golden", "discrepancies", "residue", "quarantined")},
    }


def exponent(sizes: list[dict[str, Any]]) -> float | None:
    """Slope of log time over log persons, by least squares; None of one size."""
    if len(sizes) < 2:
        return None
    points = [(math.log(one["persons"]), math.log(one["seconds"])) for one in sizes]
    return round(statistics.linear_regression(*zip(*points, strict=True)).slope, 3)


def whole_province(sizes: list[dict[str, Any]], slope: float | None) -> dict[str, Any]:
    """40 million persons, from the largest size and the slope."""
    last = sizes[-1]
    factor = 40_000_000 / last["persons"]
    return {
        "persons": 40_000_000,
        "estimated_seconds": round(last["seconds"] * factor ** max(1.0, slope or 1.0)),
        "why": "not run: estimated from the curve",
    }


def main() -> None:
    sizes, linked = [], {}
    wanted = [int(n) for n in os.environ.get("PERSONS", "").split(",") if n] or SIZES
    for n, persons in enumerate(wanted):
        folder = WORK / "in"
        shutil.rmtree(WORK, ignore_errors=True)
        started = time.perf_counter()
        tongban("generate", "--persons", str(persons), "--seed", str(SEED), "--out", folder)
        made = round(time.perf_counter() - started, 1)
        sizes.append({**measure(persons, 1 if n else ROUNDS, folder), "generated_in_seconds": made})
        print(json.dumps(sizes[-1]), flush=True)
        if not n:
            linked = reconcile(folder, "--truth", folder)
            print(json.dumps(linked), flush=True)
    shutil.rmtree(WORK, ignore_errors=True)
    slope, first = exponent(sizes), sizes[0]
    peak = max(one["peak_mb"] for one in sizes)
    result = {
        "name": "reconcile",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "unit": "s",
        "better": "lower",
        "ours": first["seconds"],
        "reference": {
            "name": "DuckDB scan of all columns of the same Parquet",
            "value": first["floor_seconds"],
        },
        "ratio": first["ratio"],
        "target": TARGET,
        "met": max(one["ratio"] for one in sizes) <= TARGET and peak <= PEAK_MB and (slope or 0) <= EXPONENT,
        "detail": {
            "seed": SEED,
            "exponent": slope,
            "peak_mb": peak,
            "sizes": sizes,
            "linked": linked,
            "province": whole_province(sizes, slope),
        },
    }
    (Path(__file__).parent / "results" / "reconcile.json").write_text(
        json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
