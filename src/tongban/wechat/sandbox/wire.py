"""Messages as WeChat writes, signs and seals them; and as forgers do. Source: 消息管理, 消息加解密说明."""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml import ElementTree
from wechatpy.crypto import WeChatCrypto

from tongban.wechat.settings import WeChatSettings

ACCOUNT = "gh_000000000000"  # the account's own id in messages
ALIEN = "wxffffffffffffffff"
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Wire:
    """One request as it goes to the callback."""

    query: dict[str, str]
    body: str


def message_xml(openid: str, kind: str, text: str) -> str:
    """What a user did, as XML; characters that XML cannot hold are left out."""
    fields: dict[str, object] = {
        "ToUserName": ACCOUNT,
        "FromUserName": openid,
        "CreateTime": int(time.time()),
        "MsgType": kind if kind in ("text", "image", "voice", "location") else "event",
    }
    media = {"MediaId": secrets.token_urlsafe(30)}
    extra: dict[str, dict[str, object]] = {
        "text": {"Content": text},
        "image": {"PicUrl": "http://mmbiz.qpic.cn/sandbox", **media},
        "voice": {"Format": "amr", **media, "Recognition": text},
        "location": {"Location_X": "26.0745", "Location_Y": "119.2965", "Scale": "16", "Label": text},
        "click": {"Event": "CLICK", "EventKey": text},
        "view": {"Event": "VIEW", "EventKey": text},
        "subscribe": {"Event": "subscribe", "EventKey": ""},
        "unsubscribe": {"Event": "unsubscribe", "EventKey": ""},
    }
    fields |= extra[kind]
    if fields["MsgType"] != "event":
        fields["MsgId"] = time.time_ns()
    root = Element("xml")
    for name, value in fields.items():
        SubElement(root, name).text = _UNWRITABLE.sub("", str(value))
    return tostring(root, encoding="unicode")


def written(settings: WeChatSettings, xml: str, mode: str, trick: str, last: Wire | None) -> Wire:
    """The request for a message; ``last`` is the request before, which a trick may use again."""
    if trick == "replay" and last is not None:
        return last
    if trick == "bomb":
        xml = BOMB + xml.replace("</xml>", "<Extra>&b;&f;</Extra></xml>")
    elif trick == "huge":
        xml = xml.replace("</xml>", f"<Extra>{'大' * 100_000}</Extra></xml>")
    wire = signed(settings, xml, mode, age=3600 if trick == "old" else 0, alien=trick == "alien")
    if trick == "swap" and last is not None:
        return replace(wire, query=last.query)
    if trick == "forged":
        forged = {name: "0" * 40 for name in ("signature", "msg_signature") if name in wire.query}
        return replace(wire, query=wire.query | forged)
    return wire


def signed(settings: WeChatSettings, xml: str, mode: str, *, age: int = 0, alien: bool = False) -> Wire:
    """Sign with the account's token and seal where the mode asks for it.

    Args:
        age: seconds by which the timestamp lies in the past.
        alien: seal for another account.
    """
    stamp, nonce = str(int(time.time()) - age), secrets.token_hex(5)
    signature = hashlib.sha1("".join(sorted([settings.token, stamp, nonce])).encode()).hexdigest()  # noqa: S324
    query = {"signature": signature, "timestamp": stamp, "nonce": nonce}
    if mode == "plain" or not settings.aes_key:
        return Wire(query, xml)
    crypto = WeChatCrypto(settings.token, settings.aes_key, ALIEN if alien else settings.app_id)
    sealed = ElementTree.fromstring(crypto.encrypt_message(xml, nonce, stamp))
    query |= {"encrypt_type": "aes", "msg_signature": sealed.findtext("MsgSignature") or ""}
    cipher = f"<Encrypt>{sealed.findtext('Encrypt')}</Encrypt></xml>"
    outer = f"<xml><ToUserName>{ACCOUNT}</ToUserName>" if mode == "safe" else xml.removesuffix("</xml>")
    return Wire(query, outer + cipher)


def words_of(settings: WeChatSettings, body: str) -> str:
    """The words of a passive answer; an encrypted one is checked and opened. Empty where there is none."""
    if not body.startswith("<xml"):
        return ""
    root = ElementTree.fromstring(body)
    if root.find("Encrypt") is not None:
        crypto = WeChatCrypto(settings.token, settings.aes_key, settings.app_id)
        signature, stamp, nonce = (root.findtext(name) for name in ("MsgSignature", "TimeStamp", "Nonce"))
        root = ElementTree.fromstring(crypto.decrypt_message(body, signature, stamp, nonce))
    return root.findtext("Content") or ""
