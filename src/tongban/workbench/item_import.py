"""Uploading files of items, watching their import, moving its drafts on together."""

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, Invalid
from tongban.workbench.paging import page_number, plain

people = role("item_editor", "chief", "legal", "operator")
SECTION = {"section": "item_import"}
OUTCOMES = ("imported", "unchanged", "flagged", "rejected")


def _labels() -> dict[str, str]:
    return {
        "imported": _("导入"),
        "unchanged": _("未变"),
        "flagged": _("导入并有提示"),
        "rejected": _("拒收"),
    }


def _rule(name: str) -> items.GuideRule:
    """What was found, or why a row was not taken, in words."""
    return items.import_reason(name) or items.guide_rule(name)


def _encodings() -> list[tuple[str, str]]:
    return [("auto", _("自动识别")), ("utf-8", "UTF-8"), ("gbk", "GBK / GB 18030")]


@access(people)
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Imports so far, and the form for the next; POST keeps the file and begins a dry run."""
    actor, problems, status = actor_of(request), {}, 200
    if request.method == "POST":
        try:
            run = items.take_upload(
                actor,
                request.FILES.get("file"),
                profile_name=request.POST.get("profile", ""),
                encoding=request.POST.get("encoding", "auto"),
            )
        except Invalid as error:
            problems, status = {p.field: p.message for p in error.problems}, 422
        else:
            return redirect("workbench:item_import", run.id)
    page = items.import_runs(actor, page=page_number(request))
    context = {
        "page": page,
        "may": items.may_import(actor),
        "profiles": items.import_profiles(),
        "profile": request.POST.get("profile", "national"),
        "encodings": _encodings(),
        "encoding": request.POST.get("encoding", "auto"),
        "problems": problems,
    }
    return render(request, "workbench/item_imports.html", context | SECTION, status=status)


def _context(request: HttpRequest, run_id: UUID) -> dict[str, object]:
    view = items.import_batch(actor_of(request), run_id)
    account = view.run.account
    counts = [(name, label, account.get(name, 0)) for name, label in _labels().items()]
    return {
        "view": view,
        "run": view.run,
        "profile_title": dict(items.import_profiles()).get(view.run.profile, view.run.profile),
        "counts": counts,
        "read": account.get("read", 0),
        "waiting": view.run.state in ("waiting", "running") and not view.broken_off,
    }


@access(people)
@require_GET
@never_cache
def item_import(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One import: progress, account, the report row by row, its batch of drafts and what comes next."""
    context = _context(request, run_id)
    outcome, rule, number = plain(request, "outcome"), plain(request, "rule"), page_number(request)
    run = items.import_run(actor_of(request), run_id)
    rows, more = items.import_report(run, outcome=outcome, rule=rule, page=number)
    labels = _labels()
    context |= {
        "rows": [(row, labels.get(row.outcome, row.outcome), _rule(row.rule)) for row in rows],
        "more": number + 1 if more else 0,
        "before": number - 1,
        "outcome": outcome,
        "rule": rule,
        "outcomes": [(name, labels[name]) for name in OUTCOMES],
        "rules": [(_rule(name), count) for name, count in context["view"].rules],  # type: ignore[attr-defined]
    }
    return render(request, "workbench/item_import.html", context | SECTION)


@access(people)
@require_GET
@never_cache
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The piece of the page that asks again while the import runs; at its end the page is loaded anew."""
    context = _context(request, run_id)
    response = render(request, "workbench/_item_import_progress.html", context)
    if not context["waiting"]:
        response["HX-Refresh"] = "true"
    return response


@access(people)
@require_GET
def report(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Every finding and every row that was not taken, as CSV."""
    run = items.import_run(actor_of(request), run_id)
    path = Path(run.report)
    if not run.report or not path.is_file():
        raise Http404
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{Path(run.file_name).stem}-report.csv"
    )
    answer["Content-Type"] = "text/csv; charset=utf-8"
    return answer


@access(people)
@require_POST
def act(request: HttpRequest, run_id: UUID, name: str) -> HttpResponse:
    """Import what was tried, take up what broke off, move drafts on, or take them back."""
    actor = actor_of(request)
    items.import_run(actor, run_id)
    try:
        if name == "start":
            run_id = items.import_for_real(actor, run_id).pk
        elif name == "resume":
            items.resume_import(actor, run_id)
        elif name == "undo":
            gone = items.undo_import(actor, run_id)
            messages.success(request, _("已撤销 %(n)s 份未发布的草稿") % {"n": gone}, extra_tags="good")
        elif name == "move":
            _move(request, run_id)
        else:
            raise Http404
    except Conflict as error:
        messages.error(request, error.message, extra_tags="bad")
    return redirect("workbench:item_import", run_id)


def _move(request: HttpRequest, run_id: UUID) -> None:
    moved = items.move_import(actor_of(request), run_id, request.POST.get("state", "")[:20])
    if moved.done:
        words = _("已处理 %(n)s 份") % {"n": moved.done}
        if moved.left:
            words += _("，还有 %(n)s 份") % {"n": moved.left}
        messages.success(request, words, extra_tags="good")
    for title, reason in moved.refused[:5]:
        messages.error(request, f"{title}：{reason}", extra_tags="bad")
    if len(moved.refused) > 5:
        messages.error(request, _("共 %(n)s 份未能处理") % {"n": len(moved.refused)}, extra_tags="bad")
