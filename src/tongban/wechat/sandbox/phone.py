"""A sandbox user's phone: what he does is signed, sealed and posted to the callback, as WeChat does it.

Beside what a phone does, it plays what must be refused: forgeries, replays, old and alien messages.
"""

import time
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.kit import inprocess
from tongban.kit.errors import Conflict, invalid
from tongban.wechat.models import SandboxLine
from tongban.wechat.sandbox import store, wire
from tongban.wechat.settings import MODES, WeChatSettings, load

CALLBACK = "/wechat/callback/"
PATIENCE = 5.0  # seconds WeChat waits for an answer
TRIES = 3
AGAIN = ("repeat", "replay", "swap")
KINDS = ("text", "image", "voice", "location", "click", "view", "subscribe", "unsubscribe")
TRICKS = {
    "": gettext_lazy("照常"),
    "repeat": gettext_lazy("把上一条再送一次（同一 MsgId，新签名）"),
    "replay": gettext_lazy("重放上一次请求（原样）"),
    "swap": gettext_lazy("用上一次的签名送新内容"),
    "forged": gettext_lazy("伪造签名"),
    "old": gettext_lazy("一小时前的时间戳"),
    "alien": gettext_lazy("加密内容属于另一个公众号"),
    "bomb": gettext_lazy("带实体定义的 XML"),
    "huge": gettext_lazy("超大内容"),
}


def act(openid: str, kind: str, text: str = "", *, mode: str = "", trick: str = "") -> SandboxLine:
    """Do something as a user, and give back the line that answers it.

    Args:
        kind: one of :data:`KINDS`. ``text`` is the words, the recognised words of a voice, the key of a
            click, the address of a view, the place's name of a location.
        mode: one of the settings' modes; by default the account's.
        trick: one of :data:`TRICKS`.

    Raises:
        Invalid: an unknown kind, mode or trick, or an empty text.
        Conflict: nothing was sent before that could be repeated; or the user does not follow the account.
    """
    settings = load()
    mode = mode or settings.mode
    _check(openid, kind, text, mode, trick)
    last = _last(openid) if trick in AGAIN else None
    if trick in AGAIN and last is None:
        raise Conflict(_("还没有可以重复的消息"))
    before = wire.Wire(last.detail["query"], last.detail["body"]) if last else None
    if last is not None and trick != "swap":
        kind, text, xml = last.kind, last.text, last.detail["xml"]
    else:
        xml = wire.message_xml(openid, kind, text)
    sent = wire.written(settings, xml, mode, trick, before)
    detail = {
        "xml": xml,
        "mode": mode,
        "trick": trick,
        "query": sent.query,
        "body": sent.body[: 2_000 if trick else None],
    }
    said = store.say(openid, "user", kind, text, **detail)
    if not trick:
        _follow(openid, kind)
    return _post(settings, said, sent)


def _check(openid: str, kind: str, text: str, mode: str, trick: str) -> None:
    chosen = (("kind", kind, KINDS), ("mode", mode, MODES), ("trick", trick, tuple(TRICKS)))
    for field, value, known in chosen:
        if value not in known:
            raise invalid(field, "choice", _("没有这种选择"))
    if kind == "text" and not text.strip() and trick not in ("repeat", "replay"):
        raise invalid("text", "required", _("请输入一句话"))
    if not store.user(openid).subscribed and kind != "subscribe":
        raise Conflict(_("这个用户没有关注公众号"))


def _last(openid: str) -> SandboxLine | None:
    rows = SandboxLine.objects.filter(user_id=openid, by="user", detail__trick="")
    return rows.order_by("-id").first()


def _follow(openid: str, kind: str) -> None:
    """What WeChat itself notes when a user does something."""
    if kind in ("subscribe", "unsubscribe"):
        store.set_subscribed(openid, kind == "subscribe")
    if kind in ("click", "subscribe"):
        store.grant(openid, "event")
    elif kind not in ("view", "unsubscribe"):
        store.grant(openid, "message")


def _post(settings: WeChatSettings, said: SandboxLine, sent: wire.Wire) -> SandboxLine:
    """Deliver as WeChat does: up to three times where no good answer comes within five seconds."""
    openid, trick, tries = said.user_id, said.detail["trick"], 0
    while True:
        began, tries = time.monotonic(), tries + 1
        with inprocess.client(PATIENCE) as client:
            got = client.post(
                f"{CALLBACK}?{urlencode(sent.query)}",
                content=sent.body.encode(),
                headers={"content-type": "text/xml"},
            )
        spent = time.monotonic() - began
        good = got.is_success and spent <= PATIENCE
        if good or trick or tries == TRIES:
            break
        sent = wire.signed(settings, said.detail["xml"], said.detail["mode"])
    told: dict[str, Any] = {
        "status": got.status_code,
        "tries": tries,
        "ms": round(spent * 1000),
        "body": got.text[:20_000],
    }
    if not good:
        refused, broken = _("平台拒绝了这个请求（%(status)s）"), _("该公众号提供的服务出现故障（%(status)s）")
        words = (refused if got.is_client_error else broken) % {"status": got.status_code}
        return store.say(openid, "system", "fault", words, **told)
    reply = wire.words_of(settings, got.text)
    if not reply:
        return store.say(openid, "system", "silent", _("平台收下了，没有回复"), **told)
    return store.say(openid, "account", "text", reply, how="passive", **told)
