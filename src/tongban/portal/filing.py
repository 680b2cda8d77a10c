"""Filing, one task a page: start, the form's pages, check, submitted."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.cases import service as cases
from tongban.items import service as items
from tongban.kit.access import access, actor_of, resident
from tongban.kit.errors import Conflict, FieldProblem, Invalid, NotFound
from tongban.kit.ids import uuid7
from tongban.portal import fields as forms
from tongban.portal.item import guide_context


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    """What will be asked; the button makes the draft."""
    actor = actor_of(request)
    detail = items.published(code)
    if request.method == "POST":
        case = cases.start_draft(actor, detail.id, key=request.POST.get("key", "")[:40] or None)
        return redirect("portal:tasks", case.id)
    return render(request, "portal/start.html", {**guide_context(actor, detail), "key": uuid7()})


@access(resident)
@require_safe
def tasks(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The sections of the application and what is left to do; a draft is resumed here on any device."""
    actor = actor_of(request)
    form = cases.form_view(actor, case_id)
    if form.case.state != "draft":
        return redirect("portal:case", case_id)
    materials = cases.materials_view(actor, case_id).materials
    done = [page.complete for page in form.pages]
    if materials:
        done.append(all(one.met or one.necessity == "2" for one in materials))
    context = {
        "form": form,
        "case": form.case,
        "tasks": _sections(form, materials, case_id),
        "done": sum(done),
        "total": len(done),
        "nav": "cases",
    }
    return render(request, "portal/tasks.html", context)


def _sections(
    form: cases.FormView, materials: tuple[cases.MaterialView, ...], case_id: UUID
) -> list[dict[str, str]]:
    rows = [
        {
            "title": page.title,
            "href": f"/cases/{case_id}/edit/{page.key}/",
            **_status(page.complete),
        }
        for page in form.pages
    ]
    if materials:
        met = all(one.met or one.necessity == "2" for one in materials)
        rows.append({"title": _("申请材料"), "href": f"/cases/{case_id}/materials/", **_status(met)})
    ready = all(row["tone"] == "good" for row in rows)
    status = {"status": _("可以提交"), "tone": "brand"} if ready else {"status": _("还不能提交"), "tone": ""}
    return [*rows, {"title": _("检查并提交"), "href": f"/cases/{case_id}/check/", **status}]


def _status(complete: bool) -> dict[str, str]:
    return {"status": _("已完成"), "tone": "good"} if complete else {"status": _("待填写"), "tone": "warm"}


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, case_id: UUID, page: str) -> HttpResponse:
    """One page of the form. Saving checks the whole page; "later" keeps what is there."""
    form = cases.form_view(actor_of(request), case_id)
    here = form.page(page)
    if here is None:
        raise NotFound(_("这份申请没有这一页"))
    if form.case.state != "draft":
        return redirect("portal:case", case_id)
    if request.method == "POST":
        return _save(request, form, here)
    return _edit_page(request, form, here, forms.shown_fields(here.fields, forms.values_of(form.pages)))


def _revision(request: HttpRequest, form: cases.FormView) -> int:
    named = forms.revision_of(request)
    return form.revision if named is None else named


def _save(request: HttpRequest, form: cases.FormView, here: cases.PageView) -> HttpResponse:
    open_fields = [field for field in here.fields if not field.locked]
    version = items.version(form.case.version_id)
    getlist = forms.post_reader(request, open_fields)
    typed = items.read_answers(version, getlist, [field.name for field in open_fields])
    later = "later" in request.POST
    values = forms.values_of(form.pages)
    try:
        cases.save_draft(
            actor_of(request),
            form.case.id,
            typed,
            page=None if later else here.key,
            revision=_revision(request, form),
        )
    except Invalid as error:
        shown = forms.shown_fields(here.fields, values, error.problems, typed)
        return _edit_page(request, form, here, shown, error.problems, status=422)
    if later:
        messages.success(request, _("已保存。您可以随时在任何设备上继续办理。"), extra_tags="good")
        return redirect("portal:tasks", form.case.id)
    if _newly_asked(request, open_fields, values, typed):
        messages.info(request, _("已保存。根据您的选择，还有几项需要填写。"))
        return redirect("portal:edit", form.case.id, here.key)
    return redirect(_next(form, here))


def _newly_asked(
    request: HttpRequest,
    open_fields: Iterable[cases.FieldView],
    values: dict[str, Any],
    typed: dict[str, Any],
) -> bool:
    """Whether an answer opened questions that the page, sent without scripts, did not show."""
    now = {**values, **typed}
    return any(
        forms.is_shown(field, now) and not forms.is_shown(field, values) and not _posted(request, field.name)
        for field in open_fields
        if field.show_if and field.widget not in ("radios", "checkboxes")
    )


