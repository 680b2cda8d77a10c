"""Runs written down, compared and published: by the law of the live side, once, and whole after a kill."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from django.db import connection
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person, run_due_jobs
from tongban.identity import service as identity
from tongban.identity.models import Subject
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict, Forbidden, Invalid
from tongban.resources import choice, service
from tongban.resources.batch.invent import generate
from tongban.resources.batch.reconcile import reconcile
from tongban.resources.cli import commands
from tongban.resources.elements import registry
from tongban.resources.events import golden_changed
from tongban.resources.models import Golden, ReconcileRun, RunPart, Value, ValueHistory
from tongban.resources.runs import keeping, laying, publishing
from tongban.stewardship.models import Discrepancy

PERSONS = 600
SLUGS = ("gongan", "minzheng", "renshe", "zhufang", "shuiwu")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of an invented province, and what a run chose from them."""
    folder = tmp_path_factory.mktemp("province")
    generate(PERSONS, 5, folder / "said")
    reconcile(folder / "said", folder / "out")
    keeping.keep_description(folder / "said", folder / "out")
    return folder / "said", folder / "out"


@pytest.fixture
def holders(db: None) -> dict[str, Any]:
    return {slug: DepartmentFactory(code=slug) for slug in SLUGS}


@pytest.fixture
def row(made: tuple[Path, Path], holders: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> ReconcileRun:
    monkeypatch.setattr(laying, "PERSONS_IN_PART", 150)
    return keeping.registered(made[1], made[0])


def rows(query: str) -> list[dict[str, Any]]:
    with duckdb.connect() as engine:
        cursor = engine.execute(query)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, one, strict=True)) for one in cursor.fetchall()]


def state() -> dict[str, Any]:
    """All that publishing writes."""
    return {
        "subjects": list(Subject.objects.order_by("id_number").values_list("id_number", "name", "division")),
        "values": list(Value.objects.order_by("id").values()),
        "history": ValueHistory.objects.count(),
        "golden": dict(Golden.objects.values_list("subject_id", "entries")),
    }


