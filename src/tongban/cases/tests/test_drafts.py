"""Drafts: prefilled with provenance, saved on any device, never asked again."""

import pytest

from tongban.cases import service as cases
from tongban.cases.tests.conftest import fill, png
from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.resources import service as resources
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db


def test_prefill_says_where_it_came_from_and_is_logged(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    field = cases.form_view(known.actor, case.id).pages[0].fields[0]
    assert (field.value, field.locked) == ("林测试", True)
    assert field.prefill is not None
    assert "公安局" in field.prefill.source
    assert field.prefill.as_of is not None
    assert not field.prefill.changed
    assert resources.reads_of(known.actor, known.subject.id).rows


def test_locked_value_cannot_be_changed(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    with pytest.raises(Invalid) as caught:
        cases.save_draft(known.actor, case.id, {"name": "别人"})
    assert [(p.field, p.rule) for p in caught.value.problems] == [("name", "locked")]
    assert cases.save_draft(known.actor, case.id, {"name": "林测试"}).answers["name"] == "林测试"


def test_same_key_gives_the_same_draft(known: Person, item: items.VersionDetail) -> None:
    one, two = (cases.start_draft(known.actor, item.id, key="k1") for _ in range(2))
    assert one.id == two.id
    assert cases.start_draft(known.actor, item.id, key="k2").id != one.id


def test_saved_on_one_device_resumed_on_another(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    cases.save_draft(known.actor, case.id, {"goods": "鱼丸"}, page="stall", revision=0)
    form = cases.form_view(known.actor, case.id)
    assert form.revision == 1
    assert form.case.page == "stall"
    with pytest.raises(Conflict) as caught:
        cases.save_draft(known.actor, case.id, {"goods": "扁肉"}, revision=0)
    assert caught.value.code == "draft_moved_on"
    assert cases.form_view(known.actor, case.id).pages[1].fields[0].value == "鱼丸"


def test_a_page_must_be_right_but_one_may_stop_anywhere(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    with pytest.raises(Invalid) as caught:
        cases.save_draft(known.actor, case.id, {"goods": ""}, page="stall")
    assert [p.field for p in caught.value.problems] == ["goods"]
    cases.save_draft(known.actor, case.id, {"goods": ""})
    with pytest.raises(Invalid):
        cases.save_draft(known.actor, case.id, {"phone": "not a number"})
    with pytest.raises(Invalid) as caught:
        cases.save_draft(known.actor, case.id, {"nonsense": "1"})
    assert caught.value.problems[0].field == "nonsense"


def test_hidden_fields_are_not_filed(known: Person, item: items.VersionDetail) -> None:
    case = fill(known, item)
    cases.save_draft(known.actor, case.id, {"cooked": "yes", "health": "JK1"})
    cases.save_draft(known.actor, case.id, {"cooked": "no"})
    assert "health" not in cases.submit(known.actor, case.id, key="a").answers


def test_discard_leaves_only_the_trace(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    cases.discard_draft(known.actor, case.id)
    assert not cases.Case.objects.filter(pk=case.id).exists()
    assert [r.action for r in trace.rows(SYSTEM, case.id)] == ["case.started", "case.discarded"]


def test_not_for_others_staff_or_the_wrong_kind(
    known: Person, other_resident: Person, clerk: Person, representative: Person, item: items.VersionDetail
) -> None:
    case = cases.start_draft(known.actor, item.id)
    for person in (other_resident, clerk, representative):
        with pytest.raises(NotFound):
            cases.save_draft(person.actor, case.id, {"goods": "x"})
        with pytest.raises(NotFound):
            cases.form_view(person.actor, case.id)
        with pytest.raises(NotFound):
            cases.discard_draft(person.actor, case.id)
        with pytest.raises(NotFound):
            cases.attach_upload(person.actor, case.id, "plan", png())
    with pytest.raises(Forbidden):
        cases.start_draft(clerk.actor, item.id)
    with pytest.raises(Forbidden) as caught:
        cases.start_draft(representative.actor, item.id)
    assert caught.value.code == "wrong_applicant"


def test_scripts_in_text_stay_plain_text(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    cases.save_draft(known.actor, case.id, {"goods": "<script>alert(1)</script>"})
    field = cases.form_view(known.actor, case.id).pages[1].fields[0]
    assert field.value == "<script>alert(1)</script>"
    assert not hasattr(field.value, "__html__")  # never marked safe: every page escapes it
