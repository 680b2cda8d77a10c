"""Whose turn it is, is told: once, in the inbox, and never to whoever did it."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.conftest import PostFactory, actor_of_account
from tongban.items import service as items
from tongban.items.models import ImportDraft, ImportRun
from tongban.items.tests.factories import load
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden
from tongban.notices.models import Notice
from tongban.organisations import service as organisations

pytestmark = pytest.mark.django_db


@dataclass
class Office:
    detail: items.VersionDetail
    writer: Actor
    second: Actor
    legal: Actor
    chief: Actor
    elsewhere: Actor


@pytest.fixture
def office() -> Office:
    detail = load()
    department = organisations.department_by_code("shichang")

    def staff(role: str, division: str = "350102") -> Actor:
        post = PostFactory(role=role, staff__department=department, department=department, division=division)
        return actor_of_account(post.staff.account)

    people = [staff(role) for role in ("item_editor", "item_editor", "legal", "chief")]
    return Office(detail, *people, staff("item_editor", "350203"))


def told(kind: str) -> Counter[Any]:
    return Counter(Notice.objects.filter(kind=kind).values_list("account_id", flat=True))


def test_each_step_tells_those_who_act_next(office: Office) -> None:
    draft = items.new_draft(office.writer, office.detail.code)
    assert not Notice.objects.exists()
    items.submit_draft(office.writer, draft.id)
    assert told("items.submitted") == {office.second.account_id: 1, office.chief.account_id: 1}
    items.review(office.second, draft.id)
    assert told("items.business") == {office.legal.account_id: 1, office.chief.account_id: 1}
    items.review(office.legal, draft.id)
    assert told("items.legal") == {office.writer.account_id: 1}
    items.publish(office.second, draft.id)
    assert told("items.published") == {office.writer.account_id: 1, office.legal.account_id: 1}
    notice = Notice.objects.get(kind="items.legal")
    assert notice.link == f"/work/items/versions/{draft.id}/"
    assert office.detail.name in notice.body


def test_who_wrote_it_hears_why_it_came_back_and_a_second_round_is_told_again(office: Office) -> None:
    draft = items.new_draft(office.writer, office.detail.code)
    items.submit_draft(office.writer, draft.id)
    items.send_back(office.legal, draft.id, "依据写得不全")
    notice = Notice.objects.get(kind="items.returned")
    assert (notice.account_id, "依据写得不全" in notice.body) == (office.writer.account_id, True)
    items.submit_draft(office.writer, draft.id)
    assert told("items.submitted")[office.second.account_id] == 2


def test_a_version_that_comes_into_force_on_its_day_is_told_then(office: Office) -> None:
    draft = items.new_draft(office.writer, office.detail.code)
    items.submit_draft(office.writer, draft.id)
    items.review(office.second, draft.id)
    items.review(office.legal, draft.id)
    day = timezone.localdate() + timedelta(days=3)
    items.publish(office.writer, draft.id, effective_from=day)
    assert not told("items.published")
    items.put_due_in_force(day)
    assert told("items.published") == {
        office.writer.account_id: 1, office.second.account_id: 1, office.legal.account_id: 1,
    }  # fmt: skip


def test_of_a_batch_each_hears_once_a_step(office: Office) -> None:
    other = load(slug="other", basic_code="350131002000", name="另一事项")
    run = ImportRun.objects.create(profile="national", file_name="x.csv", file_hash="0")
    for one in (office.detail, other):
        draft = items.new_draft(office.writer, one.code)
        ImportDraft.objects.create(run=run, version_id=draft.id)
        items.submit_draft(office.writer, draft.id)
    assert told("items.submitted") == {office.second.account_id: 1, office.chief.account_id: 1}
    notice = Notice.objects.filter(kind="items.submitted").first()
    assert notice is not None
    assert notice.link == f"/work/items/import/{run.pk}/"
    assert "一批" in notice.body


def test_nothing_is_told_when_the_act_fails(office: Office) -> None:
    draft = items.new_draft(office.writer, office.detail.code)
    items.submit_draft(office.writer, draft.id)
    before = Notice.objects.count()
    with pytest.raises(Forbidden):
        items.review(office.writer, draft.id)
    assert Notice.objects.count() == before
