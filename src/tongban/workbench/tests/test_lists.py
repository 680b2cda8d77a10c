"""My tasks, the pool and the list of cases: whose rows, and filters."""

import pytest
from django.test import Client
from django.urls import reverse

from tongban.cases import service as cases
from tongban.conftest import Person

pytestmark = pytest.mark.django_db
NAMES = ("mine", "pool", "cases")


def read(person: Person, name: str, **query: str) -> str:
    answer = person.client.get(reverse(f"workbench:{name}"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_mine_is_what_i_hold(filed: cases.Case, clerk: Person) -> None:
    assert filed.number not in read(clerk, "mine")
    cases.claim(clerk.actor, cases.Task.objects.get(case=filed).id)
    assert filed.number in read(clerk, "mine")
    assert filed.number not in read(clerk, "pool")


def test_the_pool_is_of_ones_post(
    filed: cases.Case, clerk: Person, reviewer: Person, outsider: Person
) -> None:
    assert filed.number in read(clerk, "pool")
    assert filed.number in read(clerk, "pool", q="夜市", kind="accept")
    assert filed.number not in read(clerk, "pool", kind="decide")
    for other in (reviewer, outsider):
        assert filed.number not in read(other, "pool")


def test_the_list_is_of_ones_department(filed: cases.Case, reviewer: Person, outsider: Person) -> None:
    assert filed.number in read(reviewer, "cases", state="submitted", page="nonsense")
    assert filed.number not in read(reviewer, "cases", q="查无此人")
    assert filed.number not in read(outsider, "cases")


@pytest.mark.parametrize("name", NAMES)
def test_not_for_residents(name: str, resident: Person, client: Client) -> None:
    assert resident.client.get(reverse(f"workbench:{name}")).status_code == 403
    assert client.get(reverse(f"workbench:{name}")).status_code == 302


def test_strange_words_are_no_error(clerk: Person) -> None:
    for name in ("pool", "cases"):
        read(clerk, name, q="\x00'%_", state="\x00", light="x\x00", kind="\x00")
