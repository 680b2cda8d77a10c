"""The official account's callback, spoken to in every mode by a client that signs for real."""

import hashlib
import itertools
import re
import threading
import time
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from tongban.wechat.answering import forget
from tongban.wechat.models import Answered, Seen
from tongban.wechat.tests import conftest
from tongban.wechat.tests.conftest import CALLBACK, TOKEN, WeChat

pytestmark = pytest.mark.django_db
NUMBERS = itertools.count(5000)


def test_address_is_proved(wechat: WeChat) -> None:
    answer = wechat.client.get(CALLBACK, {**wechat.query(), "echostr": "5678<"})
    assert (answer.status_code, answer.content) == (200, b"5678<")
    assert answer["content-type"].startswith("text/plain")


def test_without_an_account_there_is_nothing(client: Client, settings: Any) -> None:
    settings.SANDBOX = False
    assert client.get(CALLBACK).status_code == 404


def test_welcome(wechat: WeChat) -> None:
    answer = wechat.send(wechat.event("subscribe"))
    assert answer.status == 200
    assert "绑定" in answer.text


def test_question_gets_the_platform_s_reply(wechat: WeChat) -> None:
    text = wechat.say("火星上的天气怎么样")
    assert text
    assert Answered.objects.count() == 1


def test_repeated_message_is_answered_once_and_the_same(wechat: WeChat) -> None:
    first = wechat.say("绑定", 4711)
    assert wechat.say("绑定", 4711) == first  # a new ticket would carry another code
    assert Answered.objects.count() == 1


def test_the_very_same_request_does_nothing_twice(wechat: WeChat) -> None:
    query, body = wechat.request(wechat.text("绑定"))
    first, again = wechat.post(query, body), wechat.post(query, body)
    assert (first.status, again.status) == (200, 200)
    assert again.text == first.text  # a new ticket would carry another code
    assert Answered.objects.count() == Seen.objects.count() == 1


def test_a_used_signature_serves_no_other_message(wechat: WeChat) -> None:
    query, body = wechat.request(wechat.text("绑定"))
    assert wechat.post(query, body).status == 200
    if wechat.encrypted:
        _query, other = wechat.request(
            wechat.text("解绑"), {k: query[k] for k in ("signature", "timestamp", "nonce")}
        )
    else:
        other = wechat.text("解绑")
    assert wechat.post(query, other).status == 403
    assert Answered.objects.count() == 1


def test_a_message_of_another_account_is_refused(account: WeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "APP_ID", "wx0000000000000002")
    query, body = account.request(account.text("绑定"))
    assert account.post(query, body).status == 403
    assert not Answered.objects.exists()


@pytest.mark.parametrize("forged", ["0" * 40, "", "' OR 1=1 --", "签名"])
def test_forged_signature_is_refused(wechat: WeChat, forged: str) -> None:
    query, body = wechat.request(wechat.text("绑定"))
    assert wechat.post({**query, "signature": forged}, body).status == 403
    if wechat.encrypted:
        assert wechat.post({**query, "msg_signature": forged}, body).status == 403
    assert (
        wechat.client.get(CALLBACK, {**wechat.query(), "signature": forged, "echostr": "1"}).status_code
        == 403
    )
    assert not Seen.objects.exists()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_stale_and_future_requests_are_refused(wechat: WeChat, minutes: int) -> None:
    query = wechat.query(int(time.time()) + minutes * 60)
    assert wechat.post(*wechat.request(wechat.text("绑定"), query)).status == 403


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not xml",
        "<xml>",
        "<html></html>",
        "<xml><MsgType>text</MsgType></xml>",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><Content>&a;</Content></xml>',
        "<xml>" + "a" * 70_000 + "</xml>",
    ],
)
def test_unreadable_bodies_are_refused(wechat: WeChat, body: str) -> None:
    if body.startswith("<xml") or not wechat.encrypted or wechat.mode == "safe":
        assert wechat.post(*wechat.request(body)).status == 403
    assert wechat.post(wechat.query(), body).status == 403


