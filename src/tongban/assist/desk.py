"""The staff's side of tickets: accepting, asking for more, answering, passing on, closing."""

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tongban.assist import duty
from tongban.assist.models import Ticket, TicketKind, TicketState
from tongban.assist.tickets import MAX_TEXT, UNFINISHED, move_due, note, now_on
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.notices import service as notices
from tongban.organisations import service as organisations

_PAGE = 20


def ticket_queue(actor: Actor, *, state: str = "unfinished", kind: str = "", page: int = 1) -> "Page[Ticket]":
    """Tickets the actor may work on or oversees, those due first; never one about himself."""
    if not actor.has_role(*duty.DUTY, *duty.OVERSEERS):
        raise Forbidden
    usual = duty.within_reach(actor) & ~Q(kind=TicketKind.COMPLAINT)
    hard = duty.within_reach(actor, duty.COMPLAINTS) & Q(kind=TicketKind.COMPLAINT)
    rows = Ticket.objects.filter(usual | hard).select_related("department").order_by("-id")
    if actor.account_id is not None:
        rows = rows.exclude(about_accounts__contains=[actor.account_id]).exclude(account_id=actor.account_id)
    if state == "unfinished":
        rows = rows.filter(state__in=UNFINISHED).order_by("due_on", "accept_by", "id")
    elif state in TicketState.values:
        rows = rows.filter(state=state).order_by("-id")
    if kind in TicketKind.values:
        rows = rows.filter(kind=kind)
    return Paginator(rows, _PAGE).get_page(page)


def seen_ticket(actor: Actor, ticket_id: UUID) -> Ticket:
    """One ticket for whoever may work on or oversees it. Raises NotFound, also for the one complained of."""
    row = Ticket.objects.select_related("department", "item").filter(pk=ticket_id).first()
    if row is None or not _may(actor, row):
        raise NotFound
    return row


def _may(actor: Actor, ticket: Ticket) -> bool:
    if actor.account_id is None or actor.account_id in (ticket.account_id, *ticket.about_accounts):
        return False
    roles = duty.COMPLAINTS if ticket.kind == TicketKind.COMPLAINT else duty.DUTY
    own = duty.on_duty(actor, ticket.department_id, ticket.division, roles)
    return own or duty.oversees(actor, ticket.division)


def _locked(actor: Actor, ticket_id: UUID, *states: str) -> Ticket:
    row = Ticket.objects.select_for_update().filter(pk=ticket_id).first()
    if row is None or not _may(actor, row):
        raise NotFound
    if row.state not in states:
        raise Conflict(_("诉求现在是“%(state)s”，不能这样办理") % {"state": row.get_state_display()})
    return row


def _words(field: str, text: str, most: int = MAX_TEXT) -> str:
    text = text.strip()
    if not 1 <= len(text) <= most:
        raise invalid(field, "length", _("请写 1 至 %(most)s 字") % {"most": most})
    return text


@transaction.atomic
def accept_ticket(actor: Actor, ticket_id: UUID) -> Ticket:
    """Accept it: the clock of the answer runs from today."""
    ticket = _locked(actor, ticket_id, TicketState.OPEN)
    ticket.state, ticket.accepted_on = TicketState.ACCEPTED, now_on()
    ticket.handler_id, ticket.handler_name = actor.account_id, actor.name
    move_due(ticket)
    ticket.save()
    note(actor, ticket, "accepted", "")
    _tell(ticket, _("您的诉求已受理"), _("%(number)s，最迟 %(day)s 答复您。") % {
        "number": ticket.number, "day": ticket.due_on.isoformat() if ticket.due_on else ""
    }, "accepted")  # fmt: skip
    return ticket


@transaction.atomic
def refuse_ticket(actor: Actor, ticket_id: UUID, reason: str) -> Ticket:
    """Refuse it with a reason and where to turn instead."""
    ticket = _locked(actor, ticket_id, TicketState.OPEN)
    reason = _words("reason", reason, 1000)
    ticket.state = TicketState.REFUSED
    ticket.save(update_fields=["state"])
    note(actor, ticket, "refused", reason)
    _tell(ticket, _("您的诉求不予受理"), reason, "refused")
    return ticket


@transaction.atomic
def ask_more(actor: Actor, ticket_id: UUID, text: str) -> Ticket:
    """Ask the person for more; the clock waits until he tells it."""
    ticket = _locked(actor, ticket_id, TicketState.ACCEPTED)
    text = _words("text", text, 1000)
    ticket.state = TicketState.ASKED
    ticket.pauses = [*ticket.pauses, [now_on().isoformat(), None]]
    ticket.save(update_fields=["state", "pauses"])
    note(actor, ticket, "asked", text)
    _tell(ticket, _("请补充您的诉求"), text, f"asked:{len(ticket.pauses)}")
    return ticket


@transaction.atomic
def answer_ticket(actor: Actor, ticket_id: UUID, text: str) -> Ticket:
    """Answer it; the person may mark the answer, and reopen it once."""
    ticket = _locked(actor, ticket_id, TicketState.ACCEPTED, TicketState.ASKED)
    text, today = _words("text", text), now_on()
    if ticket.state == TicketState.ASKED:
        ticket.pauses = [*ticket.pauses[:-1], [ticket.pauses[-1][0], today.isoformat()]]
    ticket.state, ticket.answered_on = TicketState.ANSWERED, today
    ticket.handler_id, ticket.handler_name = actor.account_id, actor.name
    ticket.save()
    note(actor, ticket, "answered", text)
    _tell(ticket, _("您的诉求已答复"), text[:300], f"answered:{ticket.reopened}")
    return ticket


@transaction.atomic
def pass_ticket(actor: Actor, ticket_id: UUID, department_id: UUID, reason: str) -> Ticket:
    """Give it to another department; its days go on."""
    ticket = _locked(actor, ticket_id, TicketState.OPEN, TicketState.ACCEPTED)
    reason = _words("reason", reason, 500)
    department = organisations.department(department_id)
    if department.id == ticket.department_id:
        raise invalid("department", "same", _("请选择另一个部门"))
    ticket.department_id, ticket.division = department.id, department.division
    ticket.save(update_fields=["department", "division"])
    note(actor, ticket, "passed", f"{department.name}：{reason}")
    return ticket


def _tell(ticket: Ticket, title: str, body: str, what: str) -> None:
    """A notice to the account, or a message to the phone the ticket came from."""
    if ticket.account_id is not None:
        to = identity.recipient(ticket.account_id)
    elif ticket.phone:
        to = identity.Recipient(None, ticket.name, ticket.phone)
    else:
        return
    key = f"ticket:{ticket.id}:{what}"
    notices.send(to, "assist.ticket", title, body, link=f"/tickets/{ticket.token}/", key=key)
