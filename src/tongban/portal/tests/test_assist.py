"""The chat over HTTP: for everybody, without scripts, with limits in words, and safe with any text."""

import re

import pytest
from django.test import Client

from tongban.assist import limits
from tongban.assist import service as assist
from tongban.conftest import Person, client_of
from tongban.items import service as items

pytestmark = pytest.mark.django_db
WHAT = "办食品经营许可证要什么材料"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def said(client: Client, question: str, **more: str) -> str:
    return client.post("/assist/", {"q": question}, **more).content.decode()  # type: ignore[arg-type]


@pytest.mark.usefixtures("food")
def test_a_chat_goes_on_in_one_session(client: Client) -> None:
    first = said(client, WHAT)
    assert "营业执照" in first
    assert "来源：" in first
    assert "在线办理" in first or "看看我要带什么" in first or "/items/food-licence/" in first
    then = said(client, "那要多少钱")
    assert "工本费" in then
    assert WHAT in then  # the turn before stands above it
    assert "工本费" not in said(Client(), "那要多少钱")


@pytest.mark.usefixtures("food")
def test_the_panel_shows_the_talk_and_a_turn_comes_as_a_piece(client: Client) -> None:
    assert WHAT not in client.get("/assist/panel/").content.decode()
    piece = said(client, WHAT, headers={"HX-Request": "true"})  # type: ignore[arg-type]
    assert "<html" not in piece
    assert "营业执照" in piece
    assert WHAT in client.get("/assist/panel/").content.decode()
    client.post("/assist/forget/")
    assert WHAT not in client.get("/assist/panel/").content.decode()


@pytest.mark.usefixtures("food")
def test_markup_stays_text_wherever_it_is_shown(client: Client, staffed: object) -> None:
    assert "<script>alert" not in said(client, SCRIPT)
    faq = assist.seed_faq(f"摆摊 {SCRIPT}", f"回答 {SCRIPT}", department_id=None, by=("甲", "乙"))
    pages = [said(client, f"摆摊 {SCRIPT}"), client.get(f"/assist/faqs/{faq.id}/").content.decode()]
    address = client.post("/assist/handover/", {"q": SCRIPT}).url
    pages += [client.get(address).content.decode(), client.get("/assist/panel/").content.decode()]
    for page in pages:
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_long_questions_are_taken_and_endless_ones_refused_in_words(client: Client) -> None:
    assert client.post("/assist/", {"q": "长" * 10_000}).status_code == 200
    refused = client.post("/assist/", {"q": "长" * 10_001})
    assert refused.status_code == 422
    assert "10000" in refused.content.decode()
    assert "10000" in said(client, "长" * 10_001, headers={"HX-Request": "true"})  # type: ignore[arg-type]
    empty = client.post("/assist/", {"q": "  "})
    assert empty.status_code == 422
    assert "请输入您的问题" in empty.content.decode()


def test_too_fast_is_said_in_words(client: Client) -> None:
    for _turn in range(limits.PER_SESSION.attempts):
        assert client.post("/assist/", {"q": "你好"}).status_code == 200
    late = client.post("/assist/", {"q": "你好"})
    assert late.status_code == 429
    assert "12345" in late.content.decode()
    assert Client().post("/assist/", {"q": "你好"}).status_code == 200


@pytest.mark.usefixtures("food")
def test_a_question_is_handed_over_answered_and_read(client: Client, staffed: object) -> None:
    said(client, WHAT)
    said(client, "门口摆两张桌子要另外办手续吗，我的电话13812345678")
    answer = client.post("/assist/handover/", {"q": "门口摆两张桌子要另外办手续吗，我的电话13812345678"})
    page = client.get(answer.url).content.decode()
    assert "已转给工作人员" in page
    assert "13812345678" not in page
    row = assist.HandOver.objects.get()
    clerk = staffed("clerk")  # type: ignore[operator]
    assist.claim(clerk.actor, row.id)
    assist.answer(clerk.actor, row.id, "占道要另外备案。", ["food-licence"])
    page = client.get(answer.url).content.decode()
    assert "占道要另外备案。" in page
    assert "/items/food-licence/" in page
    assert "已答复" in client.get("/assist/").content.decode()
    assert Client().get(answer.url).status_code == 200  # whoever has the link, as the page says
    assert "已答复" not in Client().get("/assist/").content.decode()


def test_an_account_s_answer_is_for_it_only(resident: Person, other_resident: Person) -> None:
    address = resident.client.post("/assist/handover/", {"q": "我的公积金为什么没到账"}).url
    assert resident.client.get(address).status_code == 200
    for other in (Client(), other_resident.client):
        assert other.get(address).status_code == 404
    assert Client().get("/assist/answers/none/").status_code == 404


def test_nothing_to_hand_over_is_said(client: Client) -> None:
    page = client.post("/assist/handover/", {"q": ""}, follow=True).content.decode()
    assert "请写明您的问题" in page


def test_too_many_hand_overs_are_refused_in_words(client: Client) -> None:
    for number in range(limits.HAND_OVERS.attempts):
        assert "/answers/" in client.post("/assist/handover/", {"q": f"第{number}个问题"}).url
    page = client.post("/assist/handover/", {"q": "再来一个"}, follow=True).content.decode()
    assert "您问得太快了" in page


def test_an_unpublished_general_answer_is_not_shown(client: Client) -> None:
    faq = assist.seed_faq("摆摊要备案吗", "要。", department_id=None, by=("甲", "乙"))
    assert client.get(f"/assist/faqs/{faq.id}/").status_code == 200
    assist.GeneralFaq.objects.update(state="retired")
    assert client.get(f"/assist/faqs/{faq.id}/").status_code == 404


@pytest.mark.usefixtures("food")
def test_choices_are_links_that_answer(client: Client) -> None:
    from tongban.items.tests.factories import load

    load(slug="food-workshop", basic_code="350131009000", name="食品小作坊经营许可证核发")
    items.rebuild_search()
    page = said(client, "食品经营许可证")
    links = re.findall(r'href="(/assist/\?q=[^"]+)"', page)
    if links:  # it asked back: each choice leads to an answer
        assert all("来源：" in client.get(link.replace("&amp;", "&")).content.decode() for link in links)
    else:
        assert "来源：" in page


def test_every_page_leads_to_the_chat(client: Client, resident: Person) -> None:
    for browser in (client, client_of(resident.account)):
        assert "data-chat" in browser.get("/").content.decode()
