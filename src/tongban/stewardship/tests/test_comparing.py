"""Disagreements come, go and come back as the departments' values do."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongban.demo import names
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.resources import service as resources
from tongban.resources.models import Merger
from tongban.stewardship import service as stewardship
from tongban.stewardship.tests.conftest import ADDRESS, HOME, PHONE, SHORT, WHY, Scene
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db


def test_a_disagreement_is_the_dissenters_to_check_within_ten_working_days(scene: Scene) -> None:
    row = scene.differ()
    assert (row.department_id, row.source_id) == (
        scene.departments["minzheng"].id, scene.departments["gongan"].id,
    )  # fmt: skip
    assert (row.state, row.times) == ("open", 1)
    assert 12 <= (row.due_on - row.opened_at.date()).days <= 24
    assert SHORT not in row.dissent_hash
    assert row.value_hash != row.dissent_hash
    actions = [one.action for one in trace.rows(scene.resident.actor, f"data:{scene.subject_id}")]
    assert "stewardship.discrepancy_opened" in actions


def test_hearing_again_changes_nothing(scene: Scene) -> None:
    row = scene.differ()
    told = {"element": ADDRESS, "value_from": str(row.source_id), "dissenters": [str(row.dissenter_id)],
            "changed": True}  # fmt: skip
    assert stewardship.hear({"subject_id": str(scene.subject_id), "elements": [told]}) == 0
    assert stewardship.Discrepancy.objects.filter(subject_id=scene.subject_id).count() == 1
    assert len(stewardship.entries(row)) == 1


def test_what_is_told_late_is_read_anew(scene: Scene) -> None:
    scene.put("gongan", {ADDRESS: HOME})
    old = {"element": ADDRESS, "value_from": None, "dissenters": [str(scene.departments["renshe"].id)],
           "changed": False}  # fmt: skip
    assert stewardship.hear({"subject_id": str(scene.subject_id), "elements": [old]}) == 0
    quiet = {**old, "dissenters": []}
    assert stewardship.hear({"subject_id": str(scene.subject_id), "elements": [quiet]}) == 0


def test_agreeing_closes_it_and_differing_again_opens_the_same_one(scene: Scene) -> None:
    row = scene.differ()
    scene.put("minzheng", {ADDRESS: HOME})
    assert stewardship.settle(scene.subject_id, [ADDRESS]) == 1
    row.refresh_from_db()
    assert (row.state, row.closed_at is None) == ("closed", False)
    scene.put("minzheng", {ADDRESS: "福州市台江区2号"})
    assert stewardship.settle(scene.subject_id, [ADDRESS]) == 1
    row.refresh_from_db()
    assert (row.state, row.times, row.closed_at) == ("open", 2, None)
    assert [one.act for one in stewardship.entries(row)] == ["opened", "closed", "reopened"]


def test_an_answered_one_stays_answered_until_a_value_changes(scene: Scene) -> None:
    row = scene.differ()
    for slug in ("minzheng", "gongan"):
        stewardship.answer(scene.stewards[slug].actor, "discrepancy", row.id, "right", WHY)
    row.refresh_from_db()
    assert row.state == "answered"
    scene.put("minzheng", {ADDRESS: SHORT})
    assert stewardship.settle(scene.subject_id, [ADDRESS]) == 0
    scene.put("minzheng", {ADDRESS: "福州市台江区2号"})
    assert stewardship.settle(scene.subject_id, [ADDRESS]) == 1
    row.refresh_from_db()
    assert (row.state, row.times, row.reason) == ("open", 2, "")


def told(subject_id: UUID, dissenters: list[str], code: str = ADDRESS) -> dict[str, Any]:
    one = {"element": code, "value_from": None, "dissenters": dissenters, "changed": True}
    return {"subject_id": str(subject_id), "elements": [one]}


def test_many_are_settled_together_as_one_by_one(scene: Scene) -> None:
    numbers = [names.id_number("350102", date(1961, 1, day), True) for day in range(1, 21)]
    made, _new = identity.ensure_subjects("person", [(one, "林一", "350102001") for one in numbers])
    people = [made[one] for one in numbers]
    for one in people:
        scene.put("gongan", {ADDRESS: HOME}, 3, one)
        scene.put("minzheng", {ADDRESS: SHORT}, 9, one)
    against = [str(scene.departments["minzheng"].id)]
    payloads = [told(one, against) for one in people]
    with CaptureQueriesContext(connection) as queries:
        assert stewardship.hear_many(payloads) == 20
    assert len(queries) < 20
    assert stewardship.hear_many(payloads) == 0
    rows = list(stewardship.Discrepancy.objects.filter(subject_id__in=people))
    assert {(row.state, row.division, row.department_id, row.times) for row in rows} == {
        ("open", "350102001", scene.departments["minzheng"].id, 1)
    }
    assert [[one.act for one in stewardship.entries(row)] for row in rows] == [["opened"]] * 20
    read = resources.reads_of(SYSTEM, people[0]).rows[0]
    assert (read.kind, read.reader_kind, bool(read.purpose)) == ("sources", "system", True)
    traced = trace.rows(SYSTEM, f"data:{people[7]}")
    assert traced[-1].action == "stewardship.discrepancy_opened"
    assert [p for p in trace.verify().problems if p.kind != "guard"] == []
    # Some agree again, one differs otherwise, the rest stay; all told in one go, also what nothing became of.
    for one in people[:5]:
        scene.put("minzheng", {ADDRESS: HOME}, 1, one)
    scene.put("minzheng", {ADDRESS: "福州市台江区2号"}, 1, people[6])
    quiet = [told(one, []) for one in people[:5]]
    assert stewardship.hear_many([*quiet, *payloads[5:], told(people[9], [], PHONE)]) == 5
    states = stewardship.Discrepancy.objects.filter(subject_id__in=people).values_list("state", flat=True)
    assert sorted(states) == ["closed"] * 5 + ["open"] * 15


def test_one_that_was_merged_has_no_disagreements_of_its_own(scene: Scene) -> None:
    row = scene.differ()
    other = identity.ensure_subject("person", names.id_number("350102", date(1962, 2, 2), True), "林二")
    scene.put("renshe", {ADDRESS: "福州市台江区2号"}, 1, other.id)
    Merger.objects.create(source=row.subject, target=other, reason="同一人", by_name="林")
    assert stewardship.settle(scene.subject_id, [ADDRESS]) == 1
    row.refresh_from_db()
    assert row.state == "closed"


def test_unknown_elements_are_passed_over(scene: Scene) -> None:
    assert stewardship.settle(scene.subject_id, ["person.gone"]) == 0
