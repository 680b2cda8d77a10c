"""Items beside their standards: the drift matrix, one difference, requests to mend."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.alignment import service as alignment
from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, Invalid
from tongban.workbench.paging import page_number, plain
from tongban.workbench.regions import regions

readers = role("item_editor", "legal", "supervisor", "leader")
SECTION = {"section": "alignment"}
KINDS = {
    "items": alignment.by_basic_item,
    "regions": alignment.by_region,
    "departments": alignment.by_department,
}


def _region(request: HttpRequest) -> str:
    code = plain(request, "region")
    return code if code.isascii() and code.isdigit() and len(code) <= 12 else "35"


@access(readers)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Scores by basic item, region or department, the worst first, and the region's trend."""
    kind = plain(request, "by") if plain(request, "by") in KINDS else "items"
    region = _region(request)
    rows, page = KINDS[kind](region=region, page=page_number(request))
    points = [(day, value) for day, value in alignment.trend(region) if value is not None]
    context = {
        "rows": rows,
        "page": page,
        "kind": kind,
        "region": region,
        "regions": regions(region),
        "points": points,
        **_line(points),
    }
    return render(request, "workbench/alignment.html", context | SECTION)


def _line(points: Sequence[tuple[date, float]]) -> dict[str, object]:
    """The trend as points of an SVG line, 600 wide and 100 high, from ``floor`` percent up to 100.

    Empty for fewer than two days.
    """
    if len(points) < 2:
        return {"line": "", "floor": 0}
    floor = min(95, int(min(value for _day, value in points) // 5 * 5))
    step, scale = 600 / (len(points) - 1), 100 / (100 - floor)
    dots = (f"{n * step:.1f},{(100 - value) * scale:.1f}" for n, (_day, value) in enumerate(points))
    return {"line": " ".join(dots), "floor": floor}


@access(readers)
@require_GET
def matrix(request: HttpRequest, basic_code: str) -> HttpResponse:
    """All implementing regions × elements of one basic item."""
    only = plain(request, "drifting") == "1"
    found = alignment.matrix(
        basic_code[:12].replace("\x00", ""),
        region=_region(request),
        only_drifting=only,
        page=page_number(request),
    )
    context = {"matrix": found, "only": only, "region": _region(request)}
    return render(request, "workbench/alignment_matrix.html", context | SECTION)


@access(readers)
@require_http_methods(["GET", "POST"])
def difference(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item beside its standard; POST asks the department to mend what is named."""
    actor, problems, status = actor_of(request), {}, 200
    standing, rows = alignment.difference(item_id)
    if request.method == "POST":
        try:
            days = int(request.POST.get("days", "")[:4])
        except ValueError:
            days = 0
        try:
            named = request.POST.getlist("elements")
            alignment.ask(actor, item_id, named, request.POST.get("note", "").replace("\x00", ""), days)
        except Invalid as error:
            problems, status = {p.field: p.message for p in error.problems}, 422
        except Conflict as error:
            problems, status = {"elements": error.message}, 409
        else:
            messages.success(request, _("已要求改正，部门的事项管理员会收到通知"), extra_tags="good")
            return redirect("workbench:corrections")
    context = {
        "standing": standing,
        "rows": rows,
        "may_take_over": items.holds(actor, items.item_of(item_id), "item_editor"),
        "may_ask": alignment.may_ask(actor, standing.division),
        "days": request.POST.get("days", alignment.DEFAULT_DAYS),
        "note": request.POST.get("note", ""),
        "chosen": request.POST.getlist("elements") or list(standing.deviations),
        "problems": problems,
    }
    return render(request, "workbench/alignment_item.html", context | SECTION, status=status)


@access(readers)
@require_GET
def corrections(request: HttpRequest) -> HttpResponse:
    """Requests to mend, those due first."""
    state = plain(request, "state")
    page = alignment.corrections(actor_of(request), state=state, page=page_number(request))
    actor, today = actor_of(request), timezone.localdate()
    rows = [
        {
            "row": row,
            "open": row.state in ("open", "answered"),
            "late": row.state in ("open", "answered") and row.due_on < today,
            "may_withdraw": alignment.may_ask(actor, row.division),
            "may_answer": alignment.may_answer(actor, row),
        }
        for row in page
    ]
    context = {"page": page, "rows": rows, "state": state, "states": alignment.CorrectionState.choices}
    return render(request, "workbench/alignment_corrections.html", context | SECTION)


@access(readers)
@require_POST
def correction_act(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """Answer a request as the department, or take it back as the one who keeps the standard."""
    actor, act = actor_of(request), request.POST.get("act")
    if act not in ("answer", "withdraw"):
        raise BadRequest
    try:
        if act == "answer":
            alignment.answer(actor, correction_id, request.POST.get("answer", "").replace("\x00", ""))
        else:
            alignment.withdraw(actor, correction_id)
    except (Invalid, Conflict) as error:
        messages.error(request, error.problems[0].message if isinstance(error, Invalid) else error.message)
    else:
        messages.success(request, _("已记录"), extra_tags="good")
    return redirect("workbench:corrections")
