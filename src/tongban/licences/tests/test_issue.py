"""Issuing, replacing, changing status."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from tongban.conftest import DepartmentFactory, SubjectFactory, invented_uscc
from tongban.files import service as files
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.licences import service
from tongban.standards.licence_ids import check_identifier, parse_identifier
from tongban.trace import service as trace

Issue = Callable[..., service.Licence]


@pytest.mark.django_db
def test_a_licence_has_number_identifier_and_only_its_elements(
    issued: Issue, kind: Any, department: Any
) -> None:
    licence = issued()
    assert check_identifier(licence.identifier)
    parts = parse_identifier(licence.identifier)
    assert (parts.type21, parts.issuer18, parts.version3) == (kind.code21, department.uscc, "001")
    assert licence.data == {"name": "闽味轩", "place": "南后街88号", "scope": ["热食", "冷食"]}
    assert licence.number == f"市场监管局〔{licence.year}〕第000001号"
    assert licence.valid_to is not None
    assert licence.trust_grade == "A"
    assert len(licence.public_token) >= 32


@pytest.mark.django_db
def test_the_same_key_gives_the_same_licence(issued: Issue) -> None:
    first = issued(key="case:1:food")
    assert issued(key="case:1:food") == first
    assert issued(key="case:2:food").serial == first.serial + 1


@pytest.mark.django_db
def test_numbers_count_by_type_issuer_and_year(issued: Issue) -> None:
    other = DepartmentFactory()
    assert [issued().serial for _ in range(3)] == [1, 2, 3]
    assert issued(department_id=other.id).serial == 1


@pytest.mark.django_db
def test_a_rollback_gives_the_number_back(issued: Issue) -> None:
    issued()
    with transaction.atomic():
        issued()
        transaction.set_rollback(True)
    assert issued().serial == 2


@pytest.mark.django_db
def test_only_the_issuing_department_issues(approver: Any, outsider: Any, resident: Any, kind: Any) -> None:
    def by(actor: Any) -> service.Licence:
        with transaction.atomic():
            return service.issue(
                actor,
                "food",
                resident.subject.id,
                {},
                department_id=approver.actor.posts[0].department_id,
                key=str(uuid4()),
            )

    assert by(approver.actor).serial == 1
    for actor in (outsider.actor, resident.actor):
        with pytest.raises(Forbidden):
            by(actor)


@pytest.mark.django_db
def test_unknown_type(department: Any, resident: Any) -> None:
    with pytest.raises(NotFound):
        service.issue(SYSTEM, "no-such", resident.subject.id, {}, department_id=department.id, key="k")


@pytest.mark.django_db
def test_a_wrong_type_code_is_refused() -> None:
    with pytest.raises(ValueError, match="type21"):
        service.ensure_type("x", "X", "short")


@pytest.mark.django_db
def test_the_worker_makes_the_face_once(issued: Issue, run_jobs: Any, resident: Any) -> None:
    licence = issued()
    assert licence.file_id is None
    with pytest.raises(Conflict):
        service.face(resident.actor, licence.id)
    assert "licences.make_face" in run_jobs()
    licence.refresh_from_db()
    first = licence.file_id
    service.make_face(licence.id)  # replayed
    licence.refresh_from_db()
    assert licence.file_id == first
    pdf = files.read(service.face(resident.actor, licence.id).hash)
    assert service.verify_file(pdf).valid


@pytest.mark.django_db
def test_issue_and_changes_are_traced_in_the_case(issued: Issue, approver: Any) -> None:
    case_id = uuid4()
    licence = issued(case_id=case_id)
    service.change_status(approver.actor, licence.id, "02", "证件涉嫌违规")
    actions = [row.action for row in trace.rows(SYSTEM, case_id)]
    assert actions == ["licence.issued", "licence.status_changed"]


@pytest.mark.django_db
def test_a_new_version_replaces_the_old(issued: Issue, approver: Any) -> None:
    old = issued()
    new = service.replace(
        approver.actor, old.id, {"business_address": "中亭街1号"}, reason="地址变更", key="r1"
    )
    assert service.replace(approver.actor, old.id, {}, reason="again", key="r1") == new
    old.refresh_from_db()
    assert (old.status, new.status) == ("05", "01")
    assert new.replaces == old
    assert (new.number, new.serial, new.version) == (old.number, old.serial, 2)
    assert new.data["place"] == "中亭街1号"
    assert new.data["name"] == "闽味轩"
    assert check_identifier(new.identifier)
    with pytest.raises(Conflict):
        service.replace(approver.actor, old.id, {}, reason="x", key="r2")


@pytest.mark.django_db
def test_status_changes_follow_the_table(issued: Issue, approver: Any) -> None:
    licence = issued()
    service.change_status(approver.actor, licence.id, "02", "调查期间暂扣")
    service.change_status(approver.actor, licence.id, "01", "调查结束")
    service.change_status(approver.actor, licence.id, "04", "企业申请注销")
    with pytest.raises(Conflict):
        service.change_status(approver.actor, licence.id, "01", "反悔")


@pytest.mark.django_db
def test_status_changes_need_reason_right_and_choice(
    issued: Issue, approver: Any, outsider: Any, clerk: Any, resident: Any
) -> None:
    licence = issued()
    with pytest.raises(Invalid):
        service.change_status(approver.actor, licence.id, "02", "  ")
    with pytest.raises(Invalid):
        service.change_status(approver.actor, licence.id, "55", "x")
    with pytest.raises(NotFound):
        service.change_status(approver.actor, uuid4(), "02", "x")
    for actor in (outsider.actor, clerk.actor, resident.actor):
        with pytest.raises(Forbidden):
            service.change_status(actor, licence.id, "02", "x")


@pytest.mark.django_db(transaction=True)
def test_serials_have_no_gaps_and_no_doubles_under_contention() -> None:
    kind = service.ensure_type("race", "竞争", invented_uscc() + "009")
    department, holder = DepartmentFactory(), SubjectFactory()
    failures: list[Exception] = []
    start = threading.Barrier(6)

    def work(number: int) -> None:
        try:
            start.wait(20)
            for turn in range(5):
                # Each key is asked for by two threads; one in five is rolled back.
                key = f"{number // 2}:{turn}"
                with transaction.atomic():
                    service.issue(SYSTEM, "race", holder.id, {}, department_id=department.id, key=key)
                    transaction.set_rollback(turn == 2)
        except Exception as error:  # told to the main thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    serials = sorted(service.Licence.objects.filter(type=kind).values_list("serial", flat=True))
    assert serials == list(range(1, 3 * 4 + 1))