def as_live(value: Any) -> Any:
    """A golden value of the batch as the live side writes it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def test_what_is_published_is_what_the_run_chose(row: ReconcileRun, holders: dict[str, Any]) -> None:
    account = publishing.publish(row)
    golden = rows(f"SELECT * FROM '{row.out}/golden/*.parquet'")
    assert account["persons"] == account["made"] == len(golden) == Subject.objects.count()
    assert account["stale"] == account["unchanged"] == account["withdrawn"] == 0
    assert account["taken"] == Value.objects.count() == ValueHistory.objects.count() > PERSONS * 12
    spec, slugs = keeping.spec_of(row), {d.id.hex: slug for slug, d in holders.items()}
    entries = {s.id_number: e for s, e in
               ((g.subject, g.entries) for g in Golden.objects.select_related("subject"))}  # fmt: skip
    about, compared = registry(), 0
    for person in golden:
        live = entries[person["id_number"]]
        for element in spec.elements:
            value = person[element.field]
            if element.code not in about:
                assert element.code not in live
                continue
            if value is None:
                assert element.code not in live
                continue
            entry, packed = live[element.code], person[f"{element.field}_from"]
            place, confirm, differ = packed % 16, packed // 16 % 256, packed // 4096 % 256
            wanted = str(value) if about[element.code].type == "string" else value
            assert entry["v"] == (as_live(value) if not isinstance(value, int) else wanted)
            assert slugs[entry["s"].replace("-", "")] == spec.sources[place].slug
            for name, mask in (("c", confirm), ("d", differ)):
                held = {slugs[one.replace("-", "")] for one in entry[name]}
                assert held == {s.slug for s in spec.sources if mask >> s.place & 1}
            day = datetime(1900, 1, 1, tzinfo=UTC) + timedelta(days=packed // (4096 * 256))
            assert timezone.localdate(datetime.fromisoformat(entry["t"])) == day.date()
            compared += 1
        if "person.id_number" in live:
            assert live["person.id_number"]["v"] == person["id_number"]
    assert compared > PERSONS * 9
    ids = list(Subject.objects.values_list("id", flat=True))
    before = state()["golden"]
    for start in range(0, len(ids), 50):
        choice.lock(ids[start : start + 50])
        assert choice.choose(ids[start : start + 50]) == []
    assert state()["golden"] == before


def test_published_twice_changes_nothing(row: ReconcileRun) -> None:
    publishing.publish(row)
    before = state()
    again = publishing.publish(row)
    assert again["parts"] == RunPart.objects.count() >= 4
    assert state() == before
    RunPart.objects.all().delete()  # as another run with the same outcome would do
    third = publishing.publish(row)
    assert third["unchanged"] == len(before["values"])
    assert third["taken"] == third["stale"] == third["made"] == third["told"] == 0
    assert state() == before


def test_newer_statements_and_mergers_stand(
    row: ReconcileRun, holders: dict[str, Any], staff_with: Callable[..., Person]
) -> None:
    one, other = rows(
        f"SELECT id_number, name, phone, address FROM '{row.out}/golden/*.parquet' "
        "WHERE phone_from % 16 = 0 AND address_from % 16 = 0 ORDER BY key LIMIT 2"
    )
    first = identity.ensure_subject("person", one["id_number"], "改过名字")
    second = identity.ensure_subject("person", other["id_number"], "另一人")
    now = timezone.now()
    service.put_values(holders["gongan"].id, [(first.id, "person.phone", "13900000001")], now)
    service.put_values(
        holders["gongan"].id, [(first.id, "person.address", "旧址")], datetime(1990, 1, 1, tzinfo=UTC)
    )
    office = staff_with("steward", DepartmentFactory(code="shuju")).actor
    service.merge(office, second.id, first.id, "户籍底册核对为同一人", "k")
    account = publishing.publish(row)
    assert account["stale"] == 1
    entries = Golden.objects.get(subject=first).entries
    assert entries["person.phone"]["v"] == "13900000001"
    assert Golden.objects.get(subject=second).entries == entries
    assert Value.objects.filter(subject=second).exists()  # what came in under its number stays there
    said = set(Value.objects.filter(subject__in=(first, second), element="person.address",
                                    source=holders["gongan"]).values_list("value", flat=True))  # fmt: skip
    assert said == {one["address"], other["address"]}
    assert entries["person.address"]["v"] in said
    assert Subject.objects.get(pk=first.pk).name == "改过名字"
    history = ValueHistory.objects.filter(subject_id=first.id, element="person.phone", stale=True)
    assert history.count() == 1
    RunPart.objects.all().delete()
    assert publishing.publish(row)["stale"] == 1
    assert history.count() == 1


def test_what_the_last_row_leaves_empty_is_withdrawn(row: ReconcileRun, holders: dict[str, Any]) -> None:
    spec = keeping.spec_of(row)
    place = next(s.place for s in spec.sources if s.slug == "gongan")
    found = rows(
        f"SELECT g.id_number FROM '{row.out}/golden/*.parquet' g JOIN "
        f"read_parquet('{row.out}/landed/gongan/bucket=[0-9]*/*.parquet') r USING (key) "
        "GROUP BY ALL HAVING count(*) = 1 AND bool_and(r.phone IS NULL) ORDER BY 1 LIMIT 1"
    )[0]
    assert place == 0
    subject = identity.ensure_subject("person", found["id_number"], "某人")
    long_ago = datetime(1990, 1, 1, tzinfo=UTC)
    service.put_values(holders["gongan"].id, [(subject.id, "person.phone", "13900000001")], long_ago)
    assert publishing.publish(row)["withdrawn"] == 1
    held = Value.objects.get(subject=subject, element="person.phone", source=holders["gongan"])
    assert held.value is None
    assert Golden.objects.get(subject=subject).entries.get("person.phone", {}).get("v") != "13900000001"


def test_disagreements_become_cases(row: ReconcileRun) -> None:
    account = publishing.publish(row)
    told = [name for name in run_due_jobs() if name == "kit.deliver_events"]
    # One job for each part and hearer, not one for each person.
    assert len(told) == account["parts"] * len(golden_changed.hearers)
    listed = rows(f"SELECT element, count(*) AS n FROM '{row.out}/discrepancies/*.parquet' GROUP BY 1")
    wanted = {one["element"]: one["n"] for one in listed if one["element"] in registry()}
    found = {code: Discrepancy.objects.filter(element=code).count() for code in wanted}
    assert found == wanted


def test_what_cannot_be_published_is_refused(
    row: ReconcileRun, made: tuple[Path, Path], settings: Any, tmp_path: Path
) -> None:
    settings.SANDBOX = False
    with pytest.raises(Invalid, match="虚构"):
        publishing.publish(row)
    settings.SANDBOX = True
    with pytest.raises(Invalid, match=r"run\.json"):
        keeping.registered(tmp_path, made[0])
    row.out = str(tmp_path)
    with pytest.raises(Invalid, match="文件已不在"):
        publishing.publish(row)
    assert not Value.objects.exists()


def test_a_department_that_is_not_known_is_named(made: tuple[Path, Path], db: None) -> None:
    with pytest.raises(Invalid, match="gongan"):
        publishing.publish(keeping.registered(made[1], made[0]))


KILLED = """
import django, os, signal, sys; django.setup()
from pathlib import Path
from tongban.resources.runs import keeping, laying, publishing
laying.PERSONS_IN_PART = 100
seen = publishing._values
def values(cursor, holders):
    counts = seen(cursor, holders)
    from tongban.resources.models import RunPart
    if RunPart.objects.count() == 2: os.kill(os.getpid(), signal.SIGKILL)
    return counts
