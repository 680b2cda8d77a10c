"""Questions handed over, tickets, and general answers, for the staff on duty."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongban.assist import service as assist
from tongban.kit.access import access, actor_of, role
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, DomainError, Forbidden, Invalid, invalid
from tongban.organisations import service as organisations
from tongban.workbench.paging import page_number, plain

on_duty = role(*assist.DUTY, *assist.OVERSEERS)
SECTION = {"section": "assist"}


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ")[:20_000]


def _department(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("department", ""))
    except ValueError:
        raise invalid("department", "required", _("请选择一个部门")) from None


def _said(request: HttpRequest, error: DomainError) -> None:
    first = error.problems[0].message if isinstance(error, Invalid) else error.message
    messages.error(request, str(first))


@access(on_duty)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Questions handed over, those due first."""
    state = plain(request, "state") or "open"
    page = assist.queue(actor_of(request), state=state, page=page_number(request))
    rows = [(row, assist.light_of(row)) for row in page]
    states = [("open", _("未答复")), *assist.HandOverState.choices]
    context = {"page": page, "rows": rows, "state": state, "states": states}
    return render(request, "workbench/assist_queue.html", context | SECTION)


@access(on_duty)
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """One question with the talk before it, and what can be done about it."""
    actor, status = actor_of(request), 200
    if request.method == "POST":
        try:
            _act_on_hand_over(request, actor, hand_over_id)
        except (Invalid, Conflict, Forbidden) as error:
            _said(request, error)
            status = error.status
        else:
            messages.success(request, _("已记录"), extra_tags="good")
            reachable = request.POST.get("act") != "pass"
            return (
                redirect("workbench:hand_over", hand_over_id) if reachable else redirect("workbench:assist")
            )
    row = assist.seen_hand_over(actor, hand_over_id)
    context = {
        "row": row,
        "light": assist.light_of(row),
        "mine": row.claimed_by == actor.account_id,
        "departments": organisations.departments(),
        "suggested": [card for turn in row.transcript for card in turn.get("cards", [])][-5:],
        "faq": getattr(row, "faq", None),
        "posted": request.POST,
    }
    return render(request, "workbench/assist_hand_over.html", context | SECTION, status=status)


def _act_on_hand_over(request: HttpRequest, actor: Actor, hand_over_id: UUID) -> None:
    act = request.POST.get("act")
    if act == "claim":
        assist.claim(actor, hand_over_id)
    elif act == "answer":
        codes = [*request.POST.getlist("source"), *_text(request, "sources").replace("，", ",").split(",")]
        assist.answer(actor, hand_over_id, _text(request, "answer"), [c for c in codes if c.strip()][:10])
    elif act == "pass":
        assist.pass_on(actor, hand_over_id, _department(request), _text(request, "note"))
    elif act == "close":
        assist.close(actor, hand_over_id, _text(request, "note"))
    elif act == "faq":
        assist.propose(actor, hand_over_id, _text(request, "question"), _text(request, "answer"))
    else:
        raise BadRequest


@access(on_duty)
@require_http_methods(["GET", "POST"])
def faqs(request: HttpRequest) -> HttpResponse:
    """General answers: proposals to review, and what is in use."""
    actor, status = actor_of(request), 200
    if request.method == "POST":
        try:
            _act_on_faq(request, actor)
        except (Invalid, Conflict, Forbidden) as error:
            _said(request, error)
            status = error.status
        else:
            messages.success(request, _("已记录"), extra_tags="good")
            return redirect("workbench:assist_faqs")
    state = plain(request, "state") or str(assist.FaqState.PROPOSED)
    page = assist.proposals(actor, state=state, page=page_number(request))
    rows = [
        (row, (assist.may_review if row.state == "proposed" else assist.may_retire)(actor, row))
        for row in page
    ]
    context: dict[str, Any] = {"page": page, "rows": rows, "state": state, "states": assist.FaqState.choices}
    return render(request, "workbench/assist_faqs.html", context | SECTION, status=status)


def _act_on_faq(request: HttpRequest, actor: Actor) -> None:
    act = request.POST.get("act")
    try:
        faq_id = UUID(request.POST.get("faq", ""))
    except ValueError:
        raise BadRequest from None
    if act == "retire":
        assist.retire(actor, faq_id)
    elif act in ("publish", "refuse"):
        assist.review(
            actor, faq_id, publish=act == "publish", question=_text(request, "question"),
            answer=_text(request, "answer"), note=_text(request, "note"),
            wordings=_text(request, "wordings").splitlines(),
        )  # fmt: skip
    else:
        raise BadRequest


@access(on_duty)
@require_GET
def tickets(request: HttpRequest) -> HttpResponse:
    """Tickets, those due first."""
    state, kind = plain(request, "state") or "unfinished", plain(request, "kind")
    page = assist.ticket_queue(actor_of(request), state=state, kind=kind, page=page_number(request))
    rows = [(row, assist.ticket_light(row)) for row in page]
    states = [("unfinished", _("未办结")), *assist.TicketState.choices]
    kinds = [("", _("全部")), *assist.TicketKind.choices]
    context = {"page": page, "rows": rows, "state": state, "states": states, "kind": kind, "kinds": kinds}
    return render(request, "workbench/assist_tickets.html", context | SECTION)


@access(on_duty)
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """One ticket, and what can be done about it now."""
    actor, status = actor_of(request), 200
    if request.method == "POST":
        try:
            _act_on_ticket(request, actor, ticket_id)
        except (Invalid, Conflict, Forbidden) as error:
            _said(request, error)
            status = error.status
        else:
            messages.success(request, _("已记录"), extra_tags="good")
            if request.POST.get("act") == "pass":
                return redirect("workbench:tickets")
            return redirect("workbench:ticket", ticket_id)
    row = assist.seen_ticket(actor, ticket_id)
    context = {
        "ticket": row,
        "entries": row.entries.all(),
        "light": assist.ticket_light(row),
        "clock": assist.clock_of(row),
        "departments": organisations.departments(),
        "posted": request.POST,
    }
    return render(request, "workbench/assist_ticket.html", context | SECTION, status=status)


def _act_on_ticket(request: HttpRequest, actor: Actor, ticket_id: UUID) -> None:
    act, text = request.POST.get("act"), _text(request, "text")
    if act == "accept":
        assist.accept_ticket(actor, ticket_id)
    elif act == "refuse":
        assist.refuse_ticket(actor, ticket_id, text)
    elif act == "ask":
        assist.ask_more(actor, ticket_id, text)
    elif act == "answer":
        assist.answer_ticket(actor, ticket_id, text)
    elif act == "pass":
        assist.pass_ticket(actor, ticket_id, _department(request), text)
    else:
        raise BadRequest
