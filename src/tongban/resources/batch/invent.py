"""Invented departmental files of a whole province, with the errors real ones have, and the truth beside.

``generate`` writes, for N invented persons, one Parquet file per part and department under
``DIR/<source>/``, the truth under ``DIR/truth/`` (``persons`` and which row belongs to whom), and
``sources.yaml``, which says how each department's columns are read. The same persons, seed and version of
DuckDB give the same files (its ``hash`` is the only chance there is).

Nobody real can be meant, nor anybody of the demo: identity numbers carry the sequence part 992–999 (the demo
has 990 and 991), telephone numbers start with 1540 (see ``demo.names``).
"""

import math
import os
import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow

from tongban.divisions import service as divisions
from tongban.kit.errors import invalid
from tongban.resources.batch import invent_sql

PART = 500_000  # persons in one part: flat memory, one part a core at a time
MOST = 40_000_000  # persons; beyond, the invented identity numbers would repeat
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Invented:
    """What was written: persons, and rows of each source."""

    persons: int
    rows: dict[str, int]


def generate(
    persons: int, seed: int, out: Path, progress: Progress | None = None, *, hurried: float = 0
) -> Invented:
    """Write the invented province to ``out``, which must be empty or hold an earlier one.

    :param persons: 1 to 40,000,000
    :param seed: any whole number from 0; other seeds give other people
    :param progress: called with persons done and in all
    :param hurried: share (of 1) of rows that leave it unsure whom they are about, for clerks to review
    :raises Invalid: for numbers out of range, or a folder with something else in it
    """
    _check(persons, seed, out, hurried)
    for name in ("truth", *invent_sql.SOURCES):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir(parents=True)
    (out / "truth" / "rows").mkdir()
    (out / "truth" / "persons").mkdir()
    text = files("tongban.resources.batch").joinpath("sources.yaml").read_text(encoding="utf-8")
    (out / "sources.yaml").write_text(text, encoding="utf-8")
    with duckdb.connect() as connection:
        rows = _write(connection, persons, seed, out, progress, hurried)
    return Invented(persons, rows)


def _check(persons: int, seed: int, out: Path, hurried: float) -> None:
    if not 1 <= persons <= MOST:
        raise invalid("persons", "range", f"人数应在 1 到 {MOST} 之间，现在是 {persons}")
    if not 0 <= seed < 2**31:
        raise invalid("seed", "range", "种子应是 0 到 2147483647 之间的整数")
    if not 0 <= hurried <= 0.1:
        raise invalid("hurried", "range", f"匆忙登记的比例应在 0 到 0.1 之间，现在是 {hurried}")
    known = {"truth", "sources.yaml", *invent_sql.SOURCES}
    if out.exists() and (strange := sorted(p.name for p in out.iterdir() if p.name not in known)):
        raise invalid("out", "not-empty", f"目录里有别的文件：{'、'.join(strange[:5])}，请换一个空目录")


def _write(  # noqa: PLR0917
    connection: duckdb.DuckDBPyConnection,
    persons: int,
    seed: int,
    out: Path,
    progress: Progress | None,
    hurried: float,
) -> dict[str, int]:
    connection.execute("SET threads = 1; SET preserve_insertion_order = true")
    sizes = _places(connection)
    for statement in invent_sql.helpers(seed):
        connection.execute(statement)
    rows, done, lock = dict.fromkeys(invent_sql.SOURCES, 0), 0, threading.Lock()

    def part(number: int) -> None:
        nonlocal done
        first, last = number * PART, min((number + 1) * PART, persons)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE people AS {invent_sql.people(first, last, sizes, seed)}")
            counts = _part(cursor, f"part-{number:04d}.parquet", out, hurried)
        with lock:
            done += last - first
            for source, count in counts.items():
                rows[source] += count
            if progress is not None:
                progress(done, persons)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(part, range(math.ceil(persons / PART))))
    return rows


def _part(cursor: duckdb.DuckDBPyConnection, name: str, out: Path, hurried: float) -> dict[str, int]:
    """Write the files of one part from its temporary table ``people``; the rows of each source."""
    counts: dict[str, int] = {}
    cursor.execute(_copy(f"SELECT {invent_sql.TRUTH} FROM people ORDER BY i", out / "truth/persons" / name))
    for source in invent_sql.SOURCES:
        cursor.execute(f"CREATE TEMP TABLE made AS {invent_sql.source(source, 'people', hurried)}")
        cursor.execute(_copy("SELECT * EXCLUDE (person) FROM made", out / source / name))
        pairs = f"SELECT '{source}' AS source, {invent_sql.ROW_ID[source]} AS row_id, person FROM made"
        cursor.execute(_copy(pairs, out / "truth/rows" / f"{source}-{name}"))
        found = cursor.execute("SELECT count(*) FROM made").fetchone()
        counts[source] = int(found[0]) if found else 0
        cursor.execute("DROP TABLE made")
    cursor.execute("DROP TABLE people")
    return counts


def _copy(query: str, path: Path) -> str:
    target = str(path).replace("'", "''")
    return f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"


def _places(connection: duckdb.DuckDBPyConnection) -> invent_sql.Sizes:
    """Counties of all China for the numbers (most people were born in the province) and towns to live in."""
    listed = list(divisions.listed(("35",)))
    names = {row.code: row for row in listed}
    counties = [row for row in listed if len(row.code) == 6]
    own = [row.code for row in counties if row.code.startswith("35")]
    others = [row.code for row in counties if not row.code.startswith("35")]
    towns = []
    for row in listed:
        if len(row.code) == 9:
            county = names[row.code[:6]]
            city = names[row.code[:4]]
            towns.append((row.code, "福建省", city.name, county.name, row.name))
    codes = [int(code) for code in (*own, *others)]
    _table(connection, "counties", n=range(len(codes)), county=codes)
    columns = zip(("code", "province", "city", "county", "town"), zip(*towns, strict=True), strict=True)
    _table(connection, "towns", n=range(len(towns)), **dict(columns))
    return invent_sql.Sizes(len(own), len(others), len(towns))


def _table(connection: duckdb.DuckDBPyConnection, name: str, **columns: Iterable[object]) -> None:
    connection.register("made", pyarrow.table({key: list(values) for key, values in columns.items()}))
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM made")
    connection.unregister("made")
