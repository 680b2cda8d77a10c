"""A package filed by API: begun, filled in, submitted once, followed and taken back."""

from typing import Any

import pytest
from django.test import Client

from tongban.conftest import Person
from tongban.packages import service as packages
from tongban.packages.tests.conftest import package, png, world

__all__ = ["package", "world"]
pytestmark = pytest.mark.django_db
URL = "/api/v1/packages"
ANSWERS = {"all__place": "东街1号", "first__own": "一", "second__own": "二"}


def send(client: Client, method: str, path: str, body: Any = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return getattr(client, method)(URL + path, body, content_type="application/json", headers=headers)


def begun(person: Person) -> str:
    made = send(person.client, "post", "/shop/filings", {"choices": {"more": "no"}}, key="k")
    assert made.status_code == 201, made.content
    return f"/filings/{made.json()['id']}"


def test_from_start_to_submission_and_withdrawal(package: packages.PackageVersion, resident: Person) -> None:
    path = begun(resident)
    assert begun(resident) == path
    form = resident.client.get(f"{URL}{path}/form").json()
    fields = {f["name"]: f for page in form["pages"] for f in page["fields"]}
    assert set(fields) == {"all__person_name", *ANSWERS}
    assert fields["all__person_name"]["locked"]
    assert fields["all__person_name"]["source"]
    assert form["coming"] == [{"material": "第一证", "item": "first办理"}]
    assert {p["field"] for p in form["problems"]} == {*ANSWERS, "material:all-plan"}
    early = send(resident.client, "post", f"{path}/submit", key="s")
    assert (early.status_code, len(early.json()["problems"])) == (422, 4)
    saved = send(resident.client, "patch", path, {"answers": ANSWERS})
    assert saved.status_code == 200, saved.content
    sent = resident.client.post(f"{URL}{path}/materials/all-plan/upload", {"file": png()})
    assert sent.status_code == 201, sent.content
    assert sent.json()["problems"] == []
    first = send(resident.client, "post", f"{path}/submit", key="s")
    assert first.status_code == 200, first.content
    assert [p["state"] for p in first.json()["parts"]] == ["submitted", "waiting"]
    assert send(resident.client, "post", f"{path}/submit", key="s").json() == first.json()
    assert resident.client.get(URL + path).json()["parts"][1]["after"] == ["first办理"]
    assert resident.client.get(f"{URL}{path}/result").status_code == 409
    gone = send(resident.client, "post", f"{path}/withdraw", {"reason": "不开了"})
    assert gone.json()["state"] == "withdrawn"


def test_what_is_wrong_is_named(package: packages.PackageVersion, resident: Person) -> None:
    none = send(resident.client, "post", "/shop/filings", {"choices": {}}, key="k")
    assert (none.status_code, none.json()["problems"][0]["field"]) == (422, "more")
    nokey = send(resident.client, "post", "/shop/filings", {"choices": {"more": "no"}})
    assert (nokey.status_code, nokey.json()["problems"][0]["field"]) == (422, "Idempotency-Key")
    assert send(resident.client, "post", "/nothing/filings", {}, key="k").status_code == 404
    path = begun(resident)
    unknown = send(resident.client, "patch", path, {"answers": {"nothing": "x"}})
    assert (unknown.status_code, unknown.json()["problems"][0]["rule"]) == (422, "unknown")
    locked = send(resident.client, "patch", path, {"answers": {"all__person_name": "别人"}})
    assert locked.json()["problems"][0]["rule"] == "locked"
    stale = send(resident.client, "patch", path, {"answers": {"all__place": "西街"}, "revision": 99})
    assert stale.status_code == 409
    assert send(resident.client, "post", f"{path}/materials/all-plan/later").status_code == 422
    assert send(resident.client, "post", f"{path}/materials/nothing/later").status_code == 422
    more = send(resident.client, "post", f"{path}/choices", {"choices": {"more": "yes"}})
    assert len(more.json()["parts"]) == 3
    assert resident.client.delete(URL + path).status_code == 204
    assert resident.client.get(URL + path).status_code == 404


def test_nobody_else_reads_or_changes_it(
    package: packages.PackageVersion, resident: Person, other_resident: Person, client: Client
) -> None:
    path = begun(resident)
    for tail in ("", "/form", "/result"):
        assert other_resident.client.get(f"{URL}{path}{tail}").status_code == 404
        assert client.get(f"{URL}{path}{tail}").status_code == 401
    calls = [
        ("patch", "", {"answers": {}}),
        ("post", "/submit", None),
        ("post", "/withdraw", {"reason": "x"}),
        ("post", "/choices", {"choices": {"more": "no"}}),
        ("delete", "", None),
    ]
    for method, tail, body in calls:
        assert send(other_resident.client, method, f"{path}{tail}", body, key="x").status_code == 404
    assert send(client, "post", "/shop/filings", {"choices": {"more": "no"}}, key="y").status_code == 401
    assert packages.Filing.objects.get().state == "draft"
