"""The sandbox's pages: the gateway's endpoint, the inbox of all phones and mailboxes, the faults."""

import hmac
import json

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tongban.kit.access import access, public
from tongban.kit.sandbox import sandbox_only
from tongban.notices.sandbox import store
from tongban.notices.sandbox.keys import sandbox_key

LONGEST = 1000  # characters of a text


def _refuse(status: int, error: str) -> JsonResponse:
    return JsonResponse({"error": error}, status=status)


def _message(request: HttpRequest) -> dict[str, str] | None:
    """The three texts of a well-formed request, or None."""
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    names = ("key", "to", "text")
    texts = {name: text for name in names if isinstance(text := body.get(name), str) and text}
    whole = len(texts) == len(names) and all(len(text) <= LONGEST for text in texts.values())
    return texts if whole else None


@access(public)
@csrf_exempt
@require_POST
@sandbox_only
def sms_messages(request: HttpRequest) -> HttpResponseBase:
    """The gateway's endpoint; its key is the credential."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), sandbox_key().encode()):
        return _refuse(401, "unknown key")
    fault = store.fault_of("sms")
    if fault == "down":
        return _refuse(503, "sandbox: the gateway is down")
    if fault == "refuse":
        return _refuse(422, "sandbox: the gateway refuses this number")
    message = _message(request)
    if message is None:
        return _refuse(400, "expected JSON with the texts key, to and text")
    number = store.receive("sms", message["key"][:64], message["to"][:254], "", message["text"])
    if fault == "lost_answer":
        return _refuse(500, "sandbox: the answer got lost after the message was taken")
    return JsonResponse({"id": number}, status=202)


@access(public)
@require_GET
@sandbox_only
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """What every phone and mailbox of the sandbox received, newest first."""
    target = request.GET.get("target", "").strip()
    faults = [(channel, channel.label, store.fault_of(channel)) for channel in store.CHANNELS]
    context = {"rows": store.messages(target), "target": target, "faults": faults, "kinds": store.FAULTS[1:]}
    return render(request, "notices/sandbox_inbox.html", context)


@access(public)
@require_POST
@sandbox_only
def faults(request: HttpRequest) -> HttpResponse:
    """Switch a fault on or off."""
    store.set_fault(request.POST.get("channel", ""), request.POST.get("fault", ""))
    return redirect("sandbox_inbox")
