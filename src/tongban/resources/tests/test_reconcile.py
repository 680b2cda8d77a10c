"""``tongban resources reconcile``: every row counted, the law of survivorship, runs cut off, bad files."""

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from tongban.kit.errors import Invalid
from tongban.resources.batch import cleaning_sql, invent_sql, landing, survive_sql
from tongban.resources.batch.invent import generate
from tongban.resources.batch.reconcile import reconcile
from tongban.resources.batch.spec import read
from tongban.resources.cli import commands

PERSONS = 3_000
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("said")
    generate(PERSONS, 11, folder)
    return folder


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small buckets, as a province has them."""
    monkeypatch.setattr(landing, "PERSONS_IN_BUCKET", 500)


def rows(query: str) -> Rows:
    with duckdb.connect() as connection:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def told(packed: int) -> tuple[int, int, int, int]:
    """place, confirmers, dissenters, days."""
    return packed % 16, packed // 16 % 256, packed // 4096 % 256, packed // (4096 * 256)


def chosen(said: list[tuple[int, int, Any]], source: int | None) -> tuple[int, Any]:
    """The law, said plainly: (place, days, value) of each department's last word."""
    best = min(said, key=lambda one: (one[0] != source, -one[1], one[0]))
    return best[0], best[2]


@pytest.mark.usefixtures("several")
def test_every_row_is_landed_and_the_chosen_value_follows_the_law(province: Path, tmp_path: Path) -> None:
    run = reconcile(province, tmp_path / "out")
    assert (
        run.rows_in
        == run.landed
        == sum(
            rows(f"SELECT count(*) AS n FROM '{province}/{name}/*.parquet'")[0]["n"]
            for name in invent_sql.SOURCES
        )
    )
    spec = read(province / "sources.yaml")
    last: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    given = 0
    for source in spec.sources:
        landed_rows = f"read_parquet('{tmp_path}/out/landed/{source.slug}/bucket=%s/*.parquet')"
        linked = rows(
            f"SELECT r.* REPLACE (l.key AS key) FROM {landed_rows % '*'} AS r "
            f"JOIN '{tmp_path}/out/links/{source.slug}.parquet' AS l USING (row_id) "
            "WHERE r.key IS NULL"
        )
        given += len(linked)
        held = rows(f"SELECT * FROM {landed_rows % '[0-9]*'}") + linked
        for row in sorted(held, key=lambda row: (row["as_of"], row["row_id"])):
            last[row["key"]][source.place] = row
    golden = {row["key"]: row for row in rows(f"SELECT * FROM '{tmp_path}/out/golden/*.parquet'")}
    assert given == run.linked > 0.9 * run.residue > 0
    assert golden.keys() == last.keys()
    assert len(golden) == run.golden > PERSONS * 0.99
    differ = 0
    for key, record in golden.items():
        for element in spec.elements:
            said = [
                (place, row["as_of"], row[element.field])
                for place, row in last[key].items()
                if place in element.holders and row[element.field] is not None
            ]
            if not said:
                assert record[element.field] is None
                assert record[f"{element.field}_from"] is None
                continue
            place, value = chosen(said, element.source)
            at, confirmers, dissenters, days = told(record[f"{element.field}_from"])
            assert (at, record[element.field], days) == (place, value, last[key][place]["as_of"])
            everyone = sum(1 << one[0] for one in said) - (1 << place)
            assert confirmers | dissenters == everyone
            assert confirmers & dissenters == 0
            differ += dissenters.bit_count()
            if element.clean != "address":
                assert all(bool(confirmers >> n & 1) == (v == value) for n, _, v in said if n != place)
    assert (
        differ
        == run.discrepancies
        == rows(f"SELECT count(*) AS n FROM '{tmp_path}/out/discrepancies/*.parquet'")[0]["n"]
    )


def test_the_golden_values_are_near_the_truth(province: Path, tmp_path: Path) -> None:
    reconcile(province, tmp_path / "out")
    pairs = (
        f"'{tmp_path}/out/golden/*.parquet' AS g JOIN '{province}/truth/persons/*.parquet' AS t USING (key)"
    )
    for field in ("name", "sex", "birth_date", "ethnicity", "education", "marital_status", "life_state"):
        right = rows(f"SELECT avg(CAST(g.{field} = t.{field} AS INTEGER)) AS share FROM {pairs}")[0]["share"]
        assert right > 0.97, field


