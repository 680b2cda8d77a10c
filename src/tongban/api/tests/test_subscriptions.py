"""/api/v1/subscriptions."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person, SubjectFactory, run_due_jobs
from tongban.organisations.models import Department
from tongban.resources import service as resources

pytestmark = pytest.mark.django_db
URL = "/api/v1/subscriptions"


@pytest.fixture
def civil(db: None) -> Department:
    return DepartmentFactory(code="minzheng", name="福州市民政局")


@pytest.fixture
def steward(civil: Department, staff_with: Callable[..., Person]) -> Person:
    return staff_with("steward", civil)


def post(person: Person, path: str, body: Any = None) -> Any:
    return person.client.post(f"{URL}{path}", json.dumps(body or {}), "application/json")


def make(person: Person, civil: Department, **more: Any) -> Any:
    body = {"department_id": str(civil.id), "name": "地址变化", "elements": ["person.address"],
            "url": "sandbox:/sandbox/subscriber/min/", **more}  # fmt: skip
    return post(person, "", body)


def test_made_told_and_told_again(steward: Person, civil: Department) -> None:
    made = make(steward, civil)
    assert made.status_code == 201
    assert len(made.json()["secret"]) > 30
    own = f"/{made.json()['subscription']['id']}"
    police, subject = DepartmentFactory(code="gongan"), SubjectFactory()
    resources.put_values(police.id, [(subject.id, "person.address", "东街 1 号")], timezone.now())
    run_due_jobs()
    assert steward.client.get(f"{URL}{own}").json()["sent"] == 1
    rows = steward.client.get(f"{URL}{own}/deliveries?state=sent").json()
    assert (rows["pages"], rows["deliveries"][0]["subject_id"]) == (1, str(subject.id))
    since = (timezone.now() - timezone.timedelta(hours=1)).isoformat()
    assert post(steward, f"{own}/replay", {"since": since}).json() == {"events": 1}
    assert post(steward, f"{own}/replay", {"since": "2026-01-01"}).status_code == 422
    assert post(steward, f"{own}/secret").json()["secret"] != made.json()["secret"]
    assert post(steward, f"{own}/pause").json()["state"] == "paused"
    assert post(steward, f"{own}/resume", {"url": "http://10.0.0.1/"}).status_code == 422
    assert post(steward, f"{own}/resume").json()["state"] == "active"
    assert post(steward, f"{own}/end").json()["state"] == "ended"
    assert post(steward, f"{own}/pause").status_code == 409
    assert [one["state"] for one in steward.client.get(URL).json()] == ["ended"]


def test_what_cannot_be_is_named(steward: Person, civil: Department) -> None:
    for wrong in ({"url": "http://169.254.169.254/"}, {"elements": ["x"]}, {"elements": []}, {"name": ""}):
        assert make(steward, civil, **wrong).status_code == 422
    make(steward, civil)
    assert make(steward, civil).status_code == 409


def test_others_may_not(
    steward: Person, civil: Department, clerk: Person, resident: Person, staff_with: Callable[..., Person]
) -> None:
    own = f"/{make(steward, civil).json()['subscription']['id']}"
    police = staff_with("steward", DepartmentFactory(code="gongan"))
    for who in (police, clerk, resident):
        assert make(who, civil, name="另一个").status_code == 403
        assert who.client.get(f"{URL}{own}").status_code == 403
        assert who.client.get(f"{URL}{own}/deliveries").status_code == 403
        for act in ("secret", "pause", "resume", "end"):
            assert post(who, f"{own}/{act}").status_code == 403
        assert post(who, f"{own}/replay", {"since": "2026-01-01T00:00:00Z"}).status_code == 403
    assert police.client.get(URL).json() == []
    assert Client().get(URL).status_code == 401
