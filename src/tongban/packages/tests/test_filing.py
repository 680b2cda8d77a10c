"""One filing: asked once, submitted once, split into cases, continued as predecessors are decided."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.kit.errors import Conflict, Invalid, NotFound
from tongban.packages import service as packages

Begin = Callable[..., packages.Filing]
Clerks = dict[str, dict[str, Person]]


def part(filing: packages.Filing, member: str) -> packages.Part:
    return packages.Part.objects.select_related("case").get(filing=filing, member=member)


def decide(filing: packages.Filing, member: str, staff: Clerks, *, granted: bool = True) -> None:
    case = part(filing, member).case
    assert case is not None
    clerk, approver = staff[member]["clerk"], staff[member]["approver"]
    task = cases.Task.objects.get(case=case, kind="accept", state="open")
    cases.claim(clerk.actor, task.id)
    cases.accept(clerk.actor, case.id)
    for kind, person in (("review", staff[member].get("reviewer")), ("decide", approver)):
        for open_task in cases.Task.objects.filter(case=case, kind=kind, state="open"):
            assert person is not None
            cases.claim(person.actor, open_task.id)
            if kind == "review":
                cases.complete_step(person.actor, open_task.id, "pass", "符合条件")
    cases.decide(approver.actor, case.id, granted, "" if granted else "不符合条件")


@pytest.fixture
def staff(
    clerks: Clerks, staff_with: Callable[..., Person], department: object, other_department: object
) -> Clerks:
    ours, theirs = staff_with("reviewer", department), staff_with("reviewer", other_department)
    clerks["first"]["reviewer"] = ours
    clerks["second"]["reviewer"] = theirs
    return clerks


@pytest.mark.django_db
def test_each_question_and_material_comes_once(begin: Begin, resident: Person) -> None:
    filing = begin(whole=False)
    form = packages.form(resident.actor, filing.id)
    names = [f.name for p in form.pages for f in p.fields]
    assert sorted(names) == ["all__person_name", "all__place", "first__own", "second__own"]
    assert form.pages[0].fields[0].value == "林测试"
    assert form.pages[0].fields[0].locked
    papers = packages.materials(resident.actor, filing.id)
    assert [m.key for m in papers.materials] == ["all-plan"]
    assert papers.coming == (("第一证", "first办理"),)


@pytest.mark.django_db
def test_answers_and_files_reach_every_case(begin: Begin, resident: Person) -> None:
    filing = begin()
    for member in ("first", "second"):
        case = part(filing, member).case
        assert case is not None
        assert case.answers["place"] == "东街1号"
        assert case.materials.get(key="plan").file_id


@pytest.mark.django_db
def test_a_locked_answer_and_a_stale_save_are_refused(begin: Begin, resident: Person) -> None:
    filing = begin()
    with pytest.raises(Invalid):
        packages.save_filing(resident.actor, filing.id, {"all__person_name": "别人"}, page=None)
    with pytest.raises(Conflict):
        packages.save_filing(resident.actor, filing.id, {"all__place": "西街"}, page=None, revision=0)


@pytest.mark.django_db
def test_an_incomplete_page_names_its_fields_once(begin: Begin, resident: Person) -> None:
    filing = begin(whole=False)
    with pytest.raises(Invalid) as error:
        packages.save_filing(resident.actor, filing.id, {"all__place": ""}, page="first-what")
    assert {p.field for p in error.value.problems} == {"all__place", "first__own"}


@pytest.mark.django_db
def test_an_optional_member_comes_and_goes(begin: Begin, resident: Person) -> None:
    filing = begin("yes")
    assert filing.parts.count() == 3
    packages.choose(resident.actor, filing.id, {"more": "no"})
    assert sorted(filing.parts.values_list("member", flat=True)) == ["first", "second"]
    packages.choose(resident.actor, filing.id, {"more": "yes"})
    tail = part(filing, "tail").case
    assert tail is not None
    assert tail.answers["place"] == "东街1号"


@pytest.mark.django_db
def test_submitting_files_what_may_start_and_plans_the_rest(begin: Begin, resident: Person) -> None:
    filing = begin()
    done = packages.submit(resident.actor, filing.id, key="once")
    again = packages.submit(resident.actor, filing.id, key="once")
    assert (done.number, done.state) == (again.number, "submitted")
    first, second = part(filing, "first"), part(filing, "second")
    assert first.case is not None
    assert second.case is not None
    assert (first.case.state, second.case.state, second.state) == ("submitted", "draft", "waiting")


@pytest.mark.django_db
def test_what_is_missing_is_said_and_nothing_is_filed(begin: Begin, resident: Person) -> None:
    filing = begin(whole=False)
    with pytest.raises(Invalid) as error:
        packages.submit(resident.actor, filing.id, key="once")
    fields = [p.field for p in error.value.problems]
    assert len(fields) == len(set(fields))
    assert "material:all-plan" in fields
    assert "material:all-first-card" not in fields
    assert packages.own(resident.actor, filing.id).state == "draft"


@pytest.mark.django_db
def test_the_successor_is_filed_with_the_licence(
    begin: Begin, resident: Person, staff: Clerks, run_jobs: Callable[[], list[str]]
) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    decide(filing, "first", staff)
    run_jobs()
    second = part(filing, "second")
    assert second.case is not None
    assert second.case.state == "submitted"
    assert second.case.materials.get(key="licence").licence_id
    packages.advance(filing.id)  # a replay changes nothing
    decide(filing, "second", staff)
    run_jobs()
    filing.refresh_from_db()
    assert filing.state == "done"
    stored = packages.result(resident.actor, filing.id)
    assert stored.media_type == "application/pdf"
    assert len(packages.joined(resident.actor, filing.id).parts[1].licences) == 1


@pytest.mark.django_db
def test_a_denial_ends_and_frees_as_the_definition_says(
    begin: Begin, resident: Person, staff: Clerks, run_jobs: Callable[[], list[str]]
) -> None:
    filing = packages.submit(resident.actor, begin("yes").id, key="once")
    decide(filing, "first", staff, granted=False)
    run_jobs()
    assert part(filing, "second").state == "ended"
    tail = part(filing, "tail").case
    assert tail is not None
    assert tail.state == "submitted"


@pytest.mark.django_db
def test_withdrawing_everything(begin: Begin, resident: Person) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    with pytest.raises(Invalid):
        packages.withdraw(resident.actor, filing.id, " ")
    assert packages.withdraw(resident.actor, filing.id, "不开了").state == "withdrawn"
    assert all(p.state in ("withdrawn", "ended") for p in packages.joined(resident.actor, filing.id).parts)


@pytest.mark.django_db
def test_nobody_else_sees_it(begin: Begin, other_resident: Person, staff: Clerks, resident: Person) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    with pytest.raises(NotFound):
        packages.joined(other_resident.actor, filing.id)
    case = part(filing, "first").case
    assert case is not None
    seen = packages.belonging(staff["first"]["clerk"].actor, case.id)
    assert seen is not None
    assert [s.label for s in seen.siblings] == ["待受理", "等待前一件事办成"]
    assert packages.belonging(resident.actor, case.id) is None


@pytest.mark.django_db(transaction=True)
def test_a_double_submit_files_once(begin: Begin, resident: Person) -> None:
    filing = begin()
    actor, barrier = resident.actor, Barrier(4)

    def send(number: int) -> str:
        try:
            barrier.wait()
            return packages.submit(actor, filing.id, key=f"k{number}").number or ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(send, range(4)))
    assert len(numbers) == 1
    assert cases.Case.objects.exclude(number=None).count() == 1
