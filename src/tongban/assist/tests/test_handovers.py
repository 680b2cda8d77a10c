"""Hand-overs: the queue, one claim, answers with sources, supervisors told of late ones, general answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from tongban.assist import service as assist
from tongban.assist.models import HandOver
from tongban.conftest import AccountFactory, Person, actor_of_account, invented_uscc
from tongban.items import service as items
from tongban.items.tests.factories import load
from tongban.kit.actors import ANONYMOUS, Actor
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db
ID_NUMBER = "11010519491231002X"


def talked(session: str = "s1", actor: Actor = ANONYMOUS) -> HandOver:
    """Somebody asks about the food licence, then for what no guide knows, and hands it over."""
    load()
    items.rebuild_search()
    assist.reply("办食品经营许可证要什么材料", session=session, actor=actor)
    assist.reply(f"我的身份证{ID_NUMBER}电话13812345678火星天气怎么样", session=session, actor=actor)
    return assist.hand_over(actor, session=session)


@pytest.fixture
def clerk_here(staff_with: Callable[..., Person]) -> Callable[[HandOver], Person]:
    def make(row: HandOver, role: str = "clerk") -> Person:
        assert row.department_id is not None
        return staff_with(role, organisations.department(row.department_id))

    return make


def test_it_goes_to_the_item_s_department_with_a_masked_transcript() -> None:
    row = talked()
    assert row.item_name == "食品经营许可证核发"
    assert row.department_id == items.published("food-licence").department_id
    assert row.transcript[0]["kind"] == "answer"
    kept = row.question + str(row.transcript)
    assert ID_NUMBER not in kept
    assert "13812345678" not in kept
    assert "138****5678" in kept


def test_pressing_twice_hands_over_once() -> None:
    first = talked()
    assert assist.hand_over(ANONYMOUS, session="s1").id == first.id
    assert assist.hand_over(ANONYMOUS, session="s1", question="另一个问题").id != first.id


def test_nothing_to_hand_over_is_said() -> None:
    with pytest.raises(Invalid):
        assist.hand_over(ANONYMOUS, session="nobody")


def test_claimed_answered_with_sources_and_told(clerk_here: Callable[..., Person]) -> None:
    asker = actor_of_account(AccountFactory())
    row = talked(actor=asker)
    staff = clerk_here(row).actor
    with pytest.raises(Conflict):
        assist.answer(staff, row.id, "先认领")
    assist.claim(staff, row.id)
    with pytest.raises(Invalid) as wrong:
        assist.answer(staff, row.id, "可以", ["no-such-item"])
    assert wrong.value.problems[0].field == "sources"
    assist.answer(staff, row.id, "请带营业执照。", ["food-licence"])
    seen = assist.own_hand_over(asker, row.token)
    assert (seen.state, seen.answer) == ("answered", "请带营业执照。")
    assert seen.sources == [["/items/food-licence/", "食品经营许可证核发"]]
    assert asker.account_id is not None
    [told] = notices.inbox(asker.account_id).rows
    assert told.link == f"/assist/answers/{row.token}/"
    acts = [entry.action for entry in trace.rows(staff, f"handover:{row.id}")]
    assert acts == ["assist.handed_over", "assist.claimed", "assist.answered"]


def test_an_account_s_hand_over_is_for_that_account_only() -> None:
    row = talked(actor=actor_of_account(AccountFactory()))
    for other in (ANONYMOUS, actor_of_account(AccountFactory())):
        with pytest.raises(NotFound):
            assist.own_hand_over(other, row.token)


def test_other_departments_and_residents_see_nothing(outsider: Person, resident: Person) -> None:
    row = talked()
    with pytest.raises(NotFound):
        assist.seen_hand_over(outsider.actor, row.id)
    with pytest.raises(Forbidden):
        assist.queue(resident.actor)


def test_passed_on_it_waits_at_the_other_department(
    clerk_here: Callable[..., Person],
    staff_with: Callable[..., Person],
    other_department: organisations.Department,
) -> None:
    row = talked()
    staff, there = clerk_here(row).actor, staff_with("clerk", other_department).actor
    with pytest.raises(Invalid):
        assist.pass_on(staff, row.id, other_department.id, " ")
    assist.pass_on(staff, row.id, other_department.id, "属于公安业务")
    assert [one.id for one in assist.queue(there)] == [row.id]
    assert not list(assist.queue(staff))
    assert assist.seen_hand_over(there, row.id).due_at == row.due_at


def test_a_late_one_is_red_and_supervisors_are_told_once(
    clerk_here: Callable[..., Person], staff_with: Callable[..., Person]
) -> None:
    row = talked()
    boss = staff_with("supervisor", organisations.department(row.department_id))  # type: ignore[arg-type]
    assert assist.warn_late() == 0
    HandOver.objects.update(due_at=timezone.now() - timedelta(minutes=1), division="3501")
    row.refresh_from_db()
    assert assist.light_of(row) == "red"
    assert [assist.warn_late(), assist.warn_late()] == [1, 0]
    assert boss.account.id is not None
    assert notices.inbox(boss.account.id).total == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_claims_at_once_one_wins(clerk_here: Callable[..., Person]) -> None:
    row = talked()
    staff = [clerk_here(row).actor for _ in range(4)]
    barrier = Barrier(len(staff))

    def take(actor: Actor) -> str:
        try:
            barrier.wait()
            assist.claim(actor, row.id)
        except Conflict:
            return "late"
        finally:
            connections.close_all()
        return actor.name

    with ThreadPoolExecutor(len(staff)) as pool:
        got = list(pool.map(take, staff))
    assert got.count("late") == 3
    row.refresh_from_db()
    assert row.claimed_name in got


def test_an_answer_becomes_a_general_one_after_a_second_person(clerk_here: Callable[..., Person]) -> None:
    row = talked()
    editor = clerk_here(row, "item_editor")
    staff = clerk_here(row, "item_editor").actor
    question, words = "在小区楼下摆摊卖早点需要办证吗", "摆摊卖早点要办食品摊贩备案，请到街道办事处办理。"
    assert assist.reply(question, session="x", actor=ANONYMOUS).text != words
    assist.claim(staff, row.id)
    assist.answer(staff, row.id, words)
    faq = assist.propose(staff, row.id, question, words)
    with pytest.raises(Conflict):
        assist.propose(staff, row.id, question, words)
    with pytest.raises(Forbidden):
        assist.review(staff, faq.id, publish=True, question=question, answer=words)
    assist.review(editor.actor, faq.id, publish=True, question=question, answer=words)
    said = assist.reply("请问在小区楼下摆摊卖早点需要办证么？", session="x", actor=ANONYMOUS)
    assert (said.kind, said.text) == ("answer", words)
    assert said.sentences[0][1] == f"/assist/faqs/{faq.id}/"
    assist.retire(editor.actor, faq.id)
    assert assist.reply(question, session="x", actor=ANONYMOUS).text != words


def test_where_many_bodies_handle_a_matter_the_asker_s_place_says_whose_question_it_is() -> None:
    mine = load()
    organisations.ensure_department("shichang-zhangzhou", invented_uscc(), "漳州市市场监督管理局")
    load(slug="food-elsewhere", department="shichang-zhangzhou", division="350602", name=f"{mine.name}")
    items.rebuild_search()
    question = "办食品经营许可证要什么材料"
    assist.reply(question, session="nowhere", actor=ANONYMOUS)
    nowhere = assist.hand_over(ANONYMOUS, session="nowhere", question="门口能摆桌子吗")
    assert (nowhere.department_id, nowhere.division) == (None, "35")
    assert nowhere.item_name == mine.name
    neighbour = actor_of_account(AccountFactory())  # of 350102
    assist.reply(question, session="there", actor=neighbour)
    row = assist.hand_over(neighbour, session="there", question="门口能摆桌子吗")
    assert (row.department_id, row.division) == (mine.department_id, "350102")


def test_other_wordings_lead_to_the_same_answer_and_the_asker_s_own_is_one(
    clerk_here: Callable[..., Person],
) -> None:
    row = talked()
    clerk, editor = clerk_here(row), clerk_here(row, "item_editor")
    assist.claim(clerk.actor, row.id)
    assist.answer(clerk.actor, row.id, "到街道办事处备案。")
    row = assist.HandOver.objects.get(pk=row.pk)
    faq = assist.propose(clerk.actor, row.id, "摆摊卖早点需要办证吗", row.answer)
    publish = {"publish": True, "question": faq.question, "answer": faq.answer}
    with pytest.raises(Invalid) as many:
        assist.review(editor.actor, faq.id, **publish, wordings=[f"第{n}种问法" for n in range(21)])
    assert many.value.problems[0].field == "wordings"
    other = "楼下推车做煎饼要手续吗"
    assert assist.reply(other, session="", actor=ANONYMOUS).text != row.answer
    done = assist.review(editor.actor, faq.id, **publish, wordings=[other, " ", other])
    assert done.wordings == [other]
    assert assist.reply(f"请问{other}？", session="", actor=ANONYMOUS).text == row.answer
    assert assist.reply("火星上的天气怎么样", session="", actor=ANONYMOUS).kind == "handover"


def test_without_further_wordings_the_asker_s_own_is_kept(clerk_here: Callable[..., Person]) -> None:
    row = talked()
    clerk, editor = clerk_here(row), clerk_here(row, "item_editor")
    assist.claim(clerk.actor, row.id)
    assist.answer(clerk.actor, row.id, "到街道办事处备案。")
    faq = assist.propose(clerk.actor, row.id, "摆摊卖早点需要办证吗", "到街道办事处备案。")
    done = assist.review(editor.actor, faq.id, publish=True, question=faq.question, answer=faq.answer)
    assert done.wordings == [row.question]
