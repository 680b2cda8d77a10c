"""Scenes for linking: landed rows of made-up people, and what linking said about them."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from tongban.resources.batch.spec import Spec
from tongban.standards import codes

HOME = "福建省福州市鼓楼区东街街道八一七路12号3栋402室"
AWAY = "福建省厦门市思明区中华街道中山路7号1栋1105室"
DAY = 46_000  # any day, as days since 1900
Row = dict[str, Any]


def number(turn: int, born: str = "19900101", place: str = "350102") -> str:
    first = f"{place}{born}{turn:03d}"
    return first + codes.id_check_character(first)


def key(id_number: str) -> int:
    return int(id_number[:17])


def lay(out: Path, spec: Spec, said: dict[str, list[Row]], buckets: int = 1) -> Path:
    """Landed rows of each department. A valid number ``id`` is the key; ``row`` is the row's own number."""
    for source in spec.sources:
        (out / "landed" / source.slug).mkdir(parents=True, exist_ok=True)
        parts: dict[int, list[Row]] = {}
        for n, row in enumerate(said.get(source.slug, [])):
            valid = row.get("id") and codes.id_number_valid(row["id"])
            held: Row = {"row_id": row.get("row", f"{source.slug}-{n}"), "as_of": row.get("as_of", DAY)}
            held["key"] = key(row["id"]) if valid else None
            held["tidy_id"] = row.get("id")
            held |= {column.field: row.get(column.field) for column in source.columns}
            parts.setdefault(held["key"] % buckets if valid else -1, []).append(held)
        types = {"row_id": "string", "as_of": "int32", "key": "int64", "tidy_id": "string"}
        kinds = {"date": pyarrow.date32(), "phone": pyarrow.int64(), "number": pyarrow.int64()}
        fields = [pyarrow.field(name, getattr(pyarrow, type_)()) for name, type_ in types.items()]
        fields += [pyarrow.field(c.field, kinds.get(c.clean, pyarrow.string())) for c in source.columns]
        for bucket, rows in parts.items():
            place = out / "landed" / source.slug / f"bucket={bucket}"
            place.mkdir(exist_ok=True)
            table = pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields))
            pyarrow.parquet.write_table(table, place / "data_0.parquet")
    return out


def everybody(*people: Row) -> list[Row]:
    """The register's rows of these people, and of forty others who have nothing to do with them."""
    others = [
        {
            "id": number(n, "19510203", "350303"),
            "name": "林黄郑方"[n % 4] + "秀建文海玉"[n // 8] + "珠华平生"[n // 2 % 4],
            "phone": 15_409_000_000 + n,
            "address": f"福建省莆田市涵江区江口镇中山路{n}号1栋101室",
        }
        for n in range(40)
    ]
    return [*people, *others]


def links(out: Path) -> dict[str, tuple[int, str]]:
    """Row -> (key, how)."""
    found: dict[str, tuple[int, str]] = {}
    for path in (out / "links").glob("*.parquet"):
        for row in pyarrow.parquet.read_table(path).to_pylist():
            found[str(row["row_id"])] = (row["key"], row["how"])
    return found


def review(out: Path) -> list[Row]:
    return pyarrow.parquet.read_table(out / "review" / "pairs.parquet").to_pylist()


def born(day: str) -> date:
    return date(int(day[:4]), int(day[4:6]), int(day[6:]))


def decide(path: Path, *decisions: tuple[str, str, int, bool, str]) -> Path:
    names = ("source", "row_id", "key", "same", "fingerprint")
    rows = [dict(zip(names, decision, strict=True)) for decision in decisions]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path
