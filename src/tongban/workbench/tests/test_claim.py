"""Claiming: one task, one person."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.urls import reverse

from tongban.cases import service as cases
from tongban.cases.tests.conftest import fill
from tongban.conftest import Person
from tongban.items import service as items
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


@pytest.mark.django_db(transaction=True)
def test_clerks_at_their_counters_at_the_same_moment(
    known: Person, item: items.VersionDetail, department: Department, staff_with: StaffWith
) -> None:
    """Five browsers take the same eight tasks at once: each task is one person's, the others are told."""
    for n in range(8):
        cases.submit(known.actor, fill(known, item).id, key=f"counter-{n}")
    people = [staff_with("clerk", department) for _ in range(5)]
    urls = [reverse("workbench:claim", args=[pk]) for pk in cases.Task.objects.values_list("id", flat=True)]
    gate, answers, errors = threading.Barrier(5), [], []

    def work(person: Person) -> None:
        try:
            gate.wait(10)
            for url in urls:
                answer = person.client.post(url, headers={"accept": "application/json"})
                answers.append((url, person.account.id, answer.status_code))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    assert len(answers) == 40
    assert all(status < 500 for _url, _who, status in answers)
    assert cases.Task.objects.filter(state="claimed").count() == 8
    for person in people:
        mine = {task.id for task in cases.my_tasks(person.actor).rows}
        held = cases.Task.objects.filter(claimed_by_id=person.account.id).values_list("id", flat=True)
        assert mine == set(held)
