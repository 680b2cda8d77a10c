"""Rows that could not be taken: listed with reasons, edited and sent again, or given up."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Invalid
from tongban.resources import service as resources
from tongban.workbench.paging import page_number

stewards = role("steward")
SECTION = {"section": "sources"}


@access(stewards)
@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of a source that wait, with their reasons."""
    actor = actor_of(request)
    page = resources.quarantine(actor, slug, page=page_number(request))
    context = {"view": resources.source_view(actor, slug), "page": page}
    return render(request, "workbench/quarantine.html", context | SECTION)


@access(stewards)
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, slug: str, landed_id: UUID) -> HttpResponse:
    """One waiting row: its fields, what is wrong with each, and what to do."""
    actor, status = actor_of(request), 200
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            done = _act(request, slug, landed_id)
        except Invalid as error:
            problems, status = error.problems, error.status
        except Conflict as error:
            problems, status = (FieldProblem("", error.code, error.message),), error.status
        else:
            if done:
                messages.success(request, done, extra_tags="good")
                return redirect("workbench:quarantine", slug)
            status = 422
    found = resources.quarantined(actor, slug, landed_id)
    fields = resources.fields_of(found)
    edited = request.method == "POST" and request.POST.get("act") == "send"
    reasons = found.reasons if found.outcome == "quarantined" else []
    context = {
        "row": found, "slug": slug, "reasons": reasons, "posted": request.POST,
        "problems": problems or [{"field": _place(fields, p), "message": p["message"]} for p in reasons],
        "wrong": {p["field"]: p["message"] for p in reasons} | {p.field: p.message for p in problems},
        "fields": [(n, f, request.POST.get(f"field-{n}", f.value)) for n, f in enumerate(fields)],
        "subject": request.POST["subject"] if edited and "subject" in request.POST else found.body["subject"],
        "as_of": request.POST["as_of"] if edited and "as_of" in request.POST else found.body["as_of"],
        "waiting": found.outcome == "quarantined",
    }  # fmt: skip
    return render(request, "workbench/quarantined.html", context | SECTION, status=status)


def _place(fields: list[resources.QuarantinedField], problem: dict[str, str]) -> str:
    for number, one in enumerate(fields):
        if one.column == problem["field"]:
            return str(number)
    return problem["field"]


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ").strip()[:1000]


def _act(request: HttpRequest, slug: str, landed_id: UUID) -> str:
    """Do what was asked; words for the list when the row is settled, nothing when it still waits."""
    actor, act = actor_of(request), request.POST.get("act")
    if act == "discard":
        resources.discard(actor, slug, landed_id, _text(request, "reason"))
        return _("已放弃这一行")
    if act != "send":
        raise BadRequest
    fields = resources.fields_of(resources.quarantined(actor, slug, landed_id))
    result = resources.mend(
        actor, slug, landed_id, subject=_text(request, "subject"), as_of=_text(request, "as_of"),
        fields={one.column: _text(request, f"field-{n}") for n, one in enumerate(fields)},
    )  # fmt: skip
    words = {"taken": _("已修正并采用"), "unchanged": _("已修正，与已有数据一致")}
    return "" if result.outcome == "quarantined" else words.get(result.outcome, _("已修正，但早于已有数据"))
