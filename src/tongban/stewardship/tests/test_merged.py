"""Disagreements of merged subjects stand with the one that is kept, and go back when they are split."""

import pytest

from tongban.conftest import SubjectFactory, run_due_jobs
from tongban.kit.actors import SYSTEM
from tongban.resources import service as resources
from tongban.stewardship import service as stewardship
from tongban.stewardship.tests.conftest import Scene

pytestmark = pytest.mark.django_db


def test_a_disagreement_follows_a_merger_and_its_undoing(scene: Scene) -> None:
    row = scene.differ()
    kept = SubjectFactory().id
    merger = resources.merge(SYSTEM, scene.subject_id, kept, "户籍底册核对为同一人", "k")
    run_due_jobs()
    row.refresh_from_db()
    assert row.state == "closed"
    assert stewardship.Discrepancy.objects.get(subject_id=kept).state == "open"
    resources.split(SYSTEM, merger.id, "两人指纹不同，合并有误")
    run_due_jobs()
    row.refresh_from_db()
    assert (row.state, row.times) == ("open", 2)
    assert stewardship.Discrepancy.objects.get(subject_id=kept).state == "closed"
