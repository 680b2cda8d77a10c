"""Filing, one task a page: start, the form's pages, check, submitted."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.cases import service as cases
from tongban.items import service as items
from tongban.kit.access import access, actor_of, resident
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Invalid, NotFound
from tongban.kit.ids import uuid7
from tongban.packages import service as packages
from tongban.portal import fields as forms
from tongban.portal import steps
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
    if elsewhere := in_package(actor, form.case):
        return elsewhere
    about = steps.of_case(form.case)
    rows = steps.sections(about, form.pages, cases.materials_view(actor, case_id).materials)
    return render(request, "portal/tasks.html", {"case": form.case, **rows, "nav": "cases"})


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
    about = steps.of_case(form.case)
    if forms.newly_asked(request, open_fields, values, typed):
        messages.info(request, _("已保存。根据您的选择，还有几项需要填写。"))
        return redirect(f"{about.base}/edit/{here.key}/")
    return redirect(steps.next_page(about, form.pages, here, materials=bool(version.materials)))


def _edit_page(
    request: HttpRequest,
    form: cases.FormView,
    here: cases.PageView,
    shown: list[forms.ShownField],
    problems: Iterable[FieldProblem] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    about = steps.of_case(form.case)
    return steps.edit_page(request, about, form.pages, here, form.revision, shown, problems, status=status)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Check your answers, then submit once: a second click gives the same receipt."""
    actor = actor_of(request)
    if request.method == "POST":
        try:
            case = _submit(actor, case_id, key=request.POST.get("key", "")[:64])
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
    return in_package(actor, view.case) or _check_page(request, view, view.problems)


def _submit(actor: Actor, case_id: UUID, *, key: str) -> cases.Case:
    """File it; what is part of a package is filed by the package's rules."""
    case = cases.form_view(actor, case_id).case
    return (packages.submit_part if case.part_of else cases.submit)(actor, case_id, key=key)


def in_package(actor: Actor, case: cases.Case) -> HttpResponse | None:
    """The way to the package where this draft is filled in with the others, or None."""
    place = packages.place_of(actor, case.id) if case.part_of else None
    return redirect("portal:package_filing", place.filing_id) if place and place.together else None


def _check_page(
    request: HttpRequest, view: cases.CheckView, problems: Iterable[FieldProblem], *, status: int = 200
) -> HttpResponse:
    return steps.check_page(
        request,
        steps.of_case(view.case),
        view.pages,
        view.materials,
        problems,
        status=status,
        version_problem=view.version_problem,
        may_renew=view.newer_version_id is not None,
    )


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
    actor = actor_of(request)
    part = cases.form_view(actor, case_id).case.part_of
    new = packages.refile_part(actor, case_id) if part else cases.refile(actor, case_id).id
    messages.success(request, _("已按最新办事要求更新您的申请，请再检查一遍。"), extra_tags="good")
    return redirect("portal:tasks", new)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    actor = actor_of(request)
    form = cases.form_view(actor, case_id)
    if form.case.state == "draft" and (place := packages.place_of(actor, case_id)):
        return redirect("portal:package_withdraw", place.filing_id)
    if request.method == "POST":
        cases.discard_draft(actor, case_id)
        messages.success(request, _("草稿已删除。"), extra_tags="good")
        return redirect("portal:cases")
    return render(request, "portal/discard.html", {"case": form.case, "nav": "cases"})
