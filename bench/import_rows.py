"""Import of real items: rows a second at 2,000, 20,000 and 200,000 rows, beside inserting the rows plainly.

The files hold the real rows under new, well-formed codes. Each size is imported into emptied tables by a
fresh process of its own, whose peak memory is counted from the moment before the import. The reference parses
each line and inserts code, name and the whole row as JSON, in batches of the same size: what any import costs
at least. Ours also cleans, maps, checks, versions, splits into parts, indexes for search, counts words and
traces. Small sizes are run three times and the median counts; the largest runs once. ``--most N`` leaves
larger sizes out.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TONGBAN_SHARED", ROOT.parent / "shared"))
REAL = SHARED / "data" / "guangdong-items.jsonl"
SIZES = (2_000, 20_000, 200_000)
ROUNDS = {2_000: 3, 20_000: 3}
COUNTED = 20_000  # the size whose figure is compared
TARGET = 1_000  # rows a second: 200,000 rows in little more than three minutes


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """Django on a database of its own that is gone afterwards."""
    os.environ["TONGBAN_TEST_DB"] = f"bench_{name}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        connection.close()
        teardown_databases(made, verbosity=0)


def empty() -> None:
    """Take all items out again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE items_basicitem, items_item, items_searchterm CASCADE")


def multiplied(path: Path, rows: int) -> None:
    """The real rows over and over under new, well-formed codes."""
    source = [json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()]
    with path.open("w", encoding="utf-8") as out:
        for n in range(rows):
            row = dict(source[n % len(source)])
            code = row["TASK_CODE"][:31]
            row["TASK_CODE"] = f"{code[:25]}{n:06d}"
            row["CATAID"] = row["TASK_CODE"][19:]
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def ours(path: Path) -> Any:
    """Import a file into emptied tables."""
    from tongban.items import service as items
    from tongban.kit.actors import SYSTEM

    with tempfile.TemporaryDirectory() as folder:
        return items.import_file(SYSTEM, path, "guangdong", report_folder=Path(folder))


def plainly(path: Path) -> int:
    """The reference: the same rows into one plain table, five hundred a transaction."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_plain")
        cursor.execute("CREATE TABLE bench_plain (code text PRIMARY KEY, name text, body jsonb)")
        batch: list[tuple[str, str, str]] = []
        count = 0

        def flush() -> None:
            with transaction.atomic():
                cursor.executemany("INSERT INTO bench_plain VALUES (%s, %s, %s)", batch)
            batch.clear()

        with path.open(encoding="utf-8") as stream:
            for line in stream:
                row = json.loads(line)
                batch.append((row["TASK_CODE"], row["TASK_NAME"], line))
                count += 1
                if len(batch) == 500:
                    flush()
        flush()
    return count


def timed(work: Callable[[], Any]) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def load() -> list[float]:
    """How busy the machine is: processes that run or wait, over the last 1, 5 and 15 minutes."""
    return [round(one, 2) for one in os.getloadavg()]


def machine() -> str:
    """What this ran on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def write(result: dict[str, Any]) -> None:
    """Put a result where ``make bench`` keeps them."""
    folder = ROOT / "bench" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=2)
    (folder / f"{result['name']}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def one(path: Path, rows: int) -> dict[str, Any]:
    """Import the file twice in this process and insert it plainly; rates and peak memory."""
    empty()
    started = forget_peak()
    account = ours(path)
    first = rows / account.seconds
    peak = memory("VmHWM")
    again = ours(path)
    if again.unchanged != rows:
        raise RuntimeError(f"{rows - again.unchanged} rows changed at the second import")
    return {
        "rows_per_second": first,
        "unchanged_rows_per_second": rows / again.seconds,
        "plain_rows_per_second": rows / timed(lambda: plainly(path)),
        "peak_mib": peak,
        "start_mib": started,
        "grown_mib": round(peak - started, 1),
        "account": {
            name: getattr(account, name) for name in ("read", "imported", "unchanged", "flagged", "rejected")
        },
    }


def memory(what: str) -> float:
    """``VmRSS`` now or ``VmHWM`` at most since it was forgotten, of this process, in MiB."""
    # Not getrusage: its maximum is inherited from the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError("This system does not tell a process's memory")
    return round(int(found[1]) / 1024, 1)


def forget_peak() -> float:
    """Count the peak from now on; returns what is held now, the program itself with its dictionaries."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return memory("VmRSS")


def child(path: str, rows: int) -> None:
    """What the process of one size does: the database is there already."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = os.environ["BENCH_DATABASE"]
    print(json.dumps(one(Path(path), rows)))


def sized(path: Path, rows: int) -> dict[str, Any]:
    """The figures of one size: medians of its rounds."""
    from django.db import connection

    environment = {**os.environ, "BENCH_DATABASE": str(connection.settings_dict["NAME"])}
    command = [sys.executable, __file__, "--file", str(path), "--rows", str(rows)]
    found = [
        json.loads(
            subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        )
        for _ in range(ROUNDS.get(rows, 1))
    ]
    rates = (
        "rows_per_second", "unchanged_rows_per_second", "plain_rows_per_second",
        "peak_mib", "start_mib", "grown_mib",
    )  # fmt: skip
    return {name: round(statistics.median(one[name] for one in found), 1) for name in rates} | {
        "rounds": [round(one["rows_per_second"], 1) for one in found],
        "account": found[-1]["account"],
    }


def server_setting(name: str) -> str:
    """How the database server is set: without fsync figures flatter."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def measure(most: int) -> dict[str, Any]:
    """Run the comparison and return the result."""
    detail: dict[str, Any] = {}
    with scratch_database("import_rows"), tempfile.TemporaryDirectory() as folder:
        fsync = server_setting("fsync")
        for rows in [size for size in SIZES if size <= most]:
            path = Path(folder) / f"{rows}.jsonl"
            multiplied(path, rows)
            detail[str(rows)] = sized(path, rows)
            path.unlink()
            print(rows, detail[str(rows)], file=sys.stderr, flush=True)
    counted = detail[str(min(COUNTED, most))]
    rate, reference = counted["rows_per_second"], counted["plain_rows_per_second"]
    return {
        "name": "import_rows",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "unit": "rows/s",
        "better": "higher",
        "ours": rate,
        "reference": {"name": "the same rows inserted plainly as JSON", "value": reference},
        "ratio": round(rate / reference, 4),
        "target": TARGET,
        "met": rate >= TARGET,
        "detail": {"fsync": fsync, "sizes": detail},
    }


def main() -> None:
    """Measure, or be the process of one size."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--most", type=int, default=SIZES[-1])
    asked.add_argument("--file")
    asked.add_argument("--rows", type=int, default=0)
    options = asked.parse_args()
    if options.file:
        child(options.file, options.rows)
    else:
        write(measure(options.most))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    main()
