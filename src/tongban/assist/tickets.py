"""Opening a ticket and the asker's side of it: adding, reopening once, marking."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.assist import duty
from tongban.assist.limits import TICKETS, count
from tongban.assist.models import PROVINCE, Ticket, TicketEntry, TicketKind, TicketState
from tongban.assist.rules import Light, ticket_clock
from tongban.assist.settings import load
from tongban.cases import service as cases
from tongban.divisions import service as divisions
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.organisations import service as organisations
from tongban.standards.calendar import default_calendar
from tongban.standards.clock import ClockView, Interval
from tongban.trace import service as trace

MAX_TEXT = 5000
UNFINISHED = (TicketState.OPEN, TicketState.ACCEPTED, TicketState.ASKED)
_PREFIX = {TicketKind.CONSULT: "ZX", TicketKind.COMPLAINT: "TS", TicketKind.SUGGESTION: "JY"}
_PAGE = 20


@dataclass(frozen=True, slots=True)
class TicketIn:
    """What somebody fills in. ``item`` is a code or slug, ``about`` the member of staff complained of."""

    kind: str
    title: str
    text: str
    item: str = ""
    division: str = ""
    department_id: UUID | None = None
    about: str = ""
    name: str = ""


def check_ticket(given: TicketIn) -> None:
    """Raises Invalid naming every field that is wrong."""
    problems = []
    if given.kind not in TicketKind.values:
        problems.append(FieldProblem("kind", "choice", _("请选择咨询、投诉或建议")))
    if not 2 <= len(given.title.strip()) <= 100:
        problems.append(FieldProblem("title", "length", _("标题请写 2 至 100 字")))
    if not 5 <= len(given.text.strip()) <= MAX_TEXT:
        problems.append(FieldProblem("text", "length", _("内容请写 5 至 5000 字")))
    if len(given.about.strip()) > 100:
        problems.append(FieldProblem("about", "length", _("请不要超过 100 字")))
    if len(given.name.strip()) > 60:
        problems.append(FieldProblem("name", "length", _("请不要超过 60 字")))
    if given.division and not _is_division(given.division):
        problems.append(FieldProblem("division", "division", _("没有这个行政区划代码")))
    if given.item and _item(given.item) is None:
        problems.append(FieldProblem("item", "item", _("没有找到这个已发布的事项")))
    if problems:
        raise Invalid(*problems)


def _is_division(code: str) -> bool:
    try:
        divisions.get(code)
    except NotFound:
        return False
    return True


def _item(code: str) -> items.VersionDetail | None:
    try:
        return items.published(code) if code else None
    except NotFound:
        return None


def item_name(code: str) -> str:
    """The name of the published item a ticket is about; empty where there is none of this code or slug."""
    found = _item(code)
    return found.name if found else ""


def open_ticket(actor: Actor, given: TicketIn, *, code_id: UUID | None = None, code: str = "") -> Ticket:
    """Open a ticket: signed in, or with the code that was sent to one's phone.

    Raises:
        Invalid: naming each field; ``code`` for a wrong code. Forbidden: neither signed in nor a code.
        TooFast: more than five within an hour.
    """
    check_ticket(given)
    phone = ""
    if actor.account_id is None:
        if code_id is None:
            raise Forbidden(_("请先登录，或用手机验证码提交"))
        # Outside the transaction below: a wrong guess must stay counted when all else is taken back.
        phone = identity.redeem_code(code_id, "ticket", code).target
    count(TICKETS, str(actor.account_id or phone))
    return _opened(actor, given, phone)


@transaction.atomic
def _opened(actor: Actor, given: TicketIn, phone: str) -> Ticket:
    item, today = _item(given.item), now_on()
    department_id = item.department_id if item else given.department_id
    if department_id is not None:
        department = organisations.department(department_id)
        division = item.division if item else department.division
    else:
        division = given.division or PROVINCE
    kind = TicketKind(given.kind)
    ticket = Ticket(
        number=f"{_PREFIX[kind]}{today:%Y%m%d}{secrets.randbelow(100_000_000):08d}",
        token=secrets.token_urlsafe(24),
        kind=kind,
        title=given.title.strip(),
        text=given.text.strip(),
        account_id=actor.account_id,
        name=actor.name if actor.account_id else given.name.strip(),
        phone=phone,
        item_id=item.item_id if item else None,
        item_name=item.name if item else "",
        department_id=department_id,
        division=division,
        about=given.about.strip(),
        about_accounts=[one.account_id for one in organisations.staff_named(given.about)],
        opened_on=today,
        accept_by=default_calendar().add_working_days(today, load().accept_days),
    )
    ticket.save(force_insert=True)
    note(actor, ticket, "opened", "")
    return ticket


def now_on() -> date:
    """Today in the country's time zone; demo data lives through past days as cases do."""
    return timezone.localtime(cases.now()).date()


def note(actor: Actor, ticket: Ticket, act: str, text: str) -> None:
    """An entry both sides may read, and a trace row without the words."""
    staff = actor.is_staff and act not in ("opened", "added", "reopened", "marked")
    known = actor.account_id or actor.kind == "system"
    name = actor.name if known else ticket.name or _("匿名")
    TicketEntry.objects.create(
        ticket=ticket, at=cases.now(), act=act, text=text, by_staff=staff, by_name=name
    )
    trace.append(actor, f"ticket:{ticket.id}", f"assist.ticket_{act}", {"state": ticket.state})


def clock_of(ticket: Ticket) -> ClockView | None:
    """The clock of the answer; None until the ticket is accepted."""
    if ticket.accepted_on is None:
        return None
    return ticket_clock(
        ticket.accepted_on, load().answer_days, _pauses(ticket), ticket.answered_on, now_on(),
        default_calendar(),
    )  # fmt: skip


