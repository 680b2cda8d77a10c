"""Pure rules."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.assist.rules import add_working_minutes, follows, masked, unsupported
from tongban.assist.settings import spans_of
from tongban.standards.calendar import default_calendar

ZONE = ZoneInfo("Asia/Shanghai")
SPANS = spans_of("08:30-12:00,14:30-18:00")


@pytest.mark.parametrize(
    ("at", "minutes", "due"),
    [
        ("2026-03-02T09:00", 60, "2026-03-02T10:00"),
        ("2026-03-02T11:30", 60, "2026-03-02T15:00"),  # over noon
        ("2026-03-02T17:30", 60, "2026-03-03T09:00"),  # over night
        ("2026-03-06T17:30", 240, "2026-03-09T12:00"),  # over the weekend
        ("2026-03-07T03:00", 30, "2026-03-09T09:00"),
    ],
)
def test_working_minutes(at: str, minutes: int, due: str) -> None:
    start = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    found = add_working_minutes(start, minutes, SPANS, default_calendar())
    assert found == datetime.fromisoformat(due).replace(tzinfo=ZONE)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)), st.integers(0, 3000), st.integers(0, 3000))
def test_working_minutes_add_up_and_end_in_hours(at: datetime, first: int, second: int) -> None:
    start, calendar = at.replace(tzinfo=ZONE), default_calendar()
    whole = add_working_minutes(start, first + second, SPANS, calendar)
    half = add_working_minutes(start, first, SPANS, calendar)
    assert add_working_minutes(half, second, SPANS, calendar) == whole or second == 0
    assert whole - start >= timedelta(minutes=first + second)
    assert calendar.is_working_day(whole.date())
    assert any(a <= whole.time() <= b for a, b in SPANS)


@pytest.mark.parametrize("text", ["", "9-", "18:00-08:00", "08:00-12:00,11:00-13:00"])
def test_hours_that_run_backwards_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        spans_of(text)


def test_no_hours_at_all_are_an_error() -> None:
    with pytest.raises(ValueError, match="working minutes"):
        add_working_minutes(datetime(2026, 3, 2, tzinfo=ZONE), 1, [], default_calendar())
    assert time(8, 30) == SPANS[0][0]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我是11010519491231002x，", "我是110105********002x，"),
        ("电话 138-1234-5678", "电话 138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("卡6222021234567890123", "卡6222********0123"),
        ("办件 20260302 共 3 件", "办件 20260302 共 3 件"),
        ("邮箱lin.xiao@example.com", "邮箱l***@example.com"),
    ],
)
def test_personal_numbers_are_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


@pytest.mark.parametrize(
    "text", ["要多少钱？", "那要多久", "需要什么材料呢", "在哪里办理", "可以网上办吗", "怎么办"]
)
def test_a_question_without_a_matter_follows(text: str) -> None:
    assert follows(text)


@pytest.mark.parametrize("text", ["护照要多少钱", "开饭店怎么办", "火星", "谢谢", "结婚登记在哪里办"])
def test_a_question_with_a_matter_stands_alone(text: str) -> None:
    assert not follows(text)


PASSAGE = "收费：不收费。要准备的材料：营业执照。承诺办结：8 个工作日。办理地点：鼓楼区市民服务中心。"


@pytest.mark.parametrize(
    "words",
    [
        "办理不收费，8 个工作日办结。", "要准备的材料是营业执照，不收费。",
        "办理地点在鼓楼区市民服务中心，承诺8个工作日办结。"
    ],
)  # fmt: skip
def test_what_the_passages_say_is_supported(words: str) -> None:
    assert unsupported(words, [PASSAGE]) == []


@pytest.mark.parametrize(
    "words",
    [
        "办理要收 50 元。", "承诺办结 80 个工作日。", "三天就能办结。", "必须带营业执照。",
        "请到天津市公证处大厅办理。",
        "请看 http://example.com", "依据《食品安全法实施条例》。", "请把钱转账给工作人员，承诺办结。",
        "今天天气晴朗适合出门散步旅行。",
    ],
)  # fmt: skip
def test_what_no_passage_says_is_found(words: str) -> None:
    assert unsupported(words, [PASSAGE])
