"""The account's menu: shown, set, fetched and dropped at the sandbox's WeChat server."""

import json

import pytest
from click.testing import CliRunner, Result

from tongban.wechat.cli import commands
from tongban.wechat.sandbox import store
from tongban.wechat.tests.conftest import WeChat

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    return CliRunner().invoke(commands, ["menu", *words])


def test_menu_is_shown_within_the_protocol_s_limits(account: WeChat) -> None:
    shown = json.loads(run("--json").output)
    assert 1 <= len(shown["button"]) <= 3
    for button in shown["button"]:
        assert len(button.get("sub_button", [])) <= 5
        for entry in button.get("sub_button", [button]):
            assert entry.get("url", "https://").startswith("https://")
    assert store.state("menu") == {}


def test_menu_is_set_fetched_and_dropped(account: WeChat) -> None:
    assert run("--push").exit_code == 0
    assert [button["name"] for button in store.state("menu")["button"]] == ["办事", "我的", "问一问"]
    assert json.loads(run("--fetch", "--json").output)["menu"] == store.state("menu")
    assert run("--drop").exit_code == 0
    gone = run("--fetch")
    assert gone.exit_code == 1
    assert "46003" in gone.output


@pytest.mark.parametrize(("fault", "words"), [("down", "HTTP 503"), ("secret", "40125"), ("limit", "45009")])
def test_a_server_in_trouble_is_told_in_words(account: WeChat, fault: str, words: str) -> None:
    store.set_fault(fault)
    told = run("--push")
    assert told.exit_code == 1
    assert words in told.output
    assert store.state("menu") == {}


def test_without_settings_nothing_is_pushed(account: WeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGBAN_WECHAT_SECRET", "")
    told = run("--push")
    assert told.exit_code == 2
    assert "TONGBAN_WECHAT_APP_ID" in told.output
