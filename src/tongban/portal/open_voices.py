"""Asking for data, following the answers, and showing what was made of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.kit.access import access, actor_of, public, resident, signed_in
from tongban.kit.errors import Invalid
from tongban.kit.ids import uuid7
from tongban.opendata import service as opendata
from tongban.organisations import service as organisations
from tongban.portal.web import page_number


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ")[:5000]


@access(public)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Answered requests, and one's own."""
    words = request.GET.get("q", "")[:100]
    context = {
        "q": words,
        "page": opendata.public_requests(words=words, page=page_number(request)),
        "own": opendata.own_requests(actor_of(request)),
    }
    return render(request, "portal/open_requests.html", context)


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for data."""
    problems: tuple[object, ...] = ()
    if request.method == "POST":
        try:
            department = UUID(request.POST.get("department", ""))
        except ValueError:
            department = None
        try:
            row = opendata.ask(
                actor_of(request), title=_text(request, "title"), text=_text(request, "text"),
                purpose=_text(request, "purpose"), department_id=department,
                key=request.POST.get("key", "")[:64] or str(uuid7()),
            )  # fmt: skip
        except Invalid as error:
            problems = error.problems
        else:
            messages.success(request, _("已收到，答复后会通知您"), extra_tags="good")
            return redirect("portal:open_request", row.number)
    options = [(str(d.id), d.name) for d in organisations.departments() if len(d.division) <= 4]
    said = {p.field: str(p.message) for p in problems}  # type: ignore[attr-defined]
    fields = [
        {"name": name, "label": label, "widget": widget, "options": choices, "hint": hint, "required": must,
         "value": request.POST.get(name, ""), "problem": said.get(name, "")}
        for name, label, widget, choices, hint, must in (
            ("title", _("需要什么数据"), "text", (), _("例如：各县区每年新登记的企业数"), True),
            ("text", _("具体说明"), "textarea", (), _("答复后会公开，请不要写个人信息"), True),
            ("purpose", _("打算怎么用"), "text", (), "", False),
            ("department", _("请哪个部门答复"), "select", options, "", True),
        )
    ]  # fmt: skip
    context = {"fields": fields, "problems": problems, "key": request.POST.get("key") or uuid7()}
    return render(request, "portal/open_ask.html", context, status=422 if problems else 200)


@access(public)
@require_safe
def request_page(request: HttpRequest, number: str) -> HttpResponse:
    """One request with its answer."""
    row = opendata.seen_request(actor_of(request), number)
    context = {
        "row": row,
        "clock": opendata.clock_of(row),
        "following": opendata.follows(actor_of(request), row),
    }
    return render(request, "portal/open_request.html", context)


@access(signed_in)
@require_POST
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Follow a request, or no longer."""
    opendata.follow(actor_of(request), number, on=request.POST.get("on") == "1")
    return redirect("portal:open_request", number)


@access(public)
@require_safe
def showcase(request: HttpRequest) -> HttpResponse:
    """What was made of the data."""
    return render(request, "portal/open_showcase.html", {"page": opendata.shown(page=page_number(request))})


@access(resident)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose something for the showcase."""
    problems: tuple[object, ...] = ()
    if request.method == "POST":
        try:
            opendata.propose(
                actor_of(request), title=_text(request, "title"), text=_text(request, "text"),
                url=_text(request, "url"), maker=_text(request, "maker"),
                codes=request.POST.getlist("datasets")[:20],
            )  # fmt: skip
        except Invalid as error:
            problems = error.problems
        else:
            messages.success(request, _("已提交，审核后展示"), extra_tags="good")
            return redirect("portal:open_showcase")
    said = {p.field: str(p.message) for p in problems}  # type: ignore[attr-defined]
    options = [(row.code, row.title) for row in opendata.everything()]
    fields = [
        {"name": name, "label": label, "widget": widget, "options": choices, "hint": hint, "required": must,
         "value": request.POST.getlist(name) if widget == "checkboxes" else request.POST.get(name, ""),
         "problem": said.get(name, "")}
        for name, label, widget, choices, hint, must in (
            ("title", _("作品名称"), "text", (), "", True),
            ("text", _("介绍"), "textarea", (), _("做了什么、用了哪些数据"), True),
            ("maker", _("作者"), "text", (), _("会公开显示"), True),
            ("url", _("网址"), "text", (), "", False),
            ("datasets", _("用到的数据集"), "checkboxes", options, "", True),
        )
    ]  # fmt: skip
    context = {"fields": fields, "problems": problems}
    return render(request, "portal/open_propose.html", context, status=422 if problems else 200)
