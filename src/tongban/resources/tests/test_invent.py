"""``tongban resources generate``: five departments' files about invented people, and the truth beside."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from tongban.kit.errors import Invalid
from tongban.resources.batch import invent_sql
from tongban.resources.batch.invent import generate
from tongban.resources.batch.reconcile import How, reconcile
from tongban.resources.cli import commands
from tongban.standards import codes

PERSONS = 3_000


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("province")
    generate(PERSONS, 5, out)
    return out


def rows(folder: Path, query: str) -> list[tuple]:
    with duckdb.connect() as connection:
        for name in invent_sql.SOURCES:
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder}/{name}/*.parquet'")
        connection.execute(f"CREATE VIEW persons AS FROM '{folder}/truth/persons/*.parquet'")
        connection.execute(f"CREATE VIEW belongs AS FROM '{folder}/truth/rows/*.parquet'")
        return connection.execute(query).fetchall()


def test_every_true_number_is_valid_its_own_and_never_given_out(province: Path) -> None:
    numbers = [number for (number,) in rows(province, "SELECT id_number FROM persons")]
    assert len(numbers) == len(set(numbers)) == PERSONS
    assert all(codes.id_number_valid(number) and number[14:16] == "99" for number in numbers)
    assert all(
        sex == codes.id_sex(number) for number, sex in rows(province, "SELECT id_number, sex FROM persons")
    )


def test_every_row_of_every_department_belongs_to_one_true_person(province: Path) -> None:
    for source, row_id in invent_sql.ROW_ID.items():
        joined = rows(
            province,
            f"SELECT count(*), count(DISTINCT row_id), count(key) FROM {source} "
            f"JOIN belongs ON source = '{source}' AND row_id = {row_id} LEFT JOIN persons ON key = person",
        )
        held = rows(province, f"SELECT count(*) FROM {source}")
        assert joined == [held[0] * 3]
        assert PERSONS * 0.8 < held[0][0] < PERSONS * 1.05


def test_a_wrong_number_is_always_seen_to_be_wrong(province: Path) -> None:
    """Typing errors never make another valid number: then nobody could find them."""
    said = rows(
        province,
        "SELECT SHBZHM, id_number FROM renshe JOIN belongs ON source = 'renshe' AND row_id = GRBH "
        "JOIN persons ON key = person WHERE SHBZHM IS NOT NULL AND length(SHBZHM) = 18",
    )
    for number, true in said:
        assert number == true or not codes.id_number_valid(number)


def test_the_errors_of_real_files_are_there(province: Path) -> None:
    ((missing, old, messy),) = rows(
        province,
        "SELECT count(*) FILTER (WHERE SFZH IS NULL), count(*) FILTER (WHERE length(SFZH) = 15), "
        "count(*) FILTER (WHERE trim(SFZH) <> SFZH OR SFZH LIKE '%３%') FROM minzheng",
    )
    assert min(missing, old, messy) > 0
    ((wrong_name, old_phone, short),) = rows(
        province,
        "SELECT count(*) FILTER (WHERE NSRMC <> name), count(*) FILTER (WHERE YDDH <> phone), "
        "count(*) FILTER (WHERE TXDZ <> address) FROM shuiwu "
        "JOIN belongs ON source = 'shuiwu' AND row_id = NSRBH JOIN persons ON key = person",
    )
    assert 0.005 < wrong_name / PERSONS < 0.05
    assert old_phone > PERSONS * 0.05
    assert short > PERSONS * 0.2
    assert rows(
        province, "SELECT count(*) > 0 FROM (SELECT SFZH FROM minzheng GROUP BY ALL HAVING count(*) > 1)"
    )


def test_the_same_seed_gives_the_same_people_and_another_seed_others(province: Path, tmp_path: Path) -> None:
    generate(PERSONS, 5, tmp_path / "same")
    generate(PERSONS, 6, tmp_path / "other")
    query = "SELECT id_number, name, phone FROM persons ORDER BY ALL"
    first = rows(province, query)
    assert rows(tmp_path / "same", query) == first
    assert (
        len({number for number, *_ in rows(tmp_path / "other", query)} & {n for n, *_ in first})
        < PERSONS / 10
    )


@pytest.mark.parametrize(("persons", "seed"), [(0, 1), (-5, 1), (50_000_000, 1), (10, -1)])
def test_numbers_out_of_range_are_refused(persons: int, seed: int, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        generate(persons, seed, tmp_path)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(Invalid, match=r"letters\.txt"):
        generate(10, 1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_the_command_counts_what_it_wrote(tmp_path: Path) -> None:
    run = CliRunner().invoke(
        commands, ["generate", "--persons", "50", "--out", str(tmp_path / "p"), "--json"]
    )
    assert run.exit_code == 0
    made = json.loads(run.stdout)
    assert made["persons"] == 50
    assert set(made["rows"]) == set(invent_sql.SOURCES)
    bad = CliRunner().invoke(commands, ["generate", "--persons", "0", "--out", str(tmp_path / "q"), "--json"])
    assert bad.exit_code == 2
    assert "人数" in json.loads(bad.stderr)["error"]


def test_rows_taken_down_in_a_hurry_are_for_clerks_to_review(tmp_path: Path) -> None:
    generate(1_000, 5, tmp_path / "in", hurried=0.02)
    query = (
        "SELECT count(*), count(*) FILTER (p.name = s.XM), "
        "count(*) FILTER (strftime(p.birth_date, '%Y-%m-%d') <> s.CSRQ) FROM renshe s "
        "JOIN belongs ON source = 'renshe' AND row_id = GRBH JOIN persons p ON p.key = person "
        "WHERE SHBZHM IS NULL AND LXDH IS NULL AND DZ IS NULL AND (p.sex = '1') <> (XB = '男')"
    )
    ((hurried, named, born_otherwise),) = rows(tmp_path / "in", query)
    assert 10 <= hurried <= 30
    assert (named >= hurried * 0.8, born_otherwise) == (True, hurried)
    run = reconcile(tmp_path / "in", tmp_path / "out", how=How(truth=tmp_path / "in"))
    assert run.review >= hurried // 2
    assert run.precision == 1
    with pytest.raises(Invalid, match="匆忙"):
        generate(10, 5, tmp_path / "much", hurried=0.5)
