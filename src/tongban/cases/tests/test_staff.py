"""The counter, the pool, review, suspension, extension, decision: who may, who may not, and races."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from tongban.cases import acceptance
from tongban.cases import service as cases
from tongban.cases.tasks import deem_accepted, refresh_lights
from tongban.cases.tests.conftest import fill, pass_review, png, when
from tongban.cases.tests.test_filing import run
from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.organisations.models import Department

db = pytest.mark.django_db


@db
def test_accept_starts_the_clock_and_the_review(filed: cases.Case, clerk: Person, reviewer: Person) -> None:
    with pytest.raises(Forbidden):
        cases.accept(reviewer.actor, filed.id)
    case = cases.accept(clerk.actor, filed.id, note="齐全")
    assert case.state == "accepted"
    clock = cases.clock_of(case)
    assert clock is not None
    assert clock.days_total == 8  # promised, shorter than the law's 20
    assert case.due_on == clock.due_on
    assert [t.name for t in case.tasks.filter(state="open")] == ["审查"]
    with pytest.raises(Conflict):
        cases.accept(clerk.actor, filed.id)


@db
def test_another_department_sees_and_does_nothing(filed: cases.Case, outsider: Person, known: Person) -> None:
    for act in (
        lambda: cases.desk(outsider.actor, filed.id),
        lambda: cases.decide(outsider.actor, filed.id, True),
        lambda: cases.accept(outsider.actor, filed.id),
        lambda: cases.accept(known.actor, filed.id),
        lambda: cases.desk(known.actor, filed.id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert cases.case_list(outsider.actor).rows == ()
    assert cases.pool(outsider.actor).rows == ()


@db
def test_refuse_and_return_need_reasons(known: Person, item: items.VersionDetail, clerk: Person) -> None:
    one = cases.submit(known.actor, fill(known, item).id, key="1")
    two = cases.submit(known.actor, fill(known, item).id, key="2")
    for act in (cases.refuse_acceptance, cases.return_to_applicant):
        with pytest.raises(Invalid):
            act(clerk.actor, one.id, "  ")
    assert cases.refuse_acceptance(clerk.actor, one.id, "不属于许可范围").state == "refused"
    assert cases.return_to_applicant(clerk.actor, two.id, "请到市公安局办理").state == "returned"


@db
def test_supplement_is_asked_once_and_opens_only_what_is_marked(
    known: Person, filed: cases.Case, clerk: Person
) -> None:
    with pytest.raises(Invalid):
        cases.ask_supplement(clerk.actor, filed.id, "缺材料", [], [])
    with pytest.raises(Invalid):
        cases.ask_supplement(clerk.actor, filed.id, "缺材料", ["nonsense"], [])
    cases.ask_supplement(clerk.actor, filed.id, "请写清品种，重传平面图", ["goods"], ["plan"])
    form = cases.form_view(known.actor, filed.id)
    assert [f.name for p in form.pages for f in p.fields if f.asked] == ["goods"]
    with pytest.raises(Invalid) as caught:
        cases.answer_supplement(known.actor, filed.id, {"phone": "13900000000"}, key="a")
    assert caught.value.problems[0].rule == "not_asked"
    with pytest.raises(Invalid) as caught:
        cases.answer_supplement(known.actor, filed.id, {"goods": "手工鱼丸"}, key="a")
    assert [p.field for p in caught.value.problems] == ["material:plan"]
    with pytest.raises(Forbidden):
        cases.attach_upload(known.actor, filed.id, "photo", png("green"))
    cases.attach_upload(known.actor, filed.id, "plan", png("green"))
    case = cases.answer_supplement(known.actor, filed.id, {"goods": "手工鱼丸"}, key="a")
    assert case.state == "submitted"
    assert case.answers["goods"] == "手工鱼丸"
    assert cases.answer_supplement(known.actor, filed.id, {}, key="a").state == "submitted"
    with pytest.raises(Conflict) as once:
        cases.ask_supplement(clerk.actor, filed.id, "还缺一样", ["phone"], [])
    assert once.value.code == "asked_once"
    assert cases.accept(clerk.actor, filed.id).state == "accepted"


@db
def test_silence_for_five_days_is_acceptance(known: Person, draft: cases.Case) -> None:
    with cases.at(when("2026-03-02")):
        case = cases.submit(known.actor, draft.id, key="k")
    with cases.at(when("2026-03-09")):
        assert not acceptance.deem_accepted(case.id)
    with cases.at(when("2026-03-10")):
        deem_accepted.func(timestamp=0)
    case.refresh_from_db()
    assert case.state == "accepted"
    assert case.deemed_accepted
    assert case.accepted_at == case.submitted_at


@db
def test_review_moves_by_outcome(accepted: cases.Case, reviewer: Person, approver: Person) -> None:
    task = cases.Task.objects.get(case=accepted, kind="review")
    with pytest.raises(Conflict):
        cases.complete_step(reviewer.actor, task.id, "pass", "好")  # not claimed
    pass_review(accepted, reviewer, "return")
    accepted.refresh_from_db()
    assert accepted.state == "under_review"
    with pytest.raises(Conflict) as caught:
        cases.decide(approver.actor, accepted.id, True)
    assert caught.value.code == "review_open"
    pass_review(accepted, reviewer)
    assert accepted.tasks.filter(kind="decide", state="open").count() == 1
    with pytest.raises(Invalid):
        cases.complete_step(reviewer.actor, task.id, "maybe", "好")


@db
def test_an_item_may_name_its_own_process(
    known: Person,
    make_item: Callable[..., items.VersionDetail],
    clerk: Person,
    reviewer: Person,
    chief: Person,
) -> None:
    case = cases.submit(known.actor, fill(known, make_item(process="joint-review.bpmn")).id, key="k")
    cases.accept(clerk.actor, case.id)
    both = cases.pool(reviewer.actor).rows
    assert {t.name for t in both} == {"书面审查", "现场核查"}
    for task in both:
        cases.claim(reviewer.actor, task.id)
        cases.complete_step(reviewer.actor, task.id, "pass", "符合")
    last = cases.claim_next(chief.actor)
    assert last is not None
    assert last.name == "会审意见"
    cases.complete_step(chief.actor, last.id, "pass", "同意")
    assert case.tasks.filter(kind="decide", state="open").count() == 1


@db
def test_a_process_nobody_has_is_named(
    known: Person, make_item: Callable[..., items.VersionDetail], clerk: Person
) -> None:
    case = cases.submit(known.actor, fill(known, make_item(process="nowhere.bpmn")).id, key="k")
    with pytest.raises(Invalid) as caught:
        cases.accept(clerk.actor, case.id)
    assert caught.value.problems[0].field == "process"


@db
def test_special_procedure_stops_the_clock(accepted: cases.Case, reviewer: Person, clerk: Person) -> None:
    with pytest.raises(Forbidden):
        cases.suspend(clerk.actor, accepted.id, "site_inspection", "看现场", 5)
    with pytest.raises(Invalid):
        cases.suspend(reviewer.actor, accepted.id, "holiday", "看现场", 5)
    before = accepted.due_on
    start = accepted.accepted_at + timedelta(days=1)
    with cases.at(start):
        case = cases.suspend(reviewer.actor, accepted.id, "site_inspection", "看现场", 5)
        assert case.state == "suspended"
    task = cases.Task.objects.get(case=accepted, kind="review")
    assert cases.pool(reviewer.actor).rows == ()
    with cases.at(start + timedelta(days=14)):
        assert cases.resume(reviewer.actor, accepted.id, outcome="符合").state == "under_review"
    accepted.refresh_from_db()
    assert before is not None
    assert accepted.due_on is not None
    assert accepted.due_on > before
    assert cases.claim(reviewer.actor, task.id).state == "claimed"


@db
def test_extension_once_by_the_chief_within_the_law(
    accepted: cases.Case, chief: Person, approver: Person
) -> None:
    with pytest.raises(Forbidden):
        cases.extend(approver.actor, accepted.id, 5, "案情复杂")
    for days in (0, 11):
        with pytest.raises(Invalid):
            cases.extend(chief.actor, accepted.id, days, "案情复杂")
    assert cases.clock_of(cases.extend(chief.actor, accepted.id, 10, "案情复杂")).days_total == 18
    with pytest.raises(Conflict):
        cases.extend(chief.actor, accepted.id, 1, "还不够")


@db
def test_reviewer_does_not_decide_his_own_review(
    reviewed: cases.Case, reviewer: Person, department: Department
) -> None:
    from tongban.conftest import PostFactory, actor_of_account

    PostFactory(role="approver", staff=reviewer.actor and reviewer.account.staff, department=department)
    with pytest.raises(Forbidden) as caught:
        cases.decide(actor_of_account(reviewer.account), reviewed.id, True)
    assert caught.value.code == "own_review"


@db
def test_a_denial_needs_reasons_and_says_how_to_appeal(reviewed: cases.Case, approver: Person) -> None:
    with pytest.raises(Invalid):
        cases.decide(approver.actor, reviewed.id, False, "")
    case = cases.decide(approver.actor, reviewed.id, False, "位置不在划定区域内")
    assert case.state == "denied"
    assert "行政复议" in case.decision.remedies
    with pytest.raises(Conflict):
        cases.decide(approver.actor, reviewed.id, True)


@db
def test_nothing_is_granted_while_a_material_is_to_come(
    accepted: cases.Case, reviewer: Person, approver: Person
) -> None:
    pass_review(accepted, reviewer)
    with pytest.raises(Conflict) as caught:
        cases.decide(approver.actor, accepted.id, True)
    assert caught.value.code == "material_outstanding"


@db
def test_immediate_item_is_decided_at_once(
    known: Person, make_item: Callable[..., items.VersionDetail], clerk: Person
) -> None:
    steps = [{"name": n, "kind": k, "role": "clerk", "limit_days": 0} for n, k in
             (("受理", "accept"), ("决定", "decide"), ("送达", "deliver"))]  # fmt: skip
    item = make_item(case_kind=1, steps=steps, special_procedures=[])
    draft = fill(known, item)
    cases.attach_upload(known.actor, draft.id, "photo", png("blue"))
    case = cases.submit(known.actor, draft.id, key="k")
    assert cases.desk(clerk.actor, case.id).may("decide")
    assert cases.decide(clerk.actor, case.id, True).state == "granted"
    assert case.steps.count() == 2


@db
def test_void_is_for_the_chief(accepted: cases.Case, chief: Person, clerk: Person) -> None:
    with pytest.raises(Forbidden):
        cases.void(clerk.actor, accepted.id, "重复申请")
    assert cases.void(chief.actor, accepted.id, "重复申请").state == "voided"
    assert not accepted.tasks.filter(state__in=("open", "claimed")).exists()


@db
def test_claim_release_and_next(filed: cases.Case, clerk: Person, reviewer: Person, chief: Person) -> None:
    task = cases.pool(clerk.actor).rows[0]
    with pytest.raises(Forbidden):
        cases.claim(reviewer.actor, task.id)
    taken = cases.claim_next(clerk.actor)
    assert taken is not None
    assert taken.id == task.id
    assert cases.claim(clerk.actor, task.id).id == task.id  # his already
    assert cases.claim_next(clerk.actor) is None
    assert [t.id for t in cases.my_tasks(clerk.actor).rows] == [task.id]
    with pytest.raises(Forbidden):
        cases.release(reviewer.actor, task.id)
    cases.release(chief.actor, task.id)
    assert cases.pool(clerk.actor).total == 1


@db
def test_what_a_colleague_holds_is_not_taken_from_him(
    filed: cases.Case, clerk: Person, staff_with: Callable[[str, Department], Person], department: Department
) -> None:
    colleague = staff_with("clerk", department)
    task = cases.claim_next(colleague.actor)
    assert task is not None
    with pytest.raises(Conflict, match=colleague.account.name):
        cases.claim(clerk.actor, task.id)
    with pytest.raises(Conflict):
        cases.accept(clerk.actor, filed.id)
    assert not cases.desk(clerk.actor, filed.id).may("accept")


@pytest.mark.django_db(transaction=True)
def test_no_work_ever_goes_to_two_people(
    known: Person, item: items.VersionDetail, department: Department,
    staff_with: Callable[[str, Department], Person],
) -> None:  # fmt: skip
    for n in range(12):
        cases.submit(known.actor, fill(known, item).id, key=str(n))
    actors = [staff_with("clerk", department).actor for _ in range(6)]
    ids = list(cases.Task.objects.values_list("id", flat=True))
    gate, got, errors, refused = threading.Barrier(6), [], [], []

    def work(n: int) -> None:
        try:
            gate.wait(10)
            for task_id in ids[:4]:  # all six reach for the same four …
                try:
                    got.append((cases.claim(actors[n], task_id).id, n))
                except Conflict as error:
                    refused.append(error.code)
            while task := cases.claim_next(actors[n]):  # … and then draw from the pool
                got.append((task.id, n))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    run([threading.Thread(target=work, args=(n,)) for n in range(6)])
    assert not errors
    assert sorted(t for t, _ in got) == sorted(ids)
    assert set(refused) <= {"claimed"}
    holders = dict(cases.Task.objects.values_list("id", "claimed_by_id"))
    assert all(holders[t] == actors[n].account_id for t, n in got)


@db
def test_desk_shows_all_and_is_logged(filed: cases.Case, clerk: Person, known: Person) -> None:
    desk = cases.desk(clerk.actor, filed.id)
    assert {a.name for a in desk.allowed_actions} == {
        "accept", "ask_supplement", "refuse_acceptance", "return_to_applicant",
    }  # fmt: skip
    assert desk.pages[0].fields[0].display == "林测试"
    assert "*" in desk.person.id_number
    cases.desk(clerk.actor, filed.id)
    assert [r.reader for r in cases.reads_of(known.actor, filed.id)] == [clerk.account.name]
    with pytest.raises(NotFound):
        cases.reads_of(clerk.actor, filed.id)


@db
def test_lists_cost_the_same_for_many(
    known: Person,
    item: items.VersionDetail,
    clerk: Person,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for n in range(5):
        cases.submit(known.actor, fill(known, item).id, key=str(n))
    actor, applicant = clerk.actor, known.actor
    with django_assert_max_num_queries(2):
        assert cases.case_list(actor).total == 5
    with django_assert_max_num_queries(2):
        assert cases.pool(actor, filters={"kind": "accept", "q": "夜市"}).total == 5
    with django_assert_max_num_queries(2):
        assert cases.my_cases(applicant, state="open").total == 5


@db
def test_lights_turn_and_staff_are_warned_once(
    accepted: cases.Case, reviewer: Person, run_jobs: Callable[[], list[str]]
) -> None:
    from tongban.notices import service as notices

    run_jobs()
    for _ in range(2):
        with cases.at(accepted.accepted_at + timedelta(days=60)):
            refresh_lights.func(timestamp=0)
    accepted.refresh_from_db()
    assert accepted.light == "red"
    assert len(notices.inbox(reviewer.account.id).rows) == 1
