"""The account's menu, shown and set at a server that speaks WeChat's protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

from tongban.wechat.cli import commands
from tongban.wechat.tests.conftest import APP_ID, TOKEN


class Server(BaseHTTPRequestHandler):
    """Gives a token for the right secret and keeps the menu it is given."""

    menus: list[dict[str, object]] = []

    def _json(self, answer: dict[str, object]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        right = f"appid={APP_ID}" in self.path and "secret=right" in self.path
        self._json(
            {"access_token": "t1", "expires_in": 7200} if right else {"errcode": 40001, "errmsg": "bad"}
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "access_token=t1" in self.path and "/menu/create" in self.path:
            self.menus.append(body)
        self._json({"errcode": 0, "errmsg": "ok"})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    Server.menus = []
    running = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    for name, value in {"APP_ID": APP_ID, "TOKEN": TOKEN, "SECRET": "right"}.items():
        monkeypatch.setenv(f"TONGBAN_WECHAT_{name}", value)
    monkeypatch.setenv("TONGBAN_WECHAT_API", f"http://127.0.0.1:{running.server_port}/cgi-bin/")
    monkeypatch.setenv("TONGBAN_SITE_URL", "https://tongban.test")
    yield Server
    running.shutdown()
    thread.join()
    running.server_close()


def test_menu_is_shown_within_the_protocol_s_limits(server: type[Server]) -> None:
    shown = json.loads(CliRunner().invoke(commands, ["menu", "--json"], catch_exceptions=False).output)
    assert 1 <= len(shown["button"]) <= 3
    for button in shown["button"]:
        assert len(button.get("sub_button", [])) <= 5
        for entry in button.get("sub_button", [button]):
            assert entry.get("url", "https://").startswith("https://")
    assert server.menus == []


def test_menu_is_set(server: type[Server]) -> None:
    result = CliRunner().invoke(commands, ["menu", "--push"], catch_exceptions=False)
    assert result.exit_code == 0
    assert [button["name"] for button in server.menus[0]["button"]] == ["办事", "我的", "问一问"]  # type: ignore[attr-defined]


def test_without_settings_nothing_is_pushed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TONGBAN_WECHAT_TOKEN", raising=False)
    result = CliRunner().invoke(commands, ["menu", "--push"])
    assert result.exit_code == 2
    assert "TONGBAN_WECHAT_APP_ID" in result.output
