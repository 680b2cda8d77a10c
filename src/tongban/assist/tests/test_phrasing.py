"""A phrasing model on a real port: used when it adds nothing, ignored when it invents, is slow or breaks."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from tongban.assist import phrasing
from tongban.assist import service as assist
from tongban.items import service as items
from tongban.kit.actors import ANONYMOUS

pytestmark = pytest.mark.django_db
QUESTION = "办食品经营许可证要什么材料"


class Endpoint:
    """An OpenAI-compatible endpoint that says what it is told to say, and keeps what it was sent."""

    def __init__(self) -> None:
        self.says, self.status, self.asked = "", 200, list[dict[str, Any]]()
        self.raw: bytes | None = None
        self.hold: Event | None = None
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                endpoint.asked.append(json.loads(self.rfile.read(length)))
                if endpoint.hold is not None:
                    endpoint.hold.wait(20)
                body = json.dumps({"choices": [{"message": {"content": endpoint.says}}]}).encode()
                self.send_response(endpoint.status)
                self.end_headers()
                self.wfile.write(body if endpoint.raw is None else endpoint.raw)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the tests' output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    made = Endpoint()
    monkeypatch.setenv("ASSIST_MODEL_URL", made.url)
    monkeypatch.setenv("ASSIST_MODEL_TIMEOUT", "1")
    yield made
    if made.hold is not None:
        made.hold.set()
    made.server.shutdown()
    made.server.server_close()


def ask(question: str = QUESTION) -> assist.Reply:
    return assist.reply(question, session="s", actor=ANONYMOUS)


def test_words_that_add_nothing_are_shown_beside_the_sources(
    food: items.VersionDetail, endpoint: Endpoint
) -> None:
    endpoint.says = "申请材料是营业执照。"
    said = ask()
    assert said.phrased == "申请材料是营业执照。"
    assert said.sentences
    system, user = (message["content"] for message in endpoint.asked[0]["messages"])
    assert "只能用下面" in system
    assert "营业执照" in user


@pytest.mark.parametrize(
    "invented",
    [
        "要带营业执照，另交 500 元。",
        "请把押金转账给工作人员。",
        "详见 http://evil.example.com",
        "还要无犯罪记录证明。",
    ],
)
def test_what_no_passage_says_is_not_shown(
    food: items.VersionDetail, endpoint: Endpoint, invented: str
) -> None:
    endpoint.says = invented
    said = ask()
    assert endpoint.asked
    assert said.phrased == ""
    assert said.kind == "answer"
    assert "营业执照" in said.text


def test_the_model_is_asked_without_personal_numbers(food: items.VersionDetail, endpoint: Endpoint) -> None:
    ask(f"我的电话13812345678，{QUESTION}")
    assert "13812345678" not in str(endpoint.asked)


@pytest.mark.parametrize("raw", [b"", b"not json", b"{}", b'{"choices": []}', b"x" * 300_000])
def test_a_broken_answer_changes_nothing(food: items.VersionDetail, endpoint: Endpoint, raw: bytes) -> None:
    endpoint.raw = raw
    said = ask()
    assert endpoint.asked
    assert (said.kind, said.phrased) == ("answer", "")


def test_a_failing_slow_or_missing_model_changes_nothing(
    food: items.VersionDetail, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.status = 500
    assert (ask().kind, ask().phrased) == ("answer", "")
    endpoint.status, endpoint.hold, endpoint.says = 200, Event(), "申请材料是营业执照。"
    assert (ask().kind, ask().phrased) == ("answer", "")
    monkeypatch.setenv("ASSIST_MODEL_URL", "http://127.0.0.1:9/v1")
    assert (ask().kind, ask().phrased) == ("answer", "")


def test_what_is_not_answered_is_not_sent_to_the_model(food: items.VersionDetail, endpoint: Endpoint) -> None:
    assert ask("火星上的天气怎么样").kind == "handover"
    assert endpoint.asked == []


def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> None:
    monkeypatch.setenv("ASSIST_MODEL_TIMEOUT", "soon")
    assert [one.code for one in phrasing.model.check_config()] == ["timeout"]
    monkeypatch.setenv("ASSIST_MODEL_URL", "ftp://model")
    assert [one.code for one in phrasing.model.check_config()] == ["url"]
    monkeypatch.setenv("ASSIST_MODEL_URL", "")
    assert not phrasing.model.enabled
