"""Subjects that are the same one: found by their numbers, compared side by side, merged and split."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.identity import service as identity
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, invalid
from tongban.kit.ids import uuid7
from tongban.resources import service as resources
from tongban.workbench.paging import page_number, plain

stewards = role("steward")
SECTION = {"section": "mergers"}


@access(stewards)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The mergers, and the form that finds two subjects by their numbers (never in an address line)."""
    actor, status = actor_of(request), 200
    state = plain(request, "state")
    standing = {"standing": True, "split": False}.get(state)
    page = resources.mergers(
        actor, name=plain(request, "q")[:100], standing=standing, page=page_number(request)
    )  # fmt: skip
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            one, other = _subject(request, "one"), _subject(request, "other")
            if one.id == other.id:
                raise invalid("other", "same", _("两个号码是同一个主体"))
        except Invalid as error:
            problems, status = error.problems, error.status
        else:
            return redirect("workbench:merger_compare", one.id, other.id)
    context = {
        "page": page, "q": plain(request, "q")[:100], "state": state, "problems": problems,
        "posted": request.POST, "wrong": {p.field: p.message for p in problems},
        "states": [("standing", _("合并中")), ("split", _("已拆分"))],
    }  # fmt: skip
    return render(request, "workbench/mergers.html", context | SECTION, status=status)


@access(stewards)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, source: UUID, target: UUID) -> HttpResponse:
    """Two subjects side by side, and merging the first into the second."""
    actor, status = actor_of(request), 200
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            made = resources.merge(
                actor, source, target, _text(request, "reason"), _text(request, "key")[:100]
            )  # fmt: skip
        except Invalid as error:
            problems, status = error.problems, error.status
        except Conflict as error:
            problems, status = (FieldProblem("reason", error.code, error.message),), error.status
        else:
            messages.success(request, _("已合并，两个主体现在显示同样的数据"), extra_tags="good")
            return redirect("workbench:merger", made.id)
    rows = resources.side_by_side(actor, source, target)
    context = {
        "one": identity.subject(source), "other": identity.subject(target), "rows": rows,
        "problems": problems, "wrong": {p.field: p.message for p in problems}, "posted": request.POST,
        "key": uuid7(), "differing": sum(1 for row in rows if row.one and row.other and not row.alike),
    }  # fmt: skip
    return render(request, "workbench/merger_compare.html", context | SECTION, status=status)


@access(stewards)
@require_http_methods(["GET", "HEAD", "POST"])
def merger(request: HttpRequest, merger_id: UUID) -> HttpResponse:
    """One merger: why, by whom; and splitting it."""
    actor, status = actor_of(request), 200
    found = resources.merger(actor, merger_id)
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            resources.split(actor, merger_id, _text(request, "reason"))
        except Invalid as error:
            problems, status = error.problems, error.status
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("workbench:merger", merger_id)
        else:
            messages.success(request, _("已拆分，两个主体各自恢复原来的数据"), extra_tags="good")
            return redirect("workbench:merger", merger_id)
    context = {"row": found, "problems": problems, "wrong": {p.field: p.message for p in problems},
               "posted": request.POST}  # fmt: skip
    return render(request, "workbench/merger.html", context | SECTION, status=status)


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ").strip()[:1000]


def _subject(request: HttpRequest, name: str) -> identity.Subject:
    if not resources.data_office(actor_of(request)):
        raise Forbidden
    number = _text(request, name)[:40]
    if not number:
        raise invalid(name, "required", _("请填写身份证号或统一社会信用代码"))
    found = identity.find_subject(number)
    if found is None:
        raise invalid(name, "unknown", _("没有这个号码的主体"))
    return found
