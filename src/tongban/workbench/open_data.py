"""Open data for stewards and those who review: drafts, releases with their report, requests, showcases."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid
from tongban.opendata import service as opendata
from tongban.organisations import service as organisations
from tongban.workbench.paging import page_number, plain

keepers = role(*opendata.REVIEWERS)
SECTION = {"section": "open_data"}


class DatasetForm(forms.Form):
    """What is said about a dataset; the room checks it."""

    code = forms.CharField(label=_lazy("代码"), help_text=_lazy("小写字母、数字和连字符"), required=False)
    source = forms.ChoiceField(label=_lazy("数据来源"), required=False)
    title = forms.CharField(label=_lazy("标题"), required=False)
    title_en = forms.CharField(label=_lazy("英文标题"), required=False)
    description = forms.CharField(label=_lazy("说明"), widget=forms.Textarea({"rows": 4}), required=False)
    description_en = forms.CharField(
        label=_lazy("英文说明"), widget=forms.Textarea({"rows": 3}), required=False
    )
    keywords = forms.CharField(label=_lazy("关键词"), help_text=_lazy("用逗号隔开"), required=False)
    theme = forms.ChoiceField(label=_lazy("主题"), choices=opendata.Theme.choices, required=False)
    department = forms.ChoiceField(label=_lazy("发布部门"), required=False)
    terms = forms.ChoiceField(label=_lazy("使用许可"), choices=opendata.Terms.choices, required=False)
    cycle = forms.ChoiceField(label=_lazy("更新周期"), choices=opendata.Cycle.choices, required=False)
    division = forms.CharField(label=_lazy("覆盖地区的代码"), initial="35", required=False)
    contact_name = forms.CharField(label=_lazy("联系人或科室"), required=False)
    contact = forms.CharField(label=_lazy("联系邮箱或电话"), required=False)
    k = forms.IntegerField(
        label=_lazy("最小分组人数"), help_text=_lazy("比这更小的数值不公布"), required=False
    )
    quasi = forms.CharField(
        label=_lazy("可能识别个人的列"), help_text=_lazy("列名，用逗号隔开；统计表按维度自动确定"),
        required=False,
    )  # fmt: skip
    treatment = forms.ChoiceField(
        label=_lazy("太小的数值"), choices=opendata.Treatment.choices, required=False
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [d for d in organisations.departments() if opendata.may_make(actor, d)]
        sources = [(key, one.title) for key, one in opendata.SOURCES.items()]
        self.fields["department"].choices = [(str(d.id), d.name) for d in own]  # type: ignore[attr-defined]
        self.fields["source"].choices = sources  # type: ignore[attr-defined]

    def given(self) -> opendata.DatasetIn:
        """The form as the room takes it. Raises Invalid for what is no choice or number."""
        if not self.is_valid():
            raise Invalid(*[FieldProblem(n, "form", str(e[0])) for n, e in self.errors.items()])
        data = dict(self.cleaned_data)
        if not data["department"]:
            raise Invalid(FieldProblem("department", "required", _("请选择一个部门")))
        for name in ("keywords", "quasi"):
            words = data[name].replace("，", ",").replace("、", ",").split(",")
            data[name] = tuple(w.strip() for w in words if w.strip())
        return opendata.DatasetIn(department_id=UUID(data.pop("department")), **data)


def _initial(row: opendata.Dataset) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in DatasetForm.base_fields if name != "department"}
    lists = {"keywords": "，".join(row.keywords), "quasi": ",".join(row.quasi)}
    return own | lists | {"department": str(row.publisher_id)}


def _said(form: forms.Form, error: Invalid) -> None:
    for problem in error.problems:
        if problem.field in form.fields and problem.field not in form.errors:
            form.add_error(problem.field, str(problem.message))


@access(keepers)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Datasets one looks after."""
    actor, state, words = actor_of(request), plain(request, "state"), plain(request, "q")
    page = opendata.work_list(actor, state=state, words=words, page=page_number(request))
    context = {"page": page, "state": state, "q": words, "states": opendata.stages(),
               "may_make": actor.has_role("steward")}  # fmt: skip
    return render(request, "workbench/open_data.html", context | SECTION)


