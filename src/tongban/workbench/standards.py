"""The basic catalogue's standards: drafted by one person of the province, put in force by another."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from tongban.alignment import service as alignment
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.workbench import draft_forms
from tongban.workbench.catalogue import posted
from tongban.workbench.paging import page_number, plain

readers = role("item_editor", "legal", "supervisor", "leader")
SECTION = {"section": "alignment"}


@access(readers)
@require_GET
def standards(request: HttpRequest) -> HttpResponse:
    """Standards, by basic code."""
    query, state = plain(request, "q"), plain(request, "state")
    page = alignment.standards(query=query, state=state, page=page_number(request))
    context = {
        "page": page,
        "query": query,
        "state": state,
        "states": alignment.StandardState.choices,
        "may_keep": alignment.may_keep(actor_of(request)),
    }
    return render(request, "workbench/standards.html", context | SECTION)


@access(role("item_editor"))
@require_http_methods(["GET", "POST"])
def standard_new(request: HttpRequest) -> HttpResponse:
    """Draft a standard from an item in force."""
    actor = actor_of(request)
    if not alignment.may_keep(actor):
        raise Forbidden
    problems: list[FieldProblem] = []
    code = posted(request, "code", 80)
    if request.method == "POST":
        try:
            if not code:
                raise invalid("code", "required", _("请填写样板事项的编码"))
            row = alignment.draft_standard(actor, code, note=posted(request, "note", 500))
        except Invalid as error:
            problems = list(error.problems)
        except (NotFound, Conflict) as error:
            problems = [FieldProblem("code", error.code, error.message)]
        else:
            return redirect("workbench:standard", row.id)
    context = {"problems": problems, "code": code or plain(request, "code"), "note": posted(request, "note")}
    return render(request, "workbench/standard_new.html", context | SECTION, status=422 if problems else 200)


class StandardForm(forms.Form):
    """The elements of a standard, and which of them are fixed."""

    name = draft_forms.Text(_lazy("事项名称"), 200, required=True)
    type_code = draft_forms.Code("item-type", _lazy("事项类型"), required=True)
    legal_basis = draft_forms.Lines(_lazy("设定依据"))
    service_objects = draft_forms.Codes("service-object", _lazy("服务对象"))
    conditions = draft_forms.Lines(_lazy("受理条件"), 6)
    materials = draft_forms.Lines(_lazy("申请材料"), 6)
    statutory_days = draft_forms.Days(_lazy("法定办结时限"))
    outcomes = draft_forms.Lines(_lazy("办理结果"), 2)
    case_kind = draft_forms.Code("case-kind", _lazy("办件类型"))
    promised_days = draft_forms.Days(_lazy("承诺办结时限"))
    visits = draft_forms.Days(_lazy("到办事现场次数"), most=99)
    handling_forms = draft_forms.Codes("handling-form", _lazy("办理形式"))
    online_depth = draft_forms.Codes("online-depth", _lazy("网上办理深度"))
    cross_region = draft_forms.Code("cross-region", _lazy("通办范围"))
    fixed = forms.MultipleChoiceField(
        label=_lazy("各地必须一致的要素"),
        choices=list(alignment.ELEMENT_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _lazy("请选择哪些要素各地必须一致")},
    )


def _act(request: HttpRequest, row: alignment.Standard, form: StandardForm) -> str:
    actor, act = actor_of(request), request.POST.get("act")
    if act == "save":
        if not form.is_valid():
            raise Invalid
        elements = {name: value for name, value in form.cleaned_data.items() if name != "fixed"}
        alignment.edit_standard(actor, row.id, elements, form.cleaned_data["fixed"])
        return _("已保存")
    if act in ("pass", "back"):
        alignment.check_standard(actor, row.id, passed=act == "pass", opinion=posted(request, "opinion", 500))
        return _("已通过法制审核") if act == "pass" else _("已退回起草人")
    if act == "publish":
        alignment.publish_standard(actor, row.id)
        return _("标准已发布，正在与各地实施清单比较")
    if act == "discard":
        alignment.discard_standard(actor, row.id)
        return _("已删除草稿")
    raise BadRequest


@access(readers)
@require_http_methods(["GET", "POST"])
def standard(request: HttpRequest, standard_id: UUID) -> HttpResponse:
    """One standard; a draft may be edited, published by a second person, or thrown away."""
    row = alignment.standard_by(standard_id)
    actor = actor_of(request)
    problems: list[FieldProblem] = []
    status = 200
    data = request.POST if request.POST.get("act") == "save" else None
    form = StandardForm(data, initial={**row.elements, "fixed": row.fixed})
    if request.method == "POST":
        try:
            said = _act(request, row, form)
        except Invalid as error:
            problems, status = list(error.problems), 422
        except (Conflict, Forbidden) as error:
            if not (alignment.may_keep(actor) or alignment.may_check(actor)):
                raise
            problems, status = [FieldProblem("", error.code, error.message)], error.status
        else:
            messages.success(request, said, extra_tags="good")
            if request.POST.get("act") == "discard":
                return redirect("workbench:standards")
            return redirect("workbench:standard", standard_id)
    draft = row.state == alignment.StandardState.DRAFT
    context = {
        "standard": row,
        "rows": [
            {"label": label, "fixed": name in row.fixed, "text": alignment.say(name, row.elements.get(name))}
            for name, label in alignment.ELEMENT_LABELS.items()
        ],
        "form": form,
        "problems": problems,
        "editable": draft and alignment.may_keep(actor),
        "checkable": draft and alignment.may_check(actor) and row.author_id != actor.account_id,
        "own": row.author_id == actor.account_id,
        "tone": {"draft": "", "published": "good", "retired": ""}[row.state],
    }
    return render(request, "workbench/standard.html", context | SECTION, status=status)
