"""What the official account answers: the same replies as everywhere else, and the progress of one's cases."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wechatpy.messages import BaseMessage

from tongban.kit.errors import DomainError, Invalid
from tongban.notices import service as notices
from tongban.wechat import binding, talking
from tongban.wechat.models import Answered, Handed, Seen
from tongban.wechat.outgoing import WINDOW, push
from tongban.wechat.settings import WeChatSettings, load
from tongban.wechat.wording import cut, parts

log = logging.getLogger(__name__)
PATIENCE = 2.5  # seconds a statement may take: WeChat waits five for the whole answer
PHRASING = 3.0  # seconds there are for a model; a slower one is not asked
KEEP_DAYS = 7
KEEP_REPLY = timedelta(hours=1)
FOLLOW = 3  # messages after the first that one answer may have
AFTER_EVENT = timedelta(minutes=1)  # how long a menu click or a subscription lets the account write


def answer(settings: WeChatSettings, message: BaseMessage) -> str:
    """Answer a message once; a repetition of it gets the first answer again. Empty means nothing to say.

    Never raises for what a message can cause: a problem is an answer too.
    """
    try:
        with transaction.atomic(), _patience():
            row, first = Answered.objects.get_or_create(key=message_key(message))
            if not first:
                return _unsealed(row)
            words = _fitted(settings, message, _words(settings, message))
            row.reply = notices.seal(words)
            row.save(update_fields=["reply"])
            return words
    except DatabaseError:
        log.exception("wechat message not answered")
        return _("系统繁忙，请稍后再试。")


def message_key(message: BaseMessage) -> str:
    """What makes a message one: sender and id; for events sender, time, kind and key."""
    if message.type != "event" and message.id:
        return f"m:{message.source}:{message.id}"[:160]
    at = int(message.create_time.timestamp())
    event, key = getattr(message, "event", message.type), getattr(message, "key", "")
    return f"e:{message.source}:{at}:{event}:{key}"[:160]


def answer_late(sealed: str) -> None:
    """Find an answer without haste and send it as a customer message; run by the worker."""
    held = json.loads(notices.unseal(sealed))
    try:
        words = talking.said(load(), held["openid"], held["text"])
    except DomainError as error:
        words = problem_of(error)
    with transaction.atomic():
        for part in parts(words)[: FOLLOW + 1]:
            push(held["openid"], part)


def forget() -> int:
    """Drop answered messages, signatures and askers older than a week, and wipe answers after an hour.

    Gives back how many rows were dropped.
    """
    now = timezone.now()
    Answered.objects.filter(created_at__lt=now - KEEP_REPLY).exclude(reply="").update(reply="")
    before = now - timedelta(days=KEEP_DAYS)
    kept = (Answered, Seen, Handed)
    return sum(model.objects.filter(created_at__lt=before).delete()[0] for model in kept)


def problem_of(error: DomainError) -> str:
    """What is wrong, in the words of the room that refused."""
    return str(error.problems[0].message if isinstance(error, Invalid) else error.message)


@contextmanager
def _patience() -> Iterator[None]:
    """No statement may hold up a passive answer; waiting for a twin of the message counts too."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [int(PATIENCE * 1000)])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")


def _unsealed(row: Answered) -> str:
    try:
        return notices.unseal(row.reply) if row.reply else ""
    except InvalidToken:
        return ""


def _words(settings: WeChatSettings, message: BaseMessage) -> str:
    if message.type == "event":
        return _event(settings, message)
    binding.wrote(message.source, WINDOW)
    text = message.content if message.type == "text" else getattr(message, "recognition", None)
    if not text or not text.strip():
        return _("暂时只能看懂文字和带识别结果的语音，请用文字告诉我您想办什么事。")
    return _said(settings, message.source, text.strip())


def _event(settings: WeChatSettings, message: BaseMessage) -> str:
    event = getattr(message, "event", "")  # the library does not know every one there is
    if event in ("subscribe", "subscribe_scan"):
        return _(
            "欢迎关注。直接说您想办什么事，例如“开饭店要什么材料”；发送“进度”查询办件，发送“绑定”绑定账号。"
        )
    if event == "unsubscribe":
        binding.forget(message.source)
    if event != "click":
        return ""
    binding.wrote(message.source, AFTER_EVENT)
    return _said(settings, message.source, str(message.key or ""))


def _said(settings: WeChatSettings, openid: str, text: str) -> str:
    """The words to a text; what takes too long is found by the worker and sent afterwards."""
    try:
        with transaction.atomic():
            return talking.said(settings, openid, text, patience=PHRASING)
    except DomainError as error:
        return problem_of(error)
    except DatabaseError as error:
        log.warning("wechat answer takes too long", extra={"reason": type(error).__name__})
        if not settings.can_push:
            return _("系统繁忙，请稍后再试。")
        _later(openid, text)
        return _("正在为您查找，稍后把答案发给您。")


def _later(openid: str, text: str) -> None:
    from tongban.wechat.tasks import answer_later

    answer_later.defer(sealed=notices.seal(json.dumps({"openid": openid, "text": text})))


def _fitted(settings: WeChatSettings, message: BaseMessage, text: str) -> str:
    """As much as a passive answer holds; the rest follows as customer messages, or stands on the site."""
    pieces = parts(text)
    if len(pieces) <= 1:
        return text
    more = _("更多内容请看：") + f" {settings.site}/assist/"
    if not settings.can_push:
        return cut(pieces[0], more)
    if len(pieces) > FOLLOW + 1:
        pieces = [*pieces[:FOLLOW], cut(pieces[FOLLOW], more)]
    for number, piece in enumerate(pieces[1:], 2):
        push(message.source, cut(f"（{number}/{len(pieces)}）{piece}"))
    return cut(f"（1/{len(pieces)}）{pieces[0]}")