@access(role("steward"))
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft a dataset."""
    form = DatasetForm(request.POST or None, actor=actor_of(request))
    if request.method == "POST":
        try:
            row = opendata.create(actor_of(request), form.given())
        except Invalid as error:
            _said(form, error)
        else:
            return redirect("workbench:open_dataset", row.id)
    status = 422 if form.errors else 200
    return render(request, "workbench/open_new.html", {"form": form} | SECTION, status=status)


@access(keepers)
@require_http_methods(["GET", "HEAD", "POST"])
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """One dataset: its releases with their disclosure report, and what can be done now."""
    actor = actor_of(request)
    row = opendata.seen(actor, dataset_id)
    data = request.POST if request.POST.get("act") == "save" else None
    form = DatasetForm(data, initial=_initial(row), actor=actor)
    problems: list[FieldProblem] = []
    status = 200
    if request.method == "POST":
        try:
            _act(request, row, form)
        except Invalid as error:
            _said(form, error) if data else problems.extend(error.problems)
            status = 422
        except (Conflict, Forbidden) as error:
            problems, status = [FieldProblem("", error.code, error.message)], error.status
        else:
            messages.success(request, _("已记录"), extra_tags="good")
            return redirect("workbench:open_dataset", dataset_id)
    release = row.releases.first()
    context = {
        "dataset": row,
        "release": release,
        "releases": row.releases.all(),
        "rows": opendata.first_rows(release, 8) if release else [],
        "columns": opendata.columns_of(release) if release else [],
        "form": form,
        "problems": problems,
        "maker": opendata.may_make(actor, row.publisher),
        "reviewer": release is not None and release.maker_id != actor.account_id,
        "open": release is not None and release.state in ("draft", "sent_back"),
        "waiting": release is not None and release.state == "in_review",
    }
    return render(request, "workbench/open_dataset.html", context | SECTION, status=status)


def _act(request: HttpRequest, row: opendata.Dataset, form: DatasetForm) -> None:
    actor, act = actor_of(request), request.POST.get("act")
    words = request.POST.get("words", "").replace("\x00", " ")[:500]
    release = row.releases.first()
    if act == "save":
        if not opendata.may_make(actor, row.publisher):
            raise Forbidden
        opendata.edit(actor, row.id, form.given())
    elif act == "build":
        opendata.build(actor, row.id, note=words)
    elif act == "withdraw":
        opendata.withdraw(actor, row.id, words)
    elif release is not None and act == "submit":
        opendata.submit(actor, release.id)
    elif release is not None and act in ("publish", "back"):
        opendata.review(actor, release.id, publish=act == "publish", opinion=words)
    else:
        raise BadRequest


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise BadRequest from None


@access(keepers)
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    """What the public asks for, the earliest due first."""
    actor, state = actor_of(request), plain(request, "state")
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            opendata.answer(
                actor, _id(request), outcome=request.POST.get("outcome", ""),
                text=request.POST.get("text", "").replace("\x00", " "),
                dataset_code=request.POST.get("dataset", "").replace("\x00", "").strip(),
            )  # fmt: skip
        except Invalid as error:
            problems = list(error.problems)
        else:
            messages.success(request, _("已公开答复"), extra_tags="good")
            return redirect("workbench:open_requests")
    page = opendata.request_queue(actor, state=state, page=page_number(request))
    rows = [(row, opendata.clock_of(row), opendata.may_make(actor, row.department)) for row in page]
    context = {"page": page, "rows": rows, "state": state, "states": opendata.RequestState.choices,
               "outcomes": opendata.RequestState.choices[1:], "problems": problems,
               "posted": request.POST}  # fmt: skip
    status = 422 if problems else 200
    return render(request, "workbench/open_requests.html", context | SECTION, status=status)


@access(keepers)
@require_http_methods(["GET", "HEAD", "POST"])
def showcase(request: HttpRequest) -> HttpResponse:
    """Proposals for the showcase."""
    actor = actor_of(request)
    problems: list[FieldProblem] = []
    if request.method == "POST":
        opinion = request.POST.get("words", "").replace("\x00", " ")
        try:
            opendata.review_showcase(
                actor, _id(request), show=request.POST.get("act") == "show", opinion=opinion
            )
        except Invalid as error:
            problems = list(error.problems)
        else:
            messages.success(request, _("已记录"), extra_tags="good")
            return redirect("workbench:open_showcase")
    page = opendata.showcase_queue(actor, page=page_number(request))
    context = {"page": page, "problems": problems}
    status = 422 if problems else 200
    return render(request, "workbench/open_showcase.html", context | SECTION, status=status)
