"""Tickets at the workbench: who may see and work on them, each act, and complaints kept from clerks."""

from collections.abc import Callable
from typing import Any

import pytest

from tongban.assist import service as assist
from tongban.assist.models import Ticket
from tongban.conftest import Person
from tongban.organisations.models import Department

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("food")]
Staffed = Callable[..., Person]
QUEUE = "/work/assist/tickets/"


@pytest.fixture
def ticket(resident: Person) -> Ticket:
    given = assist.TicketIn(
        "consult", "摆摊要不要备案", "想在小区门口卖早点，要不要备案？", item="food-licence"
    )
    return assist.open_ticket(resident.actor, given)


def act(person: Person, ticket: Ticket, name: str, **fields: str) -> Any:
    return person.client.post(f"{QUEUE}{ticket.id}/", {"act": name, **fields})


def text_of(person: Person, address: str) -> str:
    return person.client.get(address).content.decode()


def test_the_queue_is_for_those_on_duty(
    ticket: Ticket,
    staffed: Staffed,
    outsider: Person,
    resident: Person,
) -> None:
    page = text_of(staffed("clerk"), QUEUE)
    assert ticket.title in page
    assert "前受理" in page
    assert ticket.title not in text_of(staffed("clerk"), f"{QUEUE}?kind=complaint")
    assert ticket.title not in text_of(staffed("clerk"), f"{QUEUE}?state=answered")
    for stranger in (outsider, resident):
        assert stranger.client.get(QUEUE).status_code == 403
        assert stranger.client.get(f"{QUEUE}{ticket.id}/").status_code == 403


def test_another_department_s_clerk_finds_nothing(
    ticket: Ticket, staff_with: Staffed, other_department: Department
) -> None:
    stranger = staff_with("clerk", other_department)
    assert ticket.title not in text_of(stranger, QUEUE)
    assert stranger.client.get(f"{QUEUE}{ticket.id}/").status_code == 404
    assert act(stranger, ticket, "accept").status_code == 404


def test_accepted_asked_and_answered(ticket: Ticket, staffed: Staffed) -> None:
    clerk = staffed("clerk")
    early = act(clerk, ticket, "answer", text="先答")
    assert early.status_code == 409
    assert "先答" in early.content.decode()
    assert act(clerk, ticket, "accept").status_code == 302
    assert act(clerk, ticket, "ask", text="").status_code == 422
    assert act(clerk, ticket, "ask", text="请写明地点").status_code == 302
    assert "请写明地点" in text_of(clerk, f"{QUEUE}{ticket.id}/")
    assert act(clerk, ticket, "answer", text="到街道办事处备案即可。").status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == "answered"
    assert act(clerk, ticket, "nonsense").status_code == 400


def test_refused_with_a_reason(ticket: Ticket, staffed: Staffed) -> None:
    clerk = staffed("clerk")
    assert act(clerk, ticket, "refuse", text="").status_code == 422
    assert act(clerk, ticket, "refuse", text="属于住建部门").status_code == 302
    assert "不予受理" in text_of(clerk, f"{QUEUE}?state=refused")


def test_passed_on(
    ticket: Ticket, staffed: Staffed, staff_with: Staffed, other_department: Department
) -> None:
    clerk, there = staffed("clerk"), staff_with("clerk", other_department)
    assert act(clerk, ticket, "pass", department="x", text="不归我们").status_code == 422
    moved = act(clerk, ticket, "pass", department=str(other_department.id), text="属于公安业务")
    assert moved.url == QUEUE
    assert ticket.title in text_of(there, QUEUE)
    assert clerk.client.get(f"{QUEUE}{ticket.id}/").status_code == 404


def test_complaints_are_kept_from_clerks_and_from_the_one_named(resident: Person, staffed: Staffed) -> None:
    clerk, chief, accused = staffed("clerk"), staffed("chief"), staffed("chief")
    given = assist.TicketIn(
        "complaint", "态度不好", "办事人员让我跑了三趟。", item="food-licence", about=accused.account.name
    )
    row = assist.open_ticket(resident.actor, given)
    assert row.title in text_of(chief, QUEUE)
    assert accused.account.name in text_of(chief, f"{QUEUE}{row.id}/")
    for blind in (clerk, accused):
        assert row.title not in text_of(blind, QUEUE)
        assert blind.client.get(f"{QUEUE}{row.id}/").status_code == 404
    assert act(chief, row, "accept").status_code == 302
