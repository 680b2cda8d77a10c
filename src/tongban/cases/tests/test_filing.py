"""Filing once; materials; and what the applicant may do afterwards."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tongban.cases import service as cases
from tongban.cases.tests.conftest import fill, png, when
from tongban.conftest import Person
from tongban.items import service as items
from tongban.items.models import Item, ItemVersion
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tongban.notices import service as notices
from tongban.trace import service as trace


@pytest.mark.django_db
def test_everything_missing_is_named_at_once(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    check = cases.check_answers(known.actor, case.id)
    assert not check.ready
    assert [p.field for p in check.problems] == ["goods", "material:plan"]  # the photo may follow
    with pytest.raises(Invalid) as caught:
        cases.submit(known.actor, case.id, key="k")
    assert caught.value.problems == check.problems


@pytest.mark.django_db
def test_submit_numbers_traces_pools_and_tells(
    known: Person, draft: cases.Case, run_jobs: Callable[[], list[str]]
) -> None:
    assert cases.check_answers(known.actor, draft.id).ready
    case = cases.submit(known.actor, draft.id, key="k1")
    assert case.state == "submitted"
    assert case.number is not None
    assert case.number.startswith("350102")
    assert case.accept_by is not None
    again = cases.submit(known.actor, draft.id, key="k1")
    other_device = cases.submit(known.actor, draft.id, key="k2")
    assert again.number == other_device.number == case.number
    run_jobs()
    run_jobs()
    assert [t.kind for t in cases.Task.objects.filter(case=case)] == ["accept"]
    assert [r.action for r in trace.rows(SYSTEM, case.id)].count("case.submitted") == 1
    documents = cases.documents_of(known.actor, case.id)
    assert [(d.kind, d.ready) for d in documents] == [("receipt", True)]
    assert cases.case_document(known.actor, documents[0].id).file_hash
    inbox = notices.inbox(known.account.id)
    assert [n.link for n in inbox.rows] == [f"/cases/{case.id}/"]


@pytest.mark.django_db
def test_a_key_files_one_case_only(known: Person, item: items.VersionDetail) -> None:
    one, two = fill(known, item), fill(known, item)
    cases.submit(known.actor, one.id, key="same")
    with pytest.raises(Conflict) as caught:
        cases.submit(known.actor, two.id, key="same")
    assert caught.value.code == "key_reused"
    assert cases.Case.objects.get(pk=two.id).state == "draft"


@pytest.mark.django_db
def test_withdrawn_version_names_the_way_out(
    known: Person, draft: cases.Case, make_item: Callable[..., items.VersionDetail]
) -> None:
    newer = make_item(summary="新的要求。")
    check = cases.check_answers(known.actor, draft.id)
    assert check.newer_version_id == newer.id
    with pytest.raises(Conflict) as caught:
        cases.submit(known.actor, draft.id, key="k")
    assert caught.value.code == "version_not_in_force"
    new = cases.refile(known.actor, draft.id)
    assert new.version_id == newer.id
    assert new.answers["goods"] == "鱼丸"
    assert new.materials.filter(key="plan").count() == 1
    assert not cases.Case.objects.filter(pk=draft.id).exists()
    assert cases.submit(known.actor, new.id, key="k").state == "submitted"


@pytest.mark.django_db
def test_suspended_item_takes_no_filing(known: Person, draft: cases.Case) -> None:
    Item.objects.filter(pk=draft.item_id).update(state="2")
    check = cases.check_answers(known.actor, draft.id)
    assert check.version_problem
    assert check.newer_version_id is None
    with pytest.raises(Conflict) as caught:
        cases.submit(known.actor, draft.id, key="k")
    assert caught.value.code == "item_suspended"
    assert ItemVersion.objects.get(pk=draft.version_id).state == "published"


@pytest.mark.django_db
def test_materials(known: Person, item: items.VersionDetail) -> None:
    case = cases.start_draft(known.actor, item.id)
    with pytest.raises(Invalid):
        cases.attach_later(known.actor, case.id, "plan")
    with pytest.raises(Invalid):
        cases.attach_upload(known.actor, case.id, "nonsense", png())
    row = cases.attach_upload(known.actor, case.id, "plan", png())
    later = cases.attach_later(known.actor, case.id, "photo")
    assert cases.attach_later(known.actor, case.id, "photo").id == later.id
    view = {m.key: m for m in cases.materials_view(known.actor, case.id).materials}
    assert view["plan"].met
    assert view["plan"].attachments[0].file_hash == row.file_id
    assert not view["photo"].met
    assert not view["photo"].problem
    cases.detach(known.actor, case.id, row.id)
    view = {m.key: m for m in cases.materials_view(known.actor, case.id).materials}
    assert view["plan"].problem


@pytest.mark.django_db
def test_material_to_follow_comes_after_filing_others_do_not(known: Person, filed: cases.Case) -> None:
    cases.attach_upload(known.actor, filed.id, "photo", png("red"))
    with pytest.raises(Forbidden):
        cases.attach_upload(known.actor, filed.id, "plan", png("red"))
    row = filed.materials.get(key="plan")
    with pytest.raises(DomainError):
        cases.detach(known.actor, filed.id, row.id)


@pytest.mark.django_db
def test_withdraw_ends_the_case_and_its_work(
    known: Person, filed: cases.Case, other_resident: Person
) -> None:
    with pytest.raises(NotFound):
        cases.withdraw(other_resident.actor, filed.id, "不办了")
    with pytest.raises(Invalid):
        cases.withdraw(known.actor, filed.id, " ")
    assert cases.withdraw(known.actor, filed.id, "不办了").state == "withdrawn"
    assert [t.state for t in filed.tasks.all()] == ["cancelled"]
    with pytest.raises(Conflict):
        cases.withdraw(known.actor, filed.id, "再来一次")


@pytest.mark.django_db
def test_my_cases_are_mine_only(known: Person, filed: cases.Case, other_resident: Person) -> None:
    assert [c.number for c in cases.my_cases(known.actor).rows] == [filed.number]
    assert cases.my_cases(known.actor, state="draft").total == 0
    assert cases.my_cases(other_resident.actor).rows == ()
    with pytest.raises(NotFound):
        cases.access_case(other_resident.actor, filed.id, purpose="好奇")


@pytest.mark.django_db
def test_the_clock_spans_the_longest_holiday(known: Person, draft: cases.Case) -> None:
    with cases.at(when("2026-02-13")):  # 春节: closed from 15 to 23 February, Saturday 14 is worked
        case = cases.submit(known.actor, draft.id, key="k")
    assert str(case.accept_by) == "2026-02-27"


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_file_one_case(known: Person, draft: cases.Case) -> None:
    actor, gate, numbers, errors = known.actor, threading.Barrier(4), [], []

    def press(key: str) -> None:
        try:
            gate.wait(10)
            numbers.append(cases.submit(actor, draft.id, key=key).number)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(key,)) for key in ("a", "a", "b", "c")]
    run(threads)
    assert not errors
    assert len(numbers) == 4
    assert len(set(numbers)) == 1
    assert cases.Task.objects.filter(case=draft).count() == 1
    assert jobs_for("cases.follow_up") == 1


@pytest.mark.django_db(transaction=True)
def test_two_devices_saving_at_once_lose_nothing(known: Person, draft: cases.Case) -> None:
    actor, gate, outcomes = known.actor, threading.Barrier(2), []

    def save(goods: str) -> None:
        try:
            gate.wait(10)
            cases.save_draft(actor, draft.id, {"goods": goods}, revision=draft.revision)
            outcomes.append(goods)
        except Conflict as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    run([threading.Thread(target=save, args=(g,)) for g in ("一", "二")])
    assert outcomes.count("draft_moved_on") == 1
    kept = next(o for o in outcomes if o != "draft_moved_on")
    assert cases.form_view(known.actor, draft.id).pages[1].fields[0].value == kept


def run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def jobs_for(name: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [name])
        return cursor.fetchone()[0]
