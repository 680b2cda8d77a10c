"""Departments' sources: what they send, how fresh it is, their columns, files and keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Invalid, invalid
from tongban.organisations import service as organisations
from tongban.resources import service as resources
from tongban.workbench.paging import page_number

keepers = role("steward", "operator")
SECTION = {"section": "sources"}
MOST_COLUMNS, MORE = 200, 3


class SourceForm(forms.Form):
    """A new source; the room checks it."""

    name = forms.CharField(label=_lazy("名称"), max_length=100)
    slug = forms.SlugField(label=_lazy("代码"), help_text=_lazy("小写字母、数字和连字符"), max_length=60)
    department = forms.ChoiceField(label=_lazy("部门"))
    kind = forms.ChoiceField(
        label=_lazy("关于谁"), choices=[("person", _lazy("自然人")), ("legal", _lazy("法人"))]
    )
    way = forms.ChoiceField(label=_lazy("提供方式"), choices=resources.Source.Way.choices, initial="file")
    cycle = forms.ChoiceField(
        label=_lazy("更新周期"), choices=resources.Source.Cycle.choices, initial="monthly"
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = {"new", *(one.source.slug for one in resources.sources(actor))}
        own = [d for d in organisations.departments() if resources.may_set_up(actor, d.id)]
        self.fields["department"].choices = [(str(d.id), d.name) for d in own]  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in self.taken:
            raise forms.ValidationError(_("这个代码已经用了"))
        return slug


@access(keepers)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The sources one looks after, with lights and counts."""
    found = resources.sources(actor_of(request))
    lights = {name: sum(one.light == name for one in found) for name in ("red", "yellow", "green")}
    context = {"sources": found, "lights": lights, "waiting": sum(one.quarantined for one in found)}
    return render(request, "workbench/sources.html", context | SECTION)


@access(keepers)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Set a source up."""
    actor = actor_of(request)
    form = SourceForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = resources.ensure_source(
                actor, data["slug"], data["name"], UUID(data["department"]),
                way=data["way"], cycle=data["cycle"], kind=data["kind"],
            )  # fmt: skip
        except Conflict as error:
            form.add_error("slug", error.message)
        else:
            return redirect("workbench:source", made.slug)
    status = 422 if form.errors else 200
    return render(request, "workbench/source_new.html", {"form": form} | SECTION, status=status)


@access(keepers)
@never_cache
@require_http_methods(["GET", "POST"])
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source: its columns, a sample tried, a file handed in, a new key shown this once."""
    actor = actor_of(request)
    view = resources.source_view(actor, slug)
    problems: tuple[FieldProblem, ...] = ()
    status, key, trial = 200, "", None
    rows, layout = _stored(view.source), view.source.layout
    if request.method == "POST":
        act = request.POST.get("act")
        if act in ("try", "save"):
            rows, layout = _typed_rows(request), _typed_layout(request)
        try:
            if act == "key":
                key = resources.new_key(actor, slug)
            elif act == "try":
                trial = _tried(request, view.source, _mapping(rows), layout)
            elif act == "save":
                return _save(request, view.source, _mapping(rows), layout)
            elif act == "land":
                made = resources.land_file(actor, slug, request.FILES.get("file"), as_of=_as_of(request))
                return redirect("workbench:snapshot", slug, made.id)
            elif act == "read":
                return redirect("workbench:snapshot", slug, resources.begin_reading(actor, slug).id)
            else:
                raise BadRequest
        except Invalid as error:
            problems, status = error.problems, error.status
        except Conflict as error:  # the department's database, or what is not set up of it
            problems, status = (FieldProblem("", error.code, error.message),), error.status
    link = resources.link_of(view.source)
    context = {
        "link": link, "known": _known(link), "view": view, "source": view.source, "key": key,
        "trial": trial, "problems": problems,
        "rows": [*enumerate(rows + [{} for _more in range(MORE)])], "layout": layout,
        "elements": resources.elements(view.source.kind), "rules": resources.CLEANING_RULES.items(),
        "page": resources.snapshots(actor, slug, page=page_number(request)),
        "wrong": {p.field: p.message for p in problems}, "act": request.POST.get("act", ""),
        "today": timezone.localdate().isoformat(),
    }  # fmt: skip
    return render(request, "workbench/source.html", context | SECTION, status=status)