@pytest.mark.usefixtures("several")
def test_a_run_cut_off_goes_on_and_ends_the_same(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reconcile(province, tmp_path / "whole")
    calls = 0

    def dies(*arguments: Any) -> str:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    real = survive_sql.golden
    with monkeypatch.context() as patch:
        patch.setattr(survive_sql, "golden", dies)
        with pytest.raises(KeyboardInterrupt):
            reconcile(province, tmp_path / "half")
    # Buckets are chosen some at once: those beside the one that died may have come to their end.
    kept, of = (len(list((tmp_path / name / "golden").glob("*.parquet"))) for name in ("half", "whole"))
    assert 2 <= kept < of
    again = reconcile(province, tmp_path / "half")
    assert (again.golden, again.discrepancies) == (whole.golden, whole.discrepancies)
    for name in ("golden", "discrepancies"):
        one, other = (f"'{tmp_path}/{folder}/{name}/*.parquet'" for folder in ("whole", "half"))
        assert (
            rows(f"(FROM {one} EXCEPT ALL FROM {other}) UNION ALL (FROM {other} EXCEPT ALL FROM {one})") == []
        )


def changed(province: Path, folder: Path, query: str) -> Path:
    """The province's files with those of gongan made anew by ``query`` over the table ``said``."""
    for name in invent_sql.SOURCES:
        (folder / name).mkdir(parents=True)
        if name != "gongan":
            (folder / name / "part-0000.parquet").symlink_to(province / name / "part-0000.parquet")
    (folder / "sources.yaml").symlink_to(province / "sources.yaml")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW said AS FROM '{province}/gongan/*.parquet'")
        connection.execute(f"COPY ({query}) TO '{folder}/gongan/part-0000.parquet' (FORMAT parquet)")
    return folder


def test_broken_rows_are_kept_with_their_reason(province: Path, tmp_path: Path) -> None:
    query = (
        "SELECT * EXCLUDE (n) REPLACE (CASE WHEN n % 100 = 1 THEN '2026-02-30' ELSE GXSJ END AS GXSJ, "
        "CASE WHEN n % 500 = 2 THEN NULL ELSE ZJ END AS ZJ) "
        "FROM (SELECT *, row_number() OVER (ORDER BY ZJ) AS n FROM said)"
    )
    folder = changed(province, tmp_path / "in", query)
    run = reconcile(folder, tmp_path / "out")
    kept = rows(
        f"SELECT reason, count(*) AS n FROM '{tmp_path}/out/quarantine/gongan.parquet' "
        "GROUP BY ALL ORDER BY ALL"
    )
    assert [row["reason"] for row in kept] == ["GXSJ: not a date of the form %Y%m%d", "ZJ: missing"]
    assert run.quarantined == sum(row["n"] for row in kept) > 30
    assert run.rows_in == run.landed + run.quarantined


@pytest.mark.parametrize("said", ["  infinity", "-infinity ", "     epoch", " 2024-01-0"])
def test_words_that_the_engine_takes_for_dates_are_none(said: str) -> None:
    assert rows(f"SELECT {cleaning_sql.date('said')} AS day FROM (SELECT '{said}' AS said)") == [
        {"day": None}
    ]


@pytest.mark.parametrize(
    ("query", "words"),
    [("SELECT * EXCLUDE (XM) FROM said", "gongan/part-0000.parquet 缺少列：XM")],
)
def test_a_column_missing_is_named_and_nothing_written(
    province: Path, tmp_path: Path, query: str, words: str
) -> None:
    folder = changed(province, tmp_path / "in", query)
    with pytest.raises(Invalid) as refused:
        reconcile(folder, tmp_path / "out")
    assert words in str(refused.value.message) + str(refused.value)
    assert not (tmp_path / "out/landed").exists()


def test_files_made_anew_are_read_anew(province: Path, tmp_path: Path) -> None:
    reconcile(province, tmp_path / "out")
    folder = changed(province, tmp_path / "in", "SELECT * REPLACE ('壮族' AS MZ) FROM said")
    reconcile(folder, tmp_path / "out")
    found = rows(
        f"SELECT DISTINCT ethnicity FROM '{tmp_path}/out/golden/*.parquet' WHERE ethnicity IS NOT NULL"
    )
    assert found == [{"ethnicity": "壮族"}]


@pytest.mark.django_db
def test_the_command_gives_its_account_as_json(province: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        commands, ["reconcile", "--in", str(province), "--out", str(tmp_path / "out"), "--json"]
    )
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said == json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert {
        "rows_in",
        "landed",
        "quarantined",
        "golden",
        "discrepancies",
        "residue",
        "seconds",
        "peak_mb",
    } <= said.keys()


@pytest.mark.django_db
def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    result = CliRunner().invoke(
        commands, ["reconcile", "--in", str(tmp_path / "in"), "--out", str(tmp_path / "o")]
    )
    assert result.exit_code == 2
    assert "sources.yaml" in result.stderr


def test_days_are_counted_from_1900() -> None:
    with duckdb.connect() as connection:
        found = connection.execute("SELECT date_diff('day', DATE '1900-01-01', DATE '2026-06-30')").fetchone()
    assert found == ((date(2026, 6, 30) - date(1900, 1, 1)).days,)


@pytest.mark.django_db
def test_with_the_truth_a_run_is_judged_and_without_links_the_residue_stays(
    province: Path, tmp_path: Path
) -> None:
    command = ["reconcile", "--in", str(province), "--out", str(tmp_path / "out"), "--truth", str(province)]
    done = CliRunner().invoke(commands, [*command, "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["engine"] == "duckdb"
    assert said["precision"] > 0.99
    assert said["recall"] > 0.95
    assert said["accuracy"]["person.name"]["golden"] > said["accuracy"]["person.name"]["latest"]
    alone = json.loads(CliRunner().invoke(commands, [*command, "--link", "none", "--json"]).stdout)
    assert (alone["linked"], alone["precision"]) == (0, None)
    assert alone["residue"] == said["residue"]
    plain = CliRunner().invoke(commands, command)
    assert "person.name" in plain.stdout
    again = json.loads(CliRunner().invoke(commands, [*command, "--json"]).stdout)
    assert {n: again[n] for n in ("linked", "golden", "discrepancies", "accuracy")} == {
        n: said[n] for n in ("linked", "golden", "discrepancies", "accuracy")
    }
