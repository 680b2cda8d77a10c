"""Theme packages: what there is, one filing from its questions to the combined result."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.cases import service as cases
from tongban.files import service as files
from tongban.kit.access import access, actor_of, public, resident
from tongban.kit.errors import Conflict, FieldProblem, Invalid, NotFound, invalid
from tongban.kit.ids import uuid7
from tongban.packages import service as packages
from tongban.portal import fields as forms


def _base(filing_id: UUID) -> str:
    return f"/packages/filings/{filing_id}"


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


def _tasks(request: HttpRequest, form: packages.FilingForm) -> HttpResponse:
    base = _base(form.filing.id)
    rows = [_task(p.title, f"{base}/edit/{p.key}/", complete=p.complete) for p in form.pages]
    papers = packages.materials(actor_of(request), form.filing.id)
    if papers.materials:
        met = all(one.met or one.necessity == "2" for one in papers.materials)
        rows.append(_task(_("申请材料"), f"{base}/materials/", complete=met))
    done = sum(row["tone"] == "good" for row in rows)
    ready = done == len(rows)
    rows.append(
        {
            "title": _("检查并提交"),
            "href": f"{base}/check/",
            "status": _("可以提交") if ready else _("还不能提交"),
            "tone": "brand" if ready else "",
        }
    )
    context = {
        "form": form,
        "filing": form.filing,
        "tasks": rows,
        "done": done,
        "total": len(rows) - 1,
        "nav": "cases",
    }
    return render(request, "portal/package_tasks.html", context)


def _task(title: str, href: str, *, complete: bool) -> dict[str, str]:
    status, tone = (_("已完成"), "good") if complete else (_("待填写"), "warm")
    return {"title": title, "href": href, "status": status, "tone": tone}


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
    try:
        packages.save_filing(
            actor_of(request),
            form.filing.id,
            typed,
            page=None if later else here.key,
            revision=forms.revision_of(request),
        )
    except Invalid as error:
        values = forms.values_of(form.pages)
        shown = forms.shown_fields(here.fields, values, error.problems, typed)
        return _edit_page(request, form, here, shown, error.problems, status=422)
    if later:
        messages.success(request, _("已保存。您可以随时在任何设备上继续办理。"), extra_tags="good")
        return redirect("portal:package_filing", form.filing.id)
    following = next((p for p in form.pages if p.number == here.number + 1), None)
    base = _base(form.filing.id)
    return redirect(f"{base}/edit/{following.key}/" if following else f"{base}/materials/")


def _edit_page(
    request: HttpRequest,
    form: packages.FilingForm,
    here: cases.PageView,
    shown: list[forms.ShownField],
    problems: Iterable[FieldProblem] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    before = next((p for p in form.pages if p.number == here.number - 1), None)
    base = _base(form.filing.id)
    context = {
        "name": form.filing.name,
        "base": base,
        "page": here,
        "fields": shown,
        "problems": list(problems),
        "total": len(form.pages),
        "filled": sum(1 for f in shown if f.view.prefill and not f.view.prefill.changed),
        "revision": request.POST.get("revision") or form.filing.revision,
        "back": f"{base}/edit/{before.key}/" if before else f"{base}/",
        "nav": "cases",
    }
    return render(request, "portal/edit.html", context, status=status)


def _materials_page(
    request: HttpRequest, filing_id: UUID, problems: tuple[FieldProblem, ...] = (), key: str = ""
) -> HttpResponse:
    view = packages.materials(actor_of(request), filing_id)
    if view.filing.state != packages.FilingState.DRAFT:
        return redirect("portal:package_filing", filing_id)
    context = {
        "view": view,
        "filing": view.filing,
        "problems": [{"field": f"file-{key}", "message": p.message} for p in problems],
        "wrong": {key: " ".join(str(p.message) for p in problems)},
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "nav": "cases",
    }
    return render(request, "portal/package_materials.html", context, status=422 if problems else 200)


@access(resident)
@require_safe
def materials(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Every material once, and those that an earlier item will yield."""
    return _materials_page(request, filing_id)


@access(resident)
@require_POST
def hand_in(request: HttpRequest, filing_id: UUID, key: str) -> HttpResponse:
    """Hand in a file, use a licence, promise for later or take back: what the button says."""
    actor = actor_of(request)
    try:
        _hand(request, filing_id, key)
    except Invalid as error:
        packages.own(actor, filing_id)
        return _materials_page(request, filing_id, error.problems, key)
    return redirect(f"{_base(filing_id)}/materials/#material-{key}")


def _hand(request: HttpRequest, filing_id: UUID, key: str) -> None:
    actor, act = actor_of(request), request.POST.get("act", "")
    if act == "licence":
        packages.attach_licence(actor, filing_id, key, _uuid(request.POST.get("id", "")))
    elif act == "later":
        packages.attach_later(actor, filing_id, key)
    elif act == "remove":
        packages.detach(actor, filing_id, key, _uuid(request.POST.get("id", "")))
    else:
        sent = request.FILES.get("file")
        if sent is None:
            raise invalid("file", "required", _("请先选择要上传的文件"))
        packages.attach_upload(actor, filing_id, key, sent)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid("id", "required", _("请选择一项")) from None


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
    base = _base(view.form.filing.id)
    where = {field.name: page.key for page in view.form.pages for field in page.fields}

    def href(field: str) -> str:
        if field in where:
            return f"{base}/edit/{where[field]}/#field-{field}"
        return f"{base}/materials/#material-{field.removeprefix('material:')}"

    context = {
        "view": view,
        "filing": view.form.filing,
        "sections": forms.answer_sections(view.form.pages, base),
        "problems": [{"message": str(p.message), "href": href(p.field)} for p in view.problems],
        "key": request.POST.get("key") or uuid7(),
        "nav": "cases",
    }
    return render(request, "portal/package_check.html", context, status=status)


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
