"""Cases in every state, lived through the cases room's own door by the people of the demo.

A story is a list of acts, each with the number of working days before today on which it happened. The cases
room does each act as of that day, so clocks, deadlines and papers are those of a case that really took place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from tongban.demo import content
from tongban.demo.loading import SIGN_UP, Piece, everybody, login_of
from tongban.demo.playing import play

Act = tuple[Any, ...]  # days before today, name of the act, its arguments


@dataclass(frozen=True, slots=True)
class Story:
    """One case. ``firm`` is the place of the enterprise acted for, or None for oneself."""

    key: str
    login: str
    item: str
    acts: tuple[Act, ...]
    firm: int | None = None


SITE = ("site_inspection", "需要到经营场所现场核查", 5)
REVIEWED = "材料齐全，符合规定条件"


def _through(start: int, accepted: int, reviewed: int, decided: int) -> tuple[Act, ...]:
    """Filed, accepted, reviewed and granted on these days."""
    return ((start, "submit"), (accepted, "accept"), (reviewed, "review", REVIEWED), (decided, "grant"))


UNCLEAR_PLAN = "平面图没有标明洗手消毒设施的位置，请重新上传"
TWELVE_POINTS = (
    "最近三个记分周期内有记满十二分的记录，不符合《网络预约出租汽车经营服务管理暂行办法》第十四条规定的条件"
)
DONE_LONG_AGO = (*_through(60, 59, 57, 56), (55, "conclude"), (53, "deliver"))
PAID = (*_through(30, 30, 29, 29), (28, "conclude"), (27, "deliver"))

LEADS = (
    Story("zhang-birth", "zhang", "birth-registration", ((1, "draft"),)),
    Story("lin-publication", "lin", "publication-retail", ((0, "draft"),), 0),
    Story("wang-residence", "wang", "residence-permit", ((0, "submit"),)),
    Story("li-road", "li", "road-freight-licence", ((2, "submit"), (1, "accept")), 2),
    Story(
        "huang-supplement", "huang", "public-place-licence",
        ((3, "submit"), (2, "supplement", UNCLEAR_PLAN, (), ("site-plan",))), 1,
    ),
    Story(
        "huang-food", "huang", "food-business-licence",
        ((6, "submit"), (5, "accept"), (4, "review", REVIEWED)), 1,
    ),
    Story("huang-hotel", "huang", "hotel-permit", ((5, "submit"), (4, "accept"), (3, "suspend", *SITE)), 1),
    Story(
        "huang-dispatch", "huang", "dispatch-licence",
        ((9, "submit"), (8, "accept"), (2, "extend", 5, "注册资本缴付情况需要向开户银行进一步核实")), 1,
    ),
    Story(
        "huang-publication", "huang", "publication-retail",
        ((15, "submit"), (14, "accept"), (9, "begin")), 1,
    ),
    Story("huang-fund", "huang", "housing-fund-rent", PAID),
    Story("zhang-card", "zhang", "social-card", _through(4, 4, 2, 1)),
    Story(
        "li-hailing", "li", "ride-hailing-driver",
        ((9, "submit"), (8, "accept"), (6, "review", "背景核查发现不符合条件的情形"),
         (5, "deny", TWELVE_POINTS)),
    ),
    Story("chen-card", "chen", "elder-card", (*_through(5, 5, 5, 5), (4, "conclude"))),
    Story("chen-allowance", "chen", "old-age-allowance", DONE_LONG_AGO),
    Story(
        "wang-allowance", "wang", "old-age-allowance",
        ((12, "submit"), (11, "refuse", "申请人未满八十周岁，不符合高龄津贴的受理条件")),
    ),
    Story(
        "wang-fund", "wang", "housing-fund-rent",
        ((7, "submit"), (6, "withdraw", "已经搬回单位宿舍，不再租房")),
    ),
    Story(
        "zhang-school", "zhang", "school-entry",
        ((8, "submit"), (7, "return", "孩子未到入学年龄，不属于本次报名范围")),
    ),
    Story(
        "li-company", "li", "company-registration",
        ((20, "submit"), (19, "accept"), (18, "void", "申请人重复提交，经本人确认后作废")),
    ),
    Story("wang-teacher", "wang", "teacher-qualification", ((14, "submit"), (13, "accept"), (10, "begin"))),
    Story(
        "lin-answered", "lin", "hukou-move-spouse",
        ((7, "submit"), (6, "supplement", "请写明准备迁入的住所", ("reason",), ()),
         (4, "answer", {"reason": "投靠配偶，迁入鼓楼区东街街道的共同住所"}), (3, "accept"), (2, "begin")),
    ),
)  # fmt: skip
# What ordinary people file, in turn; each ends where its number says.
ORDINARY = (
    "medical-remote", "no-criminal-record", "flexible-insurance", "elder-card", "real-estate-query",
    "tax-record", "social-card", "id-card-renewal", "resident-medical", "unemployment-benefit",
    "birth-service", "legal-aid",
)  # fmt: skip
ENDS = (
    (*_through(24, 24, 23, 23), (22, "conclude"), (21, "deliver")),
    (*_through(8, 7, 7, 7), (6, "conclude")),
    ((2, "submit"),),
    ((1, "submit"), (0, "accept")),
    (*_through(40, 40, 39, 39), (38, "conclude"), (37, "deliver")),
)
ORDINARY_CASES = 36


def stories() -> Iterator[Story]:
    """Every story, the leads' first."""
    yield from LEADS
    lead_count = sum(bool(p.login) for p in everybody().persons[:SIGN_UP])
    for number in range(ORDINARY_CASES):
        who = lead_count + number
        item = ORDINARY[number % len(ORDINARY)]
        yield Story(f"person{number}", login_of(who), item, ENDS[number % len(ENDS)])


def pieces() -> Iterator[Piece]:
    """One piece of the load for each story. The people are looked up when the first is loaded."""
    names = {item["slug"]: item["name"] for item in content.items()}
    for story in LEADS:
        yield Piece(f"case:{story.key}", f"办件：{names[story.item]}", partial(play, story))
    for number in range(ORDINARY_CASES):
        item = ORDINARY[number % len(ORDINARY)]
        yield Piece(f"case:person{number}", f"办件：{names[item]}", partial(_play_ordinary, number))
    yield Piece("lights", "办理期限", _refresh_lights)


def _refresh_lights() -> None:
    """Have the worker bring every clock up to today; the stories left them at the day of their last act."""
    app.configure_task("cases.refresh_lights").defer(timestamp=int(timezone.now().timestamp()))


def _play_ordinary(number: int) -> None:
    play(next(s for s in stories() if s.key == f"person{number}"))
