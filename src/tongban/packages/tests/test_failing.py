"""When one part fails: what waits for it is closed or goes on, and the person reads why."""

from collections.abc import Callable

import pytest

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.documents import service as documents
from tongban.files import service as files
from tongban.kit.errors import Conflict
from tongban.notices import service as notices
from tongban.packages import service as packages
from tongban.packages.tests.test_filing import Begin, Clerks, decide, part, staff

__all__ = ["staff"]
pytestmark = pytest.mark.django_db
Jobs = Callable[[], list[str]]


def words(person: Person) -> str:
    """All notices the person got, as one text."""
    assert person.account is not None
    return "\n".join(n.body for n in notices.inbox(person.account.id, 1).rows)


def refuse(filing: packages.Filing, member: str, staff: Clerks) -> None:
    case, clerk = part(filing, member).case, staff[member]["clerk"]
    assert case is not None
    task = cases.Task.objects.get(case=case, kind="accept", state="open")
    cases.claim(clerk.actor, task.id)
    cases.refuse_acceptance(clerk.actor, case.id, "不属于本部门职权")


def test_a_refusal_closes_what_waits_and_says_why(
    begin: Begin, resident: Person, staff: Clerks, run_jobs: Jobs
) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    refuse(filing, "first", staff)
    run_jobs()
    view = packages.joined(resident.actor, filing.id)
    first, second = view.parts
    assert (first.state, second.state, view.filing.state) == ("refused", "ended", "done")
    assert "不属于本部门职权" in first.note
    assert "first办理" in second.note
    assert "“second办理”不再继续办理" in words(resident)
    assert "办成 0 件，没有办成 2 件" in words(resident)
    page = resident.client.get(f"/packages/filings/{filing.id}/").content.decode()
    assert "都有结果了：办成 0 件，没有办成 2 件" in page
    assert "不属于本部门职权" in page


def test_a_free_successor_goes_on_and_is_not_said_to_follow_a_success(
    begin: Begin, resident: Person, staff: Clerks, run_jobs: Jobs
) -> None:
    filing = packages.submit(resident.actor, begin("yes").id, key="once")
    decide(filing, "first", staff, granted=False)
    run_jobs()
    assert "“second办理”没有办成，“tail办理”不受影响，已自动提交" in words(resident)
    decide(filing, "tail", staff)
    run_jobs()
    view = packages.joined(resident.actor, filing.id)
    assert (view.filing.state, view.good, len(view.failed)) == ("done", 1, 2)
    assert "不符合条件" in next(p for p in view.parts if p.member == "first").note
    stored = packages.result(resident.actor, filing.id)
    report = documents.verify(files.read(stored.hash))
    assert report.valid
    assert report.covers_whole


def test_taking_one_part_back_closes_what_waits_for_it(
    begin: Begin, resident: Person, run_jobs: Jobs
) -> None:
    filing = packages.submit(resident.actor, begin("yes").id, key="once")
    packages.withdraw(resident.actor, filing.id, "先不办", member="first")
    run_jobs()
    states = {p.member: p.state for p in packages.joined(resident.actor, filing.id).parts}
    assert states == {"first": "withdrawn", "second": "ended", "tail": "submitted"}


def test_what_is_decided_cannot_be_taken_back(
    begin: Begin, resident: Person, staff: Clerks, run_jobs: Jobs
) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    decide(filing, "first", staff)
    run_jobs()
    with pytest.raises(Conflict):
        packages.withdraw(resident.actor, filing.id, "不要了", member="first")
    packages.withdraw(resident.actor, filing.id, "先不办", member="second")
    run_jobs()
    view = packages.joined(resident.actor, filing.id)
    assert (view.good, [p.member for p in view.failed], view.filing.state) == (1, ["second"], "done")
