"""A department checks: takes one on, answers, hands over. Who may, who may not, and what follows."""

from collections.abc import Callable

import pytest

from tongban.conftest import Person
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.notices.models import Notice
from tongban.organisations.models import Department
from tongban.resources import service as resources
from tongban.stewardship import service as stewardship
from tongban.stewardship.tests.conftest import ADDRESS, HOME, NEW, SHORT, WHY, Scene

pytestmark = pytest.mark.django_db


def held_now(scene: Scene) -> str:
    found = resources.prefill(
        scene.resident.actor, scene.subject_id, [ADDRESS], purpose="办件", case_id=None
    )  # fmt: skip
    return str(found[ADDRESS].value)


def test_a_correction_is_right_in_the_next_prefill_and_the_person_is_told(scene: Scene) -> None:
    other = scene.differ()
    row = scene.ask()
    stewardship.answer(scene.stewards["gongan"].actor, "correction", row.id, "corrected", WHY, NEW)
    row.refresh_from_db()
    assert (row.state, row.answer, row.reason) == ("answered", "corrected", WHY)
    assert held_now(scene) == NEW
    told = Notice.objects.get(account_id=scene.resident.account.id, kind="data.answered")
    assert WHY in told.body
    other.refresh_from_db()
    assert other.state == "open"  # civil affairs still say something else: theirs to check
    with pytest.raises(Conflict):
        stewardship.answer(scene.stewards["gongan"].actor, "correction", row.id, "right", WHY)


def test_a_value_that_cannot_be_stated_changes_nothing(scene: Scene) -> None:
    scene.differ()
    row = scene.ask()
    with pytest.raises(Invalid) as caught:
        stewardship.answer(scene.stewards["gongan"].actor, "correction", row.id, "corrected", WHY, " ")
    assert caught.value.problems[0].field == "value"
    row.refresh_from_db()
    assert row.state == "open"
    assert held_now(scene) == HOME
    assert len(stewardship.entries(row)) == 1


@pytest.mark.parametrize(
    ("verdict", "reason", "field"), [("maybe", WHY, "verdict"), ("right", "好", "reason")]
)
def test_an_answer_needs_a_verdict_and_a_reason(scene: Scene, verdict: str, reason: str, field: str) -> None:
    scene.differ()
    row = scene.ask()
    with pytest.raises(Invalid) as caught:
        stewardship.answer(scene.stewards["gongan"].actor, "correction", row.id, verdict, reason)
    assert caught.value.problems[0].field == field


def test_only_the_department_whose_turn_it_is_answers(scene: Scene, resident: Person) -> None:
    row = scene.differ()
    asked = scene.ask()
    for kind, check in (("discrepancy", row), ("correction", asked)):
        for who in (scene.stewards["renshe"], scene.stewards["shuju"], resident):
            with pytest.raises(Forbidden):
                stewardship.answer(who.actor, kind, check.id, "right", WHY)
            with pytest.raises(Forbidden):
                stewardship.claim(who.actor, kind, check.id)
        with pytest.raises(Forbidden):
            stewardship.hand_over(
                scene.stewards["renshe"].actor, kind, check.id, scene.departments["renshe"].id, WHY
            )  # fmt: skip
    with pytest.raises(NotFound):
        stewardship.claim(scene.stewards["gongan"].actor, "nothing", asked.id)


def test_a_dissenter_who_puts_it_right_ends_it(scene: Scene) -> None:
    row = scene.differ()
    stewardship.answer(scene.stewards["minzheng"].actor, "discrepancy", row.id, "corrected", WHY, HOME)
    row.refresh_from_db()
    assert (row.state, row.answer) == ("closed", "corrected")
    assert stewardship.settle(scene.subject_id, [ADDRESS]) == 0


def test_a_dissenter_who_is_right_sends_it_to_the_source_which_takes_his_value(scene: Scene) -> None:
    row = scene.differ()
    stewardship.answer(scene.stewards["minzheng"].actor, "discrepancy", row.id, "right", WHY)
    row.refresh_from_db()
    assert (row.state, row.department_id) == ("open", scene.departments["gongan"].id)
    view = stewardship.check(scene.stewards["gongan"].actor, "discrepancy", row.id)
    assert (view.may_check, view.proposed) == (True, SHORT)
    stewardship.answer(scene.stewards["gongan"].actor, "discrepancy", row.id, "corrected", WHY, view.proposed)
    row.refresh_from_db()
    assert row.state == "closed"
    assert held_now(scene) == SHORT


def test_one_who_is_wrong_and_mends_it_elsewhere_leaves_it_answered(scene: Scene) -> None:
    row = scene.differ()
    stewardship.answer(scene.stewards["minzheng"].actor, "discrepancy", row.id, "wrong", WHY)
    row.refresh_from_db()
    assert row.state == "answered"
    scene.put("minzheng", {ADDRESS: HOME})
    stewardship.settle(scene.subject_id, [ADDRESS])
    row.refresh_from_db()
    assert row.state == "closed"