def _tried(
    request: HttpRequest, row: resources.Source, mapping: dict[str, dict[str, str]], layout: dict[str, str]
) -> resources.Trial:
    actor = actor_of(request)
    if row.way == resources.Source.Way.DATABASE:
        return resources.try_database(actor, row.slug, mapping, layout)
    data = resources.content_of(request.FILES.get("file"))
    return resources.try_mapping(actor, row.slug, data, mapping, layout)


def _known(link: resources.DatabaseLink | None) -> list[str]:
    return [one.name for one in resources.known_columns(link) if one.use != "none"] if link else []


def _stored(row: resources.Source) -> list[dict[str, str]]:
    known = resources.columns_of(row.mapping, row.kind) if row.mapping else {}
    return [
        {"column": one.column, "element": one.element, "clean": one.clean, "date": one.date}
        for one in known.values()
    ]


def _text(request: HttpRequest, name: str, most: int = 100) -> str:
    return request.POST.get(name, "").replace("\x00", " ").strip()[:most]


def _typed_rows(request: HttpRequest) -> list[dict[str, str]]:
    names = ("column", "element", "clean", "date")
    rows = [{n: _text(request, f"{n}-{number}") for n in names} for number in range(MOST_COLUMNS)]
    return [row for row in rows if row["column"]]


def _typed_layout(request: HttpRequest) -> dict[str, str]:
    found = {name: _text(request, f"layout-{name}") for name in ("id", "as_of", "date")}
    return {name: value for name, value in found.items() if value}


def _mapping(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    names = [row["column"] for row in rows]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise invalid(twice, "column-twice", _("“%(column)s”写了两次") % {"column": twice})
    return {
        row["column"]: {name: row[name] for name in ("element", "clean", "date") if row[name]} for row in rows
    }


def _save(
    request: HttpRequest, row: resources.Source, mapping: dict[str, dict[str, str]], layout: dict[str, str]
) -> HttpResponse:
    resources.ensure_source(
        actor_of(request), row.slug, row.name, row.department_id,
        way=row.way, cycle=row.cycle, kind=row.kind, mapping=mapping, layout=layout,
    )  # fmt: skip
    messages.success(request, _("对应关系已保存"), extra_tags="good")
    return redirect("workbench:source", row.slug)


def _as_of(request: HttpRequest) -> datetime | None:
    text = _text(request, "as_of")
    if not text:
        return None
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("as_of", "date", _("数据日期应写作 2026-01-31")) from None
    return timezone.make_aware(day) if timezone.is_naive(day) else day


def _file(request: HttpRequest, slug: str, snapshot_id: UUID) -> dict[str, Any]:
    row = resources.snapshot(actor_of(request), slug, snapshot_id)
    return {
        "row": row,
        "source": row.source,
        "waiting": row.state in ("waiting", "running"),
        "total": max(row.rows_total, row.rows_read, 1),
    }


@access(keepers)
@never_cache
@require_GET
def snapshot(request: HttpRequest, slug: str, snapshot_id: UUID) -> HttpResponse:
    """One file: how far it is, and read = landed + quarantined."""
    return render(request, "workbench/snapshot.html", _file(request, slug, snapshot_id) | SECTION)


@access(keepers)
@never_cache
@require_GET
def progress(request: HttpRequest, slug: str, snapshot_id: UUID) -> HttpResponse:
    """The piece of the page that asks again while a file is read."""
    context = _file(request, slug, snapshot_id)
    response = render(request, "workbench/_snapshot_progress.html", context)
    if not context["waiting"]:
        response["HX-Refresh"] = "true"
    return response