def _posted(request: HttpRequest, name: str) -> bool:
    return bool(request.POST.get(name) or request.POST.get(f"{name}-year"))


def _next(form: cases.FormView, here: cases.PageView) -> str:
    following = next((page for page in form.pages if page.number == here.number + 1), None)
    if following is not None:
        return f"/cases/{form.case.id}/edit/{following.key}/"
    if items.version(form.case.version_id).materials:
        return f"/cases/{form.case.id}/materials/"
    return f"/cases/{form.case.id}/check/"


def _edit_page(
    request: HttpRequest,
    form: cases.FormView,
    here: cases.PageView,
    shown: list[forms.ShownField],
    problems: Iterable[FieldProblem] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "name": form.case.item_name,
        "base": f"/cases/{form.case.id}",
        "page": here,
        "fields": shown,
        "problems": list(problems),
        "total": len(form.pages),
        "filled": sum(1 for f in shown if f.view.prefill and not f.view.prefill.changed),
        "revision": request.POST.get("revision") or form.revision,
        "back": _previous(form, here),
        "nav": "cases",
    }
    return render(request, "portal/edit.html", context, status=status)


def _previous(form: cases.FormView, here: cases.PageView) -> str:
    before = next((page for page in form.pages if page.number == here.number - 1), None)
    return f"/cases/{form.case.id}/edit/{before.key}/" if before else f"/cases/{form.case.id}/file/"


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Check your answers, then submit once: a second click gives the same receipt."""
    actor = actor_of(request)
    if request.method == "POST":
        try:
            case = cases.submit(actor, case_id, key=request.POST.get("key", "")[:64])
        except Invalid as error:
            return _check_page(request, cases.check_answers(actor, case_id), error.problems, status=422)
        except Conflict:
            view = cases.check_answers(actor, case_id)
            if not view.version_problem:
                raise
            return _check_page(request, view, view.problems, status=409)
        return redirect("portal:submitted", case.id)
    view = cases.check_answers(actor, case_id)
    if view.case.state != "draft":
        return redirect("portal:case", case_id)
    return _check_page(request, view, view.problems)


def _check_page(
    request: HttpRequest, view: cases.CheckView, problems: Iterable[FieldProblem], *, status: int = 200
) -> HttpResponse:
    context = {
        "view": view,
        "case": view.case,
        "sections": forms.answer_sections(view.pages, f"/cases/{view.case.id}"),
        "problems": _located(view, problems),
        "key": request.POST.get("key") or uuid7(),
        "nav": "cases",
    }
    return render(request, "portal/check.html", context, status=status)


def _located(view: cases.CheckView, problems: Iterable[FieldProblem]) -> list[dict[str, str]]:
    """Each problem with the page on which it is put right."""
    where = {field.name: page.key for page in view.pages for field in page.fields}
    base = f"/cases/{view.case.id}"
    keys = {material.key for material in view.materials}

    def href(field: str) -> str:
        if field in where:
            return f"{base}/edit/{where[field]}/#field-{field}"
        key = field.removeprefix("material:")
        return f"{base}/materials/#material-{key}" if key in keys else f"{base}/materials/"

    return [{"message": str(problem.message), "href": href(problem.field)} for problem in problems]


@access(resident)
@require_safe
def submitted(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The receipt: number, what happens next, by when."""
    actor = actor_of(request)
    case = cases.access_case(actor, case_id, purpose=_("查看办件"))
    if case.state == "draft":
        return redirect("portal:tasks", case_id)
    context = {
        "case": case,
        "clock": cases.clock_of(case),
        "documents": cases.documents_of(actor, case_id),
        "nav": "cases",
    }
    return render(request, "portal/submitted.html", context)


@access(resident)
@require_POST
def refile(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Carry a draft over to the version of the matter now in force."""
    case = cases.refile(actor_of(request), case_id)
    messages.success(request, _("已按最新办事要求更新您的申请，请再检查一遍。"), extra_tags="good")
    return redirect("portal:tasks", case.id)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    actor = actor_of(request)
    form = cases.form_view(actor, case_id)
    if request.method == "POST":
        cases.discard_draft(actor, case_id)
        messages.success(request, _("草稿已删除。"), extra_tags="good")
        return redirect("portal:cases")
    return render(request, "portal/discard.html", {"case": form.case, "nav": "cases"})
