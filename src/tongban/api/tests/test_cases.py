"""Filing over the API: the same doors, the same refusals."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tongban.cases import service as cases
from tongban.cases.tests.conftest import png
from tongban.cases.tests.test_life import card, licensed_item, types
from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences
from tongban.organisations.models import Department

__all__ = ["card", "licensed_item", "types"]
pytestmark = pytest.mark.django_db
URL = "/api/v1/cases"


def send(client: Client, method: str, path: str, body: Any = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return getattr(client, method)(URL + path, body, content_type="application/json", headers=headers)


def test_from_draft_to_submission(known: Person, item: items.VersionDetail) -> None:
    body = {"item": item.code, "answers": {"goods": "鱼丸", "cooked": "no"}}
    made = send(known.client, "post", "", body, key="a")
    assert made.status_code == 201, made.content
    case = made.json()
    assert send(known.client, "post", "", body, key="a").json()["id"] == case["id"]
    path = f"/{case['id']}"
    sent = known.client.post(f"{URL}{path}/materials/plan/upload", {"file": png()})
    assert sent.status_code == 201, sent.content
    cases.attach_later(known.actor, uuid.UUID(case["id"]), "photo")
    first = send(known.client, "post", f"{path}/submit", key="s")
    assert first.status_code == 200, first.content
    assert first.json()["number"]
    assert send(known.client, "post", f"{path}/submit", key="s").json() == first.json()
    assert known.client.get(URL).json()["cases"][0]["id"] == case["id"]
    assert known.client.get(f"{URL}{path}").json()["state"] == "submitted"
    assert known.client.get(f"{URL}{path}/timeline").json()


def test_a_licence_in_place_of_a_paper(
    known: Person, other_resident: Person, licensed_item: items.VersionDetail, card: licences.Licence,
    other_department: Department,
) -> None:  # fmt: skip
    foreign = licences.issue(
        SYSTEM, "resident-card", other_resident.subject.id, {"name": "x"},
        department_id=other_department.id, key="foreign",
    )  # fmt: skip
    case = send(known.client, "post", "", {"item": licensed_item.code}, key="l").json()
    path = f"/{case['id']}/materials/card/licence"
    for wrong in (foreign.id, uuid.uuid4()):
        refused = send(known.client, "post", path, {"licence_id": str(wrong)})
        assert refused.status_code == 422, refused.content
    assert (
        send(known.client, "post", path, {"licence_id": "x"}).json()["problems"][0]["field"]
        == "body.licence_id"
    )
    met = send(known.client, "post", path, {"licence_id": str(card.id)})
    assert (met.status_code, met.json()["means"], met.json()["key"]) == (201, "licence", "card")
    assert send(other_resident.client, "post", path, {"licence_id": str(card.id)}).status_code == 404
    assert licences.uses_of(known.actor, card.id)


def test_what_is_wrong_is_named(known: Person, item: items.VersionDetail, draft: cases.Case) -> None:
    bad = known.client.post(URL, "{no", content_type="application/json", headers={"Idempotency-Key": "k"})
    assert bad.status_code in (400, 422)
    nokey = send(known.client, "post", "", {"item": item.code})
    assert nokey.status_code == 422
    assert nokey.json()["problems"][0]["field"] == "Idempotency-Key"
    assert send(known.client, "post", "", {"item": "nothing"}, key="k").status_code == 404
    long = send(known.client, "patch", f"/{draft.id}", {"answers": {"goods": "长" * 200}})
    assert (long.status_code, long.json()["problems"][0]["field"]) == (422, "goods")
    stale = send(known.client, "patch", f"/{draft.id}", {"answers": {"goods": "虾"}, "revision": 0})
    assert stale.status_code == 409
    program = SimpleUploadedFile("a.png", b"MZ\x90\x00" + b"\x00" * 200, "image/png")
    sent = known.client.post(f"{URL}/{draft.id}/materials/plan/upload", {"file": program})
    assert sent.status_code == 422


def test_nul_characters_are_refused(known: Person, draft: cases.Case) -> None:
    answer = send(known.client, "patch", f"/{draft.id}", {"answers": {"goods": "a\x00b"}})
    assert answer.status_code == 422


def test_other_peoples_cases_do_not_exist(draft: cases.Case, other_resident: Person, client: Client) -> None:
    for path in ("", "/timeline"):
        assert other_resident.client.get(f"{URL}/{draft.id}{path}").status_code == 404
        assert client.get(f"{URL}/{draft.id}{path}").status_code == 401
    assert send(other_resident.client, "patch", f"/{draft.id}", {"answers": {}}).status_code == 404
    assert send(other_resident.client, "post", f"/{draft.id}/submit", key="x").status_code == 404


def test_a_change_needs_the_token(known: Person, draft: cases.Case) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(known.account)
    assert send(strict, "patch", f"/{draft.id}", {"answers": {}}).status_code == 403
    token = strict.get("/api/v1/me").json()["csrf_token"]
    answer = strict.patch(
        f"{URL}/{draft.id}", {"answers": {}}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200
