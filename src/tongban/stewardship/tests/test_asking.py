"""A person says that something is wrong: what he may say, about whom, how often."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tongban.conftest import Person
from tongban.files import service as files
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.notices.models import Notice
from tongban.stewardship import service as stewardship
from tongban.stewardship.tests.conftest import ADDRESS, HOME, NEW, PHONE, Scene

pytestmark = pytest.mark.django_db


def picture() -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(buffer, "PNG")
    return SimpleUploadedFile("租赁合同.png", buffer.getvalue(), "image/png")


@pytest.fixture
def held(scene: Scene) -> Scene:
    scene.put("gongan", {ADDRESS: HOME, PHONE: "13900000001", "person.sex": "1"})
    return scene


def test_the_source_department_gets_it_and_both_sides_are_told(held: Scene) -> None:
    row = held.ask(upload=picture())
    assert row.department_id == held.departments["gongan"].id
    assert row.state == "open"
    assert row.number.startswith("GZ")
    assert files.read(str(row.evidence_id))
    told = dict(Notice.objects.values_list("account_id", "kind"))
    assert told == {
        held.stewards["gongan"].account.id: "data.asked", held.resident.account.id: "data.opened",
    }  # fmt: skip
    assert [one.act for one in stewardship.entries(row)] == ["opened"]
    assert stewardship.open_elements(held.resident.actor, held.subject_id) == {ADDRESS: row}


@pytest.mark.parametrize(
    ("element", "said", "rule"),
    [
        (ADDRESS, "  ", "required"),
        (ADDRESS, HOME, "same"),
        (ADDRESS, "长" * 501, "length"),
        (PHONE, "不知道", "format"),
        ("person.sex", "7", "choice"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(held: Scene, element: str, said: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        held.ask(said, element)
    assert [(p.field, p.rule) for p in caught.value.problems] == [("said", rule)]
    assert not stewardship.Correction.objects.exists()


def test_too_long_a_reason_and_a_script_as_evidence_are_refused(held: Scene) -> None:
    with pytest.raises(Invalid) as caught:
        stewardship.ask(held.resident.actor, held.subject_id, ADDRESS, NEW, "长" * 1001)
    assert caught.value.problems[0].field == "why"
    with pytest.raises(Invalid) as caught:
        held.ask(upload=SimpleUploadedFile("a.png", b"<script>alert(1)</script>", "image/png"))
    assert caught.value.problems[0].field == "evidence"
    assert not stewardship.Correction.objects.exists()


def test_one_open_request_for_each_element(held: Scene) -> None:
    first = held.ask()
    with pytest.raises(Conflict):
        held.ask("别的地址")
    held.ask("13900000002", PHONE)
    stewardship.withdraw(held.resident.actor, first.id)
    held.ask("别的地址")
    assert stewardship.own(held.resident.actor, held.subject_id).paginator.count == 3


def test_only_so_many_in_a_day(held: Scene) -> None:
    for _turn in range(stewardship.PER_DAY.attempts):
        stewardship.withdraw(held.resident.actor, held.ask().id)
    with pytest.raises(stewardship.TooManyCorrections):
        held.ask()


def test_nobody_asks_about_somebody_else(held: Scene, other_resident: Person) -> None:
    row = held.ask()
    stranger = other_resident.actor
    with pytest.raises(Forbidden):
        stewardship.ask(stranger, held.subject_id, ADDRESS, NEW)
    with pytest.raises(Forbidden):
        stewardship.ask(held.stewards["gongan"].actor, held.subject_id, ADDRESS, NEW)
    with pytest.raises(Forbidden):
        stewardship.own(stranger, held.subject_id)
    with pytest.raises(Forbidden):
        stewardship.open_elements(stranger, held.subject_id)
    for act in (stewardship.own_one, stewardship.withdraw, stewardship.evidence_of):
        with pytest.raises(NotFound):
            act(stranger, row.id)


@pytest.mark.parametrize("element", ["person.email", "person.nothing"])
def test_what_is_not_held_cannot_be_wrong(held: Scene, element: str) -> None:
    with pytest.raises(NotFound):
        held.ask(NEW, element)


def test_an_agent_asks_for_his_enterprise(scene: Scene, representative: Person) -> None:
    assert representative.subject is not None
    firm = representative.subject.id
    scene.put("shichang", {"legal.phone": "059187654321"}, subject=firm)
    row = stewardship.ask(representative.actor, firm, "legal.phone", "0591-12345678")
    assert row.department_id == scene.departments["shichang"].id
    assert stewardship.own_one(representative.actor, row.id) == row


def test_what_is_done_cannot_be_withdrawn(held: Scene) -> None:
    row = held.ask()
    stewardship.withdraw(held.resident.actor, row.id)
    with pytest.raises(Conflict):
        stewardship.withdraw(held.resident.actor, row.id)
