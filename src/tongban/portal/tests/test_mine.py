"""Licences, data, notices and settings of a person over HTTP."""

import pytest
from django.test import Client

from tongban.conftest import Person, run_due_jobs
from tongban.identity import service as identity
from tongban.kit.ids import uuid7
from tongban.licences import service as licences
from tongban.notices import service as notices
from tongban.portal.tests.conftest import SCRIPT

pytestmark = pytest.mark.django_db


def test_my_licences_and_one_of_them(known: Person, health_card: licences.Licence) -> None:
    assert "食品从业人员健康证明" in known.client.get("/licences/").content.decode()
    text = known.client.get(f"/licences/{health_card.id}/").content.decode()
    assert health_card.identifier in text
    assert "data:image/svg+xml" in text


def test_a_licence_is_nobody_elses(
    other_resident: Person, clerk: Person, client: Client, health_card: licences.Licence
) -> None:
    for part in ("", "pdf/"):
        assert other_resident.client.get(f"/licences/{health_card.id}/{part}").status_code == 404
        assert clerk.client.get(f"/licences/{health_card.id}/{part}").status_code == 403
        assert client.get(f"/licences/{health_card.id}/{part}").status_code == 302


def test_the_pdf_comes_when_it_is_made(known: Person, health_card: licences.Licence) -> None:
    assert known.client.get(f"/licences/{health_card.id}/pdf/").status_code == 409
    run_due_jobs()
    answer = known.client.get(f"/licences/{health_card.id}/pdf/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_anybody_with_the_code_may_check_and_sees_little(
    client: Client, health_card: licences.Licence
) -> None:
    text = client.get(f"/check/{health_card.public_token}/").content.decode()
    assert "食品从业人员健康证明" in text
    assert health_card.holder.name not in text
    assert licences.LicenceUse.objects.filter(kind="public_check").count() == 1


@pytest.mark.parametrize("token", ["nothing", "a" * 500, "<script>"])
def test_a_false_code_is_told_so(client: Client, token: str) -> None:
    page = client.get(f"/check/{token}/")
    assert page.status_code == 404
    assert "没有查到这份证照" in page.content.decode()


def test_a_typed_address_leads_to_the_check(client: Client) -> None:
    assert client.get("/check/", {"token": "https://example.test/check/abc-1/"}).url == "/check/abc-1/"
    assert client.get("/check/", {"token": "<b>"}).status_code == 422


def test_my_data_says_where_from_and_my_look_is_listed(known: Person) -> None:
    text = known.client.get("/my-data/").content.decode()
    assert "林测试" in text
    assert "来自 福州市公安局" in text
    assert "查看本人数据" in known.client.get("/my-data/reads/").content.decode()


def test_departments_that_read_for_a_case_are_listed(known: Person, draft: object) -> None:
    assert "姓名" in known.client.get("/my-data/reads/").content.decode()


@pytest.mark.parametrize("path", ["/my-data/", "/my-data/reads/", "/licences/", "/cases/"])
def test_own_pages_are_for_residents(client: Client, clerk: Person, path: str) -> None:
    assert client.get(path).status_code == 302
    assert clerk.client.get(path).status_code == 403


@pytest.fixture
def notice(known: Person) -> notices.Notice:
    to = identity.recipient(known.account.id)
    return notices.send(to, "cases.told", SCRIPT, SCRIPT, link="/cases/", key=str(uuid7()))


def test_the_inbox_counts_reads_and_escapes(known: Person, notice: notices.Notice) -> None:
    text = known.client.get("/inbox/").content.decode()
    assert "条未读" in text
    assert SCRIPT not in text
    assert known.client.post(f"/inbox/{notice.id}/read/").url == "/cases/"
    assert notices.unread_count(known.account.id) == 0


def test_a_notice_is_nobody_elses(other_resident: Person, client: Client, notice: notices.Notice) -> None:
    assert other_resident.client.post(f"/inbox/{notice.id}/read/").status_code == 404
    assert client.post(f"/inbox/{notice.id}/read/").status_code == 302


def test_all_can_be_marked_as_read(known: Person, notice: notices.Notice) -> None:
    assert known.client.post("/inbox/read/").url == "/inbox/"
    assert notices.unread_count(known.account.id) == 0


def test_channels_are_chosen(known: Person, client: Client) -> None:
    assert known.client.get("/settings/").status_code == 200
    known.client.post("/settings/notices/", {"mail": "on"})
    wanted = notices.Preferences(sms=False, mail=True, wechat=False)
    assert notices.preferences(known.account.id) == wanted
    assert client.get("/settings/notices/").status_code == 302


def test_acting_for_an_enterprise_is_chosen_and_checked(
    representative: Person, other_resident: Person
) -> None:
    own = representative.account.subject
    text = representative.client.get("/").content.decode()
    assert representative.subject.name in text
    answer = representative.client.post("/settings/acting/", {"subject": str(own.id), "next": "/cases/"})
    assert answer.url == "/cases/"
    wrong = representative.client.post("/settings/acting/", {"subject": str(other_resident.subject.id)})
    assert wrong.status_code == 403
    assert representative.client.post("/settings/acting/", {"subject": "x"}).status_code == 422
