"""The inventory for departments and the data office: entries, review, late sources, duplicates, lineage."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.inventory import service as inventory
from tongban.kit.access import access, actor_of, role
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid
from tongban.organisations import service as organisations
from tongban.resources import service as resources
from tongban.workbench.csv_lines import csv_lines
from tongban.workbench.filtering import Select
from tongban.workbench.paging import page_number, plain

keepers = role(*inventory.ROLES)
SECTION = {"section": "inventory"}


class EntryForm(forms.Form):
    """What is said about an entry; the room checks it."""

    department = forms.ChoiceField(label=_lazy("信息资源提供方"), required=False)
    front = forms.ChoiceField(label=_lazy("信息资源分类"), required=False)
    name = forms.CharField(label=_lazy("信息资源名称"), max_length=50)
    abstract = forms.CharField(
        label=_lazy("信息资源摘要"), widget=forms.Textarea({"rows": 3}), max_length=256
    )
    format = forms.ChoiceField(label=_lazy("信息资源格式"), choices=inventory.Format.choices)
    items = forms.CharField(
        label=_lazy("信息项"), widget=forms.Textarea({"rows": 8}), max_length=40_000,
        help_text=_lazy("一行一个：名称 | 类型 | 数据元代码，如“姓名 | 字符型 | person.name”，后两段可不写"),
    )  # fmt: skip
    sharing = forms.ChoiceField(label=_lazy("共享类型"), choices=inventory.Sharing.choices)
    sharing_basis = forms.CharField(
        label=_lazy("共享条件或不予共享的依据"), widget=forms.Textarea({"rows": 2}), required=False,
        max_length=300, help_text=_lazy("不予共享的，写明法律、行政法规或国务院规定，名称用书名号"),
    )  # fmt: skip
    ways = forms.MultipleChoiceField(
        label=_lazy("共享方式"), choices=inventory.Way.choices, widget=forms.CheckboxSelectMultiple,
        required=False, help_text=_lazy("能对接、查询或调用的，不用下载和拷贝"),
    )  # fmt: skip
    opening = forms.ChoiceField(label=_lazy("开放类型"), choices=inventory.Opening.choices)
    opening_basis = forms.CharField(
        label=_lazy("开放条件或不予开放的依据"), widget=forms.Textarea({"rows": 2}), required=False,
        max_length=300,
    )  # fmt: skip
    cycle = forms.ChoiceField(label=_lazy("更新周期"), choices=inventory.Cycle.choices)
    related = forms.CharField(
        label=_lazy("关联资源代码"), help_text=_lazy("用空格隔开"), required=False, max_length=1000
    )

    def __init__(
        self, *args: Any, actor: Any, entry: inventory.Entry | None = None, fixed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        places = [("", _("本部门（部门信息资源类）"))]
        places += [(code, one.words) for code, one in inventory.branches().items()]
        self.fields["front"].choices = places  # type: ignore[attr-defined]
        if fixed:
            del self.fields["front"]
        if entry is not None:
            del self.fields["department"]
        else:
            own = [d for d in organisations.departments() if inventory.may_edit(actor, d.id)]
            self.fields["department"].choices = [(str(d.id), d.name) for d in own]  # type: ignore[attr-defined]

    def department_id(self) -> UUID:
        """The chosen department. Raises Invalid."""
        if not self.cleaned_data["department"]:
            raise Invalid(FieldProblem("department", "required", _("请选择一个部门")))
        return UUID(self.cleaned_data["department"])

    def given(self) -> inventory.Described:
        """The form as the room takes it. Raises Invalid."""
        if not self.is_valid():
            raise Invalid(*[FieldProblem(n, "form", str(e[0])) for n, e in self.errors.items()])
        data = {name: self.cleaned_data[name] for name in inventory.FIELDS}
        for name in ("name", "abstract", "sharing_basis", "opening_basis"):
            data[name] = " ".join(data[name].split())
        return inventory.Described(**data | {
            "items": inventory.items_of(data["items"]), "ways": tuple(data["ways"]),
            "related": tuple(data["related"].replace("，", " ").replace("、", " ").split()),
        })  # fmt: skip


def _initial(row: inventory.Entry, version: inventory.Version) -> dict[str, Any]:
    content = inventory.content_of(version)
    front = "" if row.front.startswith("3") else row.front
    return content | {"items": inventory.lines_of(version.items), "related": " ".join(version.related),
                      "front": front}  # fmt: skip


def _said(form: forms.Form, error: Invalid) -> list[FieldProblem]:
    """Puts problems to their fields; gives back those without one."""
    rest = []
    for problem in error.problems:
        if problem.field not in form.fields:
            rest.append(problem)
        elif problem.rule != "form":
            form.add_error(problem.field, str(problem.message))
    return rest


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: plain(request, name)[:60] for name in ("state", *inventory.FILTERS)}


@access(keepers)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Entries one looks after."""
    actor, chosen, words = actor_of(request), _filters(request), plain(request, "q")[:100]
    page = inventory.work_page(actor, chosen, words, page=page_number(request))
    states = [one for one in inventory.State.choices if one[0] != inventory.State.REPLACED]
    selects = [
        Select("state", _("状态"), tuple((v, str(w)) for v, w in states), chosen["state"]),
        Select("sharing", _("共享类型"), tuple((v, str(w)) for v, w in inventory.Sharing.choices),
               chosen["sharing"]),
    ]  # fmt: skip
    if inventory.office(actor):
        names = tuple(inventory.providers(actor))
        selects.append(Select("department", _("部门"), names, chosen["department"]))
    query = request.GET.copy()
    query.pop("page", None)
    rows = [(row, inventory.differences(row.entry, row)) for row in page]
    context = {"page": page, "rows": rows, "q": words, "selects": selects, "query": query.urlencode(),
               "may_make": actor.has_role("steward")}  # fmt: skip
    return render(request, "workbench/inventory.html", context | SECTION)