publishing._values = values
publishing.publish(keeping.registered(Path(sys.argv[1])))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_publish_goes_on_and_ends_the_same(made: tuple[Path, Path]) -> None:
    for slug in SLUGS:
        DepartmentFactory(code=slug)
    row = keeping.registered(made[1], made[0])
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tongban.settings"}
    done = subprocess.run([sys.executable, "-c", KILLED, str(made[1])], env=env, check=False,
                          capture_output=True, timeout=120)  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    assert RunPart.objects.count() == 2
    persons = sum(RunPart.objects.values_list("persons", flat=True))
    assert Subject.objects.count() == persons < PERSONS * 0.6  # the third part left nothing
    laying.PERSONS_IN_PART, kept = 100, laying.PERSONS_IN_PART
    try:
        account = publishing.publish(row)
    finally:
        laying.PERSONS_IN_PART = kept
    assert account["persons"] == account["made"] == Subject.objects.count() > PERSONS * 0.98
    assert account["taken"] == Value.objects.count() == ValueHistory.objects.count()
    row.refresh_from_db()
    assert (row.publishing, row.published_at is not None) == ("done", True)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_publish_it_once(made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laying, "PERSONS_IN_PART", 60)
    for slug in SLUGS:
        DepartmentFactory(code=slug)
    row, problems = keeping.registered(made[1], made[0]), []

    def work() -> None:
        try:
            publishing.publish(ReconcileRun.objects.get(pk=row.pk))
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert problems == []
    account = publishing.account_of(row)
    assert account["made"] == account["persons"] == Subject.objects.count()
    assert account["taken"] == Value.objects.count() == ValueHistory.objects.count()


