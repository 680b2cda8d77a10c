"""Theme packages: what there is, one filing from its questions to the combined result."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.cases import service as cases
from tongban.files import service as files
from tongban.kit.access import access, actor_of, public, resident
from tongban.kit.errors import Conflict, FieldProblem, Invalid, NotFound
from tongban.kit.ids import uuid7
from tongban.packages import service as packages
from tongban.portal import fields as forms
from tongban.portal import steps


@access(public)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every package in force, and what I have filed."""
    context = {"packages": packages.packages(), "filings": packages.mine(actor_of(request))}
    return render(request, "portal/packages.html", context)


@access(public)
@require_safe
def package(request: HttpRequest, code: str) -> HttpResponse:
    """What a package covers, in which order, what it saves, and its questions."""
    return _package_page(request, code)


def _package_page(
    request: HttpRequest, code: str, problems: tuple[FieldProblem, ...] = (), *, status: int = 200
) -> HttpResponse:
    view = packages.view(packages.published(code))
    context = {
        "package": view,
        "questions": [_question(q, request.POST.get(q.key, ""), problems) for q in view.questions],
        "problems": problems,
        "key": request.POST.get("key") or uuid7(),
    }
    return render(request, "portal/package.html", context, status=status)


def _question(
    question: packages.Question, value: str, problems: Iterable[FieldProblem] = ()
) -> dict[str, object]:
    return {
        "name": question.key,
        "label": question.title,
        "widget": "radios",
        "options": [(o.value, o.label) for o in question.options],
        "value": value,
        "required": True,
        "problem": next((str(p.message) for p in problems if p.field == question.key), ""),
    }


@access(resident)
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Begin one filing; the button pressed twice begins one."""
    key = request.POST.get("key", "")[:40] or str(uuid7())
    try:
        filing = packages.start(actor_of(request), code, request.POST.dict(), key=key)
    except Invalid as error:
        return _package_page(request, code, error.problems, status=422)
    return redirect("portal:package_filing", filing.id)


@access(resident)
@require_safe
def filing(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """A draft's sections, or the joined view of what was filed."""
    actor = actor_of(request)
    found = packages.own(actor, filing_id)
    if found.state == packages.FilingState.DRAFT:
        return _tasks(request, packages.form(actor, filing_id))
    view = packages.joined(actor, filing_id)
    context = {"view": view, "filing": found, "nav": "cases"}
    return render(request, "portal/package_joined.html", context)


def _about(found: packages.Filing) -> steps.Application:
    return steps.of_filing(found.id, found.name, "")


def _tasks(request: HttpRequest, form: packages.FilingForm) -> HttpResponse:
    papers = packages.materials(actor_of(request), form.filing.id)
    rows = steps.sections(_about(form.filing), form.pages, papers.materials)
    context = {"form": form, "filing": form.filing, **rows, "nav": "cases"}
    return render(request, "portal/package_tasks.html", context)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, filing_id: UUID, page: str) -> HttpResponse:
    """One page of the merged form."""
    form = packages.form(actor_of(request), filing_id)
    here = form.page(page)
    if here is None:
        raise NotFound(_("这份申请没有这一页"))
    if form.filing.state != packages.FilingState.DRAFT:
        return redirect("portal:package_filing", filing_id)
    if request.method == "POST":
        return _save(request, form, here)
    return _edit_page(request, form, here, forms.shown_fields(here.fields, forms.values_of(form.pages)))


def _save(request: HttpRequest, form: packages.FilingForm, here: cases.PageView) -> HttpResponse:
    open_fields = [field for field in here.fields if not field.locked]
    getlist = forms.post_reader(request, open_fields)
    typed = packages.read_answers(form, getlist, [field.name for field in open_fields])
    later = "later" in request.POST
    values = forms.values_of(form.pages)
    try:
        packages.save_filing(
            actor_of(request),
            form.filing.id,
            typed,
            page=None if later else here.key,
            revision=forms.revision_of(request),
        )
    except Invalid as error:
        shown = forms.shown_fields(here.fields, values, error.problems, typed)
        return _edit_page(request, form, here, shown, error.problems, status=422)
    if later:
        messages.success(request, _("已保存。您可以随时在任何设备上继续办理。"), extra_tags="good")
        return redirect("portal:package_filing", form.filing.id)
    about = _about(form.filing)
    if forms.newly_asked(request, open_fields, values, typed):
        messages.info(request, _("已保存。根据您的选择，还有几项需要填写。"))
        return redirect(f"{about.base}/edit/{here.key}/")
    return redirect(steps.next_page(about, form.pages, here, materials=True))