@access(keepers)
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as CSV, under the heads of the guide."""
    actor = actor_of(request)
    rows = inventory.table(plain(request, "q")[:100], _filters(request), actor=actor)
    return csv_lines("inventory.csv", inventory.heads(), rows)


@access(role("steward"))
@require_POST
def generate(request: HttpRequest) -> HttpResponse:
    """Propose entries from the registered sources."""
    done = inventory.generate_entries(actor_of(request))
    words = _(
        "新建 %(made)s 个草稿，跟着数据源更新 %(updated)s 个，%(offered)s 个有新的建议，%(same)s 个没有变化"
    )
    values = {name: getattr(done, name) for name in ("made", "updated", "offered", "same")}
    messages.success(request, words % values, extra_tags="good")
    return redirect("workbench:inventory")


@access(role("steward"))
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft an entry that comes from no registered source."""
    actor = actor_of(request)
    form = EntryForm(request.POST or None, actor=actor, initial={"cycle": "monthly"})
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            given = form.given()
            row = inventory.create(actor, form.department_id(), given, front=form.cleaned_data["front"])
        except Invalid as error:
            problems = _said(form, error)
        else:
            return redirect("workbench:inventory_entry", row.id)
    status = 422 if form.errors or problems else 200
    return render(request, "workbench/inventory_new.html", {"form": form, "problems": problems} | SECTION,
                  status=status)  # fmt: skip


