"""Filing over HTTP: start, pages, materials, check, submit."""

import copy
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.items import service as items
from tongban.licences import service as licences
from tongban.portal.tests.conftest import ITEM, SCRIPT, png

pytestmark = pytest.mark.django_db
Url = Callable[..., str]
STALL = {
    "goods": "鱼丸",
    "cooked": "no",
    "opens-year": "2026",
    "opens-month": "3",
    "opens-day": "9",
    "rent": "88.50",
}


def test_a_visitor_is_asked_to_sign_in(client: Client, item: items.VersionDetail) -> None:
    assert client.get(f"/file/{item.code}/").url.startswith("/account/login/")


def test_staff_cannot_file(clerk: Person, item: items.VersionDetail) -> None:
    assert clerk.client.get(f"/file/{item.code}/").status_code == 403


def test_start_makes_one_draft_for_one_key(known: Person, item: items.VersionDetail) -> None:
    assert "开始办理" in known.client.get(f"/file/{item.code}/").content.decode()
    answers = [known.client.post(f"/file/{item.code}/", {"key": "k1"}).url for _ in range(2)]
    assert answers[0] == answers[1]
    assert cases.Case.objects.count() == 1


def test_prefilled_fields_are_locked_and_say_where_they_come_from(
    known: Person, draft: cases.Case, url: Url, other_department: object
) -> None:
    text = known.client.get(url(draft.id, "edit/you/")).content.decode()
    assert "林测试" in text
    assert "来自 福州市公安局" in text
    assert 'name="name"' not in text  # a locked value is no input


def test_a_page_saves_and_leads_on(known: Person, draft: cases.Case, url: Url) -> None:
    answer = known.client.post(url(draft.id, "edit/stall/"), STALL)
    assert answer.url == url(draft.id, "materials/")
    kept = cases.form_view(known.actor, draft.id).case.answers
    assert (kept["goods"], kept["opens"], kept["rent"]) == ("鱼丸", "2026-03-09", 8850)
    again = known.client.get(url(draft.id, "edit/stall/")).content.decode()
    assert 'value="88.50"' in again


