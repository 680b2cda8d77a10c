"""Pure rules: working hours, masking, follow-up questions, what a phrased answer may not invent."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

from tongban.standards.calendar import WorkCalendar
from tongban.standards.clock import ClockView, Interval, Limit, clock

Light = Literal["green", "yellow", "red"]
SOON = timedelta(hours=1)  # a hand-over due within this is yellow


def add_working_minutes(
    at: datetime, minutes: int, spans: Sequence[tuple[time, time]], calendar: WorkCalendar
) -> datetime:
    """The moment ``minutes`` of working time after ``at`` (aware, in the site's zone).

    Raises:
        ValueError: when there are no working hours or minutes is negative.
    """
    if minutes < 0 or not spans:
        raise ValueError("working minutes need hours and are not negative")
    left, day = timedelta(minutes=minutes), at.date()
    while True:
        if calendar.is_working_day(day):
            for start, end in spans:
                begin = max(at, datetime.combine(day, start, at.tzinfo))
                close = datetime.combine(day, end, at.tzinfo)
                if begin >= close:
                    continue
                if begin + left <= close:
                    return begin + left
                left -= close - begin
        day += timedelta(days=1)


def handover_light(due_at: datetime, now: datetime, *, done: bool) -> Light:
    """Red once it is late, yellow in the last hour; what is answered stays green."""
    if done:
        return "green"
    return "red" if now > due_at else "yellow" if due_at - now <= SOON else "green"


def ticket_clock(  # noqa: PLR0917  (as the law's clock)
    accepted_on: date,
    days: int,
    pauses: Sequence[Interval],
    answered_on: date | None,
    today: date,
    calendar: WorkCalendar,
) -> ClockView:
    """A ticket's clock: ``days`` working days from acceptance; waiting for the asker does not count."""
    return clock(accepted_on, Limit(days), pauses, 0, answered_on, today, calendar)


_NUMBERS = (
    (re.compile(r"(?<![0-9A-Za-z])([1-9]\d{5})\d{8}(\d{3}[0-9Xx])(?![0-9A-Za-z])"), r"\1********\2"),
    (re.compile(r"(?<!\d)(\d{4})\d{8,11}(\d{4})(?!\d)"), r"\1********\2"),  # bank cards
    (re.compile(r"(?<!\d)([1-9]\d{5})\d{6}(\d{3})(?!\d)"), r"\1******\2"),  # identity numbers of old
    (re.compile(r"(?<!\d)(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})"), r"\1***\2"),
)
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def masked(text: str) -> str:
    """``text`` with identity numbers, bank cards, mobile phones and mail addresses made unreadable."""
    text = text.translate(_WIDE)
    for pattern, kept in _NUMBERS:
        text = pattern.sub(kept, text)
    return text


_ASKING = re.compile(
    r"多少钱|收费|费用|免费|工本费|贵不贵|多久|多长时间|几天|多少天|时限|几个工作日|几点|上班时间|办公时间|周末|"
    r"电话|联系方式|地址|在哪里|在哪儿|在哪|哪里办|哪里|哪儿|去哪|材料|带什么|准备什么|资料|网上|线上|跑几趟|邮寄|"
    r"快递|预约|代办|条件|要求|资格|结果|有效期|流程|步骤|怎么办|如何办|怎样办|怎么弄|怎么申请|如何申请|依据|能不能|"
    r"可以|什么|哪些|多少|钱|how much|how long|where|fee|cost"
)
_FILLING = re.compile(
    r"那么|那个|这个|这件事|这事|该事项|那|这|它|其|还|再|又|需要|要|得|呢|吗|吧|啊|呀|嘛|么|的|了|是|有|会|能|"
    r"可不可以|办理|办|我|们|一共|总共|大概|请问|一下|几|个|交|给|去|到|在|都|也|不|收|[\s\W_]"
)


def follows(question: str) -> bool:
    """Whether a question only makes sense after another: it asks about something and names no matter."""
    if len(question) > 30 or not _ASKING.search(question.lower()):
        return False
    return not _FILLING.sub("", _ASKING.sub("", question.lower()))


_FACTS = re.compile(
    r"\d+(?:[.,]\d+)*%?|[零〇一二三四五六七八九十百千万两]{1,}(?=元|天|个|日|份|次|年|月|周|小时|人)"
)
_NAMED = re.compile(
    r"《[^》]{1,60}》|[一-鿿]{2,12}(?:局|厅|中心|大厅|证明|许可证|执照|登记证|委员会|银行|平台)"
)
_STRONG = (
    "必须",
    "不得",
    "应当",
    "禁止",
    "严禁",
    "免费",
    "无需",
    "不需要",
    "不收费",
    "一律",
    "保证",
    "罚款",
    "转账",
    "汇款",
)
_LINK = re.compile(r"https?://|www\.|[A-Za-z0-9-]+\.(?:com|cn|net|org)")
_SPLIT = re.compile(r"(?<=[。！？!?；;\n])")


def unsupported(answer: str, passages: Iterable[str]) -> list[str]:
    """What ``answer`` says that no passage says: numbers, names, duties, links, sentences."""
    said = "\n".join(passages)
    plain = re.sub(r"\s", "", said)
    bare = re.sub(r"[\s,，]", "", said)
    wrong = [f for f in _FACTS.findall(answer) if not _has_number(f, bare)]
    wrong += [n for n in _NAMED.findall(answer) if n.strip("《》") not in plain and not _ends_known(n, plain)]
    wrong += [word for word in _STRONG if word in answer and word not in plain]
    wrong += _LINK.findall(answer)
    for sentence in _SPLIT.split(answer):
        pairs = _pairs(sentence)
        if len(pairs) >= 4 and len(pairs & _pairs(said)) < len(pairs) * 0.5:
            wrong.append(sentence.strip())
    return list(dict.fromkeys(wrong))


def _has_number(number: str, plain: str) -> bool:
    """The number stands there by itself, not as a part of a longer one."""
    return bool(re.search(rf"(?<![\d.]){re.escape(number.replace(',', ''))}(?![\d])", plain))


def _ends_known(name: str, plain: str) -> bool:
    """A name caught with words before it ("请到市民中心") counts by its longest part that is known."""
    return any(name[n:] in plain for n in range(1, len(name) - 2))


def _pairs(text: str) -> set[str]:
    text = "".join(re.findall(r"[一-鿿A-Za-z0-9]", text))
    return {text[n : n + 2] for n in range(len(text) - 1)}
