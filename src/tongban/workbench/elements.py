"""One source for each datum: elements, their source departments by which document, and who checks them."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.kit.ids import uuid7
from tongban.organisations import service as organisations
from tongban.resources import service as resources
from tongban.workbench.paging import plain

keepers = role("steward", "operator")
SECTION = {"section": "elements"}


@access(keepers)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every element with its source, the document and the checkers."""
    kind = plain(request, "kind")
    kind = kind if kind in ("person", "legal") else "person"
    decided, holders = resources.decisions_in_force(), resources.holders()
    names = {one.code: one for one in organisations.departments()}
    rows = []
    for about in resources.elements(kind):
        held = decided.get(about.code)
        source = held.department if held else names.get(about.source)
        checkers = [d for d in holders.get(about.code, []) if source is None or d.id != source.id]
        rows.append({"about": about, "source": source, "decision": held, "checkers": checkers})
    context = {"rows": rows, "kind": kind, "kinds": [("person", _("自然人")), ("legal", _("法人"))],
               "decided": sum(1 for row in rows if row["decision"])}  # fmt: skip
    return render(request, "workbench/elements.html", context | SECTION)


@access(keepers)
@require_http_methods(["GET", "POST"])
def element(request: HttpRequest, code: str) -> HttpResponse:
    """One element: its decisions, and the form for the next."""
    actor, status = actor_of(request), 200
    try:
        about = resources.element(code)
    except Invalid as error:
        raise Http404 from error
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            words = _act(request, code)
        except Invalid as error:
            problems, status = error.problems, error.status
        except (Conflict, Forbidden) as error:
            problems, status = (FieldProblem("department", error.code, error.message),), error.status
        else:
            messages.success(request, words, extra_tags="good")
            return redirect("workbench:element", code)
    office = resources.data_office(actor)
    own = {p.department_id for p in actor.posts if p.role == "steward"}
    rows = resources.decisions(code)
    held = rows[0] if rows and rows[0].ended_on is None else None
    registered = next((d for d in organisations.departments() if d.code == about.source), None)
    context = {
        "about": about, "rows": rows, "held": held, "registered": registered, "problems": problems,
        "wrong": {p.field: p.message for p in problems}, "posted": request.POST, "key": uuid7(),
        "departments": [d for d in organisations.departments() if office or d.id in own],
        "may_end": held is not None and (office or held.department_id in own),
        "today": timezone.localdate().isoformat(),
        "holders": resources.holders().get(code, []),
    }  # fmt: skip
    return render(request, "workbench/element.html", context | SECTION, status=status)


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ").strip()[:500]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid("department", "required", _("请选择一个部门")) from None


def _act(request: HttpRequest, code: str) -> str:
    actor, act = actor_of(request), request.POST.get("act")
    if act == "end":
        resources.end_decision(actor, _uuid(_text(request, "decision")), _text(request, "reason"))
        return _("决定已结束，改按登记的数源部门取值")
    if act != "decide":
        raise BadRequest
    try:
        day = date.fromisoformat(_text(request, "decided_on"))
    except ValueError:
        raise invalid("decided_on", "date", _("日期应写作 2026-01-31")) from None
    try:
        resources.decide_source(
            actor, code, _uuid(_text(request, "department")), _text(request, "document_number"), day,
            _text(request, "key")[:100], replace=request.POST.get("replace") == "1",
        )  # fmt: skip
    except NotFound:
        raise invalid("department", "unknown", _("请选择一个部门")) from None
    return _("决定已生效，采用值正在按新的数源部门重新选取")