def test_wrong_answers_stay_as_typed_with_the_reason(known: Person, draft: cases.Case, url: Url) -> None:
    typed = STALL | {"goods": "", "opens-month": "2", "opens-day": "30"}
    answer = known.client.post(url(draft.id, "edit/stall/"), typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#field-goods"' in text
    assert 'href="#field-opens"' in text
    assert 'value="30"' in text


def test_a_question_that_depends_on_another_is_hidden_until_it_is_asked(
    known: Person, draft: cases.Case, url: Url
) -> None:
    page = url(draft.id, "edit/stall/")
    assert "hidden>" in known.client.get(page).content.decode()
    # Sent without scripts: the new question was not on the page, so it is asked now.
    assert known.client.post(page, STALL | {"cooked": "yes"}).url == page
    assert " hidden>" not in known.client.get(page).content.decode()


def test_later_keeps_an_unfinished_page(known: Person, draft: cases.Case, url: Url) -> None:
    answer = known.client.post(url(draft.id, "edit/stall/"), {"goods": "鱼丸", "later": "1"})
    assert answer.url == url(draft.id, "file/")
    assert cases.form_view(known.actor, draft.id).case.answers["goods"] == "鱼丸"


def test_two_devices_do_not_overwrite_each_other(known: Person, draft: cases.Case, url: Url) -> None:
    stale = {**STALL, "revision": str(draft.revision)}
    assert known.client.post(url(draft.id, "edit/stall/"), stale).status_code == 302
    answer = known.client.post(url(draft.id, "edit/stall/"), stale | {"goods": "别的"})
    assert answer.status_code == 409
    assert cases.form_view(known.actor, draft.id).case.answers["goods"] == "鱼丸"


def test_a_licence_meets_a_material_by_one_click(
    known: Person, draft: cases.Case, url: Url, health_card: licences.Licence
) -> None:
    assert "使用这本证照" in known.client.get(url(draft.id, "materials/")).content.decode()
    answer = known.client.post(url(draft.id, "materials/health/licence/"), {"licence": str(health_card.id)})
    assert answer.status_code == 302
    assert cases.materials_view(known.actor, draft.id).materials[0].met


@pytest.mark.parametrize("licence", ["", "nonsense", "01a20ac5-b3ab-732b-b10e-ae40bd31bddf"])
def test_a_licence_that_is_not_mine_is_refused(
    known: Person, draft: cases.Case, url: Url, licence: str
) -> None:
    answer = known.client.post(url(draft.id, "materials/health/licence/"), {"licence": licence})
    assert answer.status_code == 422


def test_files_are_checked_by_content_and_can_be_taken_back(
    known: Person, draft: cases.Case, url: Url
) -> None:
    upload = url(draft.id, "materials/photo/upload/")
    bad = known.client.post(upload, {"file": SimpleUploadedFile("a.png", b"MZ not a picture", "image/png")})
    assert bad.status_code == 422
    assert 'id="error-file-photo"' in bad.content.decode()
    assert known.client.post(upload, {}).status_code == 422
    assert known.client.post(upload, {"file": png()}).status_code == 302
    held = cases.materials_view(known.actor, draft.id).materials[1].attachments
    assert known.client.get(url(draft.id, f"files/{held[0].id}/")).status_code == 200
    assert known.client.post(url(draft.id, f"materials/{held[0].id}/remove/")).status_code == 302
    assert not cases.materials_view(known.actor, draft.id).materials[1].attachments


def test_check_names_what_is_missing_and_submit_refuses(known: Person, draft: cases.Case, url: Url) -> None:
    text = known.client.get(url(draft.id, "check/")).content.decode()
    assert f"/cases/{draft.id}/edit/stall/#field-goods" in text
    assert known.client.post(url(draft.id, "check/"), {"key": "k"}).status_code == 422


def test_submit_gives_one_number_however_often_it_is_sent(known: Person, draft: cases.Case, url: Url) -> None:
    known.client.post(url(draft.id, "edit/stall/"), STALL)
    for key in ("health", "photo"):
        known.client.post(url(draft.id, f"materials/{key}/upload/"), {"file": png()})
    first = known.client.post(url(draft.id, "check/"), {"key": "same"})
    second = known.client.post(url(draft.id, "check/"), {"key": "same"})
    assert first.url == second.url == url(draft.id, "submitted/")
    number = cases.Case.objects.get().number
    assert number in known.client.get(first.url).content.decode()


def test_scripts_in_text_come_out_escaped_on_every_page(known: Person, draft: cases.Case, url: Url) -> None:
    known.client.post(url(draft.id, "edit/stall/"), STALL | {"goods": SCRIPT, "later": "1"})
    for part in ("edit/stall/", "check/", "file/"):
        page = known.client.get(url(draft.id, part))
        assert page.status_code == 200
        assert SCRIPT not in page.content.decode()


@pytest.mark.parametrize(
    "part", ["", "file/", "edit/stall/", "materials/", "check/", "submitted/", "discard/"]
)
def test_nobody_else_sees_my_application(
    other_resident: Person, draft: cases.Case, url: Url, part: str
) -> None:
    assert other_resident.client.get(url(draft.id, part)).status_code == 404


def test_discard_asks_first(known: Person, draft: cases.Case, url: Url) -> None:
    assert "确定要删除" in known.client.get(url(draft.id, "discard/")).content.decode()
    assert cases.Case.objects.exists()
    assert known.client.post(url(draft.id, "discard/")).url == "/cases/"
    assert not cases.Case.objects.exists()


def test_unknown_page_of_the_form_is_a_404(known: Person, draft: cases.Case, url: Url) -> None:
    assert known.client.get(url(draft.id, "edit/nothing/")).status_code == 404


def test_when_the_requirements_change_the_draft_is_carried_over(
    known: Person, draft: cases.Case, url: Url
) -> None:
    known.client.post(url(draft.id, "edit/stall/"), STALL)
    for key in ("health", "photo"):
        known.client.post(url(draft.id, f"materials/{key}/upload/"), {"file": png()})
    items.load_item(copy.deepcopy(ITEM) | {"summary": "新的办事要求。"})
    refused = known.client.post(url(draft.id, "check/"), {"key": "k"})
    assert refused.status_code == 409
    assert "按最新要求更新我的申请" in refused.content.decode()
    carried = known.client.post(url(draft.id, "refile/"))
    assert carried.status_code == 302
    assert "鱼丸" in known.client.get(carried.url.replace("file/", "edit/stall/")).content.decode()
