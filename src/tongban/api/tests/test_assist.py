"""Replies, hand-overs and tickets by API: for whom, with which limits, and never somebody else's."""

from typing import Any

import pytest
from django.test import Client

from tongban.assist import limits
from tongban.conftest import Person, client_of
from tongban.items import service as items
from tongban.items.tests.factories import load

pytestmark = pytest.mark.django_db
REPLIES, HAND_OVERS, TICKETS = (f"/api/v1/assist/{name}" for name in ("replies", "handovers", "tickets"))
TICKET = {"kind": "complaint", "title": "窗口排队太久", "text": "周一上午等了两个小时还没有叫到号。"}


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


@pytest.fixture
def catalogue() -> items.VersionDetail:
    made = load(fees=[{"name": "工本费", "amount_fen": 1000, "unit": "证"}])
    items.rebuild_search()
    return made


def test_anybody_gets_a_sourced_reply_and_asks_on(catalogue: items.VersionDetail) -> None:
    said = post(Client(), REPLIES, question="办食品经营许可证要什么材料").json()
    assert said["kind"] == "answer"
    assert all(one["url"].startswith("/items/food-licence/") for one in said["sentences"])
    assert said["cards"][0]["name"] == catalogue.name
    then = post(Client(), REPLIES, question="那要多少钱", conversation=said["conversation"]).json()
    assert then["kind"] == "answer"
    assert "工本费" in then["text"]
    alone = post(Client(), REPLIES, question="那要多少钱").json()
    assert alone["kind"] != "answer"


def test_a_conversation_cannot_be_made_up(catalogue: items.VersionDetail) -> None:
    said = post(Client(), REPLIES, question="办食品经营许可证要什么材料").json()
    for forged in ("1", said["conversation"][:-1] + "?", "x:" + said["conversation"]):
        answer = post(Client(), REPLIES, question="那要多少钱", conversation=forged)
        assert answer.status_code == 422
        assert answer.json()["problems"][0]["field"] == "conversation"


@pytest.mark.parametrize("question", ["", "   ", "长" * 10_001])
def test_empty_and_endless_questions_name_the_field(question: str) -> None:
    answer = post(Client(), REPLIES, question=question)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "question"


def test_ten_thousand_characters_are_answered(catalogue: items.VersionDetail) -> None:
    assert post(Client(), REPLIES, question="办食品经营许可证要什么材料" + "啊" * 9_900).status_code == 200


def test_too_many_questions_from_one_address_wait(
    catalogue: items.VersionDetail, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = post(Client(), REPLIES, question="你好").json()
    for _turn in range(limits.PER_SESSION.attempts - 1):
        post(Client(), REPLIES, question="你好", conversation=said["conversation"])
    late = post(Client(), REPLIES, question="你好", conversation=said["conversation"])
    assert late.status_code == 429
    assert "12345" in late.json()["message"]
    assert (
        post(Client(), REPLIES, question="你好").status_code == 200
    )  # a visitor beside him is not kept away


def test_progress_is_one_s_own(resident: Person) -> None:
    assert post(Client(), REPLIES, question="进度").json()["kind"] == "sign_in"
    assert post(resident.client, REPLIES, question="进度").json()["kind"] == "progress"


def test_who_is_signed_in_sends_the_csrf_token(resident: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(resident.account)
    assert post(strict, REPLIES, question="你好").status_code == 403
    assert post(strict, HAND_OVERS, question="你好吗").status_code == 403
    assert post(strict, TICKETS, **TICKET).status_code == 403
    token = strict.get("/api/v1/me").json()["csrf_token"]
    sent = strict.post(
        REPLIES, {"question": "你好"}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert sent.status_code == 200
    assert post(Client(enforce_csrf_checks=True), REPLIES, question="你好").status_code == 200


def test_a_question_is_handed_over_and_read_by_its_token(
    catalogue: items.VersionDetail, resident: Person, other_resident: Person
) -> None:
    said = post(Client(), REPLIES, question="食品经营许可证是什么颜色的火星石头").json()
    made = post(Client(), HAND_OVERS, conversation=said["conversation"])
    assert made.status_code == 201
    token = made.json()["token"]
    assert Client().get(f"{HAND_OVERS}/{token}").json()["state"] == "waiting"
    assert Client().get(f"{HAND_OVERS}/none").status_code == 404
    own = post(resident.client, HAND_OVERS, question="我的问题是这个").json()["token"]
    assert resident.client.get(f"{HAND_OVERS}/{own}").status_code == 200
    for other in (Client(), other_resident.client):
        assert other.get(f"{HAND_OVERS}/{own}").status_code == 404
    assert post(Client(), HAND_OVERS).status_code == 422


def test_tickets_are_opened_and_read_by_their_owner_only(resident: Person, other_resident: Person) -> None:
    assert post(Client(), TICKETS, **TICKET).status_code == 401
    assert Client().get(TICKETS).status_code == 401
    made = post(resident.client, TICKETS, **TICKET)
    assert made.status_code == 201
    token = made.json()["token"]
    assert made.json()["number"].startswith("TS")
    assert [one["token"] for one in resident.client.get(TICKETS).json()["rows"]] == [token]
    assert other_resident.client.get(TICKETS).json()["rows"] == []
    assert resident.client.get(f"{TICKETS}/{token}").json()["text"] == TICKET["text"]
    assert other_resident.client.get(f"{TICKETS}/{token}").status_code == 404
    assert Client().get(f"{TICKETS}/{token}").status_code == 401
    told = post(resident.client, f"{TICKETS}/{token}/words", text="当天是 3 号窗口。").json()
    assert [one["act"] for one in told["entries"]] == ["opened", "added"]
    assert post(other_resident.client, f"{TICKETS}/{token}/words", text="别人的话").status_code == 404
    assert post(resident.client, f"{TICKETS}/{token}/mark", mark=5).status_code == 409
    assert post(resident.client, f"{TICKETS}/{token}/reopen", text="还没有答复呢").status_code == 409


def test_every_wrong_field_of_a_ticket_is_named(resident: Person) -> None:
    answer = post(resident.client, TICKETS, kind="x", title="a", text="b", item="none", division="99")
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["problems"]} == {
        "kind",
        "title",
        "text",
        "item",
        "division",
    }


def test_staff_read_no_ticket_by_its_token(resident: Person, clerk: Person) -> None:
    token = post(resident.client, TICKETS, **TICKET).json()["token"]
    assert client_of(clerk.account).get(f"{TICKETS}/{token}").status_code == 404
