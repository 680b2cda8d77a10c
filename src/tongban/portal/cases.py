"""My cases: the list, one case, its supplement, its withdrawal, its documents."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases import service as cases
from tongban.files import service as files
from tongban.items import service as items
from tongban.kit.access import access, actor_of, resident
from tongban.kit.errors import FieldProblem, Invalid
from tongban.kit.ids import uuid7
from tongban.packages import service as packages
from tongban.portal import fields as forms
from tongban.portal.web import page_number, subject_of

FILTERS = ("", "draft", "open", "supplement_asked", "ended")
MAY_WITHDRAW = ("submitted", "supplement_asked", "accepted", "under_review", "suspended")


@access(resident)
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """My cases, newest first."""
    actor, _subject = subject_of(request)
    state = request.GET.get("state", "")
    state = state if state in FILTERS else ""
    listing = cases.my_cases(actor, state=state or None, page=page_number(request))
    labels = [_("全部"), _("草稿"), _("办理中"), _("待补正"), _("已结束")]
    kinds = {"": ("draft", "submitted", "done", "withdrawn"), "draft": ("draft",), "open": ("submitted",)}
    shown = kinds.get(state, ("done", "withdrawn") if state == "ended" else ())
    context = {
        "filings": [f for f in packages.mine(actor) if f.state in shown] if listing.page == 1 else [],
        "listing": listing,
        "state": state,
        "filters": list(zip(FILTERS, labels, strict=True)),
        "page": {"number": listing.page, "pages": listing.pages},
        "nav": "cases",
    }
    return render(request, "portal/cases.html", context)


@access(resident)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: state in words, the clock as a sentence, what is asked, what happened."""
    actor = actor_of(request)
    form = cases.form_view(actor, case_id)
    if form.case.state == "draft":
        return redirect("portal:tasks", case_id)
    values = forms.values_of(form.pages)
    sections = [
        {
            "title": page.title,
            "rows": [
                {"key": field.label, "value": field.display}
                for field in page.fields
                if forms.is_shown(field, values)
            ],
        }
        for page in form.pages
    ]
    context: dict[str, Any] = {
        "case": form.case,
        "clock": cases.clock_of(form.case),
        "events": [
            {"title": e.title, "at": e.at, "by": e.by, "text": e.detail}
            for e in cases.timeline(actor, case_id)
        ],
        "documents": cases.documents_of(actor, case_id),
        "materials": cases.materials_view(actor, case_id).materials,
        "sections": sections,
        "supplement": getattr(form.case, "supplement", None),
        "reads": cases.reads_of(actor, case_id),
        "place": packages.place_of(actor, case_id),
        "may_withdraw": form.case.state in MAY_WITHDRAW,
        "nav": "cases",
    }
    return render(request, "portal/case.html", context)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Answer a supplement: only what was marked."""
    actor = actor_of(request)
    form = cases.form_view(actor, case_id)
    if form.case.state != "supplement_asked" and request.method != "POST":
        return redirect("portal:case", case_id)
    asked = [field for page in form.pages for field in page.fields if field.asked]
    if request.method == "POST":
        return _answer(request, form, asked)
    return _supplement_page(request, form, forms.shown_fields(asked, forms.values_of(form.pages)))


def _answer(request: HttpRequest, form: cases.FormView, asked: list[cases.FieldView]) -> HttpResponse:
    version = items.version(form.case.version_id)
    typed = items.read_answers(version, forms.post_reader(request, asked), [field.name for field in asked])
    try:
        cases.answer_supplement(
            actor_of(request), form.case.id, typed, key=request.POST.get("key", "")[:64] or str(uuid7())
        )
    except Invalid as error:
        shown = forms.shown_fields(asked, forms.values_of(form.pages), error.problems, typed)
        return _supplement_page(request, form, shown, error.problems)
    messages.success(request, _("补正内容已提交，办理期限从今天重新起算。"), extra_tags="good")
    if place := packages.place_of(actor_of(request), form.case.id):
        return redirect("portal:package_filing", place.filing_id)
    return redirect("portal:case", form.case.id)


def _supplement_page(
    request: HttpRequest,
    form: cases.FormView,
    shown: list[forms.ShownField],
    problems: tuple[FieldProblem, ...] = (),
) -> HttpResponse:
    view = cases.materials_view(actor_of(request), form.case.id)
    context = {
        "case": form.case,
        "place": packages.place_of(actor_of(request), form.case.id),
        "supplement": form.case.supplement,
        "fields": shown,
        "problems": problems,
        "materials": [one for one in view.materials if one.asked],
        "key": request.POST.get("key") or uuid7(),
        "nav": "cases",
    }
    return render(request, "portal/supplement.html", context, status=422 if problems else 200)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take an application back, after asking and with a reason."""
    actor = actor_of(request)
    found = cases.access_case(actor, case_id, purpose=_("撤回申请"))
    reason = request.POST.get("reason", "")[:500]
    problems: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            cases.withdraw(actor, case_id, reason)
        except Invalid as error:
            problems = error.problems
        else:
            messages.success(request, _("申请已撤回。需要时您可以重新申请。"), extra_tags="good")
            return redirect("portal:case", case_id)
    elif found.state not in MAY_WITHDRAW:
        return redirect("portal:case", case_id)
    view = {"name": "reason", "label": _("撤回原因"), "widget": "textarea", "value": reason, "required": True}
    wrong = " ".join(str(p.message) for p in problems)
    context = {"case": found, "field": view, "problem": wrong, "problems": problems, "nav": "cases"}
    return render(request, "portal/withdraw.html", context, status=422 if problems else 200)


@access(resident)
@require_safe
def document(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """A receipt, notice or decision of my case."""
    found = cases.case_document(actor_of(request), document_id)
    return files.respond(request, found.file_hash, f"{found.title}.pdf", inline=True)
