import pytest
from django.test import Client

from tongban.divisions.service import Division
from tongban.items import service as items
from tongban.items.tests.factories import load
from tongban.organisations import service as organisations

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


@pytest.fixture
def places(division_rows: dict[str, Division]) -> None:
    organisations.ensure_hall(
        "鼓楼大厅", "350102", address="津泰路", phone="0591-1", lon=119.3012, lat=26.0801
    )
    organisations.ensure_hall("台江大厅", "350103", address="江滨", lon=119.314, lat=26.053)
    organisations.ensure_hall("福州大厅", "3501", address="温泉路", lon=119.3098, lat=26.0952)
    load(slug="county", basic_code="350131006000", name="屠宰证", handling_forms=[1], cross_region=4)
    load(slug="window", basic_code="350131005000", name="摊位证", handling_forms=[1], cross_region=3)
    items.rebuild_search()


@pytest.mark.usefixtures("places")
def test_a_place_is_chosen_by_a_link_and_taken_off_again(client: Client) -> None:
    page = client.get("/search/", {"q": "摊位证"}).content.decode()
    assert "福州市（" in page
    assert "就近办：" not in page
    chosen = client.get("/search/", {"q": "摊位证", "division": "3501"}).content.decode()
    assert "地区：福建省福州市" in chosen
    assert "去掉这一条" in chosen
    assert "就近办：福州大厅" in chosen
    assert "?division=3501" in chosen  # kept on the way to the item
    assert "鼓楼区（" in chosen


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("code", ["99", "abc", "35010", "'", "３５", "9" * 400])
def test_no_such_place_narrows_nothing(client: Client, code: str) -> None:
    response = client.get("/search/", {"division": code})
    assert response.status_code == 200
    assert response.context["chosen"]["division"] == ""
    assert client.get(f"/items/{items.published('window').code}/", {"division": code}).status_code == 200


@pytest.mark.usefixtures("places")
def test_the_item_says_where_to_go_and_how_far_it_is_handled(client: Client) -> None:
    path = f"/items/{items.published('window').code}/"
    page = client.get(path).content.decode()
    assert "在福建省福州市任何一个办事大厅都可以办" in page
    assert "鼓楼大厅" in page
    assert "您在哪里？" in page
    assert "台江大厅" in client.get(path, {"division": "350103"}).content.decode()
    county = f"/items/{items.published('county').code}/"
    assert "距福建省福州市台江区约 3.3 公里" in client.get(county, {"division": "350103"}).content.decode()
    online = client.get(f"/items/{items.published('licence').code}/").content.decode()
    assert "您在哪里？" not in online


@pytest.mark.usefixtures("places")
def test_a_position_is_answered_and_not_kept(client: Client) -> None:
    item = items.published("window")
    where = {"lon": "119.302", "lat": "26.081", "item": str(item.item_id)}
    page = client.post("/search/nearest/", where).content.decode()
    assert f'data-near-item="{item.item_id}"' in page
    assert "鼓楼大厅" in page
    assert "离您约" in page
    assert "119.302" not in str(dict(client.session))
    assert client.get("/search/nearest/").status_code == 405


@pytest.mark.parametrize(
    "wrong", [{"lon": "x"}, {"lat": "200"}, {"item": "no-id"}, {"lon": "\x00"}, {"lat": ""}, {"lon": "nan"}]
)
def test_a_wrong_position_is_refused_in_words(client: Client, wrong: dict[str, str]) -> None:
    item = items.published("licence")
    answer = client.post("/search/nearest/", {"lon": "119", "lat": "26", "item": str(item.item_id)} | wrong)
    assert answer.status_code == 422
    assert "不正确" in answer.content.decode() or "字符" in answer.content.decode()


def test_a_position_needs_the_form_it_came_from() -> None:
    assert (
        Client(enforce_csrf_checks=True).post("/search/nearest/", {"lon": "1", "lat": "1"}).status_code == 403
    )


def test_filters_that_leave_nothing_are_offered_to_be_dropped(client: Client) -> None:
    page = client.get("/search/", {"q": "营业执照", "theme": "没有这个主题"}).content.decode()
    assert "没有找到" in page
    assert "不限“主题：没有这个主题”" in page
    assert "/search/?theme=" in page
