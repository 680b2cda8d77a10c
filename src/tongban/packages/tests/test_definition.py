"""Order and rules of definitions; who may review."""

import copy
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.conftest import Person
from tongban.kit.errors import Forbidden, Invalid
from tongban.organisations.models import Department
from tongban.packages import service as packages
from tongban.packages.definition import After, Member, critical_days, order
from tongban.packages.tests.conftest import DEFINITION


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    """Members in any written order whose predecessors make no circle."""
    size = draw(st.integers(1, 8))
    made = [
        Member(f"m{n}", "x", {}, tuple(After(f"m{p}", "end") for p in draw(st.sets(st.integers(0, n - 1)))))
        if n
        else Member("m0", "x", {}, ())
        for n in range(size)
    ]
    return draw(st.permutations(made))


@given(members())
def test_predecessors_come_first(listed: list[Member]) -> None:
    found = order(listed)
    assert sorted(found) == sorted(m.key for m in listed)
    for member in listed:
        assert all(found.index(a.member) < found.index(member.key) for a in member.after)


@given(members())
def test_the_longest_way_is_between_one_item_and_all(listed: list[Member]) -> None:
    days = {m.key: 3 for m in listed}
    assert 3 <= critical_days(listed, days) <= 3 * len(listed)


def test_a_circle_is_named() -> None:
    circle = [Member("a", "x", {}, (After("b", "end"),)), Member("b", "x", {}, (After("a", "end"),))]
    with pytest.raises(Invalid) as error:
        order(circle)
    assert "a → b → a" in str(error.value) or "b → a → b" in str(error.value)


@pytest.mark.django_db
def test_a_second_person_reviews(
    package: packages.PackageVersion,
    department: Department,
    item_editor: Person,
    staff_with: Callable[[str, Department], Person],
    clerk: Person,
) -> None:
    with pytest.raises(Forbidden):
        packages.new_draft(clerk.actor, package.package_id)
    draft = packages.new_draft(item_editor.actor, package.package_id)
    packages.save(item_editor.actor, draft.id, name="新名", summary="", data=copy.deepcopy(DEFINITION))
    with pytest.raises(Forbidden):
        packages.review(item_editor.actor, draft.id)
    other = staff_with("item_editor", department).actor
    packages.review(other, draft.id)
    packages.publish(other, draft.id)
    assert packages.published("shop").name == "新名"


@pytest.mark.django_db
def test_findings_stop_publication(package: packages.PackageVersion, item_editor: Person) -> None:
    draft = packages.new_draft(item_editor.actor, package.package_id)
    wrong = copy.deepcopy(DEFINITION)
    wrong["members"][1] = {"key": "first", "item": "gone", "after": ["second"]}
    saved = packages.save(item_editor.actor, draft.id, name="圈", summary="", data=wrong)
    assert {"P01", "P04"} <= {f.rule for f in packages.findings(saved)}