@pytest.mark.parametrize("time_of", ["abc", "", "-1", "9" * 30, "1.5", "٣"])
@pytest.mark.parametrize("number", ["abc", "9" * 200, "-1", ""])
def test_nonsense_in_a_signed_message_never_breaks(account: WeChat, time_of: str, number: str) -> None:
    for inner in (
        "<MsgType>text</MsgType><Content>你好</Content>",
        "<MsgType>event</MsgType><Event>VIEW</Event>",
    ):
        xml = (
            f"<xml><ToUserName>gh</ToUserName><FromUserName>{account.openid}</FromUserName><CreateTime>{time_of}</CreateTime>"
            f"{inner}<MsgId>{number}</MsgId></xml>"
        )
        assert account.send(xml).status in (200, 403)


@pytest.mark.parametrize(
    "inner",
    [
        "<MsgType>text</MsgType><Content><a>1</a></Content>",
        "<MsgType>text</MsgType><Content>1</Content><Content>2</Content>",
        "<MsgType><b>text</b></MsgType>",
        "<MsgType>event</MsgType>",
        "<MsgType>event</MsgType><Event><c/></Event>",
        "<MsgType>event</MsgType><Event>CLICK</Event>",
        "<MsgType>event</MsgType><Event>CLICK</Event><EventKey></EventKey>",
        "<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_1</EventKey>",
        "<MsgType>event</MsgType><Event>subscribe</Event><EventKey><d/></EventKey>",
        "<MsgType>device_event</MsgType>",
        "<MsgType></MsgType>",
        "<FromUserName>o2</FromUserName><MsgType>text</MsgType><Content>你好</Content>",
        "<Encrypt><x/></Encrypt><MsgType>text</MsgType><Content>你好</Content>",
    ],
)
def test_odd_shapes_of_signed_messages_never_break(wechat: WeChat, inner: str) -> None:
    assert wechat.send(wechat.xml(inner, next(NUMBERS))).status in (200, 403)


@pytest.mark.parametrize(
    "wrapped", ["<Encrypt><x/></Encrypt>", "<Encrypt>a</Encrypt><Encrypt>b</Encrypt>", "<Encrypt/>"]
)
def test_odd_shapes_around_a_cipher_are_refused(account: WeChat, wrapped: str) -> None:
    query = {**account.query(), "encrypt_type": "aes", "msg_signature": "0" * 40}
    assert account.post(query, f"<xml><ToUserName>gh</ToUserName>{wrapped}</xml>").status == 403


def test_a_huge_body_is_refused(wechat: WeChat) -> None:
    assert wechat.post(wechat.query(), f"<xml>{'大' * 1_500_000}</xml>").status in (400, 403)


def test_an_altered_cipher_is_refused(account: WeChat) -> None:
    query, body = account.request(account.text("绑定"))
    at = body.index("<Encrypt>") + 30
    altered = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :]
    assert account.post(query, altered).status == 403


@pytest.mark.parametrize("cipher", ["", "AAAA", "%%%", "A" * 64])
def test_a_rightly_signed_cipher_that_is_none_is_refused(account: WeChat, cipher: str) -> None:
    query = account.query()
    parts = sorted([TOKEN, query["timestamp"], query["nonce"], cipher])
    signature = hashlib.sha1("".join(parts).encode()).hexdigest()
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{cipher}</Encrypt></xml>"
    answer = account.post({**query, "encrypt_type": "aes", "msg_signature": signature}, body)
    assert answer.status == 403


def test_the_mode_decides_whether_plain_messages_are_taken(wechat: WeChat) -> None:
    query, body = wechat.query(), wechat.text("你好")
    assert wechat.client.post(CALLBACK, body, content_type="text/xml", query_params=query).status_code == (
        403 if wechat.mode == "safe" else 200
    )


def test_an_encrypted_message_gets_an_encrypted_answer(wechat: WeChat) -> None:
    answer = wechat.send(wechat.text("你好"))
    assert ("<Encrypt>" in answer.body) == wechat.encrypted
    assert answer.text.startswith("您好")


