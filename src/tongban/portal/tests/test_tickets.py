"""Tickets over HTTP: signed in or with a confirmed phone; one's own only; every wrong field named."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tongban.assist import limits
from tongban.assist import service as assist
from tongban.conftest import Person
from tongban.identity.tests.test_codes import read_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("food")]
GIVEN = {
    "kind": "consult",
    "title": "摆摊要不要备案",
    "text": "想在小区门口卖早点，要不要备案？",
    "item": "food-licence",
}
SCRIPT = "<script>alert(1)</script>"


def send(client: Client, **changes: str) -> Any:
    return client.post("/tickets/new/", {**GIVEN, **changes})


def test_a_ticket_is_sent_found_and_told_more_about(resident: Person) -> None:
    client = resident.client
    assert "食品经营许可证核发" in client.get("/tickets/new/?item=food-licence").content.decode()
    address = send(client).url
    page = client.get(address).content.decode()
    assert "告诉您是否受理" in page
    assert GIVEN["title"] in client.get("/tickets/").content.decode()
    client.post(f"{address}add/", {"text": "在温泉支路口"})
    assert "在温泉支路口" in client.get(address).content.decode()


def test_others_may_not_read_or_touch_it(resident: Person, other_resident: Person) -> None:
    address = send(resident.client).url
    for other in (Client(), other_resident.client):
        assert other.get(address).status_code == 404
        assert other.post(f"{address}add/", {"text": "别人的话"}).status_code == 404
        assert other.post(f"{address}mark/", {"mark": "1"}).status_code == 404
    assert GIVEN["title"] not in other_resident.client.get("/tickets/").content.decode()
    assert Client().get("/tickets/").status_code == 302  # to sign in


def test_every_wrong_field_is_named_and_what_was_written_stays(resident: Person) -> None:
    answer = send(resident.client, kind="x", title="", text="短", division="999999", about="长" * 101)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "请选择咨询、投诉或建议",
        "标题请写 2 至 100 字",
        "内容请写 5 至 5000 字",
        "请不要超过 100 字",
    ):
        assert words in page
    assert ">短</textarea>" in page


def test_markup_stays_text(resident: Person, staffed: Callable[..., Person]) -> None:
    address = send(resident.client, title=f"标题{SCRIPT}", text=f"内容{SCRIPT}").url
    row = assist.Ticket.objects.get()
    pages = [resident.client.get(address), resident.client.get("/tickets/")]
    pages += [staffed("clerk").client.get(f"/work/assist/tickets/{row.id}/")]
    for page in pages:
        text = page.content.decode()
        assert "&lt;script&gt;" in text
        assert SCRIPT not in text


def test_without_an_account_the_phone_is_confirmed(client: Client, run_jobs: Callable[[], list[str]]) -> None:
    assert send(client, phone="123").status_code == 422
    assert send(client, phone="13900000011", name="林女士").url == "/tickets/confirm/"
    run_jobs()
    code = read_code("13900000011")
    wrong = client.post("/tickets/confirm/", {"code": "12"})
    assert wrong.status_code == 422
    assert "验证码不正确" in wrong.content.decode()
    address = client.post("/tickets/confirm/", {"code": code}).url
    assert "请收藏本页链接" in Client().get(address).content.decode()  # whoever has the link
    assert client.get("/tickets/confirm/").url == "/tickets/new/"


def test_a_confirmation_without_a_draft_leads_back(client: Client) -> None:
    assert client.get("/tickets/confirm/").url == "/tickets/new/"


def test_answered_marked_and_reopened(resident: Person, staffed: Callable[..., Person]) -> None:
    client, clerk = resident.client, staffed("clerk")
    address = send(client).url
    row = assist.Ticket.objects.get()
    assist.accept_ticket(clerk.actor, row.id)
    assert "答复您" in client.get(address).content.decode()
    assist.answer_ticket(clerk.actor, row.id, "到街道办事处备案即可。")
    assert "到街道办事处备案即可。" in client.get(address).content.decode()
    client.post(f"{address}mark/", {"mark": "9"})
    assert "对答复满意吗" in client.get(address).content.decode()
    client.post(f"{address}mark/", {"mark": "2"})
    assert "2/5" in client.get(address).content.decode()
    client.post(f"{address}reopen/", {"text": "没有说要带什么材料"})
    row.refresh_from_db()
    assert row.state == "accepted"
    assert client.post(f"{address}delete/", {}).status_code == 404


def test_too_many_tickets_are_refused_in_words(resident: Person) -> None:
    for _turn in range(limits.TICKETS.attempts):
        assert send(resident.client).status_code == 302
    late = send(resident.client)
    assert late.status_code == 429
    assert "您问得太快了" in late.content.decode()
