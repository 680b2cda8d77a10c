"""Tickets: their clocks, who sees them, what their people may do, and how they end."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from tongban.assist import limits
from tongban.assist import service as assist
from tongban.assist.models import Ticket
from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.identity import service as identity
from tongban.identity.tests.test_codes import read_code
from tongban.items import service as items
from tongban.kit.actors import ANONYMOUS
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.notices import service as notices
from tongban.organisations.models import Department
from tongban.standards.calendar import default_calendar
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db
GIVEN = assist.TicketIn("consult", "摆摊要不要备案", "想在小区门口卖早点，要不要备案？", item="food-licence")
COMPLAINT = assist.TicketIn(
    "complaint", "排队太久", "周一上午等了两个小时还没有叫到号。", item="food-licence"
)


def on(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 10))


def after(days: int) -> date:
    return default_calendar().add_working_days(timezone.localdate(), days)


@pytest.fixture
def ticket(food: items.VersionDetail, resident: Person) -> Ticket:
    return assist.open_ticket(resident.actor, GIVEN)


def test_the_clock_runs_from_acceptance_in_working_days(
    ticket: Ticket, staffed: Callable[..., Person]
) -> None:
    staff = staffed()
    assert ticket.department_id == items.published("food-licence").department_id
    assert (ticket.accept_by, assist.clock_of(ticket)) == (after(5), None)
    assert assist.ticket_light(ticket) == "green"
    accepted = assist.accept_ticket(staff.actor, ticket.id)
    assert accepted.due_on == after(15)
    with cases.at(on(after(14))):
        assert assist.ticket_light(accepted) == "yellow"
    with cases.at(on(after(16))):
        assert assist.ticket_light(accepted) == "red"


def test_waiting_for_the_person_does_not_count(
    ticket: Ticket, staffed: Callable[..., Person], resident: Person
) -> None:
    staff = staffed().actor
    assist.accept_ticket(staff, ticket.id)
    with cases.at(on(after(2))):
        asked = assist.ask_more(staff, ticket.id, "请写明具体地点")
        assert assist.clock_of(asked).paused  # type: ignore[union-attr]
    with cases.at(on(after(6))):
        told = assist.add_words(resident.actor, ticket.token, "温泉支路口")
    assert told.state == "accepted"
    assert told.due_on is not None
    assert told.due_on > after(15)
    assert resident.account.id is not None
    titles = [row.title for row in notices.inbox(resident.account.id).rows]
    assert titles == ["请补充您的诉求", "您的诉求已受理"]


def test_answered_marked_and_reopened_once(
    ticket: Ticket, staffed: Callable[..., Person], resident: Person
) -> None:
    staff = staffed().actor
    with pytest.raises(Conflict):
        assist.answer_ticket(staff, ticket.id, "先受理")
    assist.accept_ticket(staff, ticket.id)
    assist.answer_ticket(staff, ticket.id, "到街道办事处备案即可。")
    with pytest.raises(Invalid):
        assist.mark(resident.actor, ticket.token, 6)
    assist.mark(resident.actor, ticket.token, 2, "没说清楚")
    with pytest.raises(Conflict):
        assist.mark(resident.actor, ticket.token, 5)
    again = assist.reopen(resident.actor, ticket.token, "没有说要带什么材料")
    assert (again.state, again.due_on, again.mark) == ("accepted", after(15), None)
    assist.answer_ticket(staff, ticket.id, "带身份证即可。")
    with pytest.raises(Conflict):
        assist.reopen(resident.actor, ticket.token, "还是不满意怎么办")
    acts = [row.action for row in trace.rows(staff, f"ticket:{ticket.id}")]
    assert acts == [
        f"assist.ticket_{act}" for act in ("opened", "accepted", "answered", "marked", "reopened", "answered")
    ]


def test_an_answer_nobody_objects_to_ends_the_ticket(
    ticket: Ticket, staffed: Callable[..., Person], resident: Person
) -> None:
    staff = staffed().actor
    assist.accept_ticket(staff, ticket.id)
    assist.answer_ticket(staff, ticket.id, "到街道办事处备案即可。")
    with cases.at(timezone.now() + timedelta(days=15)):
        assert assist.end_answered() == 0
    with cases.at(timezone.now() + timedelta(days=16)):
        assert [assist.end_answered(), assist.end_answered()] == [1, 0]
    ended = assist.own_ticket(resident.actor, ticket.token)
    assert ended.state == "closed"
    assert [(e.act, e.by_name) for e in ended.entries.all()][-1] == ("ended", "系统")
    with pytest.raises(Conflict):
        assist.reopen(resident.actor, ticket.token, "期满之后再提出异议")


def test_refused_with_a_reason_only(ticket: Ticket, staffed: Callable[..., Person], resident: Person) -> None:
    staff = staffed().actor
    with pytest.raises(Invalid):
        assist.refuse_ticket(staff, ticket.id, " ")
    assist.refuse_ticket(staff, ticket.id, "属于住建部门，请拨打 12345。")
    with pytest.raises(Conflict):
        assist.add_words(resident.actor, ticket.token, "再说一句")


def test_passed_on_it_leaves_the_queue_and_its_days_go_on(
    ticket: Ticket,
    staffed: Callable[..., Person],
    staff_with: Callable[..., Person],
    other_department: Department,
) -> None:
    staff, there = staffed().actor, staff_with("clerk", other_department).actor
    assist.accept_ticket(staff, ticket.id)
    assist.pass_ticket(staff, ticket.id, other_department.id, "属于公安业务")
    assert not list(assist.ticket_queue(staff))
    [row] = assist.ticket_queue(there)
    assert row.due_on == after(15)
    with pytest.raises(NotFound):
        assist.seen_ticket(staff, ticket.id)


def test_a_complaint_is_never_seen_by_clerks_or_the_one_complained_of(
    food: items.VersionDetail, staffed: Callable[..., Person], resident: Person
) -> None:
    clerk, chief, accused = staffed(), staffed("chief"), staffed("chief")
    given = assist.TicketIn(**{**_fields(COMPLAINT), "about": f"{accused.account.name}，窗口 3"})
    row = assist.open_ticket(resident.actor, given)
    assert [one.id for one in assist.ticket_queue(chief.actor)] == [row.id]
    for blind in (clerk, accused):
        assert not list(assist.ticket_queue(blind.actor))
        with pytest.raises(NotFound):
            assist.seen_ticket(blind.actor, row.id)
        with pytest.raises(NotFound):
            assist.accept_ticket(blind.actor, row.id)
    assist.accept_ticket(chief.actor, row.id)


def _fields(given: assist.TicketIn) -> dict[str, object]:
    return {name: getattr(given, name) for name in assist.TicketIn.__dataclass_fields__}


def test_nobody_works_on_his_own_ticket(food: items.VersionDetail, staffed: Callable[..., Person]) -> None:
    staff = staffed()
    row = assist.open_ticket(staff.actor, GIVEN)
    assert not list(assist.ticket_queue(staff.actor))
    with pytest.raises(NotFound):
        assist.accept_ticket(staff.actor, row.id)


def test_residents_see_their_own_only(ticket: Ticket, resident: Person, other_resident: Person) -> None:
    assert [one.id for one in assist.my_tickets(resident.actor)] == [ticket.id]
    for other in (other_resident.actor, ANONYMOUS):
        with pytest.raises(NotFound):
            assist.own_ticket(other, ticket.token)
    for closed in (lambda: assist.my_tickets(ANONYMOUS), lambda: assist.ticket_queue(resident.actor)):
        with pytest.raises(Forbidden):
            closed()


def test_without_an_account_the_phone_is_confirmed(
    food: items.VersionDetail, run_jobs: Callable[[], list[str]]
) -> None:
    with pytest.raises(Forbidden):
        assist.open_ticket(ANONYMOUS, GIVEN)
    sent = identity.request_code("ticket", "13900000001", "::1")
    run_jobs()
    code = read_code("13900000001")
    row = assist.open_ticket(ANONYMOUS, GIVEN, code_id=sent.id, code=code)
    assert assist.own_ticket(ANONYMOUS, row.token).phone == "13900000001"
    with pytest.raises(Invalid):  # a code is spent once
        assist.open_ticket(ANONYMOUS, GIVEN, code_id=sent.id, code=code)


def test_wrong_guesses_of_the_code_stay_counted(
    food: items.VersionDetail, run_jobs: Callable[[], list[str]]
) -> None:
    sent = identity.request_code("ticket", "13900000002", "::1")
    run_jobs()
    code = read_code("13900000002")
    wrong = "000000" if code != "000000" else "111111"
    for _guess in range(5):
        with pytest.raises(Invalid):
            assist.open_ticket(ANONYMOUS, GIVEN, code_id=sent.id, code=wrong)
    with pytest.raises(Invalid):
        assist.open_ticket(ANONYMOUS, GIVEN, code_id=sent.id, code=code)


def test_five_tickets_an_hour(food: items.VersionDetail, resident: Person) -> None:
    for _turn in range(limits.TICKETS.attempts):
        assist.open_ticket(resident.actor, GIVEN)
    with pytest.raises(assist.TooFast):
        assist.open_ticket(resident.actor, GIVEN)


def test_late_tickets_are_told_to_supervisors_once(ticket: Ticket, staffed: Callable[..., Person]) -> None:
    boss = staffed("supervisor")
    Ticket.objects.update(division="3501")
    assert assist.warn_late_tickets() == 0
    with cases.at(on(after(6))):
        assert [assist.warn_late_tickets(), assist.warn_late_tickets()] == [1, 0]
    assert boss.account.id is not None
    assert notices.inbox(boss.account.id).total == 1