@access(keepers)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry: what it says, what the generator would say, its versions, and what can be done now."""
    actor = actor_of(request)
    row = inventory.seen(actor, entry_id)
    version = inventory.newest(row)
    fixed = row.versions.filter(published_at__isnull=False).exists()
    data = request.POST if request.POST.get("act") == "save" else None
    form = EntryForm(data, initial=_initial(row, version), actor=actor, entry=row, fixed=fixed)
    problems: list[FieldProblem] = []
    status = 200
    if request.method == "POST":
        try:
            _act(request, row, form)
        except Invalid as error:
            problems = _said(form, error) if data else list(error.problems)
            status = 422
        except (Conflict, Forbidden) as error:
            problems, status = [FieldProblem("", error.code, error.message)], error.status
        else:
            messages.success(request, _("已记录"), extra_tags="good")
            return redirect("workbench:inventory_entry", entry_id)
    editor, waiting = inventory.may_edit(actor, row.department_id), version.state == "in_review"
    live = row.versions.filter(state="published").first()
    context = {
        "entry": row, "version": version, "form": form, "problems": problems, "editor": editor,
        "office": inventory.office(actor), "waiting": waiting, "live": live, "versions": row.versions.all(),
        "reviewer": waiting and inventory.may_review(actor, version),
        "classification": inventory.classification(row),
        "items": [(one, inventory.type_words(one["type"])) for one in version.items],
        "ways": inventory.said("ways", version.ways),
        "differences": inventory.differences(row, version),
        "discardable": version.state == "draft" and version.number > 1,
    }  # fmt: skip
    return render(request, "workbench/inventory_entry.html", context | SECTION, status=status)


def _act(request: HttpRequest, row: inventory.Entry, form: EntryForm) -> None:
    actor, act = actor_of(request), request.POST.get("act")
    words = request.POST.get("words", "").replace("\x00", " ")[:500]
    if act == "save":
        if not inventory.may_edit(actor, row.department_id):
            raise Forbidden
        given = form.given()
        inventory.edit(actor, row.id, given, front=form.cleaned_data.get("front"))
    elif act == "submit":
        inventory.submit(actor, row.id)
    elif act in ("publish", "back"):
        inventory.review(actor, row.id, publish=act == "publish", opinion=words)
    elif act == "withdraw":
        inventory.withdraw(actor, row.id, words)
    elif act == "discard":
        inventory.discard(actor, row.id)
    elif act in ("take", "keep"):
        inventory.settle(actor, row.id, request.POST.getlist("fields"), take=act == "take")
    else:
        raise BadRequest


@access(keepers)
@require_safe
def monitor(request: HttpRequest) -> HttpResponse:
    """Which sources come as often as they should; the late ones first."""
    found = inventory.monitor(actor_of(request))
    lights = {name: sum(one.light == name for one in found) for name in ("red", "yellow", "green")}
    return render(request, "workbench/inventory_monitor.html", {"found": found, "lights": lights} | SECTION)


@access(keepers)
@require_http_methods(["GET", "HEAD", "POST"])
def duplicates(request: HttpRequest) -> HttpResponse:
    """What is collected twice, and the data office's decisions."""
    actor, kind = actor_of(request), plain(request, "kind")
    problems: list[FieldProblem] = []
    status = 200
    if request.method == "POST":
        try:
            department = UUID(request.POST.get("department", ""))
        except ValueError:
            raise BadRequest from None
        given = {name: request.POST.get(name, "").replace("\x00", " ") for name in
                 ("kind", "key", "outcome", "reason")}  # fmt: skip
        try:
            inventory.rule(actor, given["kind"], given["key"], department, given["outcome"], given["reason"])
        except Invalid as error:
            problems, status = list(error.problems), 422
        except Conflict as error:
            problems, status = [FieldProblem("", error.code, error.message)], error.status
        else:
            messages.success(request, _("决定已记录，并告知这个部门"), extra_tags="good")
            return redirect("workbench:inventory_duplicates")
    found = inventory.duplicates(actor, kind=kind)
    context = {
        "found": found, "kind": kind, "problems": problems, "posted": request.POST if problems else {},
        "readable": _readable(actor, found),
        "kinds": [("", _("全部")), ("entries", _("条目重复")), ("element", _("数据元重复"))],
        "office": inventory.office(actor), "outcomes": inventory.Outcome.choices,
        "undecided": sum(one.ruling is None for one in found),
        "ignored": sum(one.ignored for one in found),
    }  # fmt: skip
    return render(request, "workbench/inventory_duplicates.html", context | SECTION, status=status)


def _readable(actor: Actor, found: list[inventory.Duplicate]) -> set[UUID]:
    """Entries whose pages the actor may open: a department does not see the other's drafts."""
    return {
        entry_id
        for one in found
        for (entry_id, _name), held in zip(one.entries, (one.source, one.department), strict=False)
        if inventory.office(actor) or (held is not None and inventory.may_edit(actor, held.id))
    }


@access(keepers)
@require_safe
def lineages(request: HttpRequest) -> HttpResponse:
    """All elements, to choose one."""
    held = resources.holders()
    groups = [
        (words, [(one, len(held.get(one.code, []))) for one in resources.elements(kind)])
        for kind, words in (("person", _("自然人")), ("legal", _("法人")))
    ]
    return render(request, "workbench/inventory_lineages.html", {"groups": groups} | SECTION)


@access(keepers)
@require_safe
def lineage(request: HttpRequest, code: str) -> HttpResponse:
    """One element from its sources to its users, drawn and as tables."""
    found = inventory.lineage(code)
    context = {"about": found.element, "lineage": found, "drawing": inventory.draw(found)}
    return render(request, "workbench/inventory_lineage.html", context | SECTION)
