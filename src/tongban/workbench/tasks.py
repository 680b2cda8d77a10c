"""My tasks and the department's pool."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongban.cases import service as cases
from tongban.kit.access import access, actor_of, staff
from tongban.kit.errors import Conflict
from tongban.workbench import filtering
from tongban.workbench.paging import page_number, plain


@access(staff)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What I have claimed, most urgent first."""
    listing = cases.my_tasks(actor_of(request), page=page_number(request))
    return render(request, "workbench/mine.html", {"listing": listing, "section": "mine"})


@access(staff)
@require_GET
def pool(request: HttpRequest) -> HttpResponse:
    """Work of my departments that nobody holds yet."""
    filters = _filters(request)
    listing = cases.pool(actor_of(request), filters=filters, page=page_number(request))
    selects = [filtering.select("kind", _("环节"), cases.TaskKind.choices, filters)]
    context = {"listing": listing, "filters": filters, "selects": selects, "section": "pool"}
    return render(request, "workbench/pool.html", context)


def _filters(request: HttpRequest) -> dict[str, Any]:
    names = ("kind", "light", "q")
    return {name: value for name in names if (value := plain(request, name))}


@access(staff)
@require_POST
def claim(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Take one task; somebody quicker gets it, the other is told so."""
    try:
        task = cases.claim(actor_of(request), task_id)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("workbench:pool")
    messages.success(request, _("已认领"))
    return redirect("workbench:desk", case_id=task.case_id)


@access(staff)
@require_POST
def claim_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent task there is for me."""
    task = cases.claim_next(actor_of(request))
    if task is None:
        messages.info(request, _("待办池里暂时没有您可以办理的任务"))
        return redirect("workbench:pool")
    return redirect("workbench:desk", case_id=task.case_id)


@access(staff)
@require_POST
def release(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give a task back to the pool."""
    try:
        cases.release(actor_of(request), task_id)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("已退回待办池"))
    return redirect("workbench:pool")
