"""One case of a package reached by its own pages: nothing done there loses its part of the package."""

import copy
from collections.abc import Callable

import pytest

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.errors import Conflict
from tongban.packages import service as packages
from tongban.packages.tests.conftest import item_data, paper
from tongban.packages.tests.test_filing import Begin, Clerks, decide, part, staff

__all__ = ["staff"]
pytestmark = pytest.mark.django_db


def case_of(filing: packages.Filing, member: str) -> cases.Case:
    case = part(filing, member).case
    assert case is not None
    return case


def move_on(member: str = "second") -> None:
    """The member's item gets a new version in force."""
    data = item_data(
        "second",
        12,
        "gongan",
        "second-card",
        [paper("plan", "图"), paper("licence", "第一证", ["first-card"])],
    )
    items.load_item(copy.deepcopy(data) | {"summary": "改了"})


def test_a_draft_is_not_thrown_away_or_filed_by_itself(begin: Begin, resident: Person) -> None:
    case = case_of(begin(), "first")
    for act in (
        lambda: cases.discard_draft(resident.actor, case.id),
        lambda: cases.refile(resident.actor, case.id),
        lambda: cases.submit(resident.actor, case.id, key="alone"),
        lambda: packages.submit_part(resident.actor, case.id, key="alone"),
    ):
        with pytest.raises(Conflict):
            act()
    assert cases.Case.objects.get(pk=case.id).state == "draft"


def test_drafts_of_a_package_are_one_line(begin: Begin, resident: Person) -> None:
    filing = begin()
    assert cases.my_cases(resident.actor).rows == ()
    assert [(one.id, one.items) for one in packages.mine(resident.actor)] == [(filing.id, 2)]


def test_pages_of_one_draft_lead_to_the_package(begin: Begin, resident: Person) -> None:
    filing = begin()
    case = case_of(filing, "first")
    client, home = resident.client, f"/packages/filings/{filing.id}/"
    assert client.get(f"/cases/{case.id}/file/").headers["Location"] == home
    assert client.get(f"/cases/{case.id}/check/").headers["Location"] == home
    assert client.post(f"/cases/{case.id}/discard/").headers["Location"] == f"{home}withdraw/"
    assert client.post(f"/cases/{case.id}/check/", {"key": "alone"}).status_code == 409
    assert cases.Case.objects.filter(pk=case.id).exists()


def test_an_item_that_moves_on_is_renewed_with_its_part(begin: Begin, resident: Person) -> None:
    filing = begin()
    old = case_of(filing, "second")
    move_on()
    view = packages.check_filing(resident.actor, filing.id)
    assert view.version_problem
    assert view.may_renew
    page = resident.client.get(f"/packages/filings/{filing.id}/check/").content.decode()
    assert f"/packages/filings/{filing.id}/refile/" in page
    assert resident.client.post(f"/packages/filings/{filing.id}/refile/").status_code == 302
    new = case_of(filing, "second")
    assert new.id != old.id
    assert new.answers["place"] == "东街1号"
    assert packages.submit(resident.actor, filing.id, key="once").state == "submitted"


def test_a_waiting_draft_that_moved_on_is_renewed_by_its_own_pages(
    begin: Begin, resident: Person, staff: Clerks, run_jobs: Callable[[], list[str]]
) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    move_on()
    decide(filing, "first", staff)
    run_jobs()
    assert part(filing, "second").state == "needs"
    assert packages.mine(resident.actor)[0].needs == ("second办理",)
    case = case_of(filing, "second")
    client = resident.client
    moved = client.post(f"/cases/{case.id}/refile/").headers["Location"]
    new = case_of(filing, "second")
    assert moved == f"/cases/{new.id}/file/"
    card = cases.materials_view(resident.actor, new.id).materials[1].licences[0]
    cases.attach_licence(resident.actor, new.id, "licence", card.id)
    assert client.post(f"/cases/{new.id}/check/", {"key": "own"}).status_code == 302
    assert client.post(f"/cases/{new.id}/check/", {"key": "own"}).status_code == 302
    assert part(filing, "second").state == "filed"
    decide(filing, "second", staff)
    run_jobs()
    filing.refresh_from_db()
    assert filing.state == "done"


def test_withdrawing_one_case_by_its_own_page_ends_what_waits_for_it(
    begin: Begin, resident: Person, run_jobs: Callable[[], list[str]]
) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    cases.withdraw(resident.actor, case_of(filing, "first").id, "不办了")
    run_jobs()
    assert [p.state for p in packages.joined(resident.actor, filing.id).parts] == ["withdrawn", "ended"]


def test_a_supplement_is_shown_in_the_joined_view_and_leads_back(
    begin: Begin, resident: Person, staff: Clerks
) -> None:
    filing = packages.submit(resident.actor, begin().id, key="once")
    case, clerk = case_of(filing, "first"), staff["first"]["clerk"].actor
    cases.claim(clerk, cases.Task.objects.get(case=case, kind="accept", state="open").id)
    cases.ask_supplement(clerk, case.id, "请写明门牌号", ["place"], [])
    home = f"/packages/filings/{filing.id}/"
    shown = resident.client.get(home).content.decode()
    assert "请写明门牌号" in shown
    assert f"/cases/{case.id}/supplement/" in shown
    answer = resident.client.post(f"/cases/{case.id}/supplement/", {"place": "东街2号", "key": "a"})
    assert answer.headers["Location"] == home
    assert "请写明门牌号" not in resident.client.get(home).content.decode()


def test_home_and_my_cases_show_the_package_once(begin: Begin, resident: Person) -> None:
    filing = begin()
    for path in ("/", "/cases/", "/cases/?state=draft"):
        page = resident.client.get(path).content.decode()
        assert page.count(f"/packages/filings/{filing.id}/") == 1, path
        assert "继续填写：first办理" not in page, path
        assert "/cases/0" not in page, path
    assert (
        f"/packages/filings/{filing.id}/" not in resident.client.get("/cases/?state=ended").content.decode()
    )
