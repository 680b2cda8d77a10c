"""The sandbox's gateway and pages: with the key, with faults, and not at all where the sandbox is off."""

import json
from typing import Any

import pytest
from django.test import Client

from tongban.notices.models import SandboxFault, SandboxMessage
from tongban.notices.sandbox import store
from tongban.notices.sandbox.keys import sandbox_key

pytestmark = pytest.mark.django_db
SMS = "/sandbox/sms/messages/"


def post(body: Any, key: str | None = None) -> Any:
    head = {"authorization": f"Bearer {sandbox_key() if key is None else key}"}
    text = body if isinstance(body, str) else json.dumps(body)
    return Client().post(SMS, text, content_type="application/json", headers=head)


def test_the_gateway_takes_a_message_once_per_key() -> None:
    body = {"key": "k1", "to": "13900000001", "text": "您好"}
    first, again = post(body), post(body)
    assert first.status_code == 202
    assert first.json() == again.json()
    assert SandboxMessage.objects.get().text == "您好"
    assert "您好" in Client().get("/sandbox/inbox/", {"target": "13900000001"}).content.decode()
    assert "您好" not in Client().get("/sandbox/inbox/", {"target": "1"}).content.decode()


@pytest.mark.parametrize("key", ["", "wrong", "错"])
def test_without_the_key_nothing_is_taken(key: str) -> None:
    head = {"HTTP_AUTHORIZATION": f"Bearer {key}".encode().decode("latin-1")}
    body = json.dumps({"key": "k", "to": "1", "text": "x"})
    assert Client().post(SMS, body, content_type="application/json", **head).status_code == 401
    assert not SandboxMessage.objects.exists()


@pytest.mark.parametrize("body", ["not json", [], {"key": "k"}, {"key": "k", "to": 1, "text": "x"}, "\xff"])
def test_junk_is_refused_in_words(body: Any) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert "expected JSON" in answer.json()["error"]


def test_faults_are_switched_on_the_page() -> None:
    client = Client()
    assert client.post("/sandbox/faults/", {"channel": "sms", "fault": "down"}).status_code == 302
    assert post({"key": "k", "to": "1", "text": "x"}).status_code == 503
    assert client.post("/sandbox/faults/", {"channel": "sms", "fault": ""}).status_code == 302
    assert not SandboxFault.objects.exists()
    assert client.post("/sandbox/faults/", {"channel": "pigeon", "fault": "down"}).status_code == 422


def test_script_in_a_message_stays_text() -> None:
    post({"key": "k", "to": "1", "text": "<script>alert(1)</script>"})
    assert "<script>alert" not in Client().get("/sandbox/inbox/").content.decode()


def test_there_is_no_sandbox_outside_it(settings: Any) -> None:
    settings.SANDBOX = False
    assert Client().get("/sandbox/inbox/").status_code == 404
    assert Client().post("/sandbox/faults/", {"channel": "sms", "fault": "down"}).status_code == 404
    assert post({"key": "k", "to": "1", "text": "x"}).status_code == 404


def test_only_the_newest_messages_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT", 3)
    for n in range(5):
        store.receive("sms", f"k{n}", "1", "", str(n))
    assert [m.text for m in store.messages()] == ["4", "3", "2"]
