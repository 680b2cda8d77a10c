"""The catalogue of information resources for programs."""

import pytest

from tongban.inventory import service as inventory
from tongban.inventory.tests.conftest import entry, live, world  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


def test_anybody_lists_and_narrows(client, live):  # noqa: F811
    found = client.get("/api/v1/catalogue").json()
    assert (found["total"], found["entries"][0]["code"]) == (1, "101001/000001")
    assert found["entries"][0]["items"][0] == {
        "name": "公民身份号码",
        "type": "C",
        "element": "person.id_number",
    }
    assert client.get("/api/v1/catalogue", {"class": "3"}).json()["total"] == 0
    assert client.get("/api/v1/catalogue", {"department": "gongan", "cycle": "daily"}).json()["total"] == 1
    assert client.get("/api/v1/catalogue", {"page": "0"}).status_code == 422
    assert client.get("/api/v1/catalogue", {"class": "1" * 19}).status_code == 422
    for name in ("q", "class", "department", "sharing", "opening", "cycle"):
        assert client.get("/api/v1/catalogue", {name: "\x00"}).status_code == 422
        assert client.get("/api/v1/catalogue", {name: "无"}).json()["total"] == 0
    assert client.get("/api/v1/catalogue", {"q": "常住", "page": 999}).json()["page"] == 1


def test_one_entry_or_why_not(client, world, live):  # noqa: F811
    one = client.get(f"/api/v1/catalogue/{live.slug}").json()
    assert (one["provider"], one["sharing"], one["version"]) == ("福建省公安厅", "conditional", 1)
    assert client.get("/api/v1/catalogue/999999-000001").status_code == 404
    inventory.withdraw(world.office.actor, live.id, "登记有误")
    assert client.get(f"/api/v1/catalogue/{live.slug}").status_code == 410
