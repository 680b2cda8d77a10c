"""Who hears of what is due, once."""

from datetime import timedelta

import pytest

from tongban.notices.models import Notice
from tongban.stewardship import service as stewardship
from tongban.stewardship.tasks import compare, remind_due
from tongban.stewardship.tests.conftest import ADDRESS, Scene

pytestmark = pytest.mark.django_db


def kinds(scene: Scene, slug: str) -> list[str]:
    rows = Notice.objects.filter(account_id=scene.stewards[slug].account.id).order_by("created_at")
    return list(rows.values_list("kind", flat=True))


def test_before_the_day_the_department_after_it_everybody_once(scene: Scene) -> None:
    scene.differ()
    row = scene.ask()
    assert stewardship.remind(row.due_on) == 0
    assert stewardship.remind(row.due_on) == 0
    assert kinds(scene, "gongan") == ["data.asked", "data.soon"]
    assert kinds(scene, "shuju") == []
    late = row.due_on + timedelta(days=1)
    assert stewardship.remind(late) == 2  # and one disagreement
    stewardship.remind(late)
    assert kinds(scene, "gongan") == ["data.asked", "data.soon", "data.late"]
    assert kinds(scene, "shuju") == ["data.late"]
    assert kinds(scene, "minzheng") == ["data.discrepancies"]
    person = Notice.objects.filter(account_id=scene.resident.account.id, kind="data.late")
    assert person.count() == 1
    assert [one.act for one in stewardship.entries(row)] == ["opened", "late"]


def test_the_jobs_run(scene: Scene) -> None:
    row = scene.differ()
    remind_due(0)
    compare({"subject_id": str(scene.subject_id), "elements": [
        {"element": ADDRESS, "value_from": None, "dissenters": [str(row.dissenter_id)], "changed": False}
    ]})  # fmt: skip
    assert stewardship.Discrepancy.objects.count() == 1
