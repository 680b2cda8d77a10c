"""My cases over HTTP."""

from collections.abc import Callable

import pytest

from tongban.cases import service as cases
from tongban.conftest import Person, run_due_jobs
from tongban.portal.tests.conftest import SCRIPT, png

pytestmark = pytest.mark.django_db
Url = Callable[..., str]


def test_the_list_shows_mine_and_filters(known: Person, filed: cases.Case, other_resident: Person) -> None:
    assert filed.number in known.client.get("/cases/").content.decode()
    assert filed.number in known.client.get("/cases/?state=open").content.decode()
    assert filed.number not in known.client.get("/cases/?state=ended").content.decode()
    assert filed.number not in other_resident.client.get("/cases/").content.decode()
    assert known.client.get("/cases/?page=999&state=nonsense").status_code == 200


def test_the_case_tells_its_state_and_deadline_in_words(known: Person, filed: cases.Case, url: Url) -> None:
    text = known.client.get(url(filed.id)).content.decode()
    assert "已提交，等待受理" in text
    assert "告诉您是否受理" in text
    assert "撤回申请" in text


def test_after_acceptance_the_clock_is_a_sentence(
    known: Person, filed: cases.Case, clerk: Person, url: Url
) -> None:
    task = cases.desk(clerk.actor, filed.id).tasks[0]
    cases.claim(clerk.actor, task.id)
    cases.accept(clerk.actor, filed.id)
    text = known.client.get(url(filed.id)).content.decode()
    assert "办结，还剩" in text


def test_a_supplement_shows_only_what_was_marked(known: Person, asked: cases.Case, url: Url) -> None:
    assert "请写明具体品种" in known.client.get(url(asked.id)).content.decode()
    text = known.client.get(url(asked.id, "supplement/")).content.decode()
    assert 'name="goods"' in text
    assert 'name="cooked"' not in text
    materials = known.client.get(url(asked.id, "materials/")).content.decode()
    assert "material-photo" in materials
    assert "material-health" not in materials


def test_a_supplement_is_answered_once(known: Person, asked: cases.Case, url: Url) -> None:
    page = url(asked.id, "supplement/")
    early = known.client.post(page, {"goods": "鱼丸、扁肉", "key": "k"})
    assert early.status_code == 422  # the material is still missing
    known.client.post(url(asked.id, "materials/photo/upload/"), {"file": png()})
    assert known.client.post(page, {"goods": "鱼丸、扁肉", "key": "k"}).url == url(asked.id)
    assert known.client.post(page, {"goods": "鱼丸、扁肉", "key": "k"}).url == url(asked.id)
    kept = cases.form_view(known.actor, asked.id).case
    assert (kept.state, kept.answers["goods"]) == ("submitted", "鱼丸、扁肉")


def test_withdrawal_asks_for_a_reason(known: Person, filed: cases.Case, url: Url) -> None:
    page = url(filed.id, "withdraw/")
    assert known.client.get(page).status_code == 200
    assert known.client.post(page, {"reason": " "}).status_code == 422
    assert known.client.post(page, {"reason": SCRIPT}).url == url(filed.id)
    text = known.client.get(url(filed.id)).content.decode()
    assert "您已撤回" in text
    assert SCRIPT not in text
    assert known.client.post(page, {"reason": "再来"}).status_code == 409


@pytest.mark.parametrize("part", ["", "supplement/", "withdraw/", "submitted/", "materials/"])
def test_nobody_else_may_look(other_resident: Person, filed: cases.Case, url: Url, part: str) -> None:
    assert other_resident.client.get(url(filed.id, part)).status_code == 404


def test_staff_use_their_own_pages(clerk: Person, filed: cases.Case, url: Url) -> None:
    assert clerk.client.get(url(filed.id)).status_code == 403


def test_the_receipt_can_be_had_by_the_applicant_alone(
    known: Person, other_resident: Person, filed: cases.Case, url: Url
) -> None:
    run_due_jobs()
    receipt = next(d for d in cases.documents_of(known.actor, filed.id) if d.kind == "receipt")
    answer = known.client.get(url(filed.id, f"documents/{receipt.id}/"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert other_resident.client.get(url(filed.id, f"documents/{receipt.id}/")).status_code == 404
