"""The catalogue: items, their versions, and each version's way into force."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, invalid
from tongban.workbench.paging import page_number, plain
from tongban.workbench.regions import regions

keepers = role("item_editor", "chief", "legal", "supervisor", "leader", "steward")
workers = role("item_editor", "chief", "legal")
editors = role("item_editor")
SECTION = {"section": "items"}
TONES = {"draft": "", "submitted": "warm", "business": "warm", "reviewed": "brand", "scheduled": "brand"}
TONES |= {"published": "good", "retired": ""}


def posted(request: HttpRequest, name: str, most: int = 2000) -> str:
    """A text from a form, without the NUL the database cannot hold."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:most]


def _home(actor: Actor) -> str:
    """The widest region of the actor's posts."""
    return min((post.division for post in actor.posts), key=len, default="")


@access(keepers)
@require_GET
def items_list(request: HttpRequest) -> HttpResponse:
    """Items of my department or region."""
    names = ("q", "state", "stage", "region")
    filters = {name: plain(request, name) for name in names}
    page = items.catalogue(
        actor_of(request),
        query=filters["q"],
        state=filters["state"],
        stage=filters["stage"],
        region=filters["region"] if filters["region"].isdigit() else "",
        page=page_number(request),
    )
    context = {
        "page": page,
        "filters": filters,
        "states": items.ItemState.choices,
        "stages": [("open", _("有未发布的版本"))]
        + [(value, items.VersionState(value).label) for value in items.OPEN_STATES],
        "tones": TONES,
        "regions": regions(filters["region"] or home) if (home := _home(actor_of(request))) else [],
    }
    return render(request, "workbench/items.html", context | SECTION)


@access(keepers)
@require_GET
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item: its versions, what may be done, who changed what."""
    actor = actor_of(request)
    row = items.seen_item(actor, item_id)
    versions = items.versions_of(item_id)
    shown = [
        {"detail": one, "label": items.VersionState(one.state).label, "tone": TONES[one.state]}
        for one in versions
    ]
    in_force = next((one for one in versions if one.state == "published"), None)
    opened = next((one for one in versions if one.state in items.OPEN_STATES), None)
    context = {
        "item": row,
        "title": (in_force or versions[0]).name,
        "versions": shown,
        "open": opened,
        "may_edit": items.holds(actor, row, "item_editor"),
        "history": items.history(actor, item_id, limit=50),
        "plans": items.plans(item_id),
        "state_tone": {"1": "good", "2": "warm", "3": "bad"}[row.state],
    }
    return render(request, "workbench/item.html", context | SECTION)


@access(editors)
@require_POST
def new_draft(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Begin a draft; from the version in force unless another is named."""
    base = request.POST.get("base") or None
    try:
        found = UUID(base) if base else None
    except ValueError:
        raise BadRequest from None
    try:
        draft = items.new_draft(actor_of(request), item_id, note=posted(request, "note", 500), base=found)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("workbench:item", item_id)
    return redirect("workbench:draft_edit", draft.id, "basics")


def _rights(actor: Actor, row: Any, detail: items.VersionDetail) -> dict[str, Any]:
    """What the actor may do with a version, and why not where that is worth saying."""
    editor = items.holds(actor, row, "item_editor")
    worker = items.holds(actor, row, "item_editor", "chief", "legal")
    waiting = detail.state in ("submitted", "business")
    why_not = items.why_not(actor, detail.id) if waiting and worker else ""
    return {
        "may_edit": editor and detail.state in items.OPEN_STATES,
        "may_submit": editor and detail.state == "draft",
        "may_pass": waiting and worker and not why_not,
        "why_not": why_not,
        "may_return": worker and detail.state in ("submitted", "business", "reviewed", "scheduled"),
        "may_publish": editor and detail.state == "reviewed",
        "may_discard": editor and detail.state in items.OPEN_STATES,
    }


