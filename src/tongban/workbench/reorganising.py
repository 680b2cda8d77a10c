"""Splitting an item into several and merging several into one, with a page that confirms."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, invalid
from tongban.workbench.catalogue import posted

editors = role("item_editor")
SECTION = {"section": "items"}
ROWS = 6  # places for new items on the page


def _followers(request: HttpRequest) -> list[items.Follower]:
    codes, names = request.POST.getlist("code"), request.POST.getlist("name")
    pairs = zip(codes[:20], [*names, *[""] * 20][:20], strict=False)
    return [
        items.Follower(code.replace("\x00", "").strip(), name.replace("\x00", "").strip()[:200])
        for code, name in pairs
        if code.strip() or name.strip()
    ]


def _head(request: HttpRequest, item_id: UUID) -> Any:
    actor = actor_of(request)
    row = items.seen_item(actor, item_id)
    if not items.holds(actor, row, "item_editor"):
        raise Forbidden
    return row


def _page(request: HttpRequest, kind: str, row: Any, error: DomainError | None) -> HttpResponse:
    """The page with everything that was typed; after the first step, what will happen."""
    followers = _followers(request)
    most = ROWS if kind == "split" else 1
    blank = [items.Follower("", "")] * max(most - len(followers), 0)
    problems = error.problems if isinstance(error, Invalid) else ()
    texts = [p.message for p in problems] or ([error.message] if error else [])
    context = {
        "kind": kind,
        "item": row,
        "title": items.versions_of(row.pk)[0].name,
        "followers": followers + blank,
        "others": posted(request, "others"),
        "reason": posted(request, "reason", 500),
        "problems": texts,
        "head": f"{row.department_uscc}{row.level}",
        "confirming": request.method == "POST" and error is None,
        "named": followers,
    }
    return render(
        request, "workbench/item_reorganise.html", context | SECTION, status=error.status if error else 200
    )


def _do(request: HttpRequest, kind: str, item_id: UUID) -> None:
    actor, reason, followers = actor_of(request), posted(request, "reason", 600), _followers(request)
    if kind == "split":
        items.split(actor, item_id, followers, reason)
        return
    others = posted(request, "others").split()
    if len(followers) != 1:
        raise invalid("into", "count", _("请填写合并后的一个事项"))
    try:
        ids = [items.item_id_of(code) for code in others]
    except NotFound:
        raise invalid("others", "unknown", _("有的事项编码没有找到，请核对")) from None
    items.merge(actor, [item_id, *ids], followers[0], reason)


def _view(request: HttpRequest, kind: str, item_id: UUID) -> HttpResponse:
    row = _head(request, item_id)
    if request.method != "POST":
        return _page(request, kind, row, None)
    if request.POST.get("confirmed") != "1":
        return _page(request, kind, row, None)
    try:
        _do(request, kind, item_id)
    except (Invalid, Conflict) as error:
        return _page(request, kind, row, error)
    messages.success(request, _("已登记；新事项全部发布后，原事项自动取消并指向新事项"), extra_tags="good")
    return redirect("workbench:item", item_id)


@access(editors)
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Split an item: name the new ones, look at what will happen, confirm."""
    return _view(request, "split", item_id)


@access(editors)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Merge an item with others: name them and what they become, look, confirm."""
    return _view(request, "merge", item_id)


@access(editors)
@require_POST
def call_off(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Give up a reorganisation that is not done yet."""
    try:
        items.call_off(actor_of(request), plan_id)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤销"), extra_tags="good")
    return redirect("workbench:items")
