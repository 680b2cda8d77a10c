"""A client that speaks as WeChat's server does: it signs, and encrypts where the mode asks for it."""

import base64
import hashlib
import itertools
import os
import time
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from wechatpy.crypto import WeChatCrypto

from tongban.assist.tests.test_phrasing import endpoint  # noqa: F401  (a fixture)

TOKEN = "spoken4word"
APP_ID = "wx0000000000000001"
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
CALLBACK = "/wechat/callback/"
SECRET = "right"
SITE = "https://tongban.test"
_numbers = itertools.count(1)


@dataclass
class Answer:
    status: int
    body: str
    text: str = ""


@dataclass
class WeChat:
    """One WeChat user in front of the official account."""

    mode: str
    openid: str = "oTestUser0001"
    client: Client = field(default_factory=Client)

    @property
    def encrypted(self) -> bool:
        return self.mode != "plain"

    def query(self, timestamp: int | None = None) -> dict[str, str]:
        stamp, nonce = str(timestamp or int(time.time())), f"n{next(_numbers)}{os.urandom(4).hex()}"
        signature = hashlib.sha1("".join(sorted([TOKEN, stamp, nonce])).encode()).hexdigest()
        return {"signature": signature, "timestamp": stamp, "nonce": nonce}

    def xml(self, inner: str, message_id: int | None = None) -> str:
        number = f"<MsgId>{message_id}</MsgId>" if message_id else ""
        return (
            f"<xml><ToUserName>gh_account</ToUserName><FromUserName>{self.openid}</FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime>{inner}{number}</xml>"
        )

    def text(self, words: str, message_id: int | None = None) -> str:
        inner = f"<MsgType>text</MsgType><Content><![CDATA[{words}]]></Content>"
        return self.xml(inner, message_id or next(_numbers) + time.time_ns())

    def event(self, kind: str, key: str = "") -> str:
        tail = f"<EventKey>{key}</EventKey>" if key else "<EventKey></EventKey>"
        return self.xml(f"<MsgType>event</MsgType><Event>{kind}</Event>{tail}")

    def request(self, xml: str, query: dict[str, str] | None = None) -> tuple[dict[str, str], str]:
        query = query or self.query()
        if not self.encrypted:
            return query, xml
        crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        sealed = ElementTree.fromstring(crypto.encrypt_message(xml, query["nonce"], query["timestamp"]))
        cipher = sealed.findtext("Encrypt")
        outer = (
            "<xml><ToUserName>gh_account</ToUserName>" if self.mode == "safe" else xml.removesuffix("</xml>")
        )
        body = f"{outer}<Encrypt>{cipher}</Encrypt></xml>"
        return {**query, "encrypt_type": "aes", "msg_signature": sealed.findtext("MsgSignature") or ""}, body

    def post(self, query: dict[str, str], body: str) -> Answer:
        answer = self.client.post(CALLBACK, body, content_type="text/xml", query_params=query)
        return Answer(answer.status_code, answer.content.decode(), self.read(query, answer.content.decode()))

    def read(self, query: dict[str, str], body: str) -> str:
        if not body.startswith("<xml"):
            return ""
        if self.encrypted:
            outer = ElementTree.fromstring(body)
            crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
            stamp, nonce = outer.findtext("TimeStamp"), outer.findtext("Nonce")
            body = crypto.decrypt_message(body, outer.findtext("MsgSignature"), stamp, nonce)
        inner = ElementTree.fromstring(body)
        assert inner.findtext("ToUserName") == self.openid
        return inner.findtext("Content") or ""

    def send(self, xml: str) -> Answer:
        return self.post(*self.request(xml))

    def say(self, words: str, message_id: int | None = None) -> str:
        answer = self.send(self.text(words, message_id))
        assert answer.status == 200, answer.body
        return answer.text


def set_account(monkeypatch: pytest.MonkeyPatch, settings: Any, mode: str = "plain") -> None:
    values = {
        "APP_ID": APP_ID,
        "TOKEN": TOKEN,
        "SECRET": SECRET,
        "MODE": mode,
        "AES_KEY": "" if mode == "plain" else AES_KEY,
        "API": "sandbox:/sandbox/wechat/cgi-bin/",
        "TEMPLATE": "",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"TONGBAN_WECHAT_{name}", value)
    settings.BASE_URL = SITE


@pytest.fixture(params=["plain", "compatible", "safe"])
def wechat(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any) -> WeChat:
    """The account in each of the protocol's modes."""
    set_account(monkeypatch, settings, request.param)
    return WeChat(request.param)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, settings: Any) -> WeChat:
    """The account in the safe mode, for what does not depend on the mode."""
    set_account(monkeypatch, settings, "safe")
    return WeChat("safe")
