"""The wire: signatures, freshness, encryption, XML. Through wechatpy; what it leaves open is closed here.

Source: the official account's developer documentation (消息管理: 接入概述, 消息加解密说明).
"""

import struct
import time
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.messages import BaseMessage, UnknownMessage
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from tongban.wechat.models import Seen
from tongban.wechat.settings import WeChatSettings

FRESH_FOR = 300  # seconds a signed request stays good
MAX_BYTES = 128 * 1024  # far above any message of the protocol, also where it is there in plain and sealed
LONGEST_OPENID = 64
# Fields that hold one text each.
PLAIN = (
    "FromUserName", "ToUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event", "EventKey",
    "Recognition", "Encrypt",
)  # fmt: skip


class Refused(Exception):
    """The request is not from WeChat, is too old, is a repetition of the wire, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Query:
    """The signed part of a request."""

    signature: str
    timestamp: str
    nonce: str
    encrypt_type: str = ""
    msg_signature: str = ""
    echostr: str = ""


def check(settings: WeChatSettings, query: Query) -> None:
    """The signature is right and the request is fresh. Raises Refused."""
    try:
        check_signature(settings.token, query.signature, query.timestamp, query.nonce)
    except InvalidSignatureException:
        raise Refused("signature") from None
    if not query.timestamp.isdecimal() or abs(time.time() - int(query.timestamp[:12])) > FRESH_FOR:
        raise Refused("stale")


def once(query: Query, message: str) -> None:
    """This signature serves this message only; the very same request again is let through. Raises Refused.

    Args:
        message: the message's key. In plain mode the signature does not cover the body, so that a stolen
            one would do for any words; a repetition does nothing (its first answer is given again).
    """
    signature = (query.msg_signature if query.encrypt_type == "aes" else query.signature)[:40]
    row, first = Seen.objects.get_or_create(signature=signature, defaults={"message": message})
    if not first and row.message != message:
        raise Refused("replayed")


def message_in(settings: WeChatSettings, query: Query, body: bytes) -> BaseMessage:
    """Decrypt, where the mode asks for it, and read. Raises Refused."""
    if len(body) > MAX_BYTES:
        raise Refused("too large")
    text = _plain_xml(body)
    if settings.mode == "safe" and query.encrypt_type != "aes":
        raise Refused("plain message in encrypted mode")
    if _sealed(settings, query):
        text = _opened(settings, query, text)
    root = ElementTree.fromstring(text)
    if any(len(root.findall(name)) > 1 or root.find(f"{name}/*") is not None for name in PLAIN):
        raise Refused("unreadable")
    try:
        message = parse_message(text)
        # The library reads these when they are asked for; nonsense shall be found here.
        _looked_at = (message.id, message.create_time.timestamp(), message.source, message.target)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Refused("unreadable") from error
    if isinstance(message, UnknownMessage) and root.findtext("MsgType") == "event":
        message.type = "event"  # one the library does not know; nothing is to be said to it
    if not message.source or len(message.source) > LONGEST_OPENID or not message.target:
        raise Refused("unreadable")
    return message


def reply_out(settings: WeChatSettings, query: Query, message: BaseMessage, text: str) -> str:
    """The answer as XML, encrypted where the message was."""
    xml: str = TextReply(content=text, message=message).render()
    if _sealed(settings, query):
        return str(_crypto(settings).encrypt_message(xml, query.nonce, query.timestamp))
    return xml


def _sealed(settings: WeChatSettings, query: Query) -> bool:
    return bool(settings.mode != "plain" and query.encrypt_type == "aes")


def _opened(settings: WeChatSettings, query: Query, text: str) -> str:
    try:
        inner = _crypto(settings).decrypt_message(text, query.msg_signature, query.timestamp, query.nonce)
    except (InvalidSignatureException, InvalidAppIdException) as error:
        raise Refused("encryption") from error
    except (ValueError, LookupError, TypeError, AssertionError, struct.error) as error:
        raise Refused("unreadable cipher") from error
    return _plain_xml(inner)


def _crypto(settings: WeChatSettings) -> WeChatCrypto:
    return WeChatCrypto(settings.token, settings.aes_key, settings.app_id)


def _plain_xml(body: bytes | str) -> str:
    """Refuse document types, entities and what is no XML before any other parser sees it."""
    try:
        text = body.decode() if isinstance(body, bytes) else body
        root = ElementTree.fromstring(text, forbid_dtd=True)
    except (UnicodeDecodeError, ParseError, DefusedXmlException, ValueError) as error:
        raise Refused("no plain XML") from error
    if root.tag != "xml":
        raise Refused("no message")
    return text
