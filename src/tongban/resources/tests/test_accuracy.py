"""How right a run was: the SQL's figures beside plain Python's, on a small invented province."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from tongban.kit.errors import Invalid
from tongban.resources.batch import landing, linking_model
from tongban.resources.batch.accuracy import judge
from tongban.resources.batch.invent import generate
from tongban.resources.batch.linking import link
from tongban.resources.batch.reconcile import How, reconcile
from tongban.resources.batch.spec import Element, Spec, read

PERSONS = 2_000
Row = dict[str, Any]


def table(pattern: Path) -> list[Row]:
    folder, names = pattern.parent, pattern.name
    return [
        row for path in sorted(folder.glob(names)) for row in pyarrow.parquet.read_table(path).to_pylist()
    ]


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Landed in several buckets, chosen and linked."""
    folder = tmp_path_factory.mktemp("said")
    generate(PERSONS, 12, folder)
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        patch.setattr(landing, "PERSONS_IN_BUCKET", 700)
        patch.setattr(linking_model, "CHANCE_PAIRS", 2e5)
        reconcile(folder, folder / "truth" / "out", how=How(link="none"))
        link(connection, read(folder / "sources.yaml"), folder / "truth" / "out")
    return folder


def landed(out: Path, slug: str, buckets: str) -> list[Row]:
    return [
        row for place in sorted((out / "landed" / slug).glob(buckets)) for row in table(place / "*.parquet")
    ]


def said_of(out: Path, spec: Spec, element: Element) -> dict[int, list[tuple[int, int, Any]]]:
    """Person -> (date, the more the earlier in the order, value): each department's last word."""
    last: dict[tuple[int, int], tuple[int, Any]] = {}
    for place in element.holders:
        for row in landed(out, spec.sources[place].slug, "bucket=[0-9]*"):
            value = row[element.field]
            if value is not None and row["as_of"] > last.get((row["key"], place), (-1,))[0]:
                last[row["key"], place] = (row["as_of"], value)
    found = defaultdict(list)
    for (key, place), (as_of, value) in last.items():
        found[key].append((as_of, -place, value))
    return found


@pytest.mark.parametrize("code", ["person.name", "person.birth_date", "person.phone", "person.employer"])
def test_values_are_counted_as_plain_python_counts_them(
    province: Path, engine: duckdb.DuckDBPyConnection, code: str
) -> None:
    out, spec = province / "truth" / "out", read(province / "sources.yaml")
    element = next(one for one in spec.elements if one.code == code)
    truth = {row["key"]: row[element.field] for row in table(province / "truth" / "persons" / "*.parquet")}
    golden = {row["key"]: row[element.field] for row in table(out / "golden" / "*.parquet")}
    right = {"golden": 0, "latest": 0, "majority": 0}
    said = said_of(out, spec, element)
    for key, voices in said.items():
        votes: dict[Any, list[tuple[int, int]]] = defaultdict(list)
        for as_of, order, value in voices:
            votes[value].append((as_of, order))
        chosen = {
            "golden": golden[key],
            "latest": max(voices, key=lambda voice: voice[:2])[2],
            "majority": max(votes, key=lambda value: (len(votes[value]), max(votes[value]))),
        }
        true = int(truth[key]) if element.clean == "phone" else truth[key]
        for law, value in chosen.items():
            right[law] += value == true
    found = judge(engine, spec, out, province)["accuracy"][code]
    assert found["persons"] == len(said)
    for law, n in right.items():
        assert found[law] == pytest.approx(n / len(said), abs=1e-6), law


def test_links_are_counted_as_plain_python_counts_them(
    province: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    out, spec = province / "truth" / "out", read(province / "sources.yaml")
    person = {
        (row["source"], row["row_id"]): row["person"] for row in table(province / "truth/rows/*.parquet")
    }
    known = {row["key"] for source in spec.sources for row in landed(out, source.slug, "bucket=[0-9]*")}
    found = judge(engine, spec, out, province / "truth")
    for source in spec.sources:
        residue = {row["row_id"] for row in landed(out, source.slug, "bucket=-1")}
        linked = {row["row_id"]: row["key"] for row in table(out / "links" / f"{source.slug}.parquet")}
        said = found["linkage"][source.slug]
        assert said["residue"] == len(residue)
        assert said["known"] == sum(person[source.slug, row] in known for row in residue)
        assert said["linked"] == len(linked)
        assert said["right"] == sum(person[source.slug, row] == key for row, key in linked.items())
    every = found["linkage"]["all"]
    assert every["residue"] == sum(found["linkage"][source.slug]["residue"] for source in spec.sources) > 0
    assert found["recall"] == pytest.approx(every["right"] / every["known"], abs=1e-6)
    assert found["precision"] == pytest.approx(every["right"] / every["linked"], abs=1e-6)


def test_wrong_links_and_unknown_persons_are_seen(
    province: Path, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    """All of one department's links turned to somebody else; and the right ones still asked about."""
    spec, real = read(province / "sources.yaml"), province / "truth" / "out"
    for name in ("landed", "golden"):
        (tmp_path / name).symlink_to(real / name)
    (tmp_path / "links").mkdir()
    (tmp_path / "review").mkdir()
    linked = table(real / "links" / "shuiwu.parquet")
    wrong = [{**row, "key": row["key"] + 1} for row in linked[1:]]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(wrong), tmp_path / "links" / "shuiwu.parquet")
    asked = [{"source": "shuiwu", "row_id": str(linked[0]["row_id"]), "key": linked[0]["key"]}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(asked), tmp_path / "review" / "pairs.parquet")
    found = judge(engine, spec, tmp_path, province)
    said = found["linkage"]["shuiwu"]
    assert (said["linked"], said["right"], said["asked"], said["precision"]) == (len(wrong), 0, 1, 0.0)
    assert found["linkage"]["renshe"]["precision"] is None
    assert found["linkage"]["renshe"]["recall"] == 0.0


def test_a_truth_that_lacks_something_is_named(
    province: Path, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    out, spec = province / "truth" / "out", read(province / "sources.yaml")
    with pytest.raises(Invalid, match="persons"):
        judge(engine, spec, out, tmp_path)
    for name in ("persons", "rows"):
        (tmp_path / name).mkdir()
        pyarrow.parquet.write_table(pyarrow.table({"key": [1]}), tmp_path / name / "part.parquet")
    with pytest.raises(Invalid, match="person、row_id、source"):
        judge(engine, spec, out, tmp_path)
