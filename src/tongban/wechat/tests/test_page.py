"""The sandbox's page: a user is played, and everything he does really goes through the callback."""

from typing import Any

import pytest
from django.test import Client

from tongban.conftest import Person
from tongban.kit.errors import Conflict, Invalid
from tongban.wechat import binding
from tongban.wechat.models import Answered, SandboxLine, SandboxUser
from tongban.wechat.sandbox import phone, store

pytestmark = pytest.mark.django_db
PAGE = "/sandbox/wechat/"


@pytest.fixture
def user(settings: Any) -> SandboxUser:
    settings.BASE_URL = "https://tongban.test"
    return store.new_user("游客")


def act(user: SandboxUser, **data: str) -> Any:
    return Client().post(f"{PAGE}act/", {"user": user.openid, **data})


def shown(user: SandboxUser) -> str:
    return Client().get(PAGE, {"user": user.openid}).content.decode()


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_question_and_its_answer_stand_in_the_chat(user: SandboxUser, mode: str) -> None:
    answer = act(user, kind="text", text="你好", mode=mode)
    assert answer.status_code == 302
    said, heard = store.lines(user.openid)
    assert (said.by, said.text, said.detail["mode"]) == ("user", "你好", mode)
    assert heard.text.startswith("您好")
    assert ("<Encrypt>" in said.detail["body"]) == (mode != "plain")
    assert ("你好" in said.detail["body"]) == (mode != "safe")
    assert heard.text[:6] in shown(user)


@pytest.mark.parametrize("trick", ["forged", "old", "alien", "bomb", "huge", "swap"])
def test_what_must_be_refused_is_refused(user: SandboxUser, trick: str) -> None:
    phone.act(user.openid, "text", "你好")
    count = Answered.objects.count()
    line = phone.act(user.openid, "text", "绑定", trick=trick)
    assert (line.by, line.kind) == ("system", "fault")
    assert line.detail["status"] in (400, 403)
    assert Answered.objects.count() == count
    assert "平台拒绝" in shown(user)


@pytest.mark.parametrize("trick", ["repeat", "replay"])
def test_a_repetition_gets_the_first_answer(user: SandboxUser, trick: str) -> None:
    first = phone.act(user.openid, "text", "绑定")
    assert phone.act(user.openid, "text", "", trick=trick).text == first.text
    assert Answered.objects.count() == 1


def test_there_must_be_something_to_repeat(user: SandboxUser) -> None:
    with pytest.raises(Conflict):
        phone.act(user.openid, "text", "", trick="replay")
    assert act(user, kind="text", trick="replay").status_code == 409


@pytest.mark.parametrize("data", [{"kind": "song"}, {"mode": "odd"}, {"trick": "odd"}, {"text": "  "}])
def test_odd_choices_are_refused_in_words(user: SandboxUser, data: dict[str, str]) -> None:
    values = {"kind": "text", "text": "你好", **data}
    with pytest.raises(Invalid):
        phone.act(user.openid, **values)
    assert act(user, **values).status_code == 422


@pytest.mark.parametrize("kind", ["image", "voice", "location"])
def test_other_kinds_are_sent_too(user: SandboxUser, kind: str) -> None:
    line = phone.act(user.openid, kind, "你好")
    assert line.text.startswith("您好" if kind == "voice" else "暂时只能看懂文字")
    assert shown(user)


def test_leaving_and_coming_back(user: SandboxUser, resident: Person) -> None:
    made = binding.ticket(user.openid)
    binding.bind(resident.actor, made.token, made.code)
    assert "已绑定" in shown(user)
    assert act(user, kind="unsubscribe").status_code == 302
    assert "未绑定" in shown(user)
    assert act(user, kind="text", text="你好").status_code == 409
    phone.act(user.openid, "subscribe")
    assert store.lines(user.openid)[-1].text.startswith("欢迎关注")
    assert store.now_open(user.openid) >= 3


def test_the_menu_is_set_and_clicked(user: SandboxUser) -> None:
    client = Client()
    assert "办件进度" not in shown(user)
    assert client.post(f"{PAGE}menu/", {"user": user.openid}).status_code == 302
    assert "办件进度" in shown(user)
    act(user, kind="click", text="BIND")
    assert "验证码" in store.lines(user.openid)[-1].text


def test_a_fault_is_switched_and_told(user: SandboxUser) -> None:
    client = Client()
    client.post(f"{PAGE}fault/", {"user": user.openid, "fault": "down"})
    assert store.fault() == "down"
    answer = client.post(f"{PAGE}menu/", {"user": user.openid})
    assert answer.status_code == 502
    assert "HTTP 503" in answer.content.decode()
    assert client.post(f"{PAGE}fault/", {"user": user.openid, "fault": "odd"}).status_code == 422


def test_somebody_new_follows_and_is_welcomed() -> None:
    answer = Client().post(f"{PAGE}users/")
    user = SandboxUser.objects.get()
    assert answer.url == f"{PAGE}?user={user.openid}#last"
    assert "欢迎关注" in shown(user)


def test_the_log_comes_alone_and_only_when_there_is_news(user: SandboxUser) -> None:
    phone.act(user.openid, "text", "你好")
    last = store.lines(user.openid)[-1]
    client = Client()
    assert client.get(f"{PAGE}log/", {"user": user.openid, "after": str(last.id)}).status_code == 204
    fresh = client.get(f"{PAGE}log/", {"user": user.openid, "after": ""}).content.decode()
    assert "您好" in fresh
    assert "<html" not in fresh
    assert client.get(f"{PAGE}log/", {"user": "nobody"}).status_code == 404


def test_words_with_markup_stay_words(user: SandboxUser) -> None:
    phone.act(user.openid, "text", "<script>alert(1)</script>\x07")
    assert "<script>alert" not in shown(user)


def test_only_the_newest_lines_are_kept(user: SandboxUser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT", 3)
    for n in range(5):
        store.say(user.openid, "user", "text", str(n))
    assert [line.text for line in SandboxLine.objects.order_by("id")] == ["2", "3", "4"]


def test_there_is_no_page_outside_a_sandbox(user: SandboxUser, settings: Any) -> None:
    settings.SANDBOX = False
    client = Client()
    assert client.get(PAGE).status_code == 404
    assert client.get(f"{PAGE}log/", {"user": user.openid}).status_code == 404
    for part in ("act", "users", "fault", "menu"):
        assert client.post(f"{PAGE}{part}/", {"user": user.openid}).status_code == 404
