"""What the demo's people ask: general answers in use, questions with people of the duty desk, tickets.

As with cases, every act is done through the room's own door by somebody who may do it, as of the working day
on which it happened; the talk before a question is what the platform really replies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import yaml
from django.utils import timezone

from tongban.assist import service as assist
from tongban.cases import service as cases
from tongban.demo import content
from tongban.demo.loading import Piece, hire
from tongban.demo.playing import moment
from tongban.demo.staffing import Post, Worker
from tongban.identity import service as identity
from tongban.kit.actors import ANONYMOUS, Actor
from tongban.organisations import service as organisations

HOME = "350102"
DUTY, CITY = "duty", "hall-fuzhou-clerk1"
LAWS, DOCUMENTS = "https://flk.npc.gov.cn/", "https://www.gov.cn/zhengce/"
WRITERS = ("许明", "周静")  # who wrote and who reviewed the general answers
FOOD, HYGIENE, RESIDENCE = "food-business-licence", "public-place-licence", "residence-permit"
Act = tuple[Any, ...]  # days before today, name of the act, its arguments


@dataclass(frozen=True, slots=True)
class Asked:
    """A question handed to people. ``login`` is empty for somebody without an account; ``by`` works on it."""

    key: str
    login: str
    talk: str
    question: str
    ago: int
    acts: tuple[Act, ...] = ()
    by: str = DUTY


@dataclass(frozen=True, slots=True)
class Raised:
    """A ticket and what became of it; ``by`` is who works on it."""

    key: str
    login: str
    kind: str
    title: str
    text: str
    item: str
    ago: int
    acts: tuple[Act, ...] = ()
    about: str = ""
    by: str = DUTY


HOSTEL = (
    "要办。旅馆、民宿等住宿场所开业前要取得公共场所卫生许可，没有按房间数免办的规定。\n"
    "材料和时限见办事指南，网上和窗口都可以提交。"
)
ALLOWANCE = (
    "高龄津贴发到老人本人的银行账户，不由养老院代领。\n"
    "老人行动不便的，可以由亲属带上老人和代办人的身份证代为申请。"
)
RARE_WORD = "姓名登记使用规范汉字。请带出生医学证明到派出所户籍窗口，由民警核对字库后录入。"
COLLECT = "可以。准予后窗口会通知您领取纸质证；电子证照随时可以在“我的证照”里看到。"
FREIGHT = "运费属于民事纠纷，可以申请人民调解或者向人民法院起诉；需要法律援助的请拨打 12348。"
QUESTIONS = (
    Asked("lin-tables", "lin", "办食品经营许可证要什么材料",
          "我的鱼丸店想在门口加两张桌子给客人坐，许可证要不要变更？", 0),
    Asked("fire", "", "食品经营许可证要多少钱", "门店在三楼，还没有做过消防验收，能先办食品经营许可吗？", 2),
    Asked("wang-rent", "wang", "居住证首次申领要什么材料",
          "我和室友合租，房东不肯给合同，用水电费单能证明住在这里吗？", 0, ((0, "claim"),)),
    Asked("huang-hostel", "huang", "公共场所卫生许可要多久",
          "民宿只有三间客房，也要办公共场所卫生许可吗？", 3, ((3, "claim"), (3, "answer", HOSTEL, HYGIENE))),
    Asked("chen-home", "chen", "高龄津贴怎么申请", "老人住在养老院，高龄津贴可以让养老院代领吗？", 4,
          ((4, "claim"), (4, "answer", ALLOWANCE, "old-age-allowance"), (3, "propose"))),
    Asked("zhang-name", "zhang", "出生登记要什么材料", "孩子名字里的生僻字打不出来怎么办？", 6,
          ((6, "claim"), (5, "answer", RARE_WORD, "birth-registration"), (5, "propose"),
           (4, "refuse", "属于个别情况，由派出所当面核对，不作为常见问题"))),
    Asked("joke", "", "你好", "你们会讲笑话吗？", 3,
          ((2, "claim"), (2, "close", "与办事无关；有想办的事欢迎再问。"))),
    Asked("li-truck", "li", "道路货物运输经营许可要什么材料", "货车违章被扣了分，在哪里处理？", 0,
          ((0, "pass", "gongan-gulou", "车辆违法由公安机关交通管理部门处理"),), by=CITY),
)  # fmt: skip

TICKETS = (
    Raised("lin-sign", "lin", "consult", "店招换了要不要办变更",
           "店名没有改，只是把招牌换成新的，许可证要不要变更？", FOOD, 0),
    Raised("huang-late", "huang", "complaint", "核查的人约了两次都没有来",
           "上周和上上周各约了一次现场核查，都没有人来，也没有电话。", FOOD, 9, by="chief"),
    Raised("wang-hours", "wang", "suggestion", "希望窗口中午不休息",
           "上班的人只有中午有空，建议居住证窗口中午也开一个。", RESIDENCE, 3, ((2, "accept"),)),
    Raised("zhang-soon", "zhang", "consult", "健康证在外地办的能用吗",
           "我的健康证明是在厦门办的，在福州开店能不能用？", FOOD, 16, ((14, "accept"),)),
    Raised("li-over", "li", "consult", "小餐车能不能办证", "想买一辆小餐车卖早点，能不能办食品经营许可？",
           FOOD, 20, ((18, "accept"),)),
    Raised("chen-more", "chen", "consult", "换了银行卡补贴没到账",
           "上个月换了银行卡，这个月的钱没有到。", "old-age-allowance", 6,
           ((5, "accept"), (4, "ask", "请写明新银行卡的开户行，不要写卡号；我们与发放单位核对。"))),
    Raised("lin-answered", "lin", "consult", "网上申请能不能选自己去拿证",
           "网上申请的时候没有看到去窗口拿证的选项，在哪里选？", FOOD, 8,
           ((7, "accept"), (6, "answer", COLLECT))),
    Raised("wang-marked", "wang", "consult", "居住证可以邮寄吗", "我住得远，办好的居住证能不能寄给我？",
           RESIDENCE, 12, ((11, "accept"), (10, "answer", "可以，受理时写明收件地址，办好后寄给您。"),
                           (9, "mark", 5, "答得很快"))),
    Raised("huang-again", "huang", "consult", "平面图要盖章吗", "经营场所平面图要不要设计单位盖章？",
           FOOD, 15,
           ((14, "accept"), (12, "answer", "请看办事指南的材料说明。"), (12, "mark", 2, "没有回答要不要盖章"),
            (11, "reopen", "我问的是要不要盖章，答复里没有说。"))),
    Raised("li-refused", "li", "consult", "运费纠纷谁来管", "货主拖欠我的运费，能不能请你们去要回来？",
           "road-freight-licence", 10,
           ((9, "refuse", FREIGHT),), by=CITY),
    Raised("chen-ended", "chen", "suggestion", "指南的字能不能再大一些", "大字版里表格的字还是小，看不清。",
           "", 40,
           ((39, "accept"), (36, "answer", "谢谢您的建议，大字版的表格已经放大。"), (20, "end"))),
    Raised("zhang-attitude", "zhang", "complaint", "窗口让我多跑了一趟",
           "第一次去只说缺一份材料，第二次又说还缺一份，没有一次说清。", FOOD, 4,
           ((3, "accept"),), about="郑文彬", by="chief"),
)  # fmt: skip


def faqs() -> list[content.Entry]:
    """The general answers of the content file."""
    return list(yaml.safe_load((content.CONTENT / "faqs.yaml").read_text(encoding="utf-8")))


def _source(entry: dict[str, str]) -> tuple[str, str]:
    """Address and title of one source as the content file names it."""
    if "page" in entry:
        return entry["page"], entry["title"]
    name = entry.get("law") or entry.get("rule") or entry["document"]
    return DOCUMENTS if "document" in entry else LAWS, f"《{name}》{entry['article']}"


def load_faqs() -> None:
    """The general answers; the same content again changes nothing."""
    department = organisations.department_by_code("shuju")
    for entry in faqs():
        sources = [_source(one) for one in entry["sources"]]
        if entry.get("item"):
            sources.insert(0, (f"/items/{entry['item']}/", "办事指南"))
        assist.seed_faq(
            entry["q"],
            entry["a"],
            department_id=department.id,
            by=WRITERS,
            item=entry.get("item", ""),
            sources=sources,
            wordings=entry.get("also", ()),
        )


def hire_duty() -> None:
    """Somebody on duty for every department of Gulou's hall."""
    served = [d["slug"] for d in content.departments() if d["division"] == HOME]
    posts = tuple(Post("clerk", slug, HOME) for slug in served)
    hire(Worker(DUTY, "林雨欣", "FJ90001", "zhongxin-gulou", posts), signs_in=True)