def test_the_command_registers_the_run_and_publishes_it(
    made: tuple[Path, Path], holders: dict[str, Any], tmp_path: Path
) -> None:
    out, runner = tmp_path / "out", CliRunner()
    done = runner.invoke(commands, ["reconcile", "--in", str(made[0]), "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    row = ReconcileRun.objects.get()
    assert (row.state, row.engine, row.account) == ("done", "duckdb", json.loads(done.stdout))
    assert sum(one["rows_in"] for one in row.sources) == row.account["rows_in"]
    assert all(one["rows_in"] == one["landed"] + one["quarantined"] for one in row.sources)
    named = next(one for one in row.elements if one["element"] == "person.name")
    assert named["values"] == row.account["golden"]
    assert 0 < named["dissented"] < named["confirmed"] <= named["values"]
    published = runner.invoke(commands, ["publish", "--in", str(out), "--json"])
    assert published.exit_code == 0, published.output
    assert json.loads(published.stdout)["persons"] == row.account["golden"] == Subject.objects.count()
    row.refresh_from_db()
    assert row.published_at is not None
    refused = runner.invoke(commands, ["publish", "--in", str(made[0]), "--json"])
    assert refused.exit_code == 2
    assert "run.json" in refused.stderr


def test_a_run_that_fails_says_why(made: tuple[Path, Path], db: None, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    done = CliRunner().invoke(
        commands, ["reconcile", "--in", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    )
    assert done.exit_code == 2
    row = ReconcileRun.objects.get()
    assert row.state == "failed"
    assert "sources.yaml" in row.problem


def test_without_a_database_the_run_goes_on(made: tuple[Path, Path], tmp_path: Path) -> None:
    env = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
           "DJANGO_SETTINGS_MODULE": "tongban.settings"}  # fmt: skip
    program = "import django; django.setup(); from tongban.resources.cli import commands; commands()"
    command = [sys.executable, "-c", program, "reconcile", "--in", str(made[0]), "--out", str(tmp_path / "o")]
    done = subprocess.run([*command, "--json"], env=env, check=False, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert json.loads(done.stdout)["golden"] > PERSONS * 0.98


def test_runs_are_compared(
    row: ReconcileRun, made: tuple[Path, Path], tmp_path: Path, staff_with: Callable[..., Person],
    clerk: Person,
) -> None:  # fmt: skip
    other = tmp_path / "other"
    generate(PERSONS, 5, other / "said")
    with duckdb.connect() as engine:
        path = other / "said" / "gongan" / "part-0000.parquet"
        engine.execute(
            f"COPY (SELECT * REPLACE (CASE WHEN ZJ % 3 = 0 THEN '改名' ELSE XM END AS XM) FROM '{path}') "
            f"TO '{path}.new' (FORMAT parquet)"
        )
        Path(f"{path}.new").replace(path)
    reconcile(other / "said", other / "out")
    second = keeping.registered(other / "out", other / "said")
    office = staff_with("steward", DepartmentFactory(code="shuju")).actor
    found = keeping.compared(office, row.id, second.id)["differences"]
    counts = {one["element"]: one["changed"] for one in found["elements"]}
    assert found["both"] == row.account["golden"]
    assert PERSONS * 0.2 < counts["person.name"] < PERSONS * 0.5
    assert counts["person.phone"] == found["only_one"] == found["only_other"] == 0
    with pytest.raises(Invalid):
        keeping.compared(office, row.id, row.id)
    with pytest.raises(Forbidden):
        keeping.compared(clerk.actor, row.id, second.id)
    (other / "out" / "run.json").unlink()
    assert keeping.compared(office, row.id, second.id)["differences"] is None


def test_a_run_is_started_and_published_by_jobs(
    made: tuple[Path, Path], holders: dict[str, Any], settings: Any, tmp_path: Path,
    staff_with: Callable[..., Person],
) -> None:  # fmt: skip
    office = staff_with("steward", DepartmentFactory(code="shuju")).actor
    settings.DEPARTMENTS_ROOT, settings.RUNS_ROOT = tmp_path / "none", tmp_path / "runs"
    with pytest.raises(Invalid, match="还没有放到"):
        keeping.start(office)
    settings.DEPARTMENTS_ROOT = made[0]
    row = keeping.start(office)
    with pytest.raises(Conflict):
        keeping.start(office)
    with pytest.raises(Invalid):
        publishing.ask_to_publish(office, row.id)
    with pytest.raises(Forbidden):
        publishing.ask_to_publish(staff_with("operator", holders["gongan"]).actor, row.id)
    run_due_jobs()
    row.refresh_from_db()
    assert (row.state, row.problem) == ("done", "")
    publishing.ask_to_publish(office, row.id)
    with pytest.raises(Conflict):
        publishing.ask_to_publish(office, row.id)
    run_due_jobs()
    row.refresh_from_db()
    assert (row.publishing, row.published_by) == ("done", office.name)
    assert Golden.objects.count() == row.account["golden"]


def test_a_silent_run_was_cut_off(row: ReconcileRun) -> None:
    ReconcileRun.objects.filter(pk=row.pk).update(
        state="running", touched_at=timezone.now() - timedelta(minutes=11)
    )
    row.refresh_from_db()
    assert (row.cut_off, row.active, row.state_words) == (True, False, "中断")
    keeping.begin(SYSTEM, Path(row.folder), Path(row.out), "duckdb")
    row.refresh_from_db()
    assert row.state == "cut"
