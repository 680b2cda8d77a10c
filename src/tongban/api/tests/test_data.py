"""GET /api/v1/me/data/{element}/history and …/as-of."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person
from tongban.resources import service as resources

pytestmark = pytest.mark.django_db
URL = "/api/v1/me/data/person.address/"


@pytest.fixture
def moved(resident: Person) -> Person:
    police = DepartmentFactory(code="gongan", name="福州市公安局").id
    assert resident.subject is not None
    for days, value in ((20, "东街 1 号"), (5, "西街 2 号")):
        rows = [(resident.subject.id, "person.address", value)]
        resources.put_values(police, rows, timezone.now() - timedelta(days=days))
    return resident


def as_of(person: Person, days: int, **more: Any) -> Any:
    when = (timezone.now() - timedelta(days=days)).isoformat()
    return person.client.get(f"{URL}as-of", {"when": when, **more})


def test_my_values_with_their_periods(moved: Person) -> None:
    said = moved.client.get(f"{URL}history").json()
    assert [one["past"]["value"] for one in said["periods"]] == ["西街 2 号", "东街 1 号"]
    assert said["periods"][0]["until"] is None
    assert said["periods"][1]["until"] == said["periods"][0]["since"]
    assert [one.kind for one in resources.reads_of(moved.actor, moved.subject.id).rows] == ["own"]  # type: ignore[union-attr]


def test_my_value_at_a_moment(moved: Person) -> None:
    assert as_of(moved, 6).json()["past"]["value"] == "东街 1 号"
    assert as_of(moved, 1).json()["past"]["value"] == "西街 2 号"
    assert as_of(moved, 30).json()["past"] is None
    long_ago = (timezone.now() - timedelta(days=1)).isoformat()
    assert as_of(moved, 6, known_at=long_ago).json()["past"] is None  # received only today
    assert as_of(moved, -1).status_code == 422
    assert moved.client.get(f"{URL}as-of", {"when": "2026-01-01T00:00:00"}).status_code == 422
    assert moved.client.get("/api/v1/me/data/person.gone/history").status_code == 404


def test_nobody_elses(moved: Person, other_resident: Person, clerk: Person) -> None:
    assert other_resident.client.get(f"{URL}history").json()["periods"] == []
    for path in (f"{URL}history", f"{URL}as-of?when=2026-01-01T00:00:00Z"):
        assert clerk.client.get(path).status_code == 403
        assert Client().get(path).status_code == 401
