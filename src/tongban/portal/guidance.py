"""Tailored guidance: a few questions, one a page; then what applies, kept under a link and carried on."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases import service as cases
from tongban.documents import service as documents
from tongban.guidance import service as guidance
from tongban.kit.access import access, actor_of, public, resident
from tongban.kit.errors import Conflict, Invalid
from tongban.kit.ids import uuid7


def _state(request: HttpRequest) -> str:
    given = request.POST if request.method == "POST" else request.GET
    return given.get("s", "").replace("\x00", "")


def _asking(walk: guidance.Walk, state: str | None) -> str:
    address = reverse("portal:guidance_ask", args=[walk.item.code])
    return f"{address}?{urlencode({'s': state})}" if state else address


@access(public)
@require_safe
def start(request: HttpRequest, code: str) -> HttpResponse:
    """What guidance does, and how many questions there are at most."""
    walk = guidance.walk(code)
    context = {"walk": walk, "item": walk.item, "most": walk.most}
    return render(request, "portal/guidance_start.html", context)


@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """One question. The state in the address holds the answers before it, signed."""
    if request.method != "POST":
        walk = guidance.walk(code, _state(request))
        return _question(request, walk) if walk.question else _finished(request, walk)
    before = guidance.walk(code, _state(request))
    if before.question is None:
        return _finished(request, before)
    try:
        walk = guidance.answer(code, _state(request), _typed(request, before.question))
    except Invalid as error:
        if all(p.field != before.question.key for p in error.problems):
            raise
        return _question(request, before, error, status=422)
    return _finished(request, walk) if walk.question is None else redirect(_asking(walk, walk.state))


def _typed(request: HttpRequest, question: guidance.Question) -> str:
    """The answer as one text; a date comes in three boxes."""
    if question.kind != "date":
        return request.POST.get(question.key, "")[:100]
    boxes = [request.POST.get(f"{question.key}-{part}", "").strip()[:10] for part in ("year", "month", "day")]
    return f"{boxes[0]}-{boxes[1].zfill(2)}-{boxes[2].zfill(2)}" if any(boxes) else ""


def _finished(request: HttpRequest, walk: guidance.Walk) -> HttpResponse:
    """Keep the outcome when the last answer was given; an address alone leads back to the last question."""
    if request.method != "POST" and walk.answers:
        return redirect(_asking(walk, walk.back))
    return redirect("portal:guidance_result", guidance.finish(walk))


def _question(
    request: HttpRequest, walk: guidance.Walk, error: Invalid | None = None, *, status: int = 200
) -> HttpResponse:
    question = walk.question
    assert question is not None
    typed = _typed(request, question) if error else ""
    widget = {"number": "number", "date": "date"}.get(question.kind, "radios")
    shown = {
        "name": question.key,
        "label": question.text + (f"（{question.unit}）" if question.unit else ""),
        "hint": question.help,
        "widget": widget,
        "options": [(o.value, o.label) for o in question.options],
        "value": typed,
        "required": True,
        "problem": str(error.problems[0].message) if error else "",
    }
    back = (
        reverse("portal:guidance", args=[walk.item.code]) if walk.back is None else _asking(walk, walk.back)
    )
    context = {
        "walk": walk,
        "item": walk.item,
        "question": shown,
        "problems": error.problems if error else (),
        "back": back,
    }
    return render(request, "portal/guidance_ask.html", context, status=status)


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("portal:guidance_result", args=[token]))


@access(public)
@require_safe
def result(request: HttpRequest, token: str) -> HttpResponse:
    """The outcome, for whoever has the link; what he already holds is struck out for him alone."""
    view = guidance.outcome(actor_of(request), token)
    context = {"view": view, "address": _address(request, token)}
    response = render(request, "portal/guidance_result.html", context)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@access(public)
@require_safe
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a paper to print and take along."""
    view = guidance.outcome(actor_of(request), token)
    body = documents.render("guidance", guidance.paper(view, _address(request, token)))
    name = _("办事清单") + f"-{view.item.name}.pdf"
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, token: str) -> HttpResponse:
    """What goes into the filing; the button makes the draft with it."""
    actor = actor_of(request)
    view = guidance.outcome(actor, token)
    if request.method == "POST":
        version, guided = guidance.carried(actor, token)
        key = request.POST.get("key", "").replace("\x00", "")[:40] or None
        case = cases.start_draft(actor, version.id, key=key, guided=guided)
        return redirect("portal:tasks", case.id)
    if not view.may_file:
        raise Conflict(
            view.outdated or (view.stopped and view.note) or _("这个事项还不能在网上办理"), code="not_online"
        )
    return render(request, "portal/guidance_file.html", {"view": view, "item": view.item, "key": uuid7()})
