"""Import of real items: rows a second, beside writing the same rows plainly into one table.

Both read the same file in turn, in the same run, five rounds each; medians count. The reference parses each
line and inserts code, name and the whole row as JSON, in batches of the same size: what any import costs at
least. Ours also cleans, maps, checks, versions, splits into parts, indexes and traces. Memory is measured on
a file of 20,000 rows.
"""

import json
import os
import platform
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TONGBAN_SHARED", ROOT.parent / "shared"))
REAL = SHARED / "data" / "guangdong-items.jsonl"
ROUNDS = 5
LARGE = 20_000
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
            row["TASK_NAME"] = f"{row['TASK_NAME']}（{n}）"
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


def measure() -> dict[str, Any]:
    """Run the comparison and return the result."""
    with scratch_database("import_rows"):
        fast, plain, again = [], [], []
        account: dict[str, Any] = {}
        for _ in range(ROUNDS):
            empty()
            started = time.perf_counter()
            account = ours(REAL).as_dict()
            fast.append(account["read"] / (time.perf_counter() - started))
            again.append(account["read"] / timed(lambda: ours(REAL)))
            plain.append(account["read"] / timed(lambda: plainly(REAL)))
        with tempfile.TemporaryDirectory() as folder:
            large = Path(folder) / "large.jsonl"
            multiplied(large, LARGE)
            empty()
            seconds = timed(lambda: ours(large))
            tracemalloc.start()
            ours(large)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    rate, reference = statistics.median(fast), statistics.median(plain)
    return {
        "name": "import_rows",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "unit": "rows/s",
        "better": "higher",
        "ours": round(rate, 1),
        "reference": {"name": "the same rows inserted plainly as JSON", "value": round(reference, 1)},
        "ratio": round(rate / reference, 4),
        "target": TARGET,
        "met": rate >= TARGET,
        "detail": {
            "account": {
                key: account[key] for key in ("read", "imported", "unchanged", "flagged", "rejected")
            },
            "rounds": [round(value, 1) for value in fast],
            "unchanged_rows_per_second": round(statistics.median(again), 1),
            "rows_20k_per_second": round(LARGE / seconds, 1),
            "python_peak_mib_20k_second_import": round(peak / 2**20, 1),
        },
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    write(measure())
