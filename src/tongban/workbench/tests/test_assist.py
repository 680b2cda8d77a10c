"""Questions handed over, at the workbench: who may see, claim, answer, pass on, close; general answers."""

from collections.abc import Callable
from typing import Any

import pytest

from tongban.assist import service as assist
from tongban.conftest import Person
from tongban.kit.actors import ANONYMOUS
from tongban.organisations.models import Department

pytestmark = pytest.mark.django_db
Staffed = Callable[..., Person]
WORDS = "占用门口的人行道要另外向城管部门备案。"


def act(person: Person, row: assist.HandOver, name: str, **fields: str) -> Any:
    return person.client.post(f"/work/assist/{row.id}/", {"act": name, **fields})


def text_of(person: Person, address: str) -> str:
    return person.client.get(address).content.decode()


def test_the_queue_shows_what_one_may_answer(
    handed: assist.HandOver,
    staffed: Staffed,
    outsider: Person,
    resident: Person,
) -> None:
    clerk = staffed("clerk")
    page = text_of(clerk, "/work/assist/")
    assert handed.question in page
    assert "前答复" in page
    assert handed.question not in text_of(clerk, "/work/assist/?state=answered")
    assert outsider.client.get("/work/assist/").status_code == 403  # approvers are not on duty
    assert resident.client.get("/work/assist/").status_code == 403
    assert resident.client.get(f"/work/assist/{handed.id}/").status_code == 403


def test_another_department_s_clerk_finds_nothing(
    handed: assist.HandOver,
    staff_with: Staffed,
    other_department: Department,
) -> None:
    stranger = staff_with("clerk", other_department)
    assert handed.question not in text_of(stranger, "/work/assist/")
    assert stranger.client.get(f"/work/assist/{handed.id}/").status_code == 404
    assert act(stranger, handed, "claim").status_code == 404


def test_claimed_and_answered_with_the_transcript_before_one(
    handed: assist.HandOver, staffed: Staffed
) -> None:
    clerk, colleague = staffed("clerk"), staffed("clerk")
    page = text_of(clerk, f"/work/assist/{handed.id}/")
    assert "办食品经营许可证要什么材料" in page
    assert act(clerk, handed, "answer", answer=WORDS).status_code == 409
    assert act(clerk, handed, "claim").status_code == 302
    late = act(colleague, handed, "claim")
    assert late.status_code == 409
    assert "已经认领" in late.content.decode()
    assert act(colleague, handed, "answer", answer="抢答").status_code == 409
    wrong = act(clerk, handed, "answer", answer=WORDS, sources="no-such-item")
    assert wrong.status_code == 422
    assert "no-such-item" in wrong.content.decode()
    assert WORDS in wrong.content.decode()  # what was written is not lost
    assert act(clerk, handed, "answer", answer=WORDS, sources="food-licence").status_code == 302
    page = text_of(clerk, f"/work/assist/{handed.id}/")
    assert WORDS in page
    assert "/items/food-licence/" in page


def test_passed_on_with_a_reason_to_a_department(
    handed: assist.HandOver,
    staffed: Staffed,
    staff_with: Staffed,
    other_department: Department,
) -> None:
    clerk, there = staffed("clerk"), staff_with("clerk", other_department)
    nowhere = act(clerk, handed, "pass", department="", note="不归我们")
    assert nowhere.status_code == 422
    assert "请选择一个部门" in nowhere.content.decode()
    assert act(clerk, handed, "pass", department=str(other_department.id), note="").status_code == 422
    done = act(clerk, handed, "pass", department=str(other_department.id), note="属于公安业务")
    assert done.url == "/work/assist/"
    assert handed.question in text_of(there, "/work/assist/")
    assert "属于公安业务" in text_of(there, f"/work/assist/{handed.id}/")


def test_closed_with_a_reason(handed: assist.HandOver, staffed: Staffed) -> None:
    clerk = staffed("clerk")
    assert act(clerk, handed, "close", note="").status_code == 422
    assert act(clerk, handed, "close", note="与办事无关").status_code == 302
    handed.refresh_from_db()
    assert (handed.state, handed.closed_note) == ("closed", "与办事无关")
    assert act(clerk, handed, "nonsense").status_code == 400


def answered(handed: assist.HandOver, clerk: Person) -> None:
    act(clerk, handed, "claim")
    act(clerk, handed, "answer", answer=WORDS, sources="food-licence")


def test_an_answer_becomes_a_general_one_by_a_second_person(
    handed: assist.HandOver, staffed: Staffed
) -> None:
    clerk, editor = staffed("clerk"), staffed("item_editor")
    assert act(clerk, handed, "faq", question=handed.question, answer=WORDS).status_code == 409
    answered(handed, clerk)
    assert act(clerk, handed, "faq", question="短", answer=WORDS).status_code == 422
    assert act(clerk, handed, "faq", question=handed.question, answer=WORDS).status_code == 302
    faq = assist.GeneralFaq.objects.get()
    publish = {"act": "publish", "faq": str(faq.id), "question": handed.question, "answer": WORDS}
    assert clerk.client.post("/work/assist/faqs/", publish).status_code == 403
    assert assist.reply(handed.question, session="", actor=ANONYMOUS).text != WORDS
    assert 'value="publish"' not in text_of(clerk, "/work/assist/faqs/")
    assert 'value="publish"' in text_of(editor, "/work/assist/faqs/")
    assert editor.client.post("/work/assist/faqs/", publish).status_code == 302
    said = assist.reply(handed.question, session="", actor=ANONYMOUS)
    assert (said.kind, said.text) == ("answer", WORDS)
    retire = {"act": "retire", "faq": str(faq.id)}
    assert clerk.client.post("/work/assist/faqs/", retire).status_code == 403
    assert 'value="retire"' not in text_of(clerk, "/work/assist/faqs/?state=published")
    assert editor.client.post("/work/assist/faqs/", retire).status_code == 302


def test_a_proposal_is_refused_with_a_reason_only(handed: assist.HandOver, staffed: Staffed) -> None:
    clerk, editor = staffed("clerk"), staffed("item_editor")
    answered(handed, clerk)
    act(clerk, handed, "faq", question=handed.question, answer=WORDS)
    refuse = {"act": "refuse", "faq": str(assist.GeneralFaq.objects.get().id)}
    assert editor.client.post("/work/assist/faqs/", refuse).status_code == 422
    assert editor.client.post("/work/assist/faqs/", {**refuse, "note": "只对一家有效"}).status_code == 302
    assert "只对一家有效" in text_of(editor, "/work/assist/faqs/?state=refused")
    assert editor.client.post("/work/assist/faqs/", {"act": "publish", "faq": "x"}).status_code == 400


def test_markup_in_a_question_stays_text(staffed: Staffed) -> None:
    clerk = staffed("clerk")
    assist.reply("<script>alert(1)</script>办食品经营许可证要什么材料", session="x", actor=ANONYMOUS)
    row = assist.hand_over(ANONYMOUS, session="x")
    for address in ("/work/assist/", f"/work/assist/{row.id}/"):
        page = text_of(clerk, address)
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page


def test_personal_numbers_do_not_reach_staff(staffed: Staffed) -> None:
    clerk = staffed("clerk")
    asked = "我叫林测，身份证11010519491231002X，卡号6222021234567890123，手机138 1234 5678"
    assist.reply(asked, session="x", actor=ANONYMOUS)
    row = assist.hand_over(ANONYMOUS, session="x")
    page = text_of(clerk, f"/work/assist/{row.id}/")
    for number in ("11010519491231002X", "6222021234567890123", "1234 5678"):
        assert number not in page
