"""Disagreements come, go and come back as the departments' values do."""

import pytest

from tongban.stewardship import service as stewardship
from tongban.stewardship.tests.conftest import ADDRESS, HOME, SHORT, WHY, Scene
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


def test_unknown_elements_are_passed_over(scene: Scene) -> None:
    assert stewardship.settle(scene.subject_id, ["person.gone"]) == 0
