"""Landing: the departments' files read, cleaned, keyed, and laid down in buckets of persons.

Every row read is either landed (with a key, or without one: the residue) or quarantined with its reason; a
row is quarantined when it cannot be told which row it is or since when it holds. Buckets hold all that any
department says about the same persons, so that the work after this fits in memory at any size.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from tongban.kit.errors import invalid
from tongban.resources.batch import keys_sql
from tongban.resources.batch.spec import Source, Spec

PERSONS_IN_BUCKET = 300_000
# Odd and no multiple of five, so that the last digits of the key, which are no chance, do not matter.
_BUCKETS = (1, 3, 7, 11, 13, 17, 23, 29, 37, 47, 59, 67)
RESIDUE = -1
# Names and addresses hardly repeat: large dictionaries of them cost time and save no room.
PARQUET = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 2000"
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Landed:
    """What one department's files came to."""

    slug: str
    files: list[dict[str, Any]]
    rows_in: int
    keyed: int
    residue: int
    quarantined: int
    buckets: int


def text(path: Path | str) -> str:
    """A path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def raw_files(folder: Path, source: Source) -> list[Path]:
    """The Parquet files of a department.

    :raises Invalid: where there are none
    """
    found = sorted((folder / source.slug).glob("*.parquet"))
    if not found:
        raise invalid(source.slug, "missing", f"目录 {source.slug} 里没有 Parquet 文件")
    return found


def check_columns(connection: duckdb.DuckDBPyConnection, source: Source, files: list[Path]) -> None:
    """Refuse files without a column that the description names, before anything is written."""
    for path in files:
        try:
            rows = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({text(path)})").fetchall()
        except duckdb.Error as error:
            raise invalid(source.slug, "format", f"{path.name} 不是完整的 Parquet 文件：{error}") from error
        held = {row[0] for row in rows}
        if gone := [name for name in source.needed() if name not in held]:
            raise invalid(source.slug, "column", f"{source.slug}/{path.name} 缺少列：{'、'.join(gone)}")


def bucket_count(connection: duckdb.DuckDBPyConnection, spec: Spec, folder: Path) -> int:
    """How many buckets, from the largest department's rows."""
    most = 0
    for source in spec.sources:
        query = f"SELECT count(*) FROM read_parquet({_files(raw_files(folder, source))})"
        most = max(most, _one(connection, query))
    wanted = most / PERSONS_IN_BUCKET
    return next((n for n in _BUCKETS if n >= wanted), _BUCKETS[-1])


def landed_query(source: Source, table: str, buckets: int) -> str:
    """Cleaned and keyed rows of ``table``, each with the bucket it goes to; NULL: to quarantine."""
    columns = "".join(f", {column.sql()} AS {column.field}" for column in source.columns)
    as_of = f"date_diff('day', DATE '1900-01-01', {source.as_of.sql()})"
    rest = f'"{source.row}" AS row_id, CAST({as_of} AS INTEGER) AS as_of{columns}'
    fields = ", ".join(column.field for column in source.columns)
    return f"""
SELECT row_id, key, tidy_id, as_of, {fields}, CASE WHEN row_id IS NULL OR as_of IS NULL THEN NULL
    WHEN key IS NULL THEN {RESIDUE} ELSE CAST(key % {buckets} AS INTEGER) END AS bucket
FROM ({keys_sql.key(f'"{source.id}"', table, rest)}) AS keyed"""


def land(
    connection: duckdb.DuckDBPyConnection, source: Source, folder: Path, out: Path, buckets: int
) -> Landed:
    """Lay one department's rows down under ``out/landed/<slug>/bucket=N/``; a landing that is there, of the
    same files, is taken as it is."""
    files = raw_files(folder, source)
    receipt = out / "landed" / f"{source.slug}.json"
    with ThreadPoolExecutor(2) as pool:
        sums = pool.map(described_file, files)
        earlier = _earlier(receipt, files, buckets)
        if earlier is not None and earlier["files"] == list(sums):
            return Landed(**earlier)
        receipt.unlink(missing_ok=True)
        place = out / "landed" / source.slug
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        raw = f"read_parquet({_files(files)})"
        query = landed_query(source, raw, buckets)
        connection.execute(
            f"COPY ({query}) TO {text(place)} ({PARQUET}, PARTITION_BY (bucket), OVERWRITE_OR_IGNORE, "
            "ROW_GROUP_SIZE 100000)"
        ).fetchall()
        made = _receipt(connection, source, place, list(sums), raw, buckets)
    write_json(receipt, asdict(made))
    return made


def _receipt(  # noqa: PLR0917
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    place: Path,
    files: list[dict[str, Any]],
    raw: str,
    buckets: int,
) -> Landed:
    rows_in = _one(connection, f"SELECT count(*) FROM {raw}")
    counts = {
        name.name.removeprefix("bucket="): _one(
            connection, f"SELECT count(*) FROM read_parquet({text(name / '*.parquet')})"
        )
        for name in place.iterdir()
    }
    bad = next((n for name, n in counts.items() if name.startswith("__HIVE")), 0)
    residue = counts.get(str(RESIDUE), 0)
    keyed = sum(counts.values()) - bad - residue
    if bad:
        _quarantine(connection, source, place.parent.parent, raw)
    if keyed + residue + bad != rows_in:
        raise RuntimeError(f"{source.slug}: {rows_in} rows read, {keyed} + {residue} + {bad} laid down")
    return Landed(source.slug, files, rows_in, keyed, residue, bad, buckets)


def _quarantine(connection: duckdb.DuckDBPyConnection, source: Source, out: Path, raw: str) -> None:
    """Keep the rows that could not be landed as they came, with file, line and reason."""
    (out / "quarantine").mkdir(exist_ok=True)
    numbered = raw.removesuffix(")") + ", filename = true, file_row_number = true)"
    connection.execute(
        f"COPY ({quarantine_query(source, numbered)}) "
        f"TO {text(out / 'quarantine' / f'{source.slug}.parquet')} (FORMAT parquet)"
    ).fetchall()


def quarantine_query(source: Source, table: str) -> str:
    """The rows of ``table`` that cannot be landed, as they came, each with the reason."""
    row, since = f'"{source.row}" IS NULL', f"({source.as_of.sql()}) IS NULL"
    reason = (
        f"CASE WHEN {row} THEN '{source.row}: missing' ELSE '{source.as_of.column}: not a date of the form "
        f"{source.as_of.form}' END"
    )
    return f"SELECT {reason} AS reason, * FROM {table} WHERE {row} OR {since}"


def write_json(path: Path, what: dict[str, Any]) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(what, ensure_ascii=False, indent=1), encoding="utf-8")
    half.replace(path)


def _earlier(receipt: Path, files: list[Path], buckets: int) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads(receipt.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    names = [path.name for path in files]
    return said if said["buckets"] == buckets and [f["name"] for f in said["files"]] == names else None


def described_file(path: Path) -> dict[str, Any]:
    """Name, bytes and SHA-256."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {"name": path.name, "bytes": os.path.getsize(path), "sha256": digest}


def _files(paths: list[Path]) -> str:
    return "[" + ", ".join(text(path) for path in paths) + "]"


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
