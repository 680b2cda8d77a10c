"""Binding a WeChat user to an account, and asking for one's cases."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from tongban.conftest import AccountFactory, client_of
from tongban.notices.models import Notice
from tongban.wechat.models import Binding
from tongban.wechat.tests.conftest import WeChat

pytestmark = pytest.mark.django_db
PAGE = "/settings/wechat/"


def ticket(wechat: WeChat) -> dict[str, str]:
    words = wechat.say("绑定")
    code, token = re.search(r"验证码 (\d{6})", words), re.search(r"token=(\S+)", words)
    assert code is not None, words
    assert token is not None, words
    return {"token": token[1], "code": code[1]}


@pytest.fixture
def bound(wechat: WeChat) -> Any:
    account = AccountFactory()
    assert client_of(account).post(PAGE, ticket(wechat)).status_code == 302
    return account


def test_bound_person_is_told_and_may_ask(wechat: WeChat, bound: Any) -> None:
    assert Notice.objects.filter(account_id=bound.id, kind="wechat.bound").count() == 1
    assert wechat.say("进度").startswith("您还没有办件。")


def test_a_stranger_sees_nobodys_cases(wechat: WeChat, bound: Any) -> None:
    stranger = WeChat(wechat.mode, openid="oSomebodyElse")
    assert "验证码" in stranger.say("进度")  # not bound: is shown the way, sees nobody's cases


def test_wrong_code_binds_nobody(wechat: WeChat) -> None:
    held = ticket(wechat)
    wrong = f"{(int(held['code']) + 1) % 1_000_000:06d}"
    answer = client_of(AccountFactory()).post(PAGE, {**held, "code": wrong})
    assert answer.status_code == 422
    assert "验证码不对" in answer.content.decode()
    assert not Binding.objects.exists()


def test_codes_cannot_be_tried_out(wechat: WeChat) -> None:
    held, client = ticket(wechat), client_of(AccountFactory())
    for n in range(5):
        client.post(PAGE, {**held, "code": f"{(int(held['code']) + n + 1) % 1_000_000:06d}"})
    answer = client.post(PAGE, held)
    assert answer.status_code == 422
    assert "输错次数太多" in answer.content.decode()
    assert not Binding.objects.exists()


def test_a_link_alone_does_not_tell_its_code(wechat: WeChat) -> None:
    held = ticket(wechat)
    inside = signing.loads(held["token"], salt="tongban.wechat.binding")
    assert inside["h"] != hashlib.sha256(f"{inside['s']}:{held['code']}".encode()).hexdigest()
    assert held["code"] not in str(inside)


def test_a_ticket_binds_once(wechat: WeChat) -> None:
    held, other = ticket(wechat), AccountFactory()
    assert client_of(AccountFactory()).post(PAGE, held).status_code == 302
    answer = client_of(other).post(PAGE, held)
    assert answer.status_code == 422
    assert "已经用过" in answer.content.decode()
    assert not Binding.objects.filter(account=other).exists()


def test_old_or_altered_ticket_binds_nobody(wechat: WeChat) -> None:
    held, client = ticket(wechat), client_of(AccountFactory())
    assert client.post(PAGE, {**held, "token": held["token"][:-2] + "xx"}).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        fresh = client_of(AccountFactory())
        assert fresh.post(PAGE, held).status_code == 422
    assert not Binding.objects.exists()


def test_anonymous_is_sent_to_sign_in(wechat: WeChat) -> None:
    answer = Client().post(PAGE, ticket(wechat))
    assert answer.status_code in (302, 403)
    assert not Binding.objects.exists()


def test_unbinding_in_the_chat_and_on_the_page(wechat: WeChat, bound: Any) -> None:
    assert wechat.say("解绑") == "已解除绑定。"
    assert not Binding.objects.exists()
    client = client_of(bound)
    client.post(PAGE, ticket(wechat))
    row = Binding.objects.get()
    client_of(AccountFactory()).post(f"{PAGE}{row.id}/unbind/")
    assert Binding.objects.exists()  # a stranger ends nothing
    client.post(f"{PAGE}{row.id}/unbind/")
    assert not Binding.objects.exists()


def test_binding_again_moves_the_wechat_user(wechat: WeChat, bound: Any) -> None:
    other = AccountFactory()
    client_of(other).post(PAGE, ticket(wechat))
    assert Binding.objects.get().account_id == other.id


def test_one_who_unsubscribes_is_forgotten(wechat: WeChat, bound: Any) -> None:
    wechat.send(wechat.event("unsubscribe"))
    assert not Binding.objects.exists()


def test_page_without_ticket_shows_the_way(wechat: WeChat) -> None:
    assert "发送“绑定”" in client_of(AccountFactory()).get(PAGE).content.decode()