def test_what_a_colleague_has_taken_on_is_his(
    scene: Scene, staff_with: Callable[[str, Department], Person]
) -> None:
    scene.differ()
    row, first = scene.ask(), scene.stewards["gongan"].actor
    second = staff_with("steward", scene.departments["gongan"]).actor
    stewardship.claim(first, "correction", row.id)
    stewardship.claim(first, "correction", row.id)
    with pytest.raises(Conflict):
        stewardship.answer(second, "correction", row.id, "right", WHY)
    stewardship.release(first, "correction", row.id)
    stewardship.answer(second, "correction", row.id, "right", WHY)
    acts = [one.act for one in stewardship.entries(row)]
    assert acts == ["opened", "claimed", "released", "answered"]


def test_handing_over_keeps_the_day_and_tells_both(scene: Scene) -> None:
    scene.differ()
    row = scene.ask()
    due, office = row.due_on, scene.stewards["shuju"].actor
    for department, field in (
        (scene.departments["shuju"].id, "department"),
        (row.department_id, "department"),
    ):
        with pytest.raises(Invalid) as caught:
            stewardship.hand_over(office, "correction", row.id, department, WHY)
        assert caught.value.problems[0].field == field
    stewardship.hand_over(
        office, "correction", row.id, scene.departments["minzheng"].id, "属于民政登记的地址"
    )
    row.refresh_from_db()
    assert (row.due_on, row.department_id) == (due, scene.departments["minzheng"].id)
    assert Notice.objects.filter(
        account_id=scene.stewards["minzheng"].account.id, kind="data.asked"
    ).exists()  # fmt: skip
    with pytest.raises(Forbidden):
        stewardship.answer(scene.stewards["gongan"].actor, "correction", row.id, "right", WHY)


def test_a_department_without_the_datum_cannot_state_it(scene: Scene) -> None:
    scene.differ()
    row = scene.ask()
    office, renshe = scene.stewards["shuju"].actor, scene.stewards["renshe"].actor
    stewardship.hand_over(office, "correction", row.id, scene.departments["renshe"].id, WHY)
    with pytest.raises(Conflict):
        stewardship.answer(renshe, "correction", row.id, "corrected", WHY, NEW)
    row.refresh_from_db()
    assert row.state == "open"


def test_every_look_at_values_is_in_the_persons_log_and_the_office_sees_none(scene: Scene) -> None:
    scene.differ()
    row = scene.ask()
    view = stewardship.check(scene.stewards["gongan"].actor, "correction", row.id)
    assert [one.words for one in view.values] == [HOME, SHORT]
    assert [one.counts for one in view.values] == [True, False]
    looks = resources.reads_of(scene.resident.actor, scene.subject_id).rows
    assert (looks[0].case_id, looks[0].department_name) == (row.id, scene.departments["gongan"].name)
    office = stewardship.check(scene.stewards["shuju"].actor, "correction", row.id)
    assert (office.values, office.said, office.may_check, office.may_hand_over) == ((), "", False, True)
    assert resources.reads_of(scene.resident.actor, scene.subject_id).rows[0] == looks[0]
    with pytest.raises(Forbidden):
        stewardship.check(scene.stewards["renshe"].actor, "correction", row.id)


def test_lists_show_what_is_ones_own_to_check(scene: Scene) -> None:
    scene.differ()
    scene.ask()
    seen = {
        slug: tuple(
            stewardship.listing(scene.stewards[slug].actor, stewardship.Filters(kind=kind)).paginator.count
            for kind in ("correction", "discrepancy")
        )
        for slug in ("gongan", "minzheng", "renshe", "shuju")
    }
    assert seen == {"gongan": (1, 0), "minzheng": (0, 1), "renshe": (0, 0), "shuju": (1, 1)}
    office = scene.stewards["shuju"].actor
    for narrowed, found in (
        (stewardship.Filters(element=ADDRESS, light="green", region="350102"), 1),
        (stewardship.Filters(element="person.phone"), 0),
        (stewardship.Filters(light="red"), 0),
        (stewardship.Filters(region="3502"), 0),
        (stewardship.Filters(state="answered"), 0),
    ):
        assert stewardship.listing(office, narrowed).paginator.count == found
    counted = stewardship.counts(office, "correction")
    assert (counted.total, counted.red, counted.yellow, counted.green) == (1, 0, 0, 1)
    assert stewardship.elements_waiting(office, "discrepancy")[0][0::2] == (ADDRESS, 1)
    with pytest.raises(Forbidden):
        stewardship.listing(scene.resident.actor, stewardship.Filters())
    with pytest.raises(NotFound):
        stewardship.listing(office, stewardship.Filters(kind="nothing"))
