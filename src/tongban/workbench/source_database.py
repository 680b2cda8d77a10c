"""The database of a source: where it is, which table in which order, and whether it is read of itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Invalid, NotFound
from tongban.resources import service as resources

keepers = role("steward", "operator")
SECTION = {"section": "sources"}
TLS_WORDS = {
    "require": _lazy("必须加密"),
    "verify-full": _lazy("必须加密，并核对证书"),
    "prefer": _lazy("对方支持时加密"),
    "disable": _lazy("不加密"),
}
DONE = {
    "connect": _lazy("已连上，连接已保存"), "table": _lazy("表已选定，再选主键和更新时间"),
    "order": _lazy("已选定，可以试读"), "over": _lazy("下次从头读；已有的行不会重复"),
    "stop": _lazy("已停止定时读取"), "go": _lazy("已恢复定时读取"),
}  # fmt: skip


class LinkForm(forms.Form):
    """Where the database is; the room checks it and tries it."""

    host = forms.CharField(
        label=_lazy("主机"), max_length=200, help_text=_lazy("须是运维人员列出的数据库，如 10.1.2.3")
    )
    port = forms.IntegerField(label=_lazy("端口"), min_value=1, max_value=65535, initial=5432)
    database = forms.CharField(label=_lazy("数据库名"), max_length=63)
    user = forms.CharField(label=_lazy("用户名"), max_length=63, help_text=_lazy("只给查询权限的专用用户"))
    password = forms.CharField(
        label=_lazy("密码"), max_length=200, required=False, strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )  # fmt: skip
    tls = forms.ChoiceField(label=_lazy("加密"), choices=list(TLS_WORDS.items()), initial="require")

    def __init__(self, *args: Any, kept: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kept:
            self.fields["password"].help_text = _("已加密保存。不改主机、库和用户时可以不填")

    def given(self) -> resources.LinkIn:
        """The form as the room takes it. Raises Invalid."""
        if not self.is_valid():
            raise Invalid(*[FieldProblem(n, "form", str(e[0])) for n, e in self.errors.items()])
        return resources.LinkIn(**self.cleaned_data)


@access(keepers)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def database(request: HttpRequest, slug: str) -> HttpResponse:
    """Each step once the one before is made: connection, table, key and moment."""
    actor = actor_of(request)
    view = resources.source_view(actor, slug)
    if view.source.way != resources.Source.Way.DATABASE:
        raise NotFound
    link = resources.link_of(view.source)
    act = request.POST.get("act", "")
    form = _form(request, link, act)
    problems: tuple[FieldProblem, ...] = ()
    status = 200
    if request.method == "POST":
        try:
            _do(request, slug, act, form)
        except Invalid as error:
            problems, status = _beside(form, error) if act == "connect" else error.problems, error.status
        except Conflict as error:
            problems, status = (FieldProblem("", error.code, error.message),), error.status
        else:
            messages.success(request, str(DONE[act]), extra_tags="good")
            return redirect("workbench:source_database", slug)
    link = resources.link_of(view.source)
    tables, unread = _tables(request, slug, link, tried=bool(problems))
    context = {
        "view": view, "source": view.source, "link": link, "form": form, "problems": problems,
        "tables": tables, "unread": unread, "wrong": {p.field: p.message for p in problems},
        "known": resources.known_columns(link) if link else [],
        "chosen": f"{link.table_schema}.{link.table_name}" if link and link.table_name else "",
    }  # fmt: skip
    return render(request, "workbench/source_database.html", context | SECTION, status=status)


def _form(request: HttpRequest, link: resources.DatabaseLink | None, act: str) -> LinkForm:
    names = ("host", "port", "database", "user", "tls")
    initial = {name: getattr(link, name) for name in names} if link else None
    return LinkForm(request.POST if act == "connect" else None, initial=initial, kept=link is not None)


def _do(request: HttpRequest, slug: str, act: str, form: LinkForm) -> None:
    actor = actor_of(request)
    said = {n: request.POST.get(n, "").replace("\x00", " ")[:130] for n in ("table", "key", "moment")}
    if act == "connect":
        resources.connect_database(actor, slug, form.given())
    elif act == "table":
        # A name may have dots itself: what was shown is found again instead of taken apart.
        shown = {f"{one.schema}.{one.name}": one for one in resources.database_tables(actor, slug)}
        one = shown.get(said["table"])
        resources.choose_table(actor, slug, one.schema if one else "", one.name if one else "")
    elif act == "order":
        resources.choose_order(actor, slug, said["key"], said["moment"])
    elif act == "over":
        resources.start_over(actor, slug)
    elif act == "stop":
        resources.stop_database(actor, slug)
    elif act == "go":
        resources.resume_database(actor, slug)
    else:
        raise BadRequest


def _beside(form: LinkForm, error: Invalid) -> tuple[FieldProblem, ...]:
    """Puts problems to their fields; gives back those without one."""
    for problem in error.problems:
        if problem.rule != "form" and problem.field in form.fields:
            form.add_error(problem.field, str(problem.message))
    return tuple(p for p in error.problems if p.field not in form.fields)


def _tables(
    request: HttpRequest, slug: str, link: resources.DatabaseLink | None, *, tried: bool
) -> tuple[list[resources.TableAbout], str]:
    """The tables to choose from, and why there are none; a database that just failed is not asked again."""
    if link is None or tried:
        return [], ""
    try:
        return resources.database_tables(actor_of(request), slug), ""
    except Conflict as error:
        return [], error.message
    except Invalid as error:
        return [], str(error.problems[0].message)