def _actor(login: str) -> Actor:
    if not login:
        return ANONYMOUS
    account = identity.find_account(login)
    assert account is not None, login
    return identity.own_actor(account)


def _when(ago: int, turn: int) -> datetime:
    """Today's acts happen now, so that what is fresh is not late at any hour of the load."""
    return moment(ago, turn) if ago else timezone.now()


def ask(asked: Asked) -> None:
    """Live through one question: the talk, handing over, and what the duty desk did."""
    who, session = _actor(asked.login), f"demo:{asked.key}"
    assist.reply(asked.talk, session=session, actor=who, division=HOME)
    with cases.at(_when(asked.ago, 0)):
        row = assist.hand_over(who, session=session, question=asked.question, division=HOME)
    assist.forget(session)
    for turn, (ago, name, *arguments) in enumerate(asked.acts, 1):
        with cases.at(_when(ago, turn)):
            _desk_act(_actor(asked.by), row, name, arguments)


def _desk_act(on_duty: Actor, row: assist.HandOver, name: str, arguments: Sequence[Any]) -> None:
    if name == "claim":
        assist.claim(on_duty, row.id)
    elif name == "answer":
        assist.answer(on_duty, row.id, arguments[0], arguments[1:])
    elif name == "pass":
        assist.pass_on(on_duty, row.id, organisations.department_by_code(arguments[0]).id, arguments[1])
    elif name == "close":
        assist.close(on_duty, row.id, arguments[0])
    elif name == "propose":
        now = assist.seen_hand_over(on_duty, row.id)
        assist.propose(on_duty, row.id, now.question, now.answer)
    else:
        faq = assist.GeneralFaq.objects.get(hand_over=row)
        boss = _actor("supervisor")
        assist.review(boss, faq.id, publish=False, question="", answer="", note=arguments[0])


