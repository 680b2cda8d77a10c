"""Bad input through the public doors that other files do not try: a file with one row in a hundred broken,
and a department deleting a person whom licences, cases and logs refer to.

Elsewhere: two claims to be the source (``test_deciding``), changes older than the stored one
(``test_changing``), mixed encodings, a column missing and a reading killed half-way (``test_snapshots``,
``test_databases``), the batch engine's broken rows and runs cut off (``test_reconcile``), wrong mergers
and splits (``test_merging``).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client

from tongban.cases import service as cases
from tongban.cases.tests.conftest import draft, filed, item, known, make_item  # noqa: F401  (fixtures)
from tongban.conftest import DepartmentFactory, Person, invented_id_number
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences
from tongban.licences.tests.conftest import issued, kind, own_folders  # noqa: F401  (fixtures)
from tongban.resources import service
from tongban.resources.models import Golden, Landed, Value
from tongban.resources.tests.test_snapshots import OLD, steward, text, upload  # noqa: F401  (fixture)

pytestmark = pytest.mark.django_db
ROWS = 600
# In which way every hundredth row is broken, and which field its reason must name.
BROKEN: list[tuple[Callable[[list[str]], list[str]], str]] = [
    (lambda row: [row[0][:17], *row[1:]], "subject"),
    (lambda row: [*row[:2], "19990230", *row[3:]], "CSRQ"),
    (lambda row: [*row[:3], "未登记", *row[4:]], "SJH"),
    (lambda row: [*row[:4], "20261301", row[5]], "as_of"),
    (lambda row: row[:-2], "row"),
    (lambda row: ["", *row[1:]], "subject"),
]


def test_one_row_in_a_hundred_broken_costs_one_row_in_a_hundred(steward: Any) -> None:  # noqa: F811
    rows = [[invented_id_number(n), f"陈{n:04}", "19900101", "13900000001", OLD, ""] for n in range(ROWS)]
    for n, (breaks, _field) in enumerate(BROKEN):
        rows[n * 100 + 37] = breaks(rows[n * 100 + 37])
    made = service.read_snapshot(service.land_file(steward, "renkou", upload(text(rows))).id)
    bad = len(BROKEN)
    assert (made.state, made.rows_read, made.taken, made.quarantined) == ("done", ROWS, ROWS - bad, bad)
    waiting = list(Landed.objects.filter(outcome="quarantined").order_by("line"))
    assert [one.line for one in waiting] == [n * 100 + 39 for n in range(bad)]  # from 1, with the heading
    assert [one.reasons[0]["field"] for one in waiting] == [field for _breaks, field in BROKEN]
    assert all(one.reasons[0]["message"] for one in waiting)
    assert Value.objects.filter(element="person.name").count() == ROWS - bad
    assert Golden.objects.count() == ROWS - bad
    again = service.read_snapshot(service.land_file(steward, "renkou", upload(text(rows))).id)
    assert (again.taken, again.unchanged, again.quarantined) == (0, ROWS - bad, bad)
    assert service.source_view(steward, "renkou").received == ROWS


def test_a_deleted_person_whom_others_refer_to_loses_only_that_departments_values(
    department: Any, other_department: Any, filed: cases.Case, resident: Person, issued: Any  # noqa: F811
) -> None:  # fmt: skip
    licence = issued()
    about = resident.subject
    columns = {"XM": "person.name", "DZ": "person.address"}
    police, civil = other_department, DepartmentFactory(code="minzheng")
    service.ensure_source(SYSTEM, "huji", "户籍", police.id, mapping=columns)
    key = service.new_key(SYSTEM, "huji")
    service.put_values(civil.id, [(about.id, "person.address", "西街 2 号")], filed.created_at)

    def post(number: str, op: str, seq: int, **fields: str) -> dict[str, Any]:
        change = {"id": number, "seq": seq, "subject": about.id_number, "op": op,
                  "as_of": f"2026-01-12T03:04:0{seq}+08:00", "fields": fields}  # fmt: skip
        body = json.dumps({"changes": [change]})
        said = Client().post("/api/v1/sources/huji/changes", body, "application/json",
                             headers={"Authorization": f"Bearer {key}"})  # fmt: skip
        return dict(said.json())

    assert post("1", "upsert", 1, XM="林测试", DZ="东街 1 号")["taken"] == 1
    assert post("2", "delete", 2)["taken"] == 1
    assert post("2", "delete", 2)["unchanged"] == 1
    entries = Golden.objects.get(subject_id=about.id).entries
    assert entries["person.address"]["v"] == "西街 2 号"
    held = Value.objects.filter(subject_id=about.id, source=police)
    assert [one.value for one in held] == [None, None]
    # Who was deleted there is still known here: his number, his case and his licence stand.
    assert identity.find_subject(about.id_number) == about
    assert cases.access_case(resident.actor, filed.id, purpose="查看办件").applicant_id == about.id
    assert [one.id for one in licences.held(resident.actor, about.id)] == [licence.id]
    with pytest.raises(ProtectedError), transaction.atomic():
        about.delete()
    # What comes late from before the delete does not bring the values back; what comes after does.
    assert post("3", "upsert", 1, XM="林测试", DZ="东街 9 号")["stale"] == 1
    assert Golden.objects.get(subject_id=about.id).entries["person.address"]["v"] == "西街 2 号"
    assert post("4", "upsert", 3, XM="林测试")["taken"] == 1
