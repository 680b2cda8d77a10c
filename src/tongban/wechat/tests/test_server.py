"""The sandbox's WeChat server over HTTP: its tokens, the menu, messages, limits and codes."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tongban.wechat.models import SandboxLine
from tongban.wechat.sandbox import store
from tongban.wechat.settings import load

pytestmark = pytest.mark.django_db
API = "/sandbox/wechat/cgi-bin/"


def token(**changed: Any) -> dict[str, Any]:
    account = load()
    body = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret, **changed}
    return Client().post(f"{API}stable_token", json.dumps(body), content_type="application/json").json()


def post(endpoint: str, body: Any, given: str | None = None) -> dict[str, Any]:
    given = token()["access_token"] if given is None else given
    text = body if isinstance(body, str) else json.dumps(body)
    address = f"{API}{endpoint}?access_token={given}"
    return Client().post(address, text, content_type="application/json").json()


def get(endpoint: str) -> dict[str, Any]:
    return Client().get(f"{API}{endpoint}", {"access_token": token()["access_token"]}).json()


@pytest.fixture
def reader() -> str:
    user = store.new_user("读者")
    store.grant(user.openid, "message")
    return user.openid


def text_for(openid: str, words: str = "您好") -> dict[str, Any]:
    return {"touser": openid, "msgtype": "text", "text": {"content": words}}


def template_for(openid: str, **changed: Any) -> dict[str, Any]:
    data = {"thing1": {"value": "已受理"}, "time3": {"value": "2026-01-01 08:00"}}
    return {"touser": openid, "template_id": load().template, "data": data, "client_msg_id": "k1", **changed}


def test_the_stable_token_stays_until_it_is_forced_or_runs_out() -> None:
    first = token()
    assert token()["access_token"] == first["access_token"]
    forced = token(force_refresh=True)["access_token"]
    assert forced != first["access_token"]
    assert post("menu/create", {}, first["access_token"])["errcode"] == 40001
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        assert post("menu/create", {}, forced)["errcode"] == 42001
        assert token()["access_token"] != forced


def test_the_old_token_call_gives_another_one_each_time() -> None:
    account = load()
    query = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    first, second = (Client().get(f"{API}token", query).json()["access_token"] for _n in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("changed", "code"), [({"secret": "错"}, 40125), ({"appid": "wx1"}, 40013), ({"grant_type": "x"}, 40002)]
)
def test_a_token_needs_the_right_words(changed: dict[str, str], code: int) -> None:
    assert token(**changed)["errcode"] == code


@pytest.mark.parametrize("endpoint", ["menu/create", "message/custom/send", "message/template/send"])
@pytest.mark.parametrize(("given", "code"), [("", 41001), ("wrong", 40001)])
def test_nothing_is_done_without_the_token(endpoint: str, given: str, code: int) -> None:
    token()
    assert post(endpoint, {}, given)["errcode"] == code


@pytest.mark.parametrize(("body", "code"), [("", 44002), ("no json", 47001), ("[]", 47001)])
def test_junk_is_named(body: str, code: int) -> None:
    assert post("menu/create", body)["errcode"] == code


def test_what_it_does_not_play_is_named() -> None:
    assert post("material/add_news", {})["errcode"] == 48001


def view(**changed: Any) -> dict[str, Any]:
    return {"type": "view", "name": "办事", "url": "https://a/", **changed}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([view()] * 4, 40016),
        (None, 40016),
        ([view(name="")], 40018),
        ([view(name="名字太长了放不下")], 40018),
        ([view(type="odd")], 40017),
        ([view(url="")], 40020),
        ([{"type": "click", "name": "a", "key": "k" * 129}], 40019),
        ([{"name": "我的", "sub_button": [view()] * 6}], 40023),
        ([{"name": "我的", "sub_button": [{"name": "再", "sub_button": [view()]}]}], 40017),
        (["x"], 40018),
    ],
)
def test_a_menu_beyond_the_limits_is_refused(buttons: Any, code: int) -> None:
    assert post("menu/create", {"button": buttons})["errcode"] == code
    assert get("menu/get")["errcode"] == 46003


def test_a_menu_is_kept_and_dropped() -> None:
    assert post("menu/create", {"button": [view()]})["errcode"] == 0
    assert get("menu/get")["menu"] == {"button": [view()]}
    assert get("menu/delete")["errcode"] == 0
    assert get("menu/get")["errcode"] == 46003


def test_five_messages_within_two_days_of_the_last_word(reader: str) -> None:
    codes = [post("message/custom/send", text_for(reader, f"第 {n} 条"))["errcode"] for n in range(6)]
    assert codes == [0] * 5 + [45047]
    assert SandboxLine.objects.filter(user_id=reader, by="account").count() == 5
    store.grant(reader, "message")
    with time_machine.travel(timezone.now() + timedelta(hours=49), tick=False):
        assert post("message/custom/send", text_for(reader))["errcode"] == 45015


def test_a_click_opens_a_minute_and_takes_nothing_away(reader: str) -> None:
    store.grant(reader, "event")
    assert store.now_open(reader) == 5
    other = store.new_user("点菜单的人").openid
    assert post("message/custom/send", text_for(other))["errcode"] == 45015
    store.grant(other, "event")
    assert store.now_open(other) == 3
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert store.now_open(other) == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"touser": "nobody"}, 40003),
        ({"msgtype": "hologram"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": None}, 44004),
        ({"text": {"content": "长" * 700}}, 45002),
    ],
)
def test_a_message_that_is_none_is_named(reader: str, changed: dict[str, Any], code: int) -> None:
    assert post("message/custom/send", text_for(reader) | changed)["errcode"] == code


def test_who_left_gets_nothing(reader: str) -> None:
    store.set_subscribed(reader, on=False)
    assert post("message/custom/send", text_for(reader))["errcode"] == 43004
    assert post("message/template/send", template_for(reader))["errcode"] == 43004


def test_a_template_message_goes_out_once_for_each_key(reader: str) -> None:
    first, again = (post("message/template/send", template_for(reader)) for _n in range(2))
    assert first["errcode"] == 0
    assert first == again
    assert SandboxLine.objects.filter(user_id=reader, kind="template").count() == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"template_id": "other"}, 40037),
        ({"data": {}}, 47003),
        ({"data": {"thing1": "x"}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {"thing1": {"value": "二" * 21}}}, 47003),
    ],
)
def test_a_template_message_beyond_its_fields_is_refused(reader: str, changed: Any, code: int) -> None:
    assert post("message/template/send", template_for(reader, **changed))["errcode"] == code


def test_there_is_no_server_outside_a_sandbox(settings: Any) -> None:
    settings.SANDBOX = False
    assert Client().post(f"{API}stable_token", "{}", content_type="application/json").status_code == 404
