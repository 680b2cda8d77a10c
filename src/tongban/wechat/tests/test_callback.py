"""The official account's callback, spoken to in plain and encrypted mode by a client that signs for real."""

import threading
import time

import pytest
from django.db import connection
from django.test import Client

from tongban.wechat.answering import forget
from tongban.wechat.models import Answered, Seen
from tongban.wechat.tests.conftest import CALLBACK, WeChat

pytestmark = pytest.mark.django_db


def test_address_is_proved(wechat: WeChat) -> None:
    answer = wechat.client.get(CALLBACK, {**wechat.query(), "echostr": "5678<"})
    assert (answer.status_code, answer.content) == (200, b"5678<")
    assert answer["content-type"].startswith("text/plain")


def test_without_settings_there_is_nothing(client: Client) -> None:
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


def test_replayed_request_is_refused(wechat: WeChat) -> None:
    query, body = wechat.request(wechat.text("绑定"))
    assert wechat.post(query, body).status == 200
    assert wechat.post(query, body).status == 403


def test_forged_signature_is_refused(wechat: WeChat) -> None:
    query, body = wechat.request(wechat.text("绑定"))
    assert wechat.post({**query, "signature": "0" * 40}, body).status == 403
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
    assert wechat.post(*wechat.request(body)).status == 403
    assert wechat.post(wechat.query(), body).status == 403


def test_altered_cipher_and_plain_text_are_refused_in_encrypted_mode(wechat: WeChat) -> None:
    if not wechat.encrypted:
        answer = wechat.send(wechat.text("绑定"))
        assert answer.status == 200
        return
    query, body = wechat.request(wechat.text("绑定"))
    at = body.index("<Encrypt>") + 30
    altered = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :]
    assert wechat.post(query, altered).status == 403
    assert wechat.post(wechat.query(), wechat.text("绑定")).status == 403


def test_what_cannot_be_read_gets_plain_words(wechat: WeChat) -> None:
    image = "<MsgType>image</MsgType><PicUrl>http://a/b</PicUrl><MediaId>1</MediaId>"
    assert "文字" in wechat.send(wechat.xml(image, 99)).text


def test_long_question_is_answered_within_the_protocol_s_size(wechat: WeChat) -> None:
    assert len(wechat.say("开饭店要什么材料" * 1250).encode()) <= 2048


def test_old_marks_are_forgotten(wechat: WeChat) -> None:
    wechat.say("绑定")
    assert forget() == 0
    with connection.cursor() as cursor:
        for table in ("wechat_answered", "wechat_seen"):
            cursor.execute(f"UPDATE {table} SET created_at = created_at - interval '8 days'")
    assert forget() == 2


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
