"""Linking rows without a valid number: who is linked, who is asked about, who is left alone."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from tongban.kit.errors import Invalid
from tongban.resources.batch import landing, linking, linking_index, linking_model
from tongban.resources.batch.invent import generate
from tongban.resources.batch.linking import link
from tongban.resources.batch.reconcile import How, reconcile
from tongban.resources.batch.spec import Spec, read
from tongban.resources.tests.linking_scenes import (
    AWAY,
    DAY,
    HOME,
    Row,
    born,
    decide,
    everybody,
    key,
    lay,
    links,
    number,
    review,
)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    path = tmp_path_factory.mktemp("spec") / "sources.yaml"
    path.write_text(
        files("tongban.resources.batch").joinpath("sources.yaml").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    return read(path)


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(autouse=True)
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer strangers looked at: the weights are coarser, and learnt in a second."""
    monkeypatch.setattr(linking_model, "CHANCE_PAIRS", 2e5)


ZHANG = {"id": number(1), "name": "张晓明", "phone": 15_400_000_001, "address": HOME}


def test_a_slip_in_the_number_is_seen_through(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    whole = ZHANG["id"]
    damaged = {
        "wrong": whole[:10] + "5" + whole[11:], "turned": whole[:10] + whole[11] + whole[10] + whole[12:],
        "check": whole[:17] + ("1" if whole[17] != "1" else "2"), "short": whole[:12] + whole[13:],
    }  # fmt: skip
    rows = [{"row": name, "id": said, "name": "张晓明"} for name, said in damaged.items()]
    other = {"row": "other", "id": damaged["wrong"], "name": "李大海"}
    lay(tmp_path, spec, {"gongan": everybody(ZHANG), "minzheng": [*rows, other]})
    link(engine, spec, tmp_path)
    found = links(tmp_path)
    assert {name: found.get(name) for name in ("wrong", "turned", "check")} == dict.fromkeys(
        ("wrong", "turned", "check"), (key(whole), "rule:number")
    )
    assert "other" not in found


def test_the_same_person_twice_in_one_department(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    rows = [
        {"row": "old", "name": "张晓明", "phone": ZHANG["phone"], "address": AWAY, "as_of": DAY - 900,
         "id": ZHANG["id"][:-1] + "?"},
        {"row": "new", "name": "张晓明", "phone": ZHANG["phone"], "address": HOME},
        {"row": "new", "name": "张晓明", "phone": ZHANG["phone"], "address": HOME, "as_of": DAY - 1},
    ]  # fmt: skip
    lay(tmp_path, spec, {"gongan": everybody(ZHANG), "minzheng": rows})
    made = link(engine, spec, tmp_path)
    assert {row: to for row, (to, _) in links(tmp_path).items()} == {
        "old": key(ZHANG["id"]),
        "new": key(ZHANG["id"]),
    }
    assert (made.residue, made.linked_by_rule + made.linked_by_model) == (2, 2)


def test_a_newborn_is_not_taken_for_a_parent(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    listed = {"id": number(7, "20260102"), "name": "张小满", "address": HOME}
    mother = {"id": number(2, "19920303"), "name": "陈静", "phone": 15_400_000_002, "address": HOME}
    rows = [
        {"row": "listed", "name": "张小满", "birth_date": born("20260102"), "address": HOME},
        {"row": "unlisted", "name": "张晓", "birth_date": born("20260301"), "address": HOME},
        {"row": "nameless", "birth_date": born("20260301"), "address": HOME},
    ]
    lay(tmp_path, spec, {"gongan": everybody(ZHANG, mother, listed), "shuiwu": rows})
    link(engine, spec, tmp_path)
    assert links(tmp_path) == {"listed": (key(listed["id"]), "rule:name_birth_address")}


def test_twins_are_told_apart_or_asked_about(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    home = {"phone": 15_400_000_003, "address": HOME}
    one = {"id": number(11, "20010909"), "name": "陈伟强", **home}
    other = {"id": number(13, "20010909"), "name": "陈伟明", **home}
    told = {"birth_date": born("20010909"), **home}
    rows = [
        {"row": "one", "name": "陈伟强", **told},
        {"row": "other", "name": "陈伟明", **told},
        {"row": "third", "name": "陈伟华", **told},
        {"row": "nameless", **told},
        # The third twin's own number with a slip: two characters away from the first one's.
        {"row": "near", "name": "陈伟华", "id": number(15, "20010909")[:16] + "1X", **told},
    ]
    lay(tmp_path, spec, {"gongan": everybody(one, other), "shuiwu": rows})
    link(engine, spec, tmp_path)
    found = links(tmp_path)
    assert found == {
        "one": (key(one["id"]), "rule:name_birth_phone"),
        "other": (key(other["id"]), "rule:name_birth_phone"),
    }
    asked = {(pair["row_id"], pair["key"]): pair["probability"] for pair in review(tmp_path)}
    assert asked["nameless", key(one["id"])] == pytest.approx(0.5, abs=0.02)
    assert asked["nameless", key(other["id"])] == pytest.approx(0.5, abs=0.02)


def test_a_transcribed_name_is_the_same_with_and_without_its_dot(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    people = [
        {"id": number(n, "19850505", "653101"), "name": "阿依古丽·买买提", "phone": 15_400_000_100 + n}
        for n in range(1, 9)
    ]
    father = {"id": number(20, "19560505", "653101"), "name": "买买提·艾山", "phone": 15_400_000_101}
    rows = [
        {"row": "dotless", "name": "阿依古丽买买提", "phone": 15_400_000_103, "birth_date": born("19850505")},
        {"row": "whole", "name": "阿依古丽·买买提", "phone": 15_400_000_104, "birth_date": born("19850505")},
        {"row": "anyone", "name": "阿依古丽·买买提", "birth_date": born("19850505")},
        {"row": "short", "name": "阿依古丽", "phone": 15_400_000_101},
    ]
    lay(tmp_path, spec, {"gongan": everybody(*people, father), "shuiwu": rows})
    link(engine, spec, tmp_path)
    found = {row: to for row, (to, _) in links(tmp_path).items()}
    assert found == {"dotless": key(people[2]["id"]), "whole": key(people[3]["id"])}


def test_a_slip_of_the_same_sound_is_linked_by_the_model(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    row = {"row": "sound", "name": "张小铭", "phone": ZHANG["phone"], "birth_date": born("19900101")}
    lay(tmp_path, spec, {"gongan": everybody(ZHANG), "shuiwu": [row]})
    made = link(engine, spec, tmp_path)
    assert links(tmp_path) == {"sound": (key(ZHANG["id"]), "model")}
    assert made.linked_by_model == 1
    again = link(engine, spec, tmp_path, model=False)
    assert (again.linked_by_model, again.review, again.left, links(tmp_path)) == (0, 0, 1, {})


def test_a_number_of_two_namesakes_gives_no_link_by_rule(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    """Namesakes at one firm, one of whom a row without anything else may be."""
    people = [{"id": number(n, f"198{n}0101"), "name": "王伟"} for n in (1, 2)]
    firm = {"employer": "福建鑫盛达物流有限公司", "phone": 15_400_000_200}
    held = [{**person, **firm} for person in people]
    lay(
        tmp_path,
        spec,
        {"gongan": everybody(*people), "renshe": held, "zhufang": [{"row": "w", "name": "王伟", **firm}]},
    )
    link(engine, spec, tmp_path)
    assert links(tmp_path) == {}
    assert {pair["key"] for pair in review(tmp_path)} == {key(person["id"]) for person in people}


@pytest.mark.parametrize("people", [[], [ZHANG]])
def test_nothing_to_link_is_an_empty_account(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection, people: list[Row]
) -> None:
    lay(tmp_path, spec, {"gongan": people})
    made = link(engine, spec, tmp_path)
    assert (made.residue, made.review, made.left, links(tmp_path), review(tmp_path)) == (0, 0, 0, {}, [])


def test_a_residue_without_anybody_to_be_is_left(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    lay(tmp_path, spec, {"shuiwu": [{"name": "张晓明"}, {"id": "123"}, {}]})
    made = link(engine, spec, tmp_path)
    assert (made.residue, made.left, made.review) == (3, 3, 0)


def test_what_a_clerk_decided_goes_before_everything(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    home = {"phone": 15_400_000_003, "address": HOME}
    one = {"id": number(11, "20010909"), "name": "陈伟强", **home}
    other = {"id": number(13, "20010909"), "name": "陈伟明", **home}
    asked = {"row": "asked", "birth_date": born("20010909"), **home}
    sure = {"row": "sure", "name": "张晓明", "phone": ZHANG["phone"], "birth_date": born("19900101")}
    said = {"gongan": everybody(one, other, ZHANG), "shuiwu": [asked, sure]}
    lay(tmp_path, spec, said)
    link(engine, spec, tmp_path)
    assert links(tmp_path) == {"sure": (key(ZHANG["id"]), "rule:name_birth_phone")}
    pairs = review(tmp_path)
    assert {pair["row_id"] for pair in pairs} == {"asked"}
    print_ = pairs[0]["fingerprint"]
    row, person = (json.loads(pairs[0][side]) for side in ("row", "person"))
    assert row["person.phone"] == home["phone"]
    assert person["person.name"] in (["陈伟强"], ["陈伟明"])
    engine.execute("SELECT print FROM residue WHERE row_id = 'sure'")
    sure_print = engine.fetchall()[0][0]

    decided = decide(
        tmp_path / "decided.parquet",
        ("shuiwu", "asked", key(other["id"]), True, print_),
        ("shuiwu", "sure", key(ZHANG["id"]), False, sure_print),
    )
    made = link(engine, spec, tmp_path, decisions=decided)
    assert links(tmp_path) == {"asked": (key(other["id"]), "clerk")}
    assert (made.linked_by_clerk, made.review, made.left) == (1, 0, 1)

    # A refused twin leaves the other one, who is now all the likelier, but still nameless: asked, not linked.
    decided = decide(tmp_path / "decided.parquet", ("shuiwu", "asked", key(other["id"]), False, print_))
    link(engine, spec, tmp_path, decisions=decided)
    assert [(pair["row_id"], pair["key"]) for pair in review(tmp_path)] == [("asked", key(one["id"]))]

    # The row says something else now: what was decided then no longer holds.
    said["shuiwu"][0]["employer"] = "福建鑫盛达物流有限公司"
    lay(tmp_path, spec, said)
    link(engine, spec, tmp_path, decisions=decided)
    assert {pair["key"] for pair in review(tmp_path)} == {key(one["id"]), key(other["id"])}


def test_decisions_that_cannot_be_are_refused(
    tmp_path: Path, spec: Spec, engine: duckdb.DuckDBPyConnection
) -> None:
    lay(tmp_path, spec, {"gongan": everybody(ZHANG), "shuiwu": [{"row": "r", "name": "张晓明"}]})
    link(engine, spec, tmp_path, model=False)
    engine.execute("SELECT print FROM residue")
    print_ = engine.fetchall()[0][0]
    path = tmp_path / "decided.parquet"
    decide(path, ("shuiwu", "r", 1, True, print_), ("shuiwu", "r", 2, True, print_))
    with pytest.raises(Invalid, match="shuiwu r"):
        link(engine, spec, tmp_path, decisions=path)
    decide(path, ("shuiwu", "r", 1, True, print_), ("shuiwu", "r", 1, False, print_))
    with pytest.raises(Invalid, match="互相矛盾"):
        link(engine, spec, tmp_path, decisions=path)
    decide(path, ("shuju", "r", 1, True, print_))
    with pytest.raises(Invalid, match="来源不存在：shuju"):
        link(engine, spec, tmp_path, decisions=path)
    pyarrow.parquet.write_table(pyarrow.table({"source": ["shuiwu"], "key": [1]}), path)
    with pytest.raises(Invalid, match="fingerprint、row_id、same"):
        link(engine, spec, tmp_path, decisions=path)
    path.write_bytes(b"PAR1 no")
    with pytest.raises(Invalid, match="Parquet"):
        link(engine, spec, tmp_path, decisions=path)
    with pytest.raises(Invalid, match="gone"):
        link(engine, spec, tmp_path, decisions=tmp_path / "gone.parquet")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Landed rows of a small invented province in several buckets, with its truth."""
    folder = tmp_path_factory.mktemp("said")
    generate(4_000, 11, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(landing, "PERSONS_IN_BUCKET", 700)
        reconcile(folder, folder / "truth" / "out", how=How(link="none"))
    return folder


def test_of_an_invented_province_nearly_all_is_linked_and_hardly_any_wrongly(
    province: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    out = province / "truth" / "out"
    spec = read(province / "sources.yaml")
    told: list[tuple[str, int, int]] = []
    made = link(engine, spec, out, report=lambda *said: told.append(said))
    assert made.residue == made.linked_by_rule + made.linked_by_model + made.left + len(
        {(pair["source"], pair["row_id"]) for pair in review(out)}
    )
    assert told[-1] == ("link", len(linking_index.buckets(spec, out)), len(linking_index.buckets(spec, out)))
    truth = {
        (row["source"], str(row["row_id"])): row["person"]
        for path in (province / "truth" / "rows").glob("*.parquet")
        for row in pyarrow.parquet.read_table(path).to_pylist()
    }
    found = {
        (source.slug, str(row["row_id"])): row["key"]
        for source in spec.sources
        for row in pyarrow.parquet.read_table(out / "links" / f"{source.slug}.parquet").to_pylist()
    }
    right = sum(truth[row] == to for row, to in found.items())
    assert right >= 0.99 * len(found)
    assert right >= 0.95 * made.residue
    assert made.linked_by_model > 0
    assert not (out / "links" / "work").exists()


def test_linking_cut_off_goes_on_behind_the_last_bucket_and_is_not_done_twice(
    province: Path, tmp_path: Path, engine: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, spec = tmp_path / "out", read(province / "sources.yaml")
    out.mkdir()
    (out / "landed").symlink_to(province / "truth" / "out" / "landed")
    calls: list[int] = []
    real = linking_index._bucket

    def dies(*arguments: Any) -> None:
        calls.append(arguments[-1])
        if len(calls) == 4:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(linking_index, "_bucket", dies)
    with pytest.raises(KeyboardInterrupt):
        link(engine, spec, out)
    assert not (out / "links" / "receipt.json").exists()
    with duckdb.connect() as fresh:
        made = link(fresh, spec, out)
    assert calls == [0, 1, 2, 3, 3, 4, 5, 6]
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "landed").symlink_to(out / "landed")
    calls.clear()
    calls += range(10)
    with duckdb.connect() as fresh:
        other = link(fresh, spec, whole)
    assert links(whole) == links(out)
    assert {**vars_of(made), "seconds": 0} == {**vars_of(other), "seconds": 0}
    calls.clear()
    assert link(engine, spec, out) == made
    assert calls == []


def vars_of(made: linking.Linked) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__slots__}