def _edit_page(
    request: HttpRequest,
    form: packages.FilingForm,
    here: cases.PageView,
    shown: list[forms.ShownField],
    problems: Iterable[FieldProblem] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    about = _about(form.filing)
    return steps.edit_page(
        request, about, form.pages, here, form.filing.revision, shown, problems, status=status
    )


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Check the answers, then submit once for everything."""
    actor = actor_of(request)
    status = 200
    if request.method == "POST":
        try:
            packages.submit(actor, filing_id, key=request.POST.get("key", "")[:64])
        except Invalid:
            status = 422
        except Conflict as moved:
            if moved.code == "key_reused":
                raise
            status = 409
        else:
            return redirect("portal:package_filing", filing_id)
    view = packages.check_filing(actor, filing_id)
    if view.form.filing.state != packages.FilingState.DRAFT:
        return redirect("portal:package_filing", filing_id)
    return _check_page(request, view, status=status)


def _check_page(request: HttpRequest, view: packages.FilingCheck, *, status: int) -> HttpResponse:
    return steps.check_page(
        request,
        _about(view.form.filing),
        view.form.pages,
        view.materials.materials,
        view.problems,
        status=status,
        version_problem=view.version_problem,
        may_renew=view.may_renew,
    )


@access(resident)
@require_POST
def refile(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Carry the drafts whose items have moved on over to the versions in force."""
    packages.refile(actor_of(request), filing_id)
    messages.success(request, _("已按最新办事要求更新您的申请，请再检查一遍。"), extra_tags="good")
    return redirect("portal:package_filing", filing_id)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Answer the package's questions anew while it is a draft."""
    actor = actor_of(request)
    found = packages.own(actor, filing_id)
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            packages.choose(actor, filing_id, request.POST.dict())
        except Invalid as error:
            problems = error.problems
        else:
            return redirect("portal:package_filing", filing_id)
    elif found.state != packages.FilingState.DRAFT:
        return redirect("portal:package_filing", filing_id)
    asked = packages.read(found.version.definition).questions
    context = {
        "filing": found,
        "questions": [_question(q, str(found.choices.get(q.key, "")), problems) for q in asked],
        "problems": problems,
        "nav": "cases",
    }
    return render(request, "portal/package_choose.html", context, status=422 if problems else 200)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Take back one item or all of them, after asking and with a reason; a draft is thrown away."""
    actor = actor_of(request)
    found = packages.own(actor, filing_id)
    member = (request.POST.get("member") or request.GET.get("member") or "")[:40]
    problem = ""
    if request.method == "POST":
        if found.state == packages.FilingState.DRAFT:
            packages.discard(actor, filing_id)
            messages.success(request, _("草稿已删除。"), extra_tags="good")
            return redirect("portal:packages")
        try:
            packages.withdraw(actor, filing_id, request.POST.get("reason", "")[:500], member=member or None)
        except Invalid as error:
            problem = str(error.message)
        else:
            messages.success(request, _("已撤回。"), extra_tags="good")
            return redirect("portal:package_filing", filing_id)
    view = packages.joined(actor, filing_id)
    context = {
        "filing": found,
        "member": member,
        "name": next((p.name for p in view.parts if p.member == member), found.name),
        "field": {
            "name": "reason",
            "label": _("撤回原因"),
            "widget": "textarea",
            "value": "",
            "required": True,
        },
        "problem": problem,
        "problems": [{"field": "reason", "message": problem}] if problem else [],
        "nav": "cases",
    }
    return render(request, "portal/package_withdraw.html", context, status=422 if problem else 200)


@access(resident)
@require_safe
def result(request: HttpRequest, filing_id: UUID) -> HttpResponseBase:
    """The combined signed notice."""
    actor = actor_of(request)
    found = packages.result(actor, filing_id)
    return files.respond(request, found.hash, f"{packages.own(actor, filing_id).name}.pdf", inline=True)
