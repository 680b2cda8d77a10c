"""Claiming: one task, one person."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.organisations.models import Department

StaffWith = Callable[[str, Department], Person]

pytestmark = pytest.mark.django_db


def test_two_clerks_one_task(
    filed: cases.Case, clerk: Person, staff_with: StaffWith, department: Department
) -> None:
    second = staff_with("clerk", department)
    task = cases.Task.objects.get(case=filed)
    url = reverse("workbench:claim", args=[task.id])
    assert clerk.client.post(url).url == reverse("workbench:desk", args=[filed.id])
    late = second.client.post(url, follow=True)
    assert clerk.account.name in late.content.decode()
    task.refresh_from_db()
    assert task.claimed_by_id == clerk.account.id


def test_others_may_not(filed: cases.Case, reviewer: Person, outsider: Person, known: Person) -> None:
    task = cases.Task.objects.get(case=filed)
    url = reverse("workbench:claim", args=[task.id])
    assert reviewer.client.post(url).status_code == 403
    assert outsider.client.post(url).status_code == 404
    assert known.client.post(url).status_code == 403
    assert reviewer.client.get(url).status_code == 405
    task.refresh_from_db()
    assert task.state == "open"


def test_next_and_back(filed: cases.Case, clerk: Person, reviewer: Person) -> None:
    url = reverse("workbench:claim_next")
    assert clerk.client.post(url).url == reverse("workbench:desk", args=[filed.id])
    assert "没有您可以办理的任务" in clerk.client.post(url, follow=True).content.decode()
    task = cases.Task.objects.get(case=filed)
    release = reverse("workbench:release", args=[task.id])
    assert reviewer.client.post(release).status_code == 403
    assert "已退回待办池" in clerk.client.post(release, follow=True).content.decode()
    task.refresh_from_db()
    assert task.state == "open"
