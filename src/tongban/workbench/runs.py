"""Runs of the batch engine: their history, one run, starting and publishing, two runs beside each other."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.organisations import service as organisations
from tongban.resources import service as resources
from tongban.workbench.filtering import select
from tongban.workbench.paging import page_number, plain

keepers = role("steward", "operator")
SECTION = {"section": "runs"}
TONES = {"done": "good", "failed": "bad", "cut": "bad", "running": "brand", "queued": ""}


@access(keepers)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The runs, newest first; and starting one over the departments' files."""
    actor, status = actor_of(request), 200
    problems: tuple[FieldProblem, ...] = ()
    state, engine = plain(request, "state"), plain(request, "engine")
    page = resources.runs(actor, state=state, engine=engine, page=page_number(request))
    if request.method == "POST":
        try:
            made = resources.start_run(actor, request.POST.get("engine", "duckdb"))
        except Invalid as error:
            problems, status = error.problems, error.status
        except Conflict as error:
            problems, status = (FieldProblem("folder", error.code, error.message),), error.status
        else:
            return redirect("workbench:run", made.id)
    states = [*resources.ReconcileRun.State.choices, ("published", _("已发布"))]
    filters = {"state": state, "engine": engine}
    context = {
        "page": page, "problems": problems, "tones": TONES, "engines": resources.engines(),
        "selects": [
            select("state", _("状态"), states, filters),
            select("engine", _("引擎"), [("duckdb", "DuckDB"), ("spark", "Spark")], filters),
        ],
        "comparable": sum(1 for one in page.object_list if one.state == "done") > 1,
        "filtered": bool(state or engine),
    }  # fmt: skip
    return render(request, "workbench/runs.html", context | SECTION, status=status)


@access(keepers)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: how far it is or what it came to, by department and element; and publishing it."""
    actor, status = actor_of(request), 200
    row = resources.run(actor, run_id)
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        if request.POST.get("act") != "publish":
            raise BadRequest
        try:
            resources.ask_to_publish(actor, run_id)
        except Invalid as error:
            problems, status = error.problems, error.status
        except Conflict as error:
            problems, status = (FieldProblem("publish", error.code, error.message),), error.status
        else:
            messages.success(request, _("已开始发布，完成前可以离开这一页"), extra_tags="good")
            return redirect("workbench:run", run_id)
    context = _shown(row) | {
        "problems": problems, "sources": _sources(row), "elements": _elements(row),
        "here": resources.run_on_disk(row), "may_publish": resources.data_office(actor),
        "others": [one for one in resources.runs(actor, state="done").object_list if one.id != row.id][:10],
    }  # fmt: skip
    return render(request, "workbench/run.html", context | SECTION, status=status)


@access(keepers)
@never_cache
@require_GET
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The piece of the page that asks again while a run goes on or is published."""
    context = _shown(resources.run(actor_of(request), run_id))
    response = render(request, "workbench/_run_progress.html", context)
    if not context["waiting"]:
        response["HX-Refresh"] = "true"
    return response


@access(keepers)
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two finished runs side by side."""
    actor, status = actor_of(request), 200
    if not resources.may_see_runs(actor):
        raise Forbidden
    problems: tuple[FieldProblem, ...] = ()
    found: dict[str, Any] = {}
    try:
        found = resources.compare_runs(actor, _id(request, "one"), _id(request, "other"))
    except Invalid as error:
        problems, status = error.problems, error.status
    if found:
        found |= {"figures": _beside(found["one"], found["other"]), "elements": _both_elements(found)}
    return render(
        request, "workbench/run_compare.html", found | {"problems": problems} | SECTION, status=status
    )


def _id(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(plain(request, name))
    except ValueError:
        raise invalid(name, "required", _("请选择要比较的两次运行")) from None


def _shown(row: resources.ReconcileRun) -> dict[str, Any]:
    published = resources.published_account(row) if row.publishing else {}
    publishing = row.publishing in {"queued", "running"}
    return {
        "row": row, "waiting": row.active, "publishing": publishing, "published": published,
        "done": published.get("parts", 0) if publishing else row.done,
        "total": max(row.parts if publishing else row.total, 1), "tone": TONES.get(row.state, ""),
        "stage": {"land": _("读取各部门文件"), "link": _("关联没有号码的行"), "choose": _("逐人择优"),
                  "count": _("清点")}.get(row.stage, row.stage),
    }  # fmt: skip


def _name(slug: str) -> str:
    try:
        return organisations.department_by_code(slug).name
    except NotFound:
        return slug


def _sources(row: resources.ReconcileRun) -> list[dict[str, Any]]:
    return [{**one, "name": _name(one["source"])} for one in row.sources]


def _label(code: str) -> str:
    try:
        return resources.element(code).label
    except Invalid:
        return code


def _elements(row: resources.ReconcileRun) -> list[dict[str, Any]]:
    """Each element with its shares of persons in per cent, for the table and the chart's bars."""
    found = []
    for one in row.elements:
        most = max(one["values"], 1)
        shares = {name: 100 * one[name] / most for name in ("from_source", "confirmed", "dissented")}
        known = _label(one["element"]) != one["element"]
        found.append({**one, **{f"{k}_share": round(v, 1) for k, v in shares.items()},
                      "label": _label(one["element"]), "known": known})  # fmt: skip
    return found


def _beside(one: resources.ReconcileRun, other: resources.ReconcileRun) -> list[dict[str, Any]]:
    names = {
        "rows_in": _("读取的行"), "landed": _("入库"), "quarantined": _("待修正"),
        "residue": _("没有有效号码"),
        "linked": _("已关联"), "review": _("待人工复核"), "golden": _("人"), "discrepancies": _("不一致"),
        "seconds": _("用时（秒）"), "peak_mb": _("内存峰值（MB）"),
    }  # fmt: skip
    found = []
    for name, label in names.items():
        values = [run.account.get(name) for run in (one, other)]
        if any(isinstance(value, int | float) for value in values):
            one_number, other_number = (v if isinstance(v, int | float) else None for v in values)
            change = None
            if one_number is not None and other_number is not None:
                change = round(other_number - one_number, 3)
            found.append({"label": label, "one": one_number, "other": other_number, "change": change})
    return found


def _both_elements(found: dict[str, Any]) -> list[dict[str, Any]]:
    sides = [{one["element"]: one for one in found[name].elements} for name in ("one", "other")]
    changed = {one["element"]: one for one in (found["differences"] or {}).get("elements", [])}
    return [
        {"label": _label(code), "one": sides[0].get(code), "other": sides[1].get(code),
         "differs": changed.get(code)}
        for code in dict.fromkeys([*sides[0], *sides[1]])
    ]  # fmt: skip
