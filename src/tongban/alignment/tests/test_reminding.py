"""Requests that are late are told of once; scores kept elsewhere join the trend."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.alignment import service as alignment
from tongban.alignment.tasks import remind_late
from tongban.alignment.tests.conftest import COUNTIES, Scene
from tongban.alignment.tests.test_standards import publish_anew
from tongban.conftest import PostFactory
from tongban.notices.models import Notice

pytestmark = pytest.mark.django_db


def test_the_department_and_the_supervisor_hear_once_of_a_late_request(
    scene: Scene, run_jobs: Callable[[], Any]
) -> None:
    watching = PostFactory(role="supervisor", division="35").staff.account_id
    PostFactory(role="supervisor", division="350203")
    publish_anew(scene, COUNTIES[2], statutory_days=18)
    scene.standard()
    run_jobs()
    asked = alignment.ask(scene.keeper, scene.item_ids[COUNTIES[2]], ["statutory_days"], "", 5)
    links = set(Notice.objects.filter(kind="alignment.asked").values_list("link", flat=True))
    assert links == {f"/work/alignment/items/{asked.item_id}/"}
    assert alignment.remind(asked.due_on) == 0  # its last day is not over
    late = asked.due_on + timedelta(days=1)
    assert (alignment.remind(late), alignment.remind(late)) == (1, 1)
    told = Notice.objects.filter(kind="alignment.overdue").values_list("account_id", flat=True)
    assert watching in told
    assert scene.editors[COUNTIES[2]].account_id in told
    assert len(set(told)) == len(told)
    assert scene.editors[COUNTIES[0]].account_id not in told
    alignment.withdraw(scene.keeper, asked.id)
    assert alignment.remind(late) == 0


def test_an_earlier_request_is_late_at_once(scene: Scene, run_jobs: Callable[[], Any]) -> None:
    publish_anew(scene, COUNTIES[2], statutory_days=18)
    scene.standard()
    run_jobs()
    month = timezone.localdate() - timedelta(days=30)
    item = scene.item_ids[COUNTIES[2]]
    asked = alignment.ask(scene.keeper, item, ["statutory_days"], "", 5, asked_on=month)
    assert month < asked.due_on < timezone.localdate()
    remind_late(0)
    assert Notice.objects.filter(kind="alignment.overdue").exists()


def test_scores_kept_elsewhere_join_the_trend_and_replace_nothing(
    scene: Scene, run_jobs: Callable[[], Any]
) -> None:
    scene.standard()
    run_jobs()
    today = timezone.localdate()
    alignment.keep_day(today)
    before = today - timedelta(days=1)
    days = {before: {("3501", ""): (3, 24, 6)}, today: {("3501", ""): (3, 24, 24)}}
    assert alignment.put_scores(days) == 2
    assert alignment.trend("3501") == [(before, 75.0), (today, 100.0)]
