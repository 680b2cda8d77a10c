"""Two subjects merged show one record, split again exactly what each had; only the data office may."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tongban.conftest import DepartmentFactory, EnterpriseFactory, Person, SubjectFactory
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.resources import service
from tongban.resources.models import Golden, Merger, Value
from tongban.trace import service as trace

ADDRESS, PHONE = "person.address", "person.phone"
WHY = "户籍底册核对为同一人"
Put = Callable[..., int]


def entries(*people: Person) -> list[dict[str, Any]]:
    return [Golden.objects.get(subject_id=one.subject.id).entries for one in people]


@pytest.fixture
def office(db: None, staff_with: Callable[[str, Any], Person]) -> Actor:
    return staff_with("steward", DepartmentFactory(code="shuju", name="福州市数据管理局")).actor


@pytest.fixture
def pair(put: Put, resident: Person, other_resident: Person) -> tuple[Person, Person]:
    """Two persons: the police know one's address, civil affairs the other's address and phone."""
    put("gongan", {ADDRESS: "东街 1 号"}, days_old=9)
    put(
        "minzheng",
        {ADDRESS: "西街 2 号", PHONE: "13900000001"},
        days_old=3,
        subject=other_resident.subject.id,
    )
    return resident, other_resident


def merged(office: Actor, pair: tuple[Person, Person], key: str = "k1") -> Merger:
    return service.merge(office, pair[1].subject.id, pair[0].subject.id, WHY, key)


@pytest.mark.django_db
def test_merged_both_show_the_choice_over_both_and_split_what_each_had(
    office: Actor, pair: tuple[Person, Person], sources: dict[str, Any], put: Put
) -> None:
    before = entries(*pair)
    row = merged(office, pair)
    kept, gone = entries(*pair)
    assert kept == gone
    assert (kept[ADDRESS]["v"], kept[ADDRESS]["d"]) == ("东街 1 号", [str(sources["minzheng"].id)])
    assert kept[PHONE]["v"] == "13900000001"
    found = service.values_of_sources(SYSTEM, pair[0].subject.id, ADDRESS, purpose="核对", case_id=None)
    assert [(one.value, one.is_golden, one.differs) for one in found] == [
        ("东街 1 号", True, False), ("西街 2 号", False, True),
    ]  # fmt: skip
    was = service.value_as_of(
        SYSTEM, pair[1].subject.id, ADDRESS, timezone.now(), purpose="核对", case_id=None
    )
    assert was is not None
    assert was.value == "东街 1 号"
    service.split(office, row.id, "两人指纹不同，合并有误")
    assert entries(*pair) == before
    with pytest.raises(Conflict):
        service.split(office, row.id, "两人指纹不同，合并有误")
    again = merged(office, pair, "k2")
    put("renshe", {PHONE: "13900000002"}, subject=pair[0].subject.id)  # came in meanwhile
    assert entries(*pair)[1][PHONE]["v"] == "13900000002"
    service.split(office, again.id, "两人指纹不同，合并有误")
    now = entries(*pair)
    assert now[1] == before[1]
    assert now[0][PHONE]["v"] == "13900000002"
    actions = [one.action for one in trace.rows(SYSTEM, f"data:{pair[1].subject.id}")]
    assert actions.count("resources.merged") == actions.count("resources.split") == 2


@pytest.mark.django_db
def test_a_correction_while_merged_counts_for_both(
    office: Actor,
    pair: tuple[Person, Person],
    sources: dict[str, Any],
    staff_with: Callable[[str, Any], Person],
) -> None:
    merged(office, pair)
    civil = staff_with("steward", sources["minzheng"]).actor
    service.correct(civil, pair[0].subject.id, PHONE, "13900000009", reason="本人来电", key="c1")
    assert [one[PHONE]["v"] for one in entries(*pair)] == ["13900000009"] * 2


@pytest.mark.django_db
def test_reads_are_shown_to_both_while_merged_and_those_of_that_time_after(
    office: Actor, pair: tuple[Person, Person]
) -> None:
    def read(person: Person, purpose: str) -> None:
        service.prefill(SYSTEM, person.subject.id, [ADDRESS], purpose=purpose, case_id=None)

    def seen(person: Person) -> list[str]:
        rows = service.reads_of(person.actor, person.subject.id).rows
        return sorted(one.purpose for one in rows if one.kind == "prefill")

    read(pair[0], "甲此前")
    row = merged(office, pair)
    Merger.objects.update(created_at=timezone.now())
    read(pair[0], "合并期间")
    assert seen(pair[1]) == ["合并期间", "甲此前"]
    service.split(office, row.id, "两人指纹不同，合并有误")
    read(pair[0], "甲此后")
    assert seen(pair[1]) == ["合并期间"]
    assert seen(pair[0]) == ["合并期间", "甲此前", "甲此后"]


@pytest.mark.django_db
def test_only_the_data_office_merges_and_splits(
    office: Actor, pair: tuple[Person, Person], sources: dict[str, Any], clerk: Person,
    staff_with: Callable[[str, Any], Person],
) -> None:  # fmt: skip
    row = merged(office, pair)
    police = staff_with("steward", sources["gongan"])
    for one in (police, clerk, pair[0]):
        for act in (
            lambda who: merged(who, pair, "k9"),
            lambda who: service.split(who, row.id, "两人指纹不同，合并有误"),
            service.mergers,
            lambda who: service.merger(who, row.id),
            lambda who: service.side_by_side(who, pair[0].subject.id, pair[1].subject.id),
        ):
            with pytest.raises(Forbidden):
                act(one.actor)
    assert Merger.objects.filter(split_at=None).count() == 1


@pytest.mark.django_db
def test_what_cannot_be_merged_is_refused(office: Actor, pair: tuple[Person, Person]) -> None:
    one, other = (person.subject.id for person in pair)
    third, firm = SubjectFactory().id, EnterpriseFactory().id
    for given, problem in (
        ((one, one, WHY, "k"), Invalid), ((one, firm, WHY, "k"), Invalid), ((one, other, "同", "k"), Invalid),
        ((one, other, WHY, ""), Invalid), ((one, office.staff_id, WHY, "k"), NotFound),
    ):  # fmt: skip
        with pytest.raises(problem):
            service.merge(office, *given)
    row = service.merge(office, one, other, WHY, "k1")
    assert service.merge(office, one, other, WHY, "k1").id == row.id
    with pytest.raises(Conflict):
        service.merge(office, third, other, WHY, "k1")
    for pairing in ((one, third), (third, one), (other, third)):  # no chains
        with pytest.raises(Conflict):
            service.merge(office, *pairing, WHY, "k2")
    service.merge(office, third, other, WHY, "k3")  # but several into one
    assert set(service.same_subjects(one)) == {one, other, third}
    assert service.same_subjects(one)[0] == other
    assert [one.source_id for one in service.mergers(office, standing=True)] == [third, row.source_id]
    assert service.mergers(office, standing=False).paginator.count == 0


@pytest.mark.django_db
def test_looking_at_both_is_logged_with_both(office: Actor, pair: tuple[Person, Person]) -> None:
    rows = {one.label: one for one in service.side_by_side(office, pair[0].subject.id, pair[1].subject.id)}
    assert (rows["联系电话"].one, rows["联系电话"].alike) == ("", False) if "联系电话" in rows else True
    assert any(one.one == "东街 1 号" and one.other == "西街 2 号" for one in rows.values())
    assert "13900000001" not in str(rows)
    for person in pair:
        assert [one.kind for one in service.reads_of(person.actor, person.subject.id).rows] == ["merge"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_merging_while_a_value_is_corrected_loses_neither(
    office: Actor, pair: tuple[Person, Person], sources: dict[str, Any],
    staff_with: Callable[[str, Any], Person], turn: int,
) -> None:  # fmt: skip
    civil = staff_with("steward", sources["minzheng"]).actor
    start, problems = threading.Barrier(4), []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(timeout=20)
            act()
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    acts: list[Callable[[], object]] = [
        lambda: merged(office, pair),
        lambda: merged(office, pair),
        lambda: service.correct(civil, pair[1].subject.id, PHONE, "13900000009", reason="来电", key="c1"),
        lambda: service.put_values(
            sources["gongan"].id, [(pair[0].subject.id, ADDRESS, "南街 3 号")], timezone.now()
        ),
    ]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert problems == []
    kept, gone = entries(*pair)
    assert kept == gone
    assert (kept[PHONE]["v"], kept[ADDRESS]["v"]) == ("13900000009", "南街 3 号")
    assert Merger.objects.count() == 1
    assert Value.objects.count() == 3
