import pytest
from django.test import Client

from tongban.items import service as items
from tongban.items.tests.factories import load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue() -> None:
    load()
    load(slug="licence", basic_code="350131002000", name="营业执照补领", summary="", keywords=[], results=[])
    items.rebuild_search()


def test_suggestions_are_options_that_lead_to_items(client: Client) -> None:
    page = client.get("/search/suggestions/", {"q": "营业"}).content.decode()
    assert 'role="option"' in page
    assert f"/items/{items.published('licence').code}/" in page


def test_suggestions_understand_initials(client: Client) -> None:
    assert "营业执照" in client.get("/search/suggestions/", {"q": "yyzz"}).content.decode()


@pytest.mark.parametrize("words", ["", "<script>alert(1)</script>", "'; --", "\x00", "证" * 10_000, "%_\\"])
def test_whatever_is_typed_gets_a_page(client: Client, words: str) -> None:
    for path in ("/search/", "/search/suggestions/"):
        response = client.get(path, {"q": words})
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()


def test_a_long_text_is_said_to_be_cut(client: Client) -> None:
    assert "只按前 100 个字" in client.get("/search/", {"q": "证" * 101}).content.decode()
    assert "只按前 100 个字" not in client.get("/search/", {"q": "证"}).content.decode()


def test_facets_are_links_that_narrow_and_widen_again(client: Client) -> None:
    department = items.search("").departments[0].value
    page = client.get("/search/", {"q": ""}).content.decode()
    assert "department=" in page
    narrowed = client.get("/search/", {"department": department})
    assert narrowed.context["found"].total == items.search("", department=department).total
    assert 'aria-current="true"' in narrowed.content.decode()


def test_what_may_have_been_meant_is_offered(client: Client) -> None:
    assert "食品经营许可" in client.get("/search/", {"q": "食品径营许可"}).context["found"].suggestion


def test_nothing_found_says_what_else_to_do(client: Client) -> None:
    page = client.get("/search/", {"q": "qqqqxx"}).content.decode()
    assert "没有找到" in page
    assert "12345" in page
