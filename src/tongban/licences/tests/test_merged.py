"""Licences of subjects that are the same one are both's, until they are split."""

from collections.abc import Callable
from typing import Any

import pytest

from tongban.conftest import Person
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Forbidden, Invalid, NotFound
from tongban.licences import service
from tongban.resources import service as resources

pytestmark = pytest.mark.django_db


def test_a_licence_follows_a_merger_and_its_undoing(
    issued: Callable[..., service.Licence], resident: Person, other_resident: Person
) -> None:
    assert resident.subject is not None
    assert other_resident.subject is not None
    own, other = resident.subject.id, other_resident.subject.id
    licence = issued()
    actor = other_resident.actor

    def used() -> list[Any]:
        wanted: dict[str, Any] = {"purpose": "办理事项", "case_id": None}
        return [
            service.held(actor, other),
            service.meeting(actor, other, ["food"], **wanted),
            [service.meet(actor, licence.id, subject_id=other, type_slugs=["food"], **wanted)],
            [service.licence(actor, licence.id)],
            [one.licence for one in service.uses_of(actor, licence.id)][:1],
        ]

    row = resources.merge(SYSTEM, own, other, "户籍底册核对为同一人", "k")
    assert used() == [[licence]] * 5
    assert service.held(resident.actor, own) == [licence]
    resources.split(SYSTEM, row.id, "两人指纹不同，合并有误")
    assert service.held(actor, other) == []
    with pytest.raises(Invalid):
        service.meet(
            actor, licence.id, subject_id=other, type_slugs=["food"], purpose="办理事项", case_id=None
        )
    for act in (service.licence, service.uses_of):
        with pytest.raises(NotFound):
            act(actor, licence.id)
    with pytest.raises(Forbidden):
        service.held(actor, own)
    assert service.held(resident.actor, own) == [licence]
