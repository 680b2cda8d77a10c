"""WeChat's server for one official account: tokens, the menu, customer and template messages; with faults.

Codes and limits are those of the developer documentation (全局返回码, 自定义菜单, 客服消息, 模板消息).
"""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tongban.kit.access import access, public
from tongban.kit.sandbox import sandbox_only
from tongban.wechat.models import SandboxLine, SandboxUser
from tongban.wechat.sandbox import store
from tongban.wechat.settings import load

Body = dict[str, Any]
SLOW = 6.0  # seconds: longer than the platform waits
WORDS = {
    -1: "system error", 40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type", 40003: "invalid openid", 40008: "invalid message type",
    40013: "invalid appid", 40016: "invalid button size", 40017: "invalid button type",
    40018: "invalid button name size", 40019: "invalid button key size", 40020: "invalid button url size",
    40023: "invalid sub button size", 40037: "invalid template_id", 40125: "invalid appsecret",
    41001: "access_token missing", 42001: "access_token expired", 43004: "require subscribe",
    44002: "empty post data", 44004: "empty content", 45002: "content size out of limit",
    45009: "reach max api daily quota limit", 45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit", 46003: "menu no exist", 47001: "data format error",
    47003: "argument invalid!", 48001: "api unauthorized",
}  # fmt: skip
BUTTONS = {"click": ("key", 128, 40019), "view": ("url", 1024, 40020)}


class Wrong(Exception):
    """The call is answered with a code of the protocol."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@access(public)
@csrf_exempt
@require_http_methods(["GET", "POST"])
@sandbox_only
def api(request: HttpRequest, endpoint: str) -> HttpResponseBase:
    """Every call below ``cgi-bin/``; the access token is the credential."""
    fault = store.fault()
    if fault == "down":
        return HttpResponse("service unavailable", status=503)
    if fault == "slow":
        time.sleep(SLOW)
        return JsonResponse(_error(-1))
    try:
        answer = _answered(request, endpoint, fault)
    except Wrong as wrong:
        return JsonResponse(_error(wrong.code))
    if fault == "lost" and "token" not in endpoint:
        return HttpResponse("sandbox: the answer got lost after the message was taken", status=500)
    return JsonResponse(answer)


def _error(code: int) -> Body:
    return {"errcode": code, "errmsg": WORDS.get(code, "error")}


def _answered(request: HttpRequest, endpoint: str, fault: str) -> Body:
    if fault == "busy":
        raise Wrong(-1)
    if endpoint in ("token", "stable_token"):
        return _token(request, endpoint, fault)
    problem = 40001 if fault == "invalid" else store.token_problem(request.GET.get("access_token", ""))
    if problem:
        raise Wrong(problem)
    if fault == "limit":
        raise Wrong(45009)
    call = CALLS.get((request.method or "", endpoint))
    if call is None:
        raise Wrong(48001)
    return call(_body(request) if request.method == "POST" else {})


def _body(request: HttpRequest) -> Body:
    if not request.body:
        raise Wrong(44002)
    try:
        body = json.loads(request.body)
    except ValueError:
        raise Wrong(47001) from None
    if not isinstance(body, dict):
        raise Wrong(47001)
    return body


def _token(request: HttpRequest, endpoint: str, fault: str) -> Body:
    """A token for the right secret; the stable one stays the same until it runs out or is forced."""
    given = request.GET.dict() if endpoint == "token" else _body(request)
    settings = load()
    if given.get("grant_type") != "client_credential":
        raise Wrong(40002)
    if given.get("appid") != settings.app_id:
        raise Wrong(40013)
    right = hmac.compare_digest(str(given.get("secret", "")).encode(), settings.secret.encode())
    if fault == "secret" or not right:
        raise Wrong(40125)
    fresh = endpoint == "token" or given.get("force_refresh") is True
    token, seconds = store.token(fresh=fresh)
    return {"access_token": token, "expires_in": seconds}


def _fits(text: object, most: int) -> bool:
    return isinstance(text, str) and 0 < len(text.encode()) <= most


def _check_button(button: Any, name_bytes: int, *, top: bool) -> None:
    if not isinstance(button, dict) or not _fits(button.get("name"), name_bytes):
        raise Wrong(40018)
    below = button.get("sub_button")
    if top and below:
        if not isinstance(below, list) or len(below) > 5:
            raise Wrong(40023)
        for one in below:
            _check_button(one, 60, top=False)
        return
    if button.get("type") not in BUTTONS:
        raise Wrong(40017)
    field, most, code = BUTTONS[button["type"]]
    if not _fits(button.get(field), most):
        raise Wrong(code)


def _menu_create(body: Body) -> Body:
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Wrong(40016)
    for button in buttons:
        _check_button(button, 16, top=True)
    store.remember("menu", {"button": buttons})
    return _error(0) | {"errmsg": "ok"}


def _menu_get(_body: Body) -> Body:
    menu = store.state("menu")
    if not menu:
        raise Wrong(46003)
    return {"menu": menu}


def _menu_delete(_body: Body) -> Body:
    store.remember("menu", {})
    return {"errcode": 0, "errmsg": "ok"}


def _reader(body: Body) -> SandboxUser:
    row = SandboxUser.objects.filter(pk=str(body.get("touser", ""))[:64]).first()
    if row is None:
        raise Wrong(40003)
    if not row.subscribed:
        raise Wrong(43004)
    return row


def _custom_send(body: Body) -> Body:
    row = _reader(body)
    if body.get("msgtype") != "text":
        raise Wrong(40008)
    text = body.get("text")
    content = text.get("content") if isinstance(text, dict) else None
    if not isinstance(content, str) or not content:
        raise Wrong(44004)
    if len(content.encode()) > 2048:
        raise Wrong(45002)
    if problem := 45015 if store.fault() == "window" else store.take(row.openid):
        raise Wrong(problem)
    store.say(row.openid, "account", "text", content, how="custom")
    return {"errcode": 0, "errmsg": "ok"}


def _template_send(body: Body) -> Body:
    row, data = _reader(body), body.get("data")
    if body.get("template_id") != load().template:
        raise Wrong(40037)
    if not isinstance(data, dict) or not data:
        raise Wrong(47003)
    values: dict[str, str] = {}
    for name, value in data.items():
        text = value.get("value") if isinstance(value, dict) else None
        # A "thing" holds twenty characters, and nothing may be empty.
        if not isinstance(text, str) or not text or (name.startswith("thing") and len(text) > 20):
            raise Wrong(47003)
        values[name] = text
    key = str(body.get("client_msg_id", ""))
    known = SandboxLine.objects.filter(user=row, kind="template", detail__key=key) if key else None
    line = known.first() if known is not None else None
    if line is None:
        text = "\n".join(values.values())
        line = store.say(row.openid, "account", "template", text, key=key, url=str(body.get("url", "")))
    return {"errcode": 0, "errmsg": "ok", "msgid": line.id.int % 10**15}


def _addresses(_body: Body) -> Body:
    return {"ip_list": ["127.0.0.1"]}


CALLS: dict[tuple[str, str], Callable[[Body], Body]] = {
    ("POST", "menu/create"): _menu_create,
    ("GET", "menu/get"): _menu_get,
    ("GET", "menu/delete"): _menu_delete,
    ("POST", "message/custom/send"): _custom_send,
    ("POST", "message/template/send"): _template_send,
    ("GET", "getcallbackip"): _addresses,
}
