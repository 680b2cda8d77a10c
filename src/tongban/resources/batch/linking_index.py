"""Who the residue may be: pairs and persons, gathered bucket by bucket, so that memory does not grow with the
province.

Each bucket leaves its files in a working folder: the pairs, the persons in them, and how often the names in
question are held. A run that was cut off goes on behind the last bucket.
"""

from collections.abc import Callable
from pathlib import Path

import duckdb
from pypinyin import lazy_pinyin

from tongban.resources.batch import linking_model, linking_sql
from tongban.resources.batch.landing import text
from tongban.resources.batch.spec import Source, Spec

_KINDS = ("names", "persons", "pairs")  # the pairs last: a bucket is whole when they are there
_MIX = 1_000_003  # a prime: the rest of a key by it is as good as chance, and the same in every run


def buckets(spec: Spec, out: Path) -> list[int]:
    """The buckets of keyed rows that any department has."""
    found = {
        int(place.name.removeprefix("bucket="))
        for source in spec.sources
        for place in (out / "landed" / source.slug).glob("bucket=[0-9]*")
    }
    return sorted(found)


def landed(out: Path, source: Source, bucket: int) -> str | None:
    """The landed files of one department and bucket as a table of SQL; None where there are none."""
    place = out / "landed" / source.slug / f"bucket={bucket}"
    return f"read_parquet({text(place / '*.parquet')})" if any(place.glob("*.parquet")) else None


def gather(
    connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, work: Path, tell: Callable[[int, int], None]
) -> int:
    """Make the tables ``persons``, ``pairs``, ``names`` and the teaching tables from ``residue``.

    :param work: the working folder of just these inputs
    :returns: how many persons there are in all, about
    """
    numbers = buckets(spec, out) or [0]
    work.mkdir(parents=True, exist_ok=True)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE variants AS {linking_sql.variants()}").fetchall()
    for done, number in enumerate(numbers):
        tell(done, len(numbers))
        whole = (work / f"pairs-{number:04d}.parquet").exists()
        if whole and done:
            continue
        _read(connection, spec, out, number)
        if not done:
            _teaching(connection)
        if not whole:
            _bucket(connection, work, number)
    tell(len(numbers), len(numbers))
    connection.execute("DROP TABLE IF EXISTS persons_said")
    for kind in _KINDS:
        every = f"read_parquet({text(work / f'{kind}-*.parquet')})"
        query = (
            f"SELECT name, sum(held) AS held FROM {every} GROUP BY name"
            if kind == "names"
            else f"FROM {every}"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {kind} AS {query}").fetchall()
    return count(connection, "SELECT sum(held) FROM names WHERE name = ''")


def _read(connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, number: int) -> None:
    parts = [
        linking_sql.rows(source, table)
        for source in spec.sources
        if (table := landed(out, source, number)) is not None
    ]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE persons_said AS {' UNION ALL '.join(parts) or linking_sql.nobody()}"
    ).fetchall()


def _bucket(connection: duckdb.DuckDBPyConnection, work: Path, number: int) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE found AS {linking_sql.pairs()}").fetchall()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE near AS FROM persons_said SEMI JOIN found USING (key)"
    ).fetchall()
    wanted = "(SELECT name FROM residue UNION SELECT name FROM teach_said) AS wanted"
    queries = {
        # The nameless line counts the persons and, under NULL, the rows of the bucket.
        "names": f"SELECT name, count(*) AS held FROM persons_said SEMI JOIN {wanted} USING (name) "
        "GROUP BY name "
        "UNION ALL SELECT '', count(DISTINCT key) FROM persons_said "
        "UNION ALL SELECT NULL, count(*) FROM persons_said",
        "persons": linking_sql.persons("near"),
        "pairs": "FROM found",
    }
    for kind in _KINDS:
        path = work / f"{kind}-{number:04d}.parquet"
        half = path.with_suffix(".half")
        connection.execute(f"COPY ({queries[kind]}) TO {text(half)} (FORMAT parquet)").fetchall()
        half.replace(path)
    connection.execute("DROP TABLE found; DROP TABLE near")


def _teaching(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows of two groups of persons, for the model to learn from: ``teach_said``, with ``stranger``."""
    most = linking_model.TEACHERS
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE teach_said AS SELECT persons_said.*, stranger FROM persons_said JOIN ("
        f"SELECT key, row_number() OVER (ORDER BY key % {_MIX}, key) % 2 = 0 AS stranger FROM "
        f"(SELECT DISTINCT key FROM persons_said) ORDER BY key % {_MIX}, key LIMIT {2 * most}"
        ") AS chosen USING (key)"
    ).fetchall()


def speak(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> None:
    """The table ``spoken`` (see :func:`linking_sql.spoken`), of all names in ``flats`` of ``tables``."""
    names = " UNION ".join(f"SELECT unnest(flats) AS flat FROM {table}" for table in tables)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE written AS SELECT flat, unnest(string_split(flat, '')) AS letter, "
        f"generate_subscripts(string_split(flat, ''), 1) AS place FROM ({names}) AS named"
    ).fetchall()
    letters = [row[0] for row in connection.execute("SELECT DISTINCT letter FROM written").fetchall()]
    sounds = [" ".join(lazy_pinyin(letter)) for letter in letters]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE written AS SELECT flat, place, sound FROM written "
        "JOIN (SELECT unnest(?::VARCHAR[]) AS letter, unnest(?::VARCHAR[]) AS sound) AS said USING (letter)",
        [letters, sounds],
    ).fetchall()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE spoken AS {linking_sql.spoken()}").fetchall()
    connection.execute("DROP TABLE written")


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number of a query; the result is read to its end, or the connection would stay busy with it."""
    rows = connection.execute(query).fetchall()
    return int(rows[0][0] or 0)
