"""The stewards' list and page: what is shown, what is done, who may."""

from collections.abc import Callable

import pytest

from tongban.conftest import Person
from tongban.organisations.models import Department
from tongban.stewardship import service as stewardship
from tongban.stewardship.tests.conftest import HOME, NEW, SHORT, WHY, Scene, scene
from tongban.stewardship.tests.test_asking import picture

__all__ = ["scene"]  # a fixture
pytestmark = pytest.mark.django_db


def test_the_list_counts_and_narrows(scene: Scene) -> None:
    scene.differ()
    row = scene.ask()
    client = scene.stewards["gongan"].client
    page = client.get("/work/data-checks/").content.decode()
    assert row.number in page
    assert "正常 1" in page
    for narrowed in (
        "light=red",
        "element=person.phone",
        "region=3502",
        "state=answered",
        "kind=discrepancy",
    ):
        assert row.number not in client.get(f"/work/data-checks/?{narrowed}").content.decode()
    assert row.number in client.get("/work/data-checks/?state=&region=x&light=x&page=zz").content.decode()


def test_one_page_has_the_values_the_statement_and_the_evidence(scene: Scene) -> None:
    scene.differ()
    row, client = scene.ask(upload=picture()), scene.stewards["gongan"].client
    page = client.get(f"/work/data-checks/correction/{row.id}/").content.decode()
    for shown in (HOME, SHORT, NEW, "去年搬的家", row.evidence_name):
        assert shown in page
    assert client.get(f"/work/data-checks/correction/{row.id}/evidence/")["Content-Type"] == "image/png"


def test_answering_by_the_form(scene: Scene) -> None:
    scene.differ()
    row, client = scene.ask(), scene.stewards["gongan"].client
    url = f"/work/data-checks/correction/{row.id}/"
    assert client.post(url, {"act": "claim"}).status_code == 302
    wrong = client.post(url, {"act": "answer", "verdict": "corrected", "value": "", "reason": "好"})
    assert wrong.status_code == 422
    assert "请用 5 至 1000 字写明理由" in wrong.content.decode()
    done = client.post(url, {"act": "answer", "verdict": "corrected", "value": NEW, "reason": WHY})
    assert done["Location"] == url
    page = client.get(url).content.decode()
    assert "已更正" in page
    assert client.post(url, {"act": "release"}).status_code == 409
    assert client.post(url, {"act": "dance"}).status_code == 400


def test_handing_over_by_the_form(scene: Scene) -> None:
    row, client = scene.differ(), scene.stewards["minzheng"].client
    url = f"/work/data-checks/discrepancy/{row.id}/"
    assert client.post(url, {"act": "pass", "department": "x", "why": WHY}).status_code == 422
    renshe = str(scene.departments["renshe"].id)
    assert client.post(url, {"act": "pass", "department": renshe, "why": ""}).status_code == 422
    gone = client.post(url, {"act": "pass", "department": renshe, "why": WHY})
    assert gone["Location"] == "/work/data-checks/?kind=discrepancy"
    assert stewardship.Discrepancy.objects.get().department_id == scene.departments["renshe"].id


def test_the_office_sees_that_but_not_what(scene: Scene) -> None:
    row = scene.differ()
    client = scene.stewards["shuju"].client
    page = client.get(f"/work/data-checks/discrepancy/{row.id}/").content.decode()
    assert "数据内容只有核查的部门能看" in page
    assert HOME not in page
    assert scene.resident.subject.name in client.get("/work/data-checks/?kind=discrepancy").content.decode()  # type: ignore[union-attr]


def test_others_are_refused(
    scene: Scene, resident: Person, staff_with: Callable[[str, Department], Person]
) -> None:
    scene.differ()
    row = scene.ask(upload=picture())
    clerk = staff_with("clerk", scene.departments["shichang"])
    for client in (clerk.client, resident.client):
        assert client.get("/work/data-checks/").status_code == 403
    stranger = scene.stewards["renshe"].client
    assert stranger.get(f"/work/data-checks/correction/{row.id}/").status_code == 403
    assert stranger.get(f"/work/data-checks/correction/{row.id}/evidence/").status_code == 404
    assert stranger.post(f"/work/data-checks/correction/{row.id}/", {"act": "claim"}).status_code == 403
    assert stranger.get(f"/work/data-checks/nothing/{row.id}/").status_code == 404
