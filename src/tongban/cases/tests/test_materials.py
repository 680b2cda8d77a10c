"""Handing in materials."""

import pytest

from tongban.cases import service as cases
from tongban.cases.tests.conftest import png
from tongban.conftest import Person
from tongban.items import service as items

pytestmark = pytest.mark.django_db


def plan_of(person: Person, case: cases.Case) -> cases.MaterialView:
    return {m.key: m for m in cases.materials_view(person.actor, case.id).materials}["plan"]


def test_the_same_file_sent_twice_is_handed_in_once(known: Person, item: items.VersionDetail) -> None:
    """A double click, or a script and a button: the second answer is the first."""
    case = cases.start_draft(known.actor, item.id)
    first = cases.attach_upload(known.actor, case.id, "plan", png())
    again = cases.attach_upload(known.actor, case.id, "plan", png())
    assert again.id == first.id
    assert len(plan_of(known, case).attachments) == 1


def test_another_file_for_the_same_material_is_added(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    cases.attach_upload(known.actor, case.id, "plan", png())
    cases.attach_upload(known.actor, case.id, "plan", png("blue"))
    assert len(plan_of(known, case).attachments) == 2
