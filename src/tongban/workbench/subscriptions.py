"""Who is told of changes over HTTP: subscriptions, how they do, what each was told, telling again."""

from datetime import date, datetime, time
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
from tongban.workbench.paging import page_number, plain

keepers = role("steward", "operator")
SECTION = {"section": "subscriptions"}
SANDBOX = "sandbox:"
KINDS = {"person": _lazy("自然人"), "legal": _lazy("法人")}
TONES = {"active": "good", "paused": "", "stopped": "warm", "ended": ""}


class SubscriptionForm(forms.Form):
    """A new subscription; the room checks it."""

    name = forms.CharField(label=_lazy("名称"), max_length=100)
    department = forms.ChoiceField(label=_lazy("部门"))
    url = forms.CharField(
        label=_lazy("推送地址"), help_text=_lazy("须是运维人员列出的地址，如 https://data.example.gov.cn/changes"),
        max_length=500,
    )  # fmt: skip
    elements = forms.MultipleChoiceField(
        label=_lazy("哪些数据元变化时告知"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [d for d in organisations.departments() if resources.may_set_up(actor, d.id)]
        self.fields["department"].choices = [(str(d.id), d.name) for d in own]  # type: ignore[attr-defined]
        shown = [(e.code, f"{e.label}（{KINDS[e.subject_kind]}）") for e in resources.elements()]
        self.fields["elements"].choices = shown  # type: ignore[attr-defined]


@access(keepers)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The subscriptions one looks after, with how they do."""
    rows = [(one, TONES[one.row.state]) for one in resources.subscriptions(actor_of(request))]
    return render(request, "workbench/subscriptions.html", {"rows": rows} | SECTION)


@access(keepers)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a subscription; its secret is shown on the page that answers, and never again."""
    actor = actor_of(request)
    form = SubscriptionForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made, secret = resources.subscribe(
                actor, UUID(data["department"]), data["name"], data["elements"], data["url"]
            )
        except Conflict as error:
            form.add_error("name", error.message)
        except Invalid as error:
            for problem in error.problems:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            return _shown(request, made.id, secret=secret)
    status = 422 if form.errors else 200
    return render(request, "workbench/subscription_new.html", {"form": form} | SECTION, status=status)


@access(keepers)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """One subscription: what it was told, and pausing, resuming, telling again, a new secret, its end."""
    if request.method != "POST":
        return _shown(request, subscription_id)
    actor, act = actor_of(request), request.POST.get("act")
    try:
        if act == "secret":
            return _shown(request, subscription_id, secret=resources.new_secret(actor, subscription_id))
        words = _act(request, subscription_id, act)
    except Invalid as error:
        return _shown(request, subscription_id, problems=error.problems)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words, extra_tags="good")
    return redirect("workbench:subscription", subscription_id)


def _act(request: HttpRequest, subscription_id: UUID, act: str | None) -> str:
    actor = actor_of(request)
    if act == "pause":
        resources.pause_subscription(actor, subscription_id)
        return _("已暂停，其间的变更会留着")
    if act == "resume":
        resources.resume_subscription(actor, subscription_id, _text(request, "url"))
        return _("已恢复，正在补送")
    if act == "end":
        resources.end_subscription(actor, subscription_id)
        return _("已结束")
    if act == "replay":
        try:
            day = date.fromisoformat(_text(request, "since"))
        except ValueError:
            raise invalid("since", "date", _("日期应写作 2026-01-31")) from None
        since = timezone.make_aware(datetime.combine(day, time.min))
        count = resources.replay(actor, subscription_id, since)
        return _("正在重新推送 %(n)s 个事件") % {"n": count}
    raise BadRequest


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ").strip()[:500]


def _shown(
    request: HttpRequest, subscription_id: UUID, *, secret: str = "", problems: tuple[FieldProblem, ...] = ()
) -> HttpResponse:
    actor, state = actor_of(request), plain(request, "state")
    state = state if state in resources.Delivery.State.values else ""
    view = resources.subscription(actor, subscription_id)
    page = resources.deliveries(actor, subscription_id, state, page_number(request))
    known = {one.code: one.label for one in resources.elements()}
    rows = [
        (row, "、".join(known.get(e["element"], e["element"]) for e in row.elements))
        for row in page.object_list
    ]
    context = {
        "view": view, "row": view.row, "tone": TONES[view.row.state], "secret": secret, "problems": problems,
        "wrong": {p.field: p.message for p in problems}, "page": page, "rows": rows, "state": state,
        "states": resources.Delivery.State.choices, "today": timezone.localdate().isoformat(),
        "box": f"{view.row.url.removeprefix(SANDBOX)}received/" if view.row.url.startswith(SANDBOX) else "",
        "labels": [known.get(code, code) for code in view.row.elements], "posted": request.POST,
    }  # fmt: skip
    status = 422 if problems else 200
    return render(request, "workbench/subscription.html", context | SECTION, status=status)
