"""Clerical review: is a row without a valid number about this person? One pair at a time, by keyboard."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Invalid, NotFound
from tongban.organisations import service as organisations
from tongban.resources import service as resources
from tongban.workbench.filtering import select
from tongban.workbench.paging import page_number, plain

stewards = role("steward")
SECTION = {"section": "review"}
LEAST = {"95": 0.95, "80": 0.8, "50": 0.5}


@access(stewards)
@never_cache
@require_http_methods(["GET", "HEAD"])
def listing(request: HttpRequest) -> HttpResponse:
    """The pairs, without anybody's data: what waits, and what was decided by whom."""
    actor = actor_of(request)
    verdict, source, least = (
        plain(request, "verdict") or "open",
        plain(request, "source"),
        plain(request, "p"),
    )
    if verdict not in {"open", "same", "other", "unsure"}:
        verdict = "open"
    page = resources.pairs(
        actor, verdict=verdict, source=source, least=LEAST.get(least, 0.0), page=page_number(request)
    )  # fmt: skip
    names = {slug: _name(slug) for slug in resources.pair_sources(actor)}
    rows = [
        {"row": one, "department": names.get(one.source, one.source),
         "likely": resources.likely_in_words(one.probability), "percent": round(100 * one.probability)}
        for one in page.object_list
    ]  # fmt: skip
    filters = {"verdict": verdict, "source": source, "p": least}
    choices = [("open", _("待复核")), *resources.Pair.Verdict.choices]
    percents = [(number, _("%(n)s%% 以上") % {"n": number}) for number in LEAST]
    context = {
        "page": page, "rows": rows, "counts": resources.pair_counts(actor), "verdict": verdict,
        "source": source, "filtered": bool(source or least or verdict != "open"),
        "selects": [select("verdict", _("结论"), choices, filters),
                    select("source", _("部门"), names.items(), filters),
                    select("p", _("可能性"), percents, filters)],
    }  # fmt: skip
    return render(request, "workbench/review.html", context | SECTION)


@access(stewards)
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take the next pair nobody else looks at."""
    source = request.POST.get("source", "").replace("\x00", "")[:60]
    found = resources.next_pair(actor_of(request), source=source)
    if found is None:
        messages.success(request, _("没有可以复核的了"), extra_tags="good")
        return redirect("workbench:review")
    return redirect("workbench:review_pair", found.id)


@access(stewards)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """Both sides beside each other, and deciding."""
    actor, status = actor_of(request), 200
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        act, note = request.POST.get("act", ""), request.POST.get("note", "").replace("\x00", "")
        try:
            if act == "undo":
                resources.undo_pair(actor, pair_id)
                messages.success(request, _("已撤销，这一条重新等待复核"), extra_tags="good")
                return redirect("workbench:review_pair", pair_id)
            if act not in {"same", "other", "unsure"}:
                raise BadRequest
            made = resources.decide_pair(actor, pair_id, act, note)
        except Invalid as error:
            problems, status = error.problems, error.status
        except Conflict as error:
            problems, status = (FieldProblem("act", error.code, error.message),), error.status
        else:
            words = _("已记为“%(verdict)s”") % {"verdict": made.get_verdict_display()}
            messages.success(request, words, extra_tags="good")
            following = resources.next_pair(actor)
            if following is None:
                return redirect("workbench:review")
            return redirect("workbench:review_pair", following.id)
    view = resources.pair(actor, pair_id)
    context = {
        "view": view, "row": view.row, "department": _name(view.row.source), "problems": problems,
        "percent": round(100 * view.row.probability), "waiting": resources.pair_counts(actor).get("open", 0),
    }  # fmt: skip
    return render(request, "workbench/review_pair.html", context | SECTION, status=status)


def _name(slug: str) -> str:
    try:
        return organisations.department_by_code(slug).name
    except NotFound:
        return slug