def _pauses(ticket: Ticket) -> list[Interval]:
    return [
        Interval(date.fromisoformat(a), date.fromisoformat(b) if b else None, "asked")
        for a, b in ticket.pauses
    ]


def light_of(ticket: Ticket) -> Light:
    """The light of what is due next: accepting, then answering."""
    if ticket.state not in UNFINISHED:
        return "green"
    if (view := clock_of(ticket)) is not None:
        return view.light
    today = now_on()
    if today > ticket.accept_by:
        return "red"
    return "yellow" if default_calendar().working_days_between(today, ticket.accept_by) <= 1 else "green"


def my_tickets(actor: Actor, page: int = 1) -> "Page[Ticket]":
    """One's own tickets, newest first."""
    if actor.account_id is None:
        raise Forbidden
    return Paginator(Ticket.objects.filter(account_id=actor.account_id).order_by("-id"), _PAGE).get_page(page)


def own_ticket(actor: Actor, token: str) -> Ticket:
    """The ticket of this token; one of an account is for that account only. Raises NotFound."""
    row = Ticket.objects.select_related("department").filter(token=token[:48]).first()
    if row is None or (row.account_id is not None and row.account_id != actor.account_id):
        raise NotFound
    return row


def _own_locked(actor: Actor, token: str) -> Ticket:
    row = own_ticket(actor, token)
    return Ticket.objects.select_for_update().get(pk=row.pk)


@transaction.atomic
def add_words(actor: Actor, token: str, text: str) -> Ticket:
    """Tell more, asked or not; the clock goes on where it was waiting for it."""
    ticket = _own_locked(actor, token)
    if ticket.state not in UNFINISHED:
        raise Conflict(_("已经办结，不能再补充"))
    if not 1 <= len(text.strip()) <= MAX_TEXT:
        raise invalid("text", "length", _("补充请写 1 至 5000 字"))
    if ticket.entries.filter(act="added").count() >= 20:
        raise Conflict(_("补充已达 20 次，请等待答复"))
    if ticket.state == TicketState.ASKED:
        ticket.state = TicketState.ACCEPTED
        ticket.pauses = [*ticket.pauses[:-1], [ticket.pauses[-1][0], now_on().isoformat()]]
        move_due(ticket)
    ticket.save()
    note(actor, ticket, "added", text.strip())
    return ticket


def move_due(ticket: Ticket) -> None:
    """Set the day the answer is due from the clock."""
    view = clock_of(ticket)
    ticket.due_on = view.due_on if view else None


@transaction.atomic
def reopen(actor: Actor, token: str, reason: str) -> Ticket:
    """Say once that the answer does not help; the ticket gets a new clock from today."""
    ticket = _own_locked(actor, token)
    if ticket.state != TicketState.ANSWERED:
        raise Conflict(_("只有已答复的诉求可以重新办理"))
    if ticket.reopened:
        raise Conflict(_("每件诉求只能重新办理一次；仍不满意请另行提交或拨打 12345"))
    if not 5 <= len(reason.strip()) <= MAX_TEXT:
        raise invalid("reason", "length", _("请用 5 至 5000 字写明哪里没有解决"))
    ticket.reopened, ticket.state, ticket.mark = True, TicketState.ACCEPTED, None
    ticket.accepted_on, ticket.answered_on, ticket.pauses = now_on(), None, []
    ticket.late_told = False
    move_due(ticket)
    ticket.save()
    note(actor, ticket, "reopened", reason.strip())
    return ticket


@transaction.atomic
def mark(actor: Actor, token: str, value: int, words: str = "") -> Ticket:
    """Say how satisfied one is with an answer, 1 to 5, once; that ends the ticket unless it is reopened."""
    ticket = _own_locked(actor, token)
    if ticket.state != TicketState.ANSWERED or ticket.mark is not None:
        raise Conflict(_("答复之后可以评价一次"))
    if not 1 <= value <= 5:
        raise invalid("mark", "range", _("请选择 1 至 5 分"))
    ticket.mark, ticket.mark_words = value, words.strip()[:500]
    ticket.save(update_fields=["mark", "mark_words"])
    note(actor, ticket, "marked", f"{value}/5 {ticket.mark_words}".strip())
    return ticket


@transaction.atomic
def warn_late() -> int:
    """Tell supervisors of each ticket not accepted or answered in time; once for each."""
    today = now_on()
    late = Q(state=TicketState.OPEN, accept_by__lt=today) | Q(state=TicketState.ACCEPTED, due_on__lt=today)
    rows = Ticket.objects.select_for_update(skip_locked=True).filter(late, late_told=False)
    told = 0
    for ticket in rows.order_by("id")[:200]:
        body = _("诉求 %(number)s 没有按期受理或答复。") % {"number": ticket.number}
        link, key = f"/work/assist/tickets/{ticket.id}/", f"ticket-late:{ticket.id}:{ticket.reopened}"
        duty.tell_supervisors(ticket.division, "assist.late", _("诉求超期"), body, link=link, key=key)
        ticket.late_told = True
        ticket.save(update_fields=["late_told"])
        told += 1
    return told


def end_answered() -> int:
    """End the tickets whose answer nobody objected to in the days there are for it; gives back how many."""
    before = now_on() - timedelta(days=load().reopen_days)
    rows = Ticket.objects.filter(state=TicketState.ANSWERED, answered_on__lt=before)
    return sum(_end(one) for one in list(rows.values_list("pk", flat=True)[:500]))


@transaction.atomic
def _end(ticket_id: UUID) -> bool:
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    if ticket.state != TicketState.ANSWERED:
        return False  # reopened meanwhile
    ticket.state = TicketState.CLOSED
    ticket.save(update_fields=["state"])
    note(SYSTEM, ticket, "ended", "")
    return True