def _version_page(
    request: HttpRequest, version_id: UUID, problems: list[FieldProblem] | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    detail = items.version(version_id)
    row = items.seen_item(actor, detail.item_id)
    before = next((v for v in items.versions_of(detail.item_id) if v.number < detail.number), None)
    rows = [
        {"label": str(label), "text": text}
        for name, label in items.ELEMENTS.items()
        if (text := items.spoken(name, getattr(detail, name)))
    ]
    labels = {name: str(label) for name, label in items.ELEMENTS.items()}
    context = {
        "detail": detail,
        "item": row,
        "label": items.VersionState(detail.state).label,
        "tone": TONES[detail.state],
        "rows": rows,
        "before": before,
        "acts": items.acts(version_id),
        "findings": [(labels.get(f.field.partition(".")[0], f.field), f) for f in detail.findings],
        "problems": problems or [],
        "typed": {name: posted(request, name) for name in ("reason", "effective_from")},
        "today": timezone.localdate(),
        "stage": {"submitted": _("业务审核"), "business": _("法制审核")}.get(detail.state, ""),
        **_rights(actor, row, detail),
    }
    return render(request, "workbench/item_version.html", context | SECTION, status=status)


@access(keepers)
@require_GET
def version(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """One version in full: what was found, what was done, what may be done."""
    return _version_page(request, version_id)


def _publish(request: HttpRequest, version_id: UUID) -> str:
    text = posted(request, "effective_from", 10)
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise invalid("effective_from", "date", _("请按 2026-01-31 的样子填写日期")) from None
    found = items.publish(actor_of(request), version_id, effective_from=day)
    return _("已发布") if found.state == "published" else _("已确定生效日期，当天自动生效")


def _pass(request: HttpRequest, version_id: UUID) -> str:
    items.review(actor_of(request), version_id, reason=posted(request, "reason"))
    return _("审核通过")


def _return(request: HttpRequest, version_id: UUID) -> str:
    items.send_back(actor_of(request), version_id, posted(request, "reason"))
    return _("已退回修改")


def _submit(request: HttpRequest, version_id: UUID) -> str:
    items.submit_draft(actor_of(request), version_id)
    return _("已送审")


ACTS: dict[str, Callable[[HttpRequest, UUID], str]] = {
    "submit": _submit,
    "pass": _pass,
    "return": _return,
    "publish": _publish,
}


@access(workers)
@require_POST
def version_act(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Move a version one step on its way, or throw it away."""
    name = request.POST.get("act", "")
    detail = items.version(version_id)
    items.seen_item(actor_of(request), detail.item_id)
    if name == "discard":
        items.discard_draft(actor_of(request), version_id)
        messages.success(request, _("已删除草稿"), extra_tags="good")
        return redirect("workbench:item", detail.item_id)
    if name not in ACTS:
        raise BadRequest
    try:
        said = ACTS[name](request, version_id)
    except Invalid as error:
        return _version_page(request, version_id, list(error.problems), 422)
    except (Conflict, Forbidden) as error:
        problem = FieldProblem("", error.code, error.message)
        return _version_page(request, version_id, [problem], error.status)
    messages.success(request, said, extra_tags="good")
    return redirect("workbench:item_version", version_id)


@access(editors)
@require_POST
def take_over(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Bring the item's draft in line with the standard; a draft is begun where there is none."""
    items.seen_item(actor_of(request), item_id)
    draft = items.take_over(actor_of(request), item_id)
    messages.success(request, _("固定要素已按标准填入草稿，送审后发布即可"), extra_tags="good")
    return redirect("workbench:item_version", draft.id)


@access(keepers)
@require_GET
def compare(request: HttpRequest, before_id: UUID, after_id: UUID) -> HttpResponse:
    """Two versions side by side."""
    items.seen_item(actor_of(request), items.version(before_id).item_id)
    found = items.compare(before_id, after_id)
    context = {"found": found, "detail": found.after}
    return render(request, "workbench/item_compare.html", context | SECTION)


@access(editors)
@require_http_methods(["GET", "POST"])
def state(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Suspend, resume or cancel an item, with the reason."""
    actor = actor_of(request)
    row = items.seen_item(actor, item_id)
    if not items.holds(actor, row, "item_editor"):
        raise Forbidden
    problems: dict[str, str] = {}
    chosen = request.POST.get("state") or plain(request, "to")
    status = 200
    if request.method == "POST":
        try:
            items.set_state(actor, item_id, chosen, posted(request, "reason"))
        except Invalid as error:
            problems, status = {p.field: p.message for p in error.problems}, 422
        except Conflict as error:
            problems, status = {"state": error.message}, 409
        else:
            messages.success(request, _("事项状态已改变"), extra_tags="good")
            return redirect("workbench:item", item_id)
    context = {
        "item": row,
        "title": items.versions_of(item_id)[0].name,
        "choices": [(v, label) for v, label in items.ItemState.choices if v != row.state],
        "chosen": chosen,
        "reason": posted(request, "reason"),
        "problems": problems,
    }
    return render(request, "workbench/item_state.html", context | SECTION, status=status)
