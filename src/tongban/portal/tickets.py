"""Consultations, complaints and suggestions: opening one, following it, saying more, marking the answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.assist import service as assist
from tongban.divisions import service as divisions
from tongban.identity import service as identity
from tongban.kit.access import access, actor_of, public, signed_in
from tongban.kit.errors import Conflict, DomainError, Invalid, NotFound
from tongban.portal.web import page_number

DRAFT = "ticket_draft"  # in the session, until the phone is confirmed
FIELDS = ("kind", "title", "text", "item", "division", "about", "name")


def _given(values: Any) -> assist.TicketIn:
    texts: dict[str, Any] = {name: str(values.get(name, "")).replace("\x00", " ")[:6000] for name in FIELDS}
    return assist.TicketIn(**texts)


@access(signed_in)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """My tickets."""
    page = assist.my_tickets(actor_of(request), page_number(request))
    return render(request, "portal/tickets.html", {"page": page})


@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a ticket; without an account the phone is confirmed next."""
    actor, problems, status = actor_of(request), {}, 200
    values: Any = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            given = _given(values)
            assist.check_ticket(given)
            if actor.account_id is not None:
                return redirect("portal:ticket", token=assist.open_ticket(actor, given).token)
            code = identity.request_code(
                "ticket", values.get("phone", ""), request.META.get("REMOTE_ADDR", "")
            )
        except DomainError as error:
            problems, status = _problems(error), error.status
        else:
            draft = {name: getattr(given, name) for name in FIELDS}
            request.session[DRAFT] = {"code": str(code.id), "given": draft}
            return redirect("portal:ticket_confirm")
    context = {
        "problems": problems,
        "values": {name: values.get(name, "") for name in (*FIELDS, "phone")},
        "kinds": assist.TicketKind.choices,
        "anonymous": actor.account_id is None,
        "item": assist.item_name(values.get("item", "")),
        "regions": divisions.regions(assist.PROVINCE),
    }
    return render(request, "portal/ticket_new.html", context, status=status)


def _problems(error: DomainError) -> dict[str, str]:
    if isinstance(error, Invalid):
        return {p.field: str(p.message) for p in error.problems}
    return {"": str(error.message)}


@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Type the code that was sent to the phone."""
    draft, problems, status = request.session.get(DRAFT), {}, 200
    if not draft:
        return redirect("portal:ticket_new")
    if request.method == "POST":
        try:
            ticket = assist.open_ticket(
                actor_of(request),
                assist.TicketIn(**draft["given"]),
                code_id=UUID(draft["code"]),
                code=request.POST.get("code", "")[:12],
            )
        except DomainError as error:
            problems, status = _problems(error), error.status
        else:
            del request.session[DRAFT]
            return redirect("portal:ticket", token=ticket.token)
    return render(request, "portal/ticket_confirm.html", {"problems": problems}, status=status)


@access(public)
@require_safe
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """One ticket as the asker sees it."""
    row = assist.own_ticket(actor_of(request), token)
    context = {
        "ticket": row,
        "entries": row.entries.all(),
        "clock": assist.clock_of(row) if row.state in ("accepted", "asked") else None,
        "marks": [(5, _("很满意")), (4, _("满意")), (3, _("一般")), (2, _("不满意")), (1, _("很不满意"))],
    }
    return render(request, "portal/ticket.html", context)


@access(public)
@require_POST
def act(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Add words, reopen, or mark the answer."""
    actor, text = actor_of(request), request.POST.get("text", "").replace("\x00", " ")
    try:
        if name == "add":
            assist.add_words(actor, token, text)
        elif name == "reopen":
            assist.reopen(actor, token, text)
        elif name == "mark":
            value = request.POST.get("mark", "")
            assist.mark(actor, token, int(value) if value in ("1", "2", "3", "4", "5") else 0, text)
        else:
            raise NotFound
    except (Invalid, Conflict) as error:
        messages.error(request, next(iter(_problems(error).values())))
    else:
        messages.success(request, _("已记录，谢谢"), extra_tags="good")
    return redirect("portal:ticket", token=token)
