"""Files of departments: read row by row, nothing dropped, bad rows repaired or given up."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tongban.conftest import Person, invented_id_number, run_due_jobs
from tongban.identity import service as identity
from tongban.kit.errors import Conflict, Forbidden, Invalid
from tongban.resources import service, snapshots
from tongban.resources.models import Golden, Landed, Snapshot, Source, Value
from tongban.trace import service as trace

MAPPING = {
    "XM": {"element": "person.name", "clean": "name"},
    "CSRQ": {"element": "person.birth_date", "clean": "date", "date": "%Y%m%d"},
    "SJH": {"element": "person.phone", "clean": "phone"},
}
LAYOUT = {"id": "SFZH", "as_of": "GXSJ", "date": "%Y%m%d"}
HEAD = ["SFZH", "XM", "CSRQ", "SJH", "GXSJ", "BZ"]
OLD = f"{timezone.localdate() - timedelta(days=3):%Y%m%d}"
ROWS = [
    [invented_id_number(900), "陈 小 明", "19900101", "139 0000 0001", OLD, "x"],
    [invented_id_number(901), "林大", "19900230", "13900000002", OLD, ""],
    ["123", "黄二", "19900101", "13900000003", OLD, ""],
    [invented_id_number(903), "王三", "19900101", "", "昨天", ""],
    [invented_id_number(904), "李四", "", "13900000005", OLD, ""],
]


def text(rows: list[list[str]] = ROWS, head: list[str] = HEAD) -> str:
    return "\n".join(",".join(row) for row in [head, *rows]) + "\n"


MIXED = text(ROWS[:2]).encode() + text(ROWS[3:]).split("\n", 1)[1].encode("gb18030")


def upload(data: bytes | str, name: str = "人口.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)


@pytest.fixture
def steward(sources: dict[str, Any], staff_with: Callable[[str, Any], Person], settings: Any, tmp_path: Path):
    settings.VAR = tmp_path
    settings.FILES_ROOT = tmp_path / "files"
    actor = staff_with("steward", sources["gongan"]).actor
    service.ensure_source(
        actor, "renkou", "人口信息", sources["gongan"].id, way="file", cycle="daily", mapping=MAPPING,
        layout=LAYOUT,
    )  # fmt: skip
    return actor


def land(actor: Any, data: bytes | str, **more: Any) -> Snapshot:
    made = service.land_file(actor, "renkou", upload(data), **more)
    run_due_jobs()
    made.refresh_from_db()
    return made


def book() -> bytes:
    out, made = io.BytesIO(), openpyxl.Workbook()
    for row in [HEAD, *ROWS]:
        made.active.append(row)  # type: ignore[union-attr]
    made.save(out)
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({n: [r[i] for r in ROWS] for i, n in enumerate(HEAD)}), out)
    return out.getvalue()


@pytest.mark.parametrize("data", [text().encode(), text().encode("gb18030"), book(), parquet()])
@pytest.mark.django_db
def test_every_row_is_landed_or_waits_with_its_reason(data: bytes, steward: Any) -> None:
    row = land(steward, data)
    assert (row.state, row.rows_read, row.taken, row.quarantined) == ("done", 5, 2, 3)
    subject = identity.find_subject(ROWS[0][0])
    assert subject is not None
    held = {v.element: v.value for v in Value.objects.filter(subject=subject)}
    assert held == {"person.name": "陈小明", "person.birth_date": "1990-01-01", "person.phone": "13900000001"}
    waiting = list(Landed.objects.filter(outcome="quarantined").order_by("line"))
    assert [one.line for one in waiting] == [3, 4, 5]
    assert [one.reasons[0]["field"] for one in waiting] == ["CSRQ", "subject", "as_of"]
    kept = pq.read_table(snapshots.rows_path(row))
    assert kept.num_rows == 5
    view = service.source_view(steward, "renkou")
    assert (view.received, view.source.landed, view.quarantined, view.light) == (5, 2, 3, "green")
    assert "resources.file_read" in [
        r.action for r in trace.rows(steward, f"resources:{row.source.department_id}")
    ]


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing(steward: Any) -> None:
    land(steward, text())
    again = land(steward, text())
    assert (again.rows_read, again.unchanged, again.quarantined) == (5, 2, 3)
    assert Landed.objects.count() == 5
    assert service.source_view(steward, "renkou").received == 5


@pytest.mark.django_db
def test_a_run_killed_half_way_goes_on_where_it_stopped(steward: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(snapshots, "BATCH", 2)
    made = service.land_file(steward, "renkou", upload(text()))
    taken, real = [], snapshots._take

    def dying(source: Source, row: Snapshot, line: Any) -> str:
        taken.append(line.number)
        if line.number == 5 and taken.count(5) == 1:
            raise RuntimeError("killed")
        return real(source, row, line)

    monkeypatch.setattr(snapshots, "_take", dying)
    with pytest.raises(RuntimeError):
        service.read_snapshot(made.id)
    made.refresh_from_db()
    assert made.rows_read == 2
    row = service.read_snapshot(made.id)
    assert (row.rows_read, row.taken, row.quarantined) == (5, 2, 3)
    assert taken == [2, 3, 4, 5, 4, 5, 6]


@pytest.mark.parametrize(
    ("data", "rule", "words"),
    [
        (b"", "required", "空"),
        (b"%PDF-1.4", "type", "PDF"),
        (text(head=["SFZH", "XM", "CSRQ", "DH", "GXSJ", "BZ"]), "column-missing", "SJH"),
        (text(head=["SFZH", "XM", "XM", "SJH", "GXSJ", "BZ"]), "column-twice", "XM"),
        (MIXED, "mixed-encodings", "第 4 行"),
        (b"PK\x03\x04zzz", "type", "XLSX"),
        (b"PAR1zzzz", "type", "Parquet"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(
    data: bytes | str, rule: str, words: str, steward: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        service.land_file(steward, "renkou", upload(data))
    assert refused.value.problems[0].rule == rule
    assert words in refused.value.problems[0].message
    assert not Snapshot.objects.exists()


@pytest.mark.django_db
def test_single_broken_rows_never_stop_the_others(steward: Any) -> None:
    lines = text(ROWS[:1] * 1).encode().split(b"\n")
    damaged = ROWS[0][0].encode() + b",\xe9\x99,19900101,13900000009," + OLD.encode() + b",x"
    row = land(steward, b"\n".join([lines[0], lines[1], damaged, b"only,two", lines[1]]))
    assert (row.rows_read, row.quarantined, row.taken + row.unchanged) == (4, 2, 2)
    reasons = [one.reasons[0]["message"] for one in Landed.objects.filter(outcome="quarantined")]
    assert any("损坏" in words for words in reasons)
    assert any("2 格" in words for words in reasons)


@pytest.mark.django_db
def test_a_mapping_is_tried_on_a_sample_without_writing(steward: Any) -> None:
    trial = service.try_mapping(steward, "renkou", text().encode("gb18030"), MAPPING, LAYOUT)
    assert (trial.rows, trial.good, trial.bad, trial.encoding) == (5, 2, 3, "GB 18030")
    found = {one.column: one for one in trial.columns}
    assert (found["CSRQ"].filled, found["CSRQ"].bad) == (80, 1)
    assert (found["CSRQ"].examples[0].line, found["SFZH"].bad, found["GXSJ"].bad) == (3, 1, 1)
    assert trial.unused == ("BZ",)
    assert trial.preview[0][2] == "陈小明"
    assert "*" in trial.preview[0][0]
    assert not Landed.objects.exists()
    assert not Snapshot.objects.exists()


@pytest.mark.django_db
def test_a_waiting_row_is_repaired_once_or_given_up_with_a_reason(steward: Any) -> None:
    land(steward, text())
    first, second, third = Landed.objects.filter(outcome="quarantined").order_by("line")
    fields = {f.column: f.value for f in service.fields_of(first)}
    still = service.mend(steward, "renkou", first.id, subject=first.body["subject"], as_of=OLD, fields=fields)
    assert still.outcome == "quarantined"
    fields["CSRQ"] = "19900228"
    done = service.mend(steward, "renkou", first.id, subject=first.body["subject"], as_of=OLD, fields=fields)
    assert done.outcome == "taken"
    subject = identity.find_subject(ROWS[1][0])
    assert subject is not None
    assert Golden.objects.get(subject=subject).entries["person.birth_date"]["v"] == "1990-02-28"
    with pytest.raises(Conflict):
        service.mend(steward, "renkou", first.id, subject="x", as_of="", fields={})
    with pytest.raises(Invalid):
        service.discard(steward, "renkou", second.id, "")
    service.discard(steward, "renkou", second.id, "号码无法核实")
    view = service.source_view(steward, "renkou")
    assert (view.received, view.source.landed, view.quarantined, view.source.discarded) == (5, 3, 1, 1)
    again = land(steward, text())
    assert (again.quarantined, again.unchanged) == (1, 4)
    third.refresh_from_db()
    assert third.outcome == "quarantined"
    actions = [r.action for r in trace.rows(steward, f"resources:{first.source.department_id}")]
    assert {"resources.row_repaired", "resources.row_discarded"} <= set(actions)


@pytest.mark.django_db
def test_only_the_departments_own_stewards_work_on_its_rows(
    steward: Any, sources: dict[str, Any], staff_with: Callable[[str, Any], Person]
) -> None:
    land(steward, text())
    row = Landed.objects.filter(outcome="quarantined")[0]
    others = staff_with("steward", sources["minzheng"]).actor
    operator = staff_with("operator", sources["gongan"]).actor
    for actor in (others, operator):
        for attempt in (
            lambda actor=actor: service.quarantine(actor, "renkou"),
            lambda actor=actor: service.discard(actor, "renkou", row.id, "号码无法核实"),
            lambda actor=actor: service.land_file(actor, "renkou", upload(text())),
            lambda actor=actor: service.try_mapping(actor, "renkou", b"", MAPPING, LAYOUT),
        ):
            with pytest.raises(Forbidden):
                attempt()
    assert [one.source.slug for one in service.sources(operator)] == ["renkou"]
    assert service.sources(others) == []
    with pytest.raises(Conflict):
        service.ensure_source(others, "renkou", "x", sources["minzheng"].id)
