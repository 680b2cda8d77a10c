"""What the official account answers: the same replies as everywhere else, and the progress of one's cases."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wechatpy.messages import BaseMessage

from tongban.assist import service as assist
from tongban.kit.actors import ANONYMOUS
from tongban.wechat import binding
from tongban.wechat.models import Answered, Seen
from tongban.wechat.settings import WeChatSettings

MAX_CHARACTERS = 600  # a passive answer holds 2,048 bytes
KEEP_DAYS = 7
PROGRESS = ("进度", "我的办件", "办件进度", "PROGRESS")
BIND = ("绑定", "BIND")
UNBIND = ("解绑", "解除绑定")


def answer(settings: WeChatSettings, message: BaseMessage) -> str:
    """Answer a message once; a repetition of it gets the first answer again."""
    key = message_key(message)
    with transaction.atomic():
        _row, first = Answered.objects.get_or_create(key=key)
        row = Answered.objects.select_for_update().get(key=key)
        if first or not row.reply:
            row.reply = _fit(settings, _words(settings, message))
            row.save(update_fields=["reply"])
    return row.reply


def message_key(message: BaseMessage) -> str:
    """What makes a message one: its id; for events sender, time and kind."""
    if message.type != "event" and message.id:
        return f"m:{message.id}"[:160]
    at = int(message.create_time.timestamp())
    return f"e:{message.source}:{at}:{getattr(message, 'event', '')}"[:160]


def forget() -> int:
    """Drop answered messages and used signatures older than a week; gives back how many."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    return sum(model.objects.filter(created_at__lt=before).delete()[0] for model in (Answered, Seen))


def _words(settings: WeChatSettings, message: BaseMessage) -> str:
    if message.type == "event":
        return _event(settings, message)
    text = message.content if message.type == "text" else getattr(message, "recognition", None)
    if not text or not text.strip():
        return _("暂时只能看懂文字和带识别结果的语音，请用文字告诉我您想办什么事。")
    return _said(settings, message.source, text.strip())


def _event(settings: WeChatSettings, message: BaseMessage) -> str:
    if message.event in ("subscribe", "subscribe_scan"):
        return _(
            "欢迎关注。直接说您想办什么事，例如“开饭店要什么材料”；发送“进度”查询办件，发送“绑定”绑定账号。"
        )
    if message.event == "unsubscribe":
        binding.forget(message.source)
        return ""
    if message.event == "click":
        return _said(settings, message.source, str(message.key))
    return ""


def _said(settings: WeChatSettings, openid: str, text: str) -> str:
    if text in BIND:
        return _bind(settings, openid)
    actor = binding.actor_of(openid)
    if text in UNBIND:
        done = actor is not None and binding.unbind_openid(openid)
        return _("已解除绑定。") if done else _("这个微信没有绑定账号。")
    if text in PROGRESS:
        if actor is None:
            return _bind(settings, openid)
        text = PROGRESS[0]
    if len(text) > assist.MAX_QUESTION:
        return _("问题太长了，请用一两句话说。")
    session = "wechat:" + hashlib.sha256(openid.encode()).hexdigest()[:32]
    reply = assist.reply(text, session=session, actor=actor or ANONYMOUS, channel="wechat")
    return _plain(settings, reply)


def _bind(settings: WeChatSettings, openid: str) -> str:
    made = binding.ticket(openid)
    words = _(
        "请在 10 分钟内打开链接并登录，输入验证码 %(code)s 完成绑定：\n%(link)s\n不要把验证码告诉别人。"
    )
    return words % {"code": made.code, "link": f"{settings.site}/settings/wechat/?token={made.token}"}


def _plain(settings: WeChatSettings, reply: assist.Reply) -> str:
    """A reply of the assist room as text: the words, then one line a source or card."""
    lines, seen = [reply.text], set()
    for _sentence, url, title in reply.sentences:
        if url not in seen:
            seen.add(url)
            lines.append(f"《{title}》{settings.site}{url}")
    for card in reply.cards:
        if card.url not in seen:
            seen.add(card.url)
            lines.append(f"· {card.name} {settings.site}{card.url}")
    return "\n".join(lines)


def _fit(settings: WeChatSettings, text: str) -> str:
    """Cut an answer at a whole line where it is too long for the protocol, and say where there is more."""
    if len(text) <= MAX_CHARACTERS and len(text.encode()) <= 2000:
        return text
    kept: list[str] = []
    more = _("更多内容请看：") + f"{settings.site}/assist/"
    for line in text.splitlines():
        if len("\n".join([*kept, line, more]).encode()) > 2000:
            break
        kept.append(line)
    if not kept:
        kept = [text.encode()[:1500].decode(errors="ignore") + "…"]
    return "\n".join([*kept, more])