@pytest.mark.parametrize(
    "inner",
    [
        "<MsgType>image</MsgType><PicUrl>http://a/b</PicUrl><MediaId>1</MediaId>",
        "<MsgType>voice</MsgType><MediaId>1</MediaId><Format>amr</Format>",
        "<MsgType>video</MsgType><MediaId>1</MediaId><ThumbMediaId>2</ThumbMediaId>",
        "<MsgType>shortvideo</MsgType><MediaId>1</MediaId><ThumbMediaId>2</ThumbMediaId>",
        "<MsgType>location</MsgType><Location_X>26.07</Location_X><Location_Y>119.3</Location_Y><Scale>16</Scale>",
        "<MsgType>link</MsgType><Title>a</Title><Description>b</Description><Url>http://a/</Url>",
        "<MsgType>hologram</MsgType>",
        "<MsgType>text</MsgType><Content>   </Content>",
        "<MsgType>text</MsgType>",
    ],
)
def test_what_is_no_text_gets_plain_words(wechat: WeChat, inner: str) -> None:
    assert "文字" in wechat.send(wechat.xml(inner, 99)).text


def test_a_voice_with_recognised_words_is_a_question(wechat: WeChat) -> None:
    voice = "<MsgType>voice</MsgType><MediaId>1</MediaId><Format>amr</Format><Recognition>你好</Recognition>"
    assert wechat.send(wechat.xml(voice, 98)).text.startswith("您好")


@pytest.mark.parametrize(
    "words", ["😀", "👨‍👩‍👧‍👦 上户口要什么", "/::)", "a" * 3000, "]]>", "<script>alert(1)</script>"]
)
def test_odd_words_are_answered(wechat: WeChat, words: str) -> None:
    text = ElementTree.Element("Content")
    text.text = words
    inner = f"<MsgType>text</MsgType>{ElementTree.tostring(text, encoding='unicode')}"
    answer = wechat.send(wechat.xml(inner, next(NUMBERS)))
    assert answer.status == 200
    assert answer.text
    assert "<script>" not in answer.text


def test_events_that_need_no_words_get_none(wechat: WeChat) -> None:
    for kind, key in (
        ("VIEW", "https://tongban.test/"),
        ("LOCATION", ""),
        ("TEMPLATESENDJOBFINISH", ""),
        ("odd", ""),
    ):
        answer = wechat.send(wechat.event(kind, key))
        assert (answer.status, answer.body) == (200, "success")


def test_a_menu_click_is_the_word_it_stands_for(wechat: WeChat) -> None:
    assert "验证码" in wechat.send(wechat.event("CLICK", "BIND")).text
    assert "查询办件要先绑定账号" in wechat.send(wechat.event("CLICK", "PROGRESS")).text


def test_two_clicks_in_one_second_are_two(wechat: WeChat) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        first = wechat.send(wechat.event("CLICK", "BIND")).text
        assert wechat.send(wechat.event("CLICK", "PROGRESS")).text != first


def test_too_many_questions_get_words(wechat: WeChat) -> None:
    answers = [wechat.say("你好") for _n in range(42)]
    assert answers[0].startswith("您好")
    assert "太快" in answers[-1]


def test_long_question_is_answered_within_the_protocol_s_size(wechat: WeChat) -> None:
    assert len(wechat.say("开饭店要什么材料" * 1250).encode()) <= 2048


def test_old_marks_are_forgotten(wechat: WeChat) -> None:
    wechat.say("绑定")
    assert forget() == 0
    with connection.cursor() as cursor:
        for table in ("wechat_answered", "wechat_seen"):
            cursor.execute(f"UPDATE {table} SET created_at = created_at - interval '8 days'")
    assert forget() == 2


def test_answers_are_sealed_and_soon_wiped(wechat: WeChat) -> None:
    text = wechat.say("绑定", 4712)
    code = re.search(r"验证码 (\d{6})", text)
    assert code is not None
    assert code[1] not in Answered.objects.get().reply
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        forget()
    assert Answered.objects.get().reply == ""
    assert wechat.send(wechat.text("绑定", 4712)).body == "success"  # not done again


@pytest.mark.django_db(transaction=True)
def test_one_message_delivered_twice_at_once_is_answered_once(wechat: WeChat) -> None:
    texts: list[str] = []

    def deliver() -> None:
        texts.append(wechat.say("绑定", 815))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 4
    assert len(set(texts)) == 1
