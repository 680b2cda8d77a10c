"""Tables as files, and back: CSV for everybody, Parquet with types."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tongban.files import service as files
from tongban.items.service import safe_cell
from tongban.opendata.shapes import Column, Table

BOM = "\ufeff"
CSV, PARQUET = "text/csv; charset=utf-8", "application/vnd.apache.parquet"
_TYPES: Mapping[str, Any] = {
    "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
    "date": pa.date32(),
}  # fmt: skip


def as_csv(table: Table) -> bytes:
    """UTF-8, one header line of column names, ISO dates, ``true``/``false``; texts cannot be formulas."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else safe_cell(str(value))


def as_parquet(table: Table, titles: Mapping[str, str]) -> bytes:
    """Typed columns, each with its titles and what it means as metadata."""
    fields = [
        pa.field(
            c.name, _TYPES[c.type], metadata={"title": c.title, "title_en": c.title_en, "about": c.about}
        )
        for c in table.columns
    ]
    columns = list(zip(*table.rows, strict=True)) or [()] * len(fields)
    arrays = [pa.array(list(values), type=f.type) for values, f in zip(columns, fields, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=dict(titles))), out)
    return out.getvalue()


@lru_cache(maxsize=32)
def arrow(hash: str) -> Any:
    """The table of a stored Parquet file; its content never changes, so it is kept."""
    with files.open_file(hash) as file:
        return pq.read_table(file)


def read(hash: str, columns: Sequence[Column]) -> Table:
    """A stored Parquet file as rows."""
    found = arrow(hash)
    rows = zip(*(found.column(c.name).to_pylist() for c in columns), strict=True)
    return Table(tuple(columns), tuple(rows))
