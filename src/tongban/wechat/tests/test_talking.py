"""Questions and words in the chat: the portal's replies, one's own cases, people, late and long answers."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from tongban.assist import service as assist
from tongban.assist.tests.test_phrasing import Endpoint
from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.items import service as items
from tongban.items.tests.factories import load
from tongban.notices.models import Delivery
from tongban.organisations import service as organisations
from tongban.wechat import answering, binding, hearing
from tongban.wechat.models import Answered
from tongban.wechat.sandbox import store
from tongban.wechat.tests.conftest import SITE, WeChat

pytestmark = pytest.mark.django_db
Staffed = Callable[..., Person]
Jobs = Callable[[], list[str]]
MATERIALS = "办食品经营许可证要什么材料"


@pytest.fixture
def catalogue() -> items.VersionDetail:
    detail = load()
    load(
        slug="birth", basic_code="350131002000", name="出生登记", summary="给新生婴儿上户口",
        keywords=["上户口"], faqs=[{"q": "上户口要收费吗？", "a": "不收费。"}], conditions=["婴儿在本市出生"],
        materials=[{"key": "birth-certificate", "name": "出生医学证明"}],
    )  # fmt: skip
    items.rebuild_search()
    return detail


def bind(openid: str, person: Person) -> None:
    made = binding.ticket(openid)
    binding.bind(person.actor, made.token, made.code)


def pushed(openid: str) -> list[str]:
    return [line.text for line in store.lines(openid) if line.by == "account"]


def test_a_question_gets_the_portal_s_reply(wechat: WeChat, catalogue: items.VersionDetail) -> None:
    page = Client().post("/assist/", {"q": MATERIALS}).content.decode()
    said = wechat.say(MATERIALS)
    reply = assist.reply(MATERIALS, session="another", actor=assist_actor())
    assert reply.sentences
    for sentence, url, title in reply.sentences:
        assert sentence.split("\n")[0][:10] in page
        assert url.replace("&", "&amp;") in page
        assert f"《{title}》 {SITE}{url}" in said
        assert sentence in said


def assist_actor() -> Any:
    from tongban.kit.actors import ANONYMOUS

    return ANONYMOUS


def test_a_model_s_words_stand_above_their_sources_where_it_is_quick(
    account: WeChat, catalogue: items.VersionDetail, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.says = "需要营业执照。"
    said = account.say(MATERIALS)
    assert said.startswith("需要营业执照。\n《")
    monkeypatch.setenv("ASSIST_MODEL_TIMEOUT", "20")  # WeChat would not wait for it
    asked = len(endpoint.asked)
    assert not account.say(MATERIALS).startswith("需要营业执照。\n《")
    assert len(endpoint.asked) == asked


def test_a_second_question_is_about_the_same_matter(wechat: WeChat, catalogue: items.VersionDetail) -> None:
    wechat.say(MATERIALS)
    assert "食品经营许可" in wechat.say("要多久")


def test_two_users_do_not_share_a_talk(wechat: WeChat, catalogue: items.VersionDetail) -> None:
    wechat.say(MATERIALS)
    stranger = WeChat(wechat.mode, openid="oSomebodyElse")
    assert "食品经营许可证" not in stranger.say("要多久").split("\n")[0]


def test_a_number_chooses_among_what_was_asked_back(account: WeChat, catalogue: items.VersionDetail) -> None:
    load(slug="birth-2", basic_code="350131003000", name="死亡登记", summary="注销户口", keywords=["上户口"])
    items.rebuild_search()
    turn = {"question": "户口", "kind": "ask_back", "text": "", "choices": ["出生登记：上户口要收费吗"]}
    from tongban.assist.handovers import session_key
    from tongban.assist.models import Conversation
    from tongban.wechat.talking import session_of

    account.say("你好")
    Conversation.objects.filter(key=session_key(session_of(account.openid))).update(turns=[turn])
    assert "不收费" in account.say("1")


@pytest.mark.parametrize("word", ["0", "7", "99", "²", "１"])
def test_a_number_without_a_question_is_a_question(account: WeChat, word: str) -> None:
    assert account.say(word)


def test_progress_shows_one_s_own_cases_only(
    wechat: WeChat, resident: Person, other_resident: Person, catalogue: items.VersionDetail
) -> None:
    case = cases.start_draft(resident.actor, catalogue.id, key="k")
    bind(wechat.openid, resident)
    said = wechat.say("进度")
    assert catalogue.name in said
    assert f"{SITE}/cases/{case.id}/" in said
    other = WeChat(wechat.mode, openid="oOther")
    bind("oOther", other_resident)
    assert str(case.id) not in other.say("进度")
    stranger = WeChat(wechat.mode, openid="oStranger")
    assert str(case.id) not in stranger.say("进度")


def test_progress_shows_the_enterprise_s_cases_to_who_acts_for_it(
    account: WeChat, representative: Person, resident: Person, catalogue: items.VersionDetail
) -> None:
    case = cases.start_draft(representative.actor, catalogue.id, key="k")
    bind(account.openid, representative)
    said = account.say("进度")
    assert said.startswith(f"【{representative.subject.name}】")
    assert f"{SITE}/cases/{case.id}/" in said
    stranger = WeChat("safe", openid="oOther")
    bind("oOther", resident)
    assert stranger.say("进度").startswith("您还没有办件")


def test_a_deactivated_account_tells_nothing_more(
    account: WeChat, resident: Person, catalogue: items.VersionDetail
) -> None:
    cases.start_draft(resident.actor, catalogue.id, key="k")
    bind(account.openid, resident)
    resident.account.is_active = False
    resident.account.save()
    assert catalogue.name not in account.say("进度")


def test_a_question_goes_to_people_and_their_answer_is_found(
    account: WeChat, staff_with: Staffed, catalogue: items.VersionDetail, run_jobs: Jobs
) -> None:
    assert "发送“转人工”" in account.say("火星上的天气怎么样")
    handed = account.say("转人工")
    row = assist.HandOver.objects.get()
    assert row.question == "火星上的天气怎么样"
    assert (row.channel, row.token in handed) == ("wechat", True)
    assert "最迟" in account.say("答复")
    store.new_user("读者", account.openid)
    store.grant(account.openid, "message")
    helper = staff_with("clerk", organisations.department(catalogue.department_id))
    assist.claim(helper.actor, row.id)
    assist.answer(helper.actor, row.id, "那里很冷。")
    run_jobs()
    assert pushed(account.openid) == [
        f"您的问题已有答复\n“火星上的天气怎么样”\n那里很冷。\n{SITE}/assist/answers/{row.token}/"
    ]
    hearing.answered({"token": row.token})  # heard again
    run_jobs()
    assert len(pushed(account.openid)) == 1
    assert "那里很冷。" in account.say("答复")
    assert "那里很冷" not in WeChat("safe", openid="oOther").say("答复")


def test_the_answer_to_a_bound_person_comes_as_a_notice(
    account: WeChat, resident: Person, staff_with: Staffed, catalogue: items.VersionDetail, run_jobs: Jobs
) -> None:
    store.new_user("林", account.openid)
    store.grant(account.openid, "message")
    bind(account.openid, resident)
    run_jobs()
    account.say("火星上的天气怎么样")
    account.say("转人工")
    row = assist.HandOver.objects.get()
    helper = staff_with("clerk", organisations.department(catalogue.department_id))
    assist.claim(helper.actor, row.id)
    assist.answer(helper.actor, row.id, "那里很冷。")
    run_jobs()
    assert pushed(account.openid)[-1].startswith("您的问题已有答复\n那里很冷。")


def test_nothing_to_hand_over_is_said(account: WeChat) -> None:
    assert account.say("转人工") == "请写明您的问题"
    assert account.say("答复") == "您还没有转人工的问题。"


def test_help_names_the_words(wechat: WeChat) -> None:
    for word in ("进度", "绑定", "转人工", "答复"):
        assert f"“{word}”" in wechat.say("帮助")


def test_an_answer_too_long_for_one_message_goes_on(account: WeChat, run_jobs: Jobs) -> None:
    store.new_user("读者", account.openid)
    store.grant(account.openid, "message")
    _published_faq("怎样写得长", "\n".join(f"第{n}句：{'长' * 120}。" for n in range(40)))
    first = account.say("怎样写得长")
    assert first.startswith("（1/4）第0句")
    run_jobs()
    rest = pushed(account.openid)
    assert [text[:5] for text in rest] == ["（2/4）", "（3/4）", "（4/4）"]
    assert rest[-1].endswith(f"{SITE}/assist/")
    assert all(len(text.encode()) <= 2048 for text in [first, *rest])
    assert not Delivery.objects.exclude(sealed="").exists()  # wiped once sent


def test_without_a_secret_a_long_answer_is_cut(account: WeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGBAN_WECHAT_SECRET", "")
    _published_faq("怎样写得长", "\n".join(f"第{n}句：{'长' * 120}。" for n in range(40)))
    said = account.say("怎样写得长")
    assert said.endswith(f"{SITE}/assist/")
    assert not Delivery.objects.exists()


def _published_faq(question: str, answer: str) -> None:
    from tongban.assist.faqs import pairs
    from tongban.assist.models import GeneralFaq

    GeneralFaq.objects.create(
        question=question, answer=answer, pairs=pairs(question), state="published", proposed_name="某人"
    )


@pytest.fixture
def blocked() -> Iterator[Callable[[], None]]:
    """Another connection holds what every reply writes; calling the fixture lets it go."""
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        other = connections["default"].copy()
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("LOCK TABLE assist_conversation IN ACCESS EXCLUSIVE MODE")
            held.set()
            let_go.wait(20)
            other.rollback()
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(20)
    yield lambda: (let_go.set(), thread.join())[1]
    let_go.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_answered_afterwards(
    account: WeChat, blocked: Callable[[], None], run_jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PATIENCE", 0.2)
    store.new_user("读者", account.openid)
    store.grant(account.openid, "message")
    assert account.say("你好", 4711) == "正在为您查找，稍后把答案发给您。"
    assert account.say("你好", 4711) == "正在为您查找，稍后把答案发给您。"  # WeChat asks again
    blocked()
    run_jobs()
    assert [text[:2] for text in pushed(account.openid)] == ["您好"]
    assert Answered.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_secret_somebody_in_a_hurry_is_asked_to_come_again(
    account: WeChat, blocked: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PATIENCE", 0.2)
    monkeypatch.setenv("TONGBAN_WECHAT_SECRET", "")
    assert account.say("你好") == "系统繁忙，请稍后再试。"
    blocked()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
