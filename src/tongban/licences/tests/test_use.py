"""Seeing and using licences: whose, for what, and who is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tongban.kit.actors import ANONYMOUS, SYSTEM
from tongban.kit.errors import Forbidden, Invalid, NotFound
from tongban.licences import service

pytestmark = pytest.mark.django_db
Issue = Callable[..., service.Licence]
PURPOSE = {"purpose": "办理食品经营许可"}


def meet(actor: Any, licence: Any, subject: Any, types: tuple[str, ...] = ("food",)) -> service.Licence:
    return service.meet(
        actor, licence.id, subject_id=subject.id, type_slugs=types, case_id=uuid4(), **PURPOSE
    )


def refused(*args: Any) -> str:
    with pytest.raises(Invalid) as caught:
        meet(*args)
    problem = caught.value.problems[0]
    assert problem.field == "licence"
    assert problem.message
    return problem.rule


def test_the_holder_sees_his_own_and_nobody_elses(issued: Issue, resident: Any, other_resident: Any) -> None:
    licence = issued()
    assert service.held(resident.actor, resident.subject.id) == [licence]
    assert service.licence(resident.actor, licence.id) == licence
    with pytest.raises(Forbidden):
        service.held(other_resident.actor, resident.subject.id)
    for actor in (other_resident.actor, ANONYMOUS):
        with pytest.raises(NotFound):
            service.licence(actor, licence.id)
    with pytest.raises(Forbidden):
        service.held(ANONYMOUS, resident.subject.id)


def test_who_acts_for_an_enterprise_sees_its_licences(
    issued: Issue, representative: Any, resident: Any
) -> None:
    licence = issued(holder=representative.subject.id)
    assert service.held(representative.actor, representative.subject.id) == [licence]
    with pytest.raises(Forbidden):
        service.held(resident.actor, representative.subject.id)


def test_staff_name_purpose_and_case_and_the_holder_sees_it(issued: Issue, clerk: Any, resident: Any) -> None:
    licence, case_id = issued(), uuid4()
    with pytest.raises(Forbidden):
        service.held(clerk.actor, resident.subject.id)
    with pytest.raises(Forbidden):
        service.held(clerk.actor, resident.subject.id, purpose=" ", case_id=case_id)
    assert service.held(clerk.actor, resident.subject.id, case_id=case_id, **PURPOSE) == [licence]
    use = service.uses_of(resident.actor, licence.id)[0]
    assert (use.by, use.purpose, use.case_id) == (clerk.actor.name, PURPOSE["purpose"], case_id)
    assert use.department


def test_uses_are_for_the_holder_alone(issued: Issue, clerk: Any, other_resident: Any) -> None:
    licence = issued()
    for actor in (clerk.actor, other_resident.actor, ANONYMOUS):
        with pytest.raises(NotFound):
            service.uses_of(actor, licence.id)


def test_a_valid_own_licence_meets_a_material(issued: Issue, resident: Any) -> None:
    licence = issued()
    assert meet(resident.actor, licence, resident.subject) == licence
    assert service.uses_of(resident.actor, licence.id)[0].kind == service.UseKind.MATERIAL


def test_why_a_licence_cannot_meet(issued: Issue, resident: Any, other_resident: Any) -> None:
    today = timezone.localdate()
    day = timedelta(days=1)
    mine = resident.subject
    expired = issued(valid_from=today - 9 * day, valid_to=today - day)
    later = issued(valid_from=today + day, valid_to=today + 9 * day)
    suspended, cancelled, copied = issued(), issued(), issued(grade="C")
    service.change_status(SYSTEM, suspended.id, "02", "x")
    service.change_status(SYSTEM, cancelled.id, "04", "x")
    assert refused(resident.actor, expired, mine) == "expired"
    assert refused(resident.actor, later, mine) == "not_yet"
    assert refused(resident.actor, suspended, mine) == "suspended"
    assert refused(resident.actor, cancelled, mine) == "status"
    assert refused(resident.actor, copied, mine) == "grade"
    assert refused(resident.actor, issued(), mine, ("id-card",)) == "type"
    assert refused(resident.actor, issued(holder=other_resident.subject.id), mine) == "holder"
    good = issued(valid_from=today, valid_to=today)
    assert meet(resident.actor, good, mine) == good


def test_meeting_lists_only_what_would_do(issued: Issue, resident: Any) -> None:
    today = timezone.localdate()
    good = issued()
    issued(valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1))
    service.change_status(SYSTEM, issued().id, "02", "x")
    case_id = uuid4()
    for _ in range(3):
        found = service.meeting(resident.actor, resident.subject.id, ["food"], case_id=case_id, **PURPOSE)
        assert found == [good]
    assert len(service.uses_of(resident.actor, good.id)) == 1
    assert service.meeting(resident.actor, resident.subject.id, ["x"], case_id=case_id, **PURPOSE) == []


def test_licences_of_a_case(issued: Issue, resident: Any, other_resident: Any, clerk: Any) -> None:
    case_id = uuid4()
    licence = issued(case_id=case_id)
    assert service.of_case(clerk.actor, case_id) == [licence]
    assert service.of_case(resident.actor, case_id) == [licence]
    assert service.of_case(other_resident.actor, case_id) == []
    with pytest.raises(Forbidden):
        service.of_case(ANONYMOUS, case_id)
