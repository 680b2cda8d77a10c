"""Guidance over HTTP: questions, the outcome's link, its paper, and a filing that carries the answers."""

import re

import pytest
from django.test import Client

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.guidance import service as guidance
from tongban.guidance.tests.conftest import (  # noqa: F401  (fixtures)
    card,
    insured,
    item,
    known,
    reach,
    table,
)
from tongban.items import service as items

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("table")]


def state_of(page: str) -> str:
    found = re.search(r'name="s" value="([^"]+)"', page)
    assert found
    return found.group(1)


def walk(client: Client, code: str, **answers: str) -> str:
    """Answer as a browser without scripts does; the address of the outcome."""
    address = f"/guidance/{code}/ask/"
    for _turn in range(9):
        page = client.get(address).content.decode()
        key = next(k for k in answers if f'name="{k}"' in page)
        answer = client.post(f"/guidance/{code}/ask/", {"s": state_of(page), key: answers[key]})
        assert answer.status_code == 302
        address = answer.url
        if "/results/" in address:
            return address
    raise AssertionError(address)


def test_item_and_search_pages_lead_to_guidance(client: Client, item: items.VersionDetail) -> None:  # noqa: F811
    link = f"/guidance/{item.code}/"
    assert link in client.get(f"/items/{item.code}/").content.decode()
    items.rebuild_search()
    assert link in client.get("/search/?q=夜市").content.decode()
    guidance.Table.objects.all().delete()
    assert link not in client.get(f"/items/{item.code}/").content.decode()
    assert client.get(link).status_code == 404


def test_a_visitor_is_led_to_a_list_and_keeps_its_link(client: Client, item: items.VersionDetail) -> None:  # noqa: F811
    assert "最多回答 3 个问题" in client.get(f"/guidance/{item.code}/").content.decode()
    assert "第 1 问，最多 3 问" in client.get(f"/guidance/{item.code}/ask/").content.decode()
    address = walk(client, item.code, cooked="yes", size="20", own="own")
    page = client.get(address)
    text = page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert "要准备 2 份材料" in text
    assert "20.5" in text
    assert f"http://testserver{address}" in text
    paper = client.get(f"{address}pdf/")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_back_leads_to_the_question_before(client: Client, item: items.VersionDetail) -> None:  # noqa: F811
    ask = f"/guidance/{item.code}/ask/"
    first = client.get(ask).content.decode()
    then = client.get(client.post(ask, {"s": state_of(first), "cooked": "yes"}).url).content.decode()
    assert "第 2 问" in then
    back = re.search(r'govuk-back-link" href="([^"]+)"', then)
    assert back
    assert "第 1 问" in client.get(back.group(1)).content.decode()


@pytest.mark.parametrize("typed", [{}, {"cooked": ""}, {"cooked": "maybe"}, {"cooked": "<script>"}])
def test_unknown_answers_stay_on_the_question(
    client: Client,
    item: items.VersionDetail,  # noqa: F811
    typed: dict[str, str],
) -> None:
    ask = f"/guidance/{item.code}/ask/"
    answer = client.post(ask, {"s": state_of(client.get(ask).content.decode()), **typed})
    assert answer.status_code == 422
    assert 'href="#field-cooked"' in answer.content.decode()


def test_tampered_states_and_unknown_tokens(client: Client, item: items.VersionDetail) -> None:  # noqa: F811
    ask = f"/guidance/{item.code}/ask/"
    assert client.get(f"{ask}?s=nonsense").status_code == 422
    assert client.post(ask, {"s": "nonsense", "cooked": "yes"}).status_code == 422
    for part in ("", "pdf/"):
        assert client.get(f"/guidance/results/unknown/{part}").status_code == 404
    assert client.get("/guidance/unknown/").status_code == 404


def test_filing_is_for_residents(client: Client, item: items.VersionDetail, clerk: Person) -> None:  # noqa: F811
    address = f"/guidance/results/{reach(item.code, cooked='no')}/file/"
    assert client.get(address).url.startswith("/account/login/")
    assert clerk.client.get(address).status_code == 403
    assert clerk.client.post(address).status_code == 403


def test_the_answers_are_carried_into_one_filing(
    item: items.VersionDetail,  # noqa: F811
    insured: Person,  # noqa: F811
    clerk: Person,
) -> None:
    address = walk(insured.client, item.code, cooked="yes", size="20", own="rent")
    page = insured.client.get(address).content.decode()
    assert "自动核对，不用交" in page
    assert "已经替您填好" in insured.client.get(f"{address}file/").content.decode()
    starts = [insured.client.post(f"{address}file/", {"key": "k"}).url for _ in range(2)]
    assert starts[0] == starts[1]
    case = cases.Case.objects.get()
    stall = insured.client.get(f"/cases/{case.id}/edit/stall/").content.decode()
    assert re.search(r'value="yes"[^>]*checked', stall)
    assert "自动核对" in insured.client.get(f"/cases/{case.id}/materials/").content.decode()
    assert "自动核对" in insured.client.get(f"/cases/{case.id}/check/").content.decode()


def test_the_clerk_sees_what_the_applicant_was_told(
    item: items.VersionDetail,  # noqa: F811
    insured: Person,  # noqa: F811
    clerk: Person,
) -> None:
    address = walk(insured.client, item.code, cooked="no")
    insured.client.post(f"{address}file/", {"key": "k"})
    case = cases.Case.objects.get()
    cases.save_draft(insured.actor, case.id, {"goods": "干货"})
    cases.submit(insured.actor, case.id, key="s")
    text = clerk.client.get(f"/work/cases/{case.id}/").content.decode()
    assert "申请人得到的引导" in text
    assert "卖熟食吗？" in text
    assert "这次不需要这份材料" in text


def test_an_outdated_list_says_so_and_files_nothing(
    item: items.VersionDetail,  # noqa: F811
    insured: Person,  # noqa: F811
) -> None:
    address = f"/guidance/results/{reach(item.code, cooked='no')}/"
    guidance.Table.objects.update(state="retired")
    assert "重新回答" in insured.client.get(address).content.decode()
    assert insured.client.get(f"{address}file/").status_code == 409
    assert insured.client.post(f"{address}file/", {"key": "k"}).status_code == 409
    assert not cases.Case.objects.exists()


def test_who_cannot_file_yet_has_no_button(
    item: items.VersionDetail,  # noqa: F811
    insured: Person,  # noqa: F811
) -> None:
    row = guidance.Table.objects.get()
    row.definition["rules"][0] |= {"stop": True, "note": "先想好卖什么。"}
    row.save()
    address = walk(insured.client, item.code, cooked="no")
    page = insured.client.get(address).content.decode()
    assert "现在还不能办理" in page
    assert f"{address}file/" not in page
    assert insured.client.post(f"{address}file/", {"key": "k"}).status_code == 409


def test_a_reply_can_start_the_guidance_and_the_filing(client: Client, item: items.VersionDetail) -> None:  # noqa: F811
    items.rebuild_search()
    text = client.get("/assist/?q=夜市摊位登记要什么材料").content.decode()
    assert f"/guidance/{item.code}/" in text
    assert f"/file/{item.code}/" in text
    guidance.Table.objects.all().delete()
    assert f"/guidance/{item.code}/" not in client.get("/assist/?q=夜市摊位登记要什么材料").content.decode()
