"""Who may read what, that every read is logged, and what a person sees of it."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tongban.conftest import Person
from tongban.kit.actors import ANONYMOUS, SYSTEM, Actor
from tongban.kit.errors import Forbidden, Invalid
from tongban.resources import service
from tongban.resources.models import ReadLog

from .conftest import Put

NAME, NUMBER = "person.name", "person.id_number"
PURPOSE = "办理“食品经营许可证核发”"
pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(put: Put, resident: Person) -> None:
    put("gongan", {NAME: "林小梅", NUMBER: "11010519491231002X", "person.phone": "13900001234"})
    put("minzheng", {"person.marital_status": "20"}, days_old=400)


def test_a_resident_reads_himself_with_provenance(filled: None, resident: Person) -> None:
    case = uuid4()
    codes = [NAME, NUMBER, "person.marital_status", "person.email"]
    found = service.prefill(resident.actor, resident.subject.id, codes, purpose=PURPOSE, case_id=case)
    assert list(found) == [NAME, NUMBER, "person.marital_status"]
    number = found[NUMBER]
    assert (number.value, number.display, number.sensitive) == (
        "11010519491231002X",
        "1101**********002X",
        True,
    )
    assert (number.label, number.source_name, number.stale) == ("公民身份号码", "福州市公安局", False)
    married = found["person.marital_status"]
    assert (married.display, married.stale, married.source_name) == ("已婚", True, "福州市民政局")


def test_reading_oneself_asks_nothing_beside_the_logged_read(filled: None, resident: Person) -> None:
    actor = resident.actor
    service.prefill(actor, resident.subject.id, [NAME], purpose=PURPOSE, case_id=None)
    with CaptureQueriesContext(connection) as queries:
        service.prefill(actor, resident.subject.id, [NAME, NUMBER], purpose=PURPOSE, case_id=None)
    assert len(queries) == 1
    assert ReadLog.objects.count() == 2


def test_a_read_in_a_transaction_taken_back_is_not_kept(filled: None, resident: Person) -> None:
    with transaction.atomic():
        service.prefill(SYSTEM, resident.subject.id, [NAME], purpose=PURPOSE, case_id=None)
        assert ReadLog.objects.count() == 1
        transaction.set_rollback(True)
    assert not ReadLog.objects.exists()


def test_a_read_in_a_broken_transaction_fails_and_shows_nothing(filled: None, resident: Person) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            service.prefill(SYSTEM, resident.subject.id, [NAME], purpose=PURPOSE, case_id=None)
    assert not ReadLog.objects.exists()


def test_nobody_reads_another_person(filled: None, resident: Person, other_resident: Person) -> None:
    for actor in (other_resident.actor, ANONYMOUS):
        with pytest.raises(Forbidden):
            service.prefill(actor, resident.subject.id, [NAME], purpose=PURPOSE, case_id=uuid4())
        with pytest.raises(Forbidden):
            service.my_values(actor, resident.subject.id)
        with pytest.raises(Forbidden):
            service.reads_of(actor, resident.subject.id)
        with pytest.raises(Forbidden):
            service.verify_value(actor, resident.subject.id, NAME, "林小梅", purpose=PURPOSE, case_id=uuid4())
    assert not ReadLog.objects.exists()


def test_a_representative_reads_his_enterprise_also_while_acting_for_himself(
    put: Put, representative: Person
) -> None:
    enterprise = representative.actor.subject_id
    assert enterprise is not None
    put("gongan", {"legal.name": "福州某某餐饮有限公司"}, subject=enterprise)
    for actor in (representative.actor, Actor("resident", "本人", representative.account.id, uuid4())):
        found = service.prefill(actor, enterprise, ["legal.name"], purpose=PURPOSE, case_id=None)
        assert found["legal.name"].from_source is False


def test_staff_read_for_a_case_only(filled: None, resident: Person, clerk: Person) -> None:
    read = lambda case: service.prefill(  # noqa: E731
        clerk.actor, resident.subject.id, [NAME], purpose=PURPOSE, case_id=case
    )
    with pytest.raises(Forbidden, match="具体办件"):
        read(None)
    assert read(uuid4())[NAME].value == "林小梅"
    without_post = Actor("staff", "无岗", clerk.actor.account_id, staff_id=uuid4())
    with pytest.raises(Forbidden):
        service.prefill(without_post, resident.subject.id, [NAME], purpose=PURPOSE, case_id=uuid4())
    with pytest.raises(Forbidden):
        service.my_values(clerk.actor, resident.subject.id)
    with pytest.raises(Forbidden):
        service.reads_of(clerk.actor, resident.subject.id)


@pytest.mark.parametrize("purpose", ["", "   "])
def test_no_read_without_a_purpose(filled: None, resident: Person, purpose: str) -> None:
    with pytest.raises(Invalid) as refused:
        service.prefill(resident.actor, resident.subject.id, [NAME], purpose=purpose, case_id=None)
    assert refused.value.problems[0].field == "purpose"


def test_an_unknown_element_is_named(resident: Person) -> None:
    with pytest.raises(Invalid) as refused:
        service.prefill(resident.actor, resident.subject.id, ["person.x"], purpose=PURPOSE, case_id=None)
    assert refused.value.problems[0].field == "person.x"


def test_a_person_sees_who_read_what_for_what(filled: None, resident: Person, clerk: Person) -> None:
    case = uuid4()
    service.prefill(clerk.actor, resident.subject.id, [NAME, NUMBER], purpose=PURPOSE, case_id=case)
    service.prefill(SYSTEM, resident.subject.id, [NAME], purpose="到期提醒", case_id=None)
    service.my_values(resident.actor, resident.subject.id)
    own, system, staff = service.reads_of(resident.actor, resident.subject.id).rows
    assert (own.kind, own.elements) == ("own", ("全部数据",))
    assert (system.reader_kind, system.purpose) == ("system", "到期提醒")
    assert (staff.reader_name, staff.purpose, staff.case_id) == (clerk.actor.name, PURPOSE, case)
    assert (staff.department_name, staff.post) == (clerk.actor.posts[0].department_name, "clerk")
    assert staff.elements == ("姓名", "公民身份号码")


def test_reads_come_in_pages_newest_first(filled: None, resident: Person) -> None:
    for n in range(23):
        service.prefill(SYSTEM, resident.subject.id, [NAME], purpose=f"第 {n} 次", case_id=None)
    first, second = (service.reads_of(resident.actor, resident.subject.id, page) for page in (1, 2))
    assert [r.purpose for r in first.rows[:2]] == ["第 22 次", "第 21 次"]
    assert (len(first.rows), first.has_next) == (20, True)
    assert (len(second.rows), second.has_next) == (3, False)
    assert service.reads_of(resident.actor, resident.subject.id, 99).rows == ()


def test_own_values_come_in_order_of_the_registry(filled: None, resident: Person) -> None:
    found = service.my_values(resident.actor, resident.subject.id)
    assert [v.element for v in found] == [NAME, NUMBER, "person.phone", "person.marital_status"]
    assert found[2].display == "139****1234"


def test_verifying_answers_without_revealing_and_is_logged(
    filled: None, resident: Person, clerk: Person
) -> None:
    def ask(code: str, value: object) -> bool:
        return service.verify_value(
            clerk.actor, resident.subject.id, code, value, purpose=PURPOSE, case_id=uuid4()
        )

    assert ask(NUMBER, "11010519491231002x")
    assert not ask(NUMBER, "440524188001010014")
    assert not ask(NUMBER, "not a number")
    assert not ask("person.employer", "谁")
    assert list(ReadLog.objects.values_list("kind", flat=True)) == ["verify"] * 4


def test_a_read_of_a_subject_without_values_is_logged_too(resident: Person) -> None:
    assert service.prefill(resident.actor, resident.subject.id, [NAME], purpose=PURPOSE, case_id=None) == {}
    assert ReadLog.objects.get().elements == [NAME]
