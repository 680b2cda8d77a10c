"""POST /api/v1/sources/{source}/changes."""

import json
from typing import Any

import pytest
from django.test import Client

from tongban.conftest import DepartmentFactory, Person
from tongban.kit.actors import SYSTEM
from tongban.resources import service as resources

URL = "/api/v1/sources/police/changes"
pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    resources.ensure_source(SYSTEM, "police", "公安", DepartmentFactory(code="gongan").id)
    return resources.new_key(SYSTEM, "police")


def post(key: str, body: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(URL, data, "application/json", headers={"Authorization": f"Bearer {key}"})


def row(person: Person, number: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "id": number, "seq": 1, "subject": person.subject.id_number, "op": "upsert",
        "as_of": "2026-01-02T03:04:05+08:00", "fields": {"person.address": "东街 1 号"}, **more,
    }  # fmt: skip


def test_a_batch_is_taken_and_its_counts_sum_up(key: str, resident: Person) -> None:
    rows = [row(resident), row(resident), row(resident, "2", fields={"person.phone": "x"})]
    rows.append(row(resident, "3", as_of="2025-01-02T03:04:05+08:00"))
    said = post(key, {"changes": rows}).json()
    counts = {"received": 4, "taken": 1, "unchanged": 1, "stale": 1, "quarantined": 1}
    assert {name: said[name] for name in counts} == counts
    assert said["problems"][0]["id"] == "2"


@pytest.mark.parametrize("wrong", ["", "x", "é"])
def test_another_key_takes_nothing(key: str, resident: Person, wrong: str) -> None:
    assert post(wrong.encode().decode("latin-1"), {"changes": [row(resident)]}).status_code == 401


def test_an_old_key_is_worth_nothing(key: str, resident: Person) -> None:
    resources.new_key(SYSTEM, "police")
    assert post(key, {"changes": [row(resident)]}).status_code == 401


def test_mixed_encodings_and_broken_bodies_are_refused(key: str, resident: Person) -> None:
    good = json.dumps({"changes": [row(resident)]}, ensure_ascii=False)
    mixed = good.encode().replace("东街".encode(), "东街".encode("gb18030"))
    assert post(key, mixed).json()["problems"][0]["rule"] == "encoding"
    rows: list[Any] = [[], {}, 1, {"changes": {}}, {"changes": [1]}, {"changes": [row(resident, seq="1")]}]
    rows += [{"changes": [row(resident, as_of="2026-01-02")]}, {"changes": [row(resident, fields=[1])]}]
    rows.append({"changes": [row(resident, fields={"person.address": "a\x00"})]})
    for body in rows:
        assert post(key, body).status_code == 422, body
