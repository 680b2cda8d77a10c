"""What departments must check: people's requests for correction, and values that differ from the source's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongban.divisions import service as divisions
from tongban.files import service as files
from tongban.kit.access import access, actor_of, role
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Invalid, NotFound, invalid
from tongban.resources import service as resources
from tongban.stewardship import service as stewardship
from tongban.workbench.filtering import select
from tongban.workbench.paging import page_number, plain
from tongban.workbench.regions import regions

stewards = role("steward")
SECTION = {"section": "data_checks"}
KINDS = stewardship.Kind.choices
STATES: dict[str, Any] = {
    "correction": stewardship.CorrectionState.choices,
    "discrepancy": stewardship.DiscrepancyState.choices,
}


def _filters(request: HttpRequest) -> stewardship.Filters:
    kind = plain(request, "kind")
    kind = kind if kind in STATES else "correction"
    state = plain(request, "state") if "state" in request.GET else "open"
    region = plain(request, "region")
    return stewardship.Filters(
        kind=kind,
        state=state if state in dict(STATES[kind]) else "",
        element=plain(request, "element")[:60],
        light=plain(request, "light"),
        region=region if region.isascii() and region.isdigit() and len(region) <= 12 else "",
    )


@access(stewards)
@require_GET
def data_checks(request: HttpRequest) -> HttpResponse:
    """What is to be checked, due first, by state, element, light and region."""
    actor, filters = actor_of(request), _filters(request)
    page = stewardship.listing(actor, filters, page_number(request))
    labels = {one.code: one.label for one in resources.elements()}
    waiting = stewardship.elements_waiting(actor, filters.kind)
    top = min((p.division for p in actor.posts if p.role == "steward"), key=len)
    chosen = {"state": filters.state, "element": filters.element, "light": filters.light,
              "region": filters.region}  # fmt: skip
    lights = [("red", _("逾期")), ("yellow", _("快到期")), ("green", _("正常"))]
    context = {
        "page": page,
        "rows": [(row, labels.get(row.element, row.element), stewardship.light_of(row)) for row in page],
        "places": _places({row.division for row in page}),
        "filters": filters,
        "kinds": [(kind, label, stewardship.counts(actor, kind)) for kind, label in KINDS],
        "counts": stewardship.counts(actor, filters.kind),
        "selects": [
            select("state", _("状态"), STATES[filters.kind], chosen),
            select("element", _("数据元"), _element_choices(waiting, labels), chosen),
            select("light", _("期限"), lights, chosen),
            select("region", _("地区"), regions(filters.region or top), chosen),
        ],
    }  # fmt: skip
    return render(request, "workbench/data_checks.html", context | SECTION)


def _element_choices(waiting: list[tuple[str, str, int]], labels: dict[str, str]) -> list[tuple[str, str]]:
    """Those that wait first, with their numbers; then all others."""
    first = [(code, f"{label}（{n}）") for code, label, n in waiting]
    here = {code for code, _label, _n in waiting}
    return first + [(code, label) for code, label in labels.items() if code not in here]


def _places(codes: set[str]) -> dict[str, str]:
    """The names of the counties of division codes, by code."""
    found = {}
    for code in codes:
        try:
            found[code] = divisions.full_name(code[:6])
        except NotFound:
            found[code] = code
    return found


@access(stewards)
@require_http_methods(["GET", "POST"])
def data_check(request: HttpRequest, kind: str, check_id: UUID) -> HttpResponse:
    """One check: every department's value, what the person says, the history, and the answer."""
    actor, problems, status = actor_of(request), {}, 200
    if request.method == "POST":
        try:
            _act(request, actor, kind, check_id)
        except Invalid as error:
            problems, status = {p.field: str(p.message) for p in error.problems}, error.status
        except Conflict as error:
            problems, status = {"": error.message}, error.status
        else:
            messages.success(request, _("已记录"), extra_tags="good")
            if request.POST.get("act") == "pass":
                return redirect(f"/work/data-checks/?kind={kind}")
            return redirect("workbench:data_check", kind, check_id)
    found = stewardship.check(actor, kind, check_id)
    context = {
        "check": found,
        "row": found.row,
        "events": [
            {"title": e.get_act_display(), "at": e.at, "text": e.text,
             "by": " · ".join(one for one in (e.department_name, e.by_name) if one)}
            for e in found.entries
        ],
        "departments": [d for d in stewardship.may_be_asked() if d.id != found.row.department_id],
        "verdicts": stewardship.Verdict.choices,
        "problems": [{"field": field, "message": words} for field, words in problems.items()],
        "wrong": problems,
        "posted": request.POST,
        "value": request.POST.get("value", found.proposed),
    }  # fmt: skip
    return render(request, "workbench/data_check.html", context | SECTION, status=status)


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ")[:20_000]


def _act(request: HttpRequest, actor: Actor, kind: str, check_id: UUID) -> None:
    act = request.POST.get("act")
    if act == "claim":
        stewardship.claim(actor, kind, check_id)
    elif act == "release":
        stewardship.release(actor, kind, check_id)
    elif act == "answer":
        verdict, value = _text(request, "verdict"), _text(request, "value")
        stewardship.answer(actor, kind, check_id, verdict, _text(request, "reason"), value)
    elif act == "pass":
        try:
            department = UUID(request.POST.get("department", ""))
        except ValueError:
            raise invalid("department", "required", _("请选择一个部门")) from None
        try:
            stewardship.hand_over(actor, kind, check_id, department, _text(request, "why"))
        except Invalid as error:
            raise _renamed(error) from None
    else:
        raise BadRequest


def _renamed(error: Invalid) -> Invalid:
    """The reason of handing over has a box of its own on the page."""
    return Invalid(
        *[type(p)("why" if p.field == "reason" else p.field, p.rule, p.message) for p in error.problems]
    )


@access(stewards)
@require_GET
def data_check_evidence(request: HttpRequest, check_id: UUID) -> HttpResponseBase:
    """What the person handed in with his request."""
    row = stewardship.evidence_of(actor_of(request), check_id)
    return files.respond(request, str(row.evidence_id), row.evidence_name, inline=True)
