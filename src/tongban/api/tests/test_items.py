"""The API's search of items: its filters, facets and what it refuses."""

from typing import Any

import pytest
from django.test import Client

from tongban.divisions.service import Division
from tongban.items import service as items
from tongban.items.tests.factories import load
from tongban.organisations import service as organisations

pytestmark = pytest.mark.django_db
URL = "/api/v1/items"


@pytest.fixture(autouse=True)
def catalogue(division_rows: dict[str, Division]) -> None:
    load(handling_forms=[1, 2], cross_region=3)
    load(
        slug="person", basic_code="350131002000", name="摊位登记", service_objects=[1], themes=["摆摊"],
        division="35", level=2, online_depth=[1], handling_forms=[1],
        summary="", keywords=[], results=[], conditions=["成年"], materials=[], faqs=[],
    )  # fmt: skip
    organisations.ensure_hall("鼓楼大厅", "350102", address="津泰路", lon=119.3012, lat=26.0801)
    items.rebuild_search()


def ask(client: Client, **query: str) -> Any:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"食品经营许可证核发", "摊位登记"}),
        ({"q": "开饭店"}, {"食品经营许可证核发"}),
        ({"theme": "摆摊"}, {"摊位登记"}),
        ({"theme": "没有"}, set()),
        ({"service_object": "2"}, {"食品经营许可证核发"}),
        ({"department": "福建省市场监督管理局"}, {"食品经营许可证核发", "摊位登记"}),
        ({"department": "不存在的局"}, set()),
        ({"level": "2"}, {"摊位登记"}),
        ({"online": "true"}, {"食品经营许可证核发"}),
        ({"division": "350103"}, {"食品经营许可证核发", "摊位登记"}),
        ({"theme": "摆摊", "service_object": "2"}, set()),
    ],
)
def test_filters(client: Client, query: dict[str, str], names: set[str]) -> None:
    found = ask(client, **query)
    assert {one["name"] for one in found["items"]} == names
    assert found["total"] == len(names)


def test_a_place_brings_the_nearest_hall(client: Client) -> None:
    assert ask(client)["items"][0]["nearest_hall"] is None
    found = ask(client, q="食品经营", division="350103")["items"][0]
    assert found["nearest_hall"]["name"] == "鼓楼大厅"
    assert found["nearest_hall"]["item_code"] == found["code"]
    assert found["cross_region"] == "3"


def test_facets_and_pages(client: Client) -> None:
    found = ask(client)
    assert {one["value"]: one["count"] for one in found["facets"]["themes"]} == {"开办企业": 1, "摆摊": 1}
    assert {one["label"] for one in found["facets"]["divisions"]} == {"福州市"}
    assert (found["page"], found["pages"], found["capped"]) == (1, 1, False)
    assert ask(client, page="9999")["page"] == 1


def test_what_may_have_been_meant(client: Client) -> None:
    assert ask(client, q="食品径营许可")["suggestion"] == "食品经营许可"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("division", "abc"),
        ("division", "35010"),
        ("division", "999999"),
        ("division", "３５"),
        ("service_object", "8"),
        ("level", "x"),
        ("online", "maybe"),
        ("page", "0"),
        ("page", "-1"),
        ("page", "x"),
        ("page", "1" * 30),
        ("theme", "主" * 51),
        ("department", "局" * 101),
    ],
)
def test_wrong_values_name_their_field(client: Client, field: str, value: str) -> None:
    answer = client.get(URL, {field: value})
    assert answer.status_code == 422
    assert any(problem["field"].endswith(field) for problem in answer.json()["problems"])


@pytest.mark.parametrize("words", ["'; drop table x", "& | ! ( ) : *", "\\", "%", "_" * 5000, "证" * 9000])
def test_whatever_is_asked_gets_an_answer(client: Client, words: str) -> None:
    assert client.get(URL, {"q": words}).status_code == 200


@pytest.mark.parametrize("field", ["q", "theme", "department"])
def test_control_characters_are_no_words(client: Client, field: str) -> None:
    assert client.get(URL, {field: "a\x00b"}).status_code in (200, 422)
