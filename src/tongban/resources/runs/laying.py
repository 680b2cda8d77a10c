"""What a run chose, cut into parts of some thousand persons for publishing, by DuckDB."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow

from tongban.resources.batch.landing import text
from tongban.resources.batch.spec import Source, Spec

PERSONS_IN_PART = 10_000
SCATTER = 1_000_003  # a prime: the digits of a key are no chance
NUMBER = "person.id_number"  # no column of a file: the register of persons says it by the number of its row


@dataclass(frozen=True, slots=True)
class Part:
    """Some persons of one bucket: those with ``key % SCATTER % of == n``. ``number``: in the whole run."""

    number: int
    bucket: int
    n: int
    of: int


def parts(out: Path) -> list[Part]:
    """All parts of a run. The same run is always cut in the same way."""
    found: list[Part] = []
    with duckdb.connect() as connection:
        for path in sorted((out / "golden").glob("bucket-*.parquet")):
            row = connection.execute(f"SELECT count(*) FROM read_parquet({text(path)})").fetchone()
            of = -(-int(row[0] if row else 0) // PERSONS_IN_PART)
            bucket = int(path.stem.removeprefix("bucket-"))
            found += [Part(len(found) + n, bucket, n, of) for n in range(of)]
    return found


class Layer:
    """Lays down one part after the other as two CSV files. Reads a bucket once, for all its parts."""

    def __init__(self, out: Path, spec: Spec, register: str, divisions: Iterable[tuple[str, str]]) -> None:
        """
        :param register: the source whose rows say the identity number itself (a slug)
        :param divisions: beginnings of addresses and the codes of the counties they lie in
        """
        self.out, self.spec, self.register, self.bucket = out, spec, register, -1
        self.connection = duckdb.connect()
        self.connection.execute("SET memory_limit = '1500MB'")
        self.connection.execute(f"SET temp_directory = {text(out / 'spill')}")
        names, codes = zip(*divisions, strict=True) if divisions else ((), ())
        table = pyarrow.table({
            "name": pyarrow.array(names, pyarrow.string()), "code": pyarrow.array(codes, pyarrow.string()),
        })  # fmt: skip
        self.connection.register("given", table)
        self.connection.execute("CREATE TABLE county AS SELECT * FROM given")

    def close(self) -> None:
        self.connection.close()

    def lay(self, part: Part, persons: Path, values: Path) -> None:
        """Write a part's persons (key, number, name, division) and values (key, element, place, as_of, row,
        value as text or nothing)."""
        if part.bucket != self.bucket:
            self._open(part.bucket)
            self.bucket = part.bucket
        here = f"key % {SCATTER} % {part.of} = {part.n}"
        self._write(f"SELECT key, id_number, name, division FROM person WHERE {here}", persons)
        said = [f"SELECT * FROM ({one}) AS told WHERE {here}" for one in self._statements()]
        self._write(" UNION ALL ".join(said), values)

    def _open(self, bucket: int) -> None:
        golden = f"read_parquet({text(self.out / 'golden' / f'bucket-{bucket:04d}.parquet')})"
        held = {row[0] for row in self.connection.execute(f"DESCRIBE SELECT * FROM {golden}").fetchall()}
        name = "g.name" if "name" in held else "CAST(NULL AS VARCHAR)"
        address = next((f"g.{f}" for f in ("address", "hukou_address") if f in held), "CAST(NULL AS VARCHAR)")
        self.connection.execute(f"""
            CREATE OR REPLACE TABLE person AS
            WITH lives AS (
                SELECT g.key, arg_max(c.code, length(c.name)) AS code FROM {golden} g
                JOIN county c ON starts_with({address}, c.name) GROUP BY g.key
            ), born AS (SELECT DISTINCT code FROM county)
            SELECT g.key, g.id_number, {name} AS name, coalesce(l.code, b.code, '') AS division
            FROM {golden} g LEFT JOIN lives l USING (key) LEFT JOIN born b ON b.code = left(g.id_number, 6)
        """)
        for source in self.spec.sources:
            self.connection.execute(
                f"CREATE OR REPLACE TABLE last_{source.slug} AS {self._last(source, bucket)}"
            )

    def _last(self, source: Source, bucket: int) -> str:
        """The last row of a department about each person of the bucket, with what was linked to them."""
        fields = ", ".join(f"t.{column.field}" for column in source.columns)
        landed = self.out / "landed" / source.slug
        union = []
        if list((landed / f"bucket={bucket}").glob("*.parquet")):
            rows = f"read_parquet({text(landed / f'bucket={bucket}' / '*.parquet')})"
            union.append(f"SELECT t.key, t.row_id, t.as_of, true AS own, {fields} FROM {rows} t")
        links, residue = self.out / "links" / f"{source.slug}.parquet", landed / "bucket=-1"
        if links.exists() and list(residue.glob("*.parquet")):
            union.append(
                f"SELECT l.key, t.row_id, t.as_of, false AS own, {fields} "
                f"FROM read_parquet({text(residue / '*.parquet')}) t "
                f"JOIN read_parquet({text(links)}) l ON l.row_id = t.row_id "
                "WHERE l.key IN (SELECT key FROM person)"
            )
        if not union:
            anything = next(landed.glob("*/*.parquet"))
            union.append(
                f"SELECT t.key, t.row_id, t.as_of, true AS own, {fields} "
                f"FROM read_parquet({text(anything)}) t WHERE false"
            )
        turn = "row_number() OVER (PARTITION BY key ORDER BY as_of DESC, row_id DESC)"
        return f"SELECT * FROM ({' UNION ALL '.join(union)}) AS told QUALIFY {turn} = 1"

    def _statements(self) -> list[str]:
        stated = {element.code for element in self.spec.elements}
        found = []
        for source in self.spec.sources:
            columns = [(c.element, f"CAST({c.field} AS VARCHAR)") for c in source.columns]
            parts = [
                f"SELECT key, '{element}' AS element, {source.place} AS place, as_of, "
                f"{_row_id()} AS row_id, {value} AS value FROM last_{source.slug}"
                for element, value in columns
            ]
            if source.slug == self.register and NUMBER not in stated:
                parts.append(
                    f"SELECT l.key, '{NUMBER}', {source.place}, as_of, {_row_id()}, p.id_number "
                    f"FROM last_{source.slug} l JOIN person p USING (key) WHERE own"
                )
            found += parts
        return found

    def _write(self, query: str, path: Path) -> None:
        self.connection.execute(f"COPY ({query}) TO {text(path)} (FORMAT csv, HEADER false)").fetchall()


def _row_id() -> str:
    """A row's name so that texts are ordered as the rows are: numbers get leading zeros."""
    text_ = "CAST(row_id AS VARCHAR)"
    return f"lpad({text_}, CAST(greatest(13, length({text_})) AS INTEGER), '0')"
