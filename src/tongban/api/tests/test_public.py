"""What anybody may ask: items, divisions, licences; and who one is."""

from typing import Any

import pytest
from django.test import Client

from tongban.conftest import Person
from tongban.items import service as items

pytestmark = pytest.mark.django_db


def test_items(client: Client, item: items.VersionDetail) -> None:
    assert item.code in {i["code"] for i in client.get("/api/v1/items", {"q": "夜市"}).json()["items"]}
    guide = client.get(f"/api/v1/items/{item.code}").json()
    assert [m["key"] for m in guide["materials"]] == ["plan", "photo"]
    assert guide["version_id"] == str(item.id)
    assert client.get("/api/v1/items/none").status_code == 404
    assert client.get("/api/v1/items", {"page": "x"}).status_code == 422


def test_divisions(client: Client, division_rows: dict[str, Any]) -> None:
    assert client.get("/api/v1/divisions/350102").json()["full_name"] == "福建省福州市鼓楼区"
    below = client.get("/api/v1/divisions/3501/children").json()
    assert [d["code"] for d in below] == ["350102", "350103"]
    for wrong in ("99", "x", "%00"):
        assert client.get(f"/api/v1/divisions/{wrong}").status_code == 404


def test_an_unknown_licence(client: Client) -> None:
    assert client.get("/api/v1/licences/check/nothing").status_code == 404


def test_me(client: Client, resident: Person, clerk: Person) -> None:
    assert client.get("/api/v1/me").status_code in (401, 403)
    assert resident.client.get("/api/v1/me").json()["subject_name"] == resident.subject.name
    assert clerk.client.get("/api/v1/me").json()["kind"] == "staff"
