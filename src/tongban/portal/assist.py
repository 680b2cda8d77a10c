"""Questions and their answers with sources: the page, the panel on every page, what people answered."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.assist import service as assist
from tongban.kit.access import access, actor_of, public
from tongban.kit.errors import DomainError, Invalid, invalid

SESSION = "assist"
MAX_LINK = 500  # characters of a question that may stand in an address


def conversation(request: HttpRequest, *, begin: bool = False) -> str:
    """The unguessable token of the visitor's conversation; empty where none was begun."""
    if begin and SESSION not in request.session:
        request.session[SESSION] = secrets.token_urlsafe(24)
    return str(request.session.get(SESSION, ""))


def _problem(error: DomainError) -> str:
    return str(error.problems[0].message if isinstance(error, Invalid) else error.message)


@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask, and read the answer. A short question may stand in the address, so an answer can be linked to."""
    posted = request.method == "POST"
    question = (request.POST if posted else request.GET).get("q", "")
    reply, problem, status = None, "", 200
    if posted or "q" in request.GET:
        try:
            if not posted and len(question) > MAX_LINK:
                raise _too_long()
            reply = assist.reply(
                question,
                session=conversation(request, begin=posted),
                actor=actor_of(request),
                address=request.META.get("REMOTE_ADDR", ""),
            )
        except (Invalid, assist.TooFast) as error:
            problem, status = _problem(error), error.status
    shown = question.replace("\x00", " ").strip()
    context = {"question": shown[: assist.MAX_QUESTION], "reply": reply, "problem": problem}
    if getattr(request, "htmx", False) and posted:
        return render(request, "portal/_assist_turn.html", context)
    return render(request, "portal/assist.html", context | _page(request), status=status)


def _too_long() -> Invalid:
    return invalid(
        "question",
        "length",
        _("链接里的问题请不要超过 %(most)s 个字；更长的请在下面填写") % {"most": MAX_LINK},
    )


def _page(request: HttpRequest) -> dict[str, Any]:
    """The turns before this one, what was handed over, and the limits of the form."""
    session = conversation(request)
    return {
        "turns": assist.turns_of(session),
        "handed": assist.asked_by(actor_of(request), session),
        "most": assist.MAX_QUESTION,
    }


@access(public)
@require_safe
def panel(request: HttpRequest) -> HttpResponse:
    """The chat as a piece of any page."""
    return render(request, "portal/_assist_panel.html", _page(request))


@access(public)
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Hand the last question to people."""
    actor, session = actor_of(request), conversation(request, begin=True)
    try:
        row = assist.hand_over(
            actor,
            session=session,
            question=request.POST.get("q", ""),
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except DomainError as error:
        messages.error(request, _problem(error))
        return redirect("portal:assist")
    return redirect("portal:assist_answer", token=row.token)


@access(public)
@require_safe
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a question that was handed over."""
    row = assist.own_hand_over(actor_of(request), token)
    return render(request, "portal/assist_answer.html", {"row": row})


@access(public)
@require_safe
def faq(request: HttpRequest, faq_id: UUID) -> HttpResponse:
    """One general question with its answer: the source a reply leads to."""
    return render(request, "portal/assist_faq.html", {"faq": assist.published_faq(faq_id)})


@access(public)
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Clear the conversation at once."""
    assist.forget(conversation(request))
    messages.success(request, _("对话已清空"), extra_tags="good")
    return redirect("portal:assist")
