"""Pages anybody may open: home, search, guide, words, settings of a visitor."""

import pytest
from django.test import Client

from tongban.conftest import Person
from tongban.items import service as items
from tongban.portal.tests.conftest import SCRIPT

pytestmark = pytest.mark.django_db


def test_home_offers_search_and_themes(client: Client, item: items.VersionDetail) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "经营" in page.content.decode()
    assert 'action="/search/"' in page.content.decode()


@pytest.mark.parametrize("path", ["/help/", "/privacy/", "/check/", "/search/"])
def test_words_are_public(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_search_finds_by_everyday_words_and_shows_where_it_hit(
    client: Client, item: items.VersionDetail
) -> None:
    text = client.get("/search/", {"q": "摆摊"}).content.decode()
    assert f"/items/{item.code}/" in text


def test_search_without_hits_says_what_to_do(client: Client, item: items.VersionDetail) -> None:
    text = client.get("/search/", {"q": "火星移民"}).content.decode()
    assert "没有找到这样的事项" in text
    assert "12345" in text


@pytest.mark.parametrize("words", [SCRIPT, '"><img src=x onerror=alert(1)>', "\x00", "%" * 300])
def test_search_words_come_out_escaped(client: Client, item: items.VersionDetail, words: str) -> None:
    page = client.get("/search/", {"q": words, "theme": words, "page": words})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "<img src=x" not in page.content.decode()


def test_guide_says_what_it_takes_in_plain_words(client: Client, item: items.VersionDetail) -> None:
    text = client.get(f"/items/{item.code}/").content.decode()
    for words in (
        "受理后 8 个工作日内",
        "不收费",
        "不用跑",
        "健康证",
        "下雨天怎么办？",
        "在线办理",
        "第十二条",
    ):
        assert words in text


def test_guide_tells_a_resident_what_need_not_be_handed_in(
    item: items.VersionDetail, known: Person, health_card: object, client: Client
) -> None:
    mine = known.client.get(f"/items/{item.code}/").content.decode()
    assert "您已有电子证照，无需提交" in mine
    assert "您已有电子证照，无需提交" not in client.get(f"/items/{item.code}/").content.decode()


def test_unknown_item_is_a_plain_404(client: Client) -> None:
    page = client.get("/items/nothing/")
    assert page.status_code == 404
    assert "没有找到" in page.content.decode()


def test_large_print_is_kept_and_changes_the_layout(client: Client) -> None:
    answer = client.post("/settings/large-print/", {"on": "1", "next": "/help/"})
    assert answer.url == "/help/"
    assert "large-print" in client.get("/help/").content.decode()
    client.post("/settings/large-print/", {"on": "0"})
    assert '"govuk-template large-print"' not in client.get("/help/").content.decode()


def test_language_switches_and_refuses_unknown_ones(client: Client) -> None:
    client.post("/settings/language/", {"language": "en", "next": "/help/"})
    assert '<html lang="en"' in client.get("/help/").content.decode()
    assert client.post("/settings/language/", {"language": "xx"}).status_code == 422


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_ways_back_stay_on_this_site(client: Client, target: str) -> None:
    assert client.post("/settings/large-print/", {"on": "1", "next": target}).url == "/"


def test_no_page_needs_inline_scripts_or_styles(client: Client, item: items.VersionDetail) -> None:
    for path in ("/", "/search/", f"/items/{item.code}/", "/help/"):
        text = client.get(path).content.decode()
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick=" not in text
