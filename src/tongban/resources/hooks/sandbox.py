"""A pretended subscriber's server, with faults to switch on, and the page that shows what it received."""

import json
import time
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tongban.kit.access import access, public
from tongban.kit.sandbox import sandbox_only
from tongban.notices import service as notices
from tongban.resources.hooks import cloudevents
from tongban.resources.hooks.models import SandboxEvent, SandboxReceiver, Subscription

SHOWN = 50
FAULTS = {
    "": _("正常"),
    "down": _("服务器出错（503），没有收下"),
    "busy": _("太忙（429），请过 2 秒再来"),
    "slow": _("超时，没有收下"),
    "lost": _("收下了，但应答丢失（500）"),
    "refuse": _("拒收（422）"),
    "gone": _("不再接收（410）"),
    "moved": _("要求转到别处（302）"),
}
ANSWERS = {"down": 503, "busy": 429, "slow": 503, "refuse": 422, "gone": 410, "moved": 302}


@access(public)
@csrf_exempt
@require_POST
@sandbox_only
def receive(request: HttpRequest, name: str) -> HttpResponseBase:
    """Take an event as a department's server would: check the signature, keep it once an id."""
    fault = SandboxReceiver.objects.filter(pk=name).values_list("fault", flat=True).first() or ""
    if fault == "slow":
        time.sleep(settings.SUBSCRIBER_SECONDS + 0.3)
    if fault in ANSWERS:
        answer = HttpResponse(status=ANSWERS[fault])
        if fault == "busy":
            answer["Retry-After"] = "2"
        if fault == "moved":
            answer["Location"] = "http://169.254.169.254/latest/"
        return answer
    try:
        event = json.loads(request.body)
        event_id = str(event["id"])[:100]
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    if not _signed(request):
        return HttpResponse(status=401)
    with transaction.atomic():
        row, made = SandboxEvent.objects.get_or_create(
            receiver=name, event_id=event_id, defaults={"body": event, "signed": True}
        )
        if not made:
            SandboxEvent.objects.filter(pk=row.pk).update(times=F("times") + 1)
    return HttpResponse(status=500 if fault == "lost" else 204)


def _signed(request: HttpRequest) -> bool:
    """The subscriber has noted its secret; here it is looked up."""
    try:
        given = UUID(request.headers.get("Tongban-Subscription", ""))
        row = Subscription.objects.filter(pk=given).first()
        secret = notices.unseal(row.secret) if row else ""
    except (InvalidToken, ValueError):
        return False
    header = request.headers.get(cloudevents.SIGNATURE, "")
    return bool(secret) and cloudevents.signed(secret, request.body, header, int(time.time()))


@access(public)
@never_cache
@require_safe
@sandbox_only
def received(request: HttpRequest, name: str) -> HttpResponse:
    """What it received, newest first."""
    rows = SandboxEvent.objects.filter(receiver=name).order_by("-created_at", "-id")[:SHOWN]
    fault = SandboxReceiver.objects.filter(pk=name).values_list("fault", flat=True).first() or ""
    context: dict[str, Any] = {
        "name": name, "fault": fault, "faults": FAULTS.items(),
        "rows": [(row, json.dumps(row.body, ensure_ascii=False, indent=1)) for row in rows],
    }  # fmt: skip
    return render(request, "resources/sandbox_subscriber.html", context)


@access(public)
@require_POST
@sandbox_only
def play(request: HttpRequest, name: str) -> HttpResponse:
    """Switch a fault on or off."""
    fault = request.POST.get("fault", "")
    if fault in FAULTS:
        SandboxReceiver.objects.update_or_create(name=name[:40], defaults={"fault": fault})
    return redirect("sandbox_subscriber", name)


urlpatterns = [
    path("<slug:name>/", receive, name="sandbox_subscriber_receive"),
    path("<slug:name>/received/", received, name="sandbox_subscriber"),
    path("<slug:name>/fault/", play, name="sandbox_subscriber_fault"),
]
