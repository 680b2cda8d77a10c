"""My data and "this is wrong", as a person's browser sees them."""

from typing import Any

import pytest
from django.test import Client

from tongban.conftest import Person
from tongban.stewardship import service as stewardship
from tongban.stewardship.tests.conftest import ADDRESS, HOME, NEW, PHONE, WHY, Scene, scene
from tongban.stewardship.tests.test_asking import picture

__all__ = ["scene"]  # a fixture
pytestmark = pytest.mark.django_db
FORM = f"/my-data/correct/{ADDRESS}/"


@pytest.fixture
def mine(scene: Scene) -> Scene:
    scene.differ()
    return scene


def post(client: Client, **values: Any) -> Any:
    return client.post(FORM, {"said": NEW, "why": "搬家了", **values})


def test_every_value_says_who_differs_and_leads_to_the_form(mine: Scene) -> None:
    page = mine.resident.client.get("/my-data/").content.decode()
    assert HOME in page
    assert f"{mine.departments['minzheng'].name}的记录不一致" in page
    assert FORM in page
    form = mine.resident.client.get(FORM).content.decode()
    assert HOME in form


def test_asking_leads_to_its_page_and_the_data_says_so(mine: Scene) -> None:
    client = mine.resident.client
    answer = post(client, evidence=picture())
    row = stewardship.Correction.objects.get()
    assert answer["Location"] == f"/my-data/corrections/{row.id}/"
    page = client.get(answer["Location"]).content.decode()
    assert NEW in page
    assert row.due_on.isoformat() in page
    assert row.number in client.get(answer["Location"]).content.decode()
    assert "您已申请更正" in client.get("/my-data/").content.decode()
    assert client.get(FORM)["Location"] == answer["Location"]
    assert row.due_on.isoformat() in client.get("/my-data/corrections/").content.decode()
    file = client.get(f"/my-data/corrections/{row.id}/evidence/")
    assert file["Content-Type"] == "image/png"


def test_what_is_wrong_in_the_form_is_named_and_what_was_typed_stays(mine: Scene) -> None:
    answer = post(mine.resident.client, said=HOME)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "与现在登记的一样" in page
    assert "搬家了" in page
    stewardship.ask(mine.resident.actor, mine.subject_id, ADDRESS, NEW)
    assert post(mine.resident.client).status_code == 302  # the open one instead


def test_the_answer_is_shown(mine: Scene) -> None:
    row = mine.ask()
    stewardship.answer(mine.stewards["gongan"].actor, "correction", row.id, "right", WHY)
    page = mine.resident.client.get(f"/my-data/corrections/{row.id}/").content.decode()
    assert WHY in page
    assert "核查后认为登记无误" in page
    assert "再申请一次" in page


def test_withdrawing(mine: Scene) -> None:
    row, client = mine.ask(), mine.resident.client
    for _turn in range(2):
        assert client.post(f"/my-data/corrections/{row.id}/withdraw/").status_code == 302
    assert "已撤回" in client.get(f"/my-data/corrections/{row.id}/").content.decode()
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_others_see_nothing_of_it(mine: Scene, other_resident: Person) -> None:
    row = mine.ask(upload=picture())
    client = other_resident.client
    assert client.get(f"/my-data/corrections/{row.id}/").status_code == 404
    assert client.get(f"/my-data/corrections/{row.id}/evidence/").status_code == 404
    assert client.post(f"/my-data/corrections/{row.id}/withdraw/").status_code == 404
    assert client.get(FORM).status_code == 404  # nothing is held about this one
    assert "还没有申请过更正" in client.get("/my-data/corrections/").content.decode()
    assert mine.stewards["gongan"].client.get(FORM).status_code == 403


@pytest.mark.parametrize(
    ("code", "value", "shows"),
    [("person.sex", "1", "<select"), ("person.birth_date", "1990-01-02", 'type="date"'),
     ("person.housing_fund_balance", 12345, "单位：元"), (PHONE, "13900000001", 'inputmode="tel"')],
)  # fmt: skip
def test_each_kind_of_value_has_its_box(scene: Scene, code: str, value: Any, shows: str) -> None:
    scene.put("gongan", {code: value})
    assert shows in scene.resident.client.get(f"/my-data/correct/{code}/").content.decode()
