"""The official account's callback, and the page that binds a WeChat user to an account."""

import logging
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from tongban.kit.access import access, actor_of, public, resident
from tongban.kit.errors import Invalid
from tongban.wechat import service as wechat

log = logging.getLogger(__name__)


@access(public)
@csrf_exempt
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest) -> HttpResponse:
    """WeChat's server calls here: GET proves the address, POST brings a message."""
    settings = wechat.load()
    if not settings.enabled:
        return HttpResponseNotFound()
    names = ("signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr")
    query = wechat.Query(**{name: request.GET.get(name, "")[:200] for name in names})
    try:
        wechat.check(settings, query)
        if request.method == "GET":
            return HttpResponse(query.echostr, content_type="text/plain; charset=utf-8")
        message = wechat.message_in(settings, query, request.body)
        wechat.once(query, wechat.message_key(message))
    except wechat.Refused as refused:
        log.warning("wechat message refused", extra={"reason": str(refused)})
        return HttpResponse(status=403)
    text = wechat.answer(settings, message)
    body = wechat.reply_out(settings, query, message, text) if text else "success"
    return HttpResponse(body, content_type="application/xml; charset=utf-8" if text else "text/plain")


@access(resident)
@require_http_methods(["GET", "POST"])
def binding(request: HttpRequest) -> HttpResponse:
    """Type in the code that the chat shows; or see and end one's bindings."""
    token = request.POST.get("token") or request.GET.get("token", "")
    problem, status = "", 200
    if request.method == "POST":
        try:
            wechat.bind(actor_of(request), token, request.POST.get("code", ""))
        except Invalid as error:
            problem, status = error.problems[0].message, 422
        else:
            messages.success(request, _("绑定成功，可以在微信里发送“进度”了"), extra_tags="good")
            return redirect("portal:wechat")
    context = {
        "token": token,
        "problem": problem,
        "bindings": wechat.bindings_of(actor_of(request)),
        "enabled": wechat.load().enabled,
        "can_push": wechat.load().can_push,
    }
    return render(request, "portal/wechat.html", context, status=status)


@access(resident)
@require_POST
def unbind(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    """End one binding of one's own."""
    if wechat.unbind(actor_of(request), binding_id):
        messages.success(request, _("已解除绑定"), extra_tags="good")
    return redirect("portal:wechat")
