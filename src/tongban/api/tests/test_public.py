"""What anybody may ask: items, divisions, licences; and who one is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences
from tongban.licences.tests.conftest import issued, kind, own_folders

__all__ = ["issued", "kind", "own_folders"]
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


def test_a_licence_by_its_token(client: Client, issued: Callable[..., licences.Licence]) -> None:
    licence = issued()
    found = client.get(f"/api/v1/licences/check/{licence.public_token}").json()
    assert found["identifier"] == licence.identifier
    assert (found["type_name"], found["valid"]) == ("食品经营许可证", True)
    assert "*" in found["holder"]
    licences.change_status(SYSTEM, licence.id, "03", "依法吊销")
    assert client.get(f"/api/v1/licences/check/{licence.public_token}").json()["valid"] is False
    assert client.get(f"/api/v1/licences/check/{licence.id}").status_code == 404


def test_me(client: Client, resident: Person, clerk: Person) -> None:
    refused = client.get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert refused.headers["WWW-Authenticate"].startswith("Cookie ")
    assert resident.client.get("/api/v1/me").json()["subject_name"] == resident.subject.name
    assert clerk.client.get("/api/v1/me").json()["kind"] == "staff"