def raise_ticket(raised: Raised) -> None:
    """Live through one ticket."""
    who = _actor(raised.login)
    given = assist.TicketIn(raised.kind, raised.title, raised.text, item=raised.item, about=raised.about)
    with cases.at(_when(raised.ago, 0)):
        ticket = assist.open_ticket(who, given)
    for turn, (ago, name, *arguments) in enumerate(raised.acts, 1):
        with cases.at(_when(ago, turn)):
            _ticket_act(raised, ticket, name, arguments)


def _ticket_act(raised: Raised, ticket: assist.Ticket, name: str, arguments: Sequence[Any]) -> None:
    who, staff = _actor(raised.login), _actor(raised.by)
    if name == "accept":
        assist.accept_ticket(staff, ticket.id)
    elif name == "ask":
        assist.ask_more(staff, ticket.id, arguments[0])
    elif name == "answer":
        assist.answer_ticket(staff, ticket.id, arguments[0])
    elif name == "refuse":
        assist.refuse_ticket(staff, ticket.id, arguments[0])
    elif name == "mark":
        assist.mark(who, ticket.token, *arguments)
    elif name == "reopen":
        assist.reopen(who, ticket.token, arguments[0])
    else:
        assist.end_answered()


def pieces() -> Iterator[Piece]:
    """General answers, the one on duty, then each question and each ticket."""
    yield Piece("assist:faqs", "常见问题", load_faqs)
    yield Piece("assist:duty", "值班人员", hire_duty)
    for asked in QUESTIONS:
        yield Piece(f"question:{asked.key}", "转人工的问题", partial(ask, asked))
    for raised in TICKETS:
        yield Piece(f"ticket:{raised.key}", "咨询投诉", partial(raise_ticket, raised))
