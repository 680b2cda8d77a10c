"""The design system's tags: words, escaping, edge values."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from tongban.kit.errors import FieldProblem
from tongban.kit.templatetags import kit, parts

SCRIPT = "<script>alert(1)</script>"


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def view(**changes: object) -> SimpleNamespace:
    usual = {
        "name": "goods", "label": "品种", "widget": "text", "value": "", "display": "", "required": True,
        "locked": False, "hint": "", "options": (), "max_length": None, "prefill": None, "problem": "",
        "show_if": None,
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **changes})


@pytest.mark.parametrize(
    "widget",
    ["text", "textarea", "address", "phone", "number", "money", "radios", "select", "checkboxes", "date"],
)
def test_every_widget_escapes_and_ties_its_error_to_itself(widget: str) -> None:
    options = (("a", SCRIPT),)
    shown = view(widget=widget, value=SCRIPT, label=SCRIPT, hint=SCRIPT, options=options)
    text = render("{% field f problem %}", f=shown, problem=SCRIPT)
    assert "<script>" not in text
    assert 'id="field-goods"' in text
    assert "error-goods" in text.split("aria-describedby=")[1]


def test_a_locked_field_is_no_input_and_says_where_from() -> None:
    prefill = SimpleNamespace(
        source="公安厅", as_of=dt.date(2026, 10, 3), confirmers=("人社厅",), stale=False, changed=False
    )
    text = render("{% field f %}", f=view(locked=True, display="林晓梅", prefill=prefill))
    assert "<input" not in text
    assert "来自 公安厅 · 2026-10-03 更新 · 人社厅核对一致" in text


def test_money_is_kept_in_fen_and_typed_in_yuan() -> None:
    assert 'value="88.50"' in render("{% field f %}", f=view(widget="money", value=8850))
    assert 'value="abc"' in render("{% field f %}", f=view(widget="money", value="abc"))
    assert [kit.fen(n) for n in (0, 100, 123456, None)] == ["免费", "1 元", "1,234.56 元", ""]


def test_a_wrong_date_stays_as_it_was_typed() -> None:
    assert parts.date_parts("2026-02-30") == ("2026", "2", "30")
    assert parts.date_parts("") == ("", "", "")
    assert parts.date_parts("x") == ("x", "", "")


def test_the_error_summary_leads_to_each_field() -> None:
    text = render("{% error_summary p %}", p=[FieldProblem("goods", "required", SCRIPT)])
    assert 'href="#field-goods"' in text
    assert "<script>" not in text
    assert not render("{% error_summary p %}", p=[]).strip()


def clock(**changes: object) -> SimpleNamespace:
    usual = {
        "due_on": timezone.localdate(), "days_left": 4, "light": "green", "paused": False, "overdue_days": 0,
        "provisional": False,
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "还剩 4 个工作日"),
        ({"days_left": 0}, "最迟今天"),
        ({"overdue_days": 3}, "已超期 3 个工作日"),
        ({"paused": True}, "计时暂停中"),
        ({"provisional": True}, "日期可能调整"),
    ],
)
def test_the_clock_is_a_sentence(changes: dict[str, object], words: str) -> None:
    assert words in kit.clock_sentence(clock(**changes))


def test_no_clock_no_sentence() -> None:
    assert kit.clock_sentence(None) == ""


@pytest.mark.parametrize("colour", ["green", "yellow", "red"])
def test_a_light_has_a_shape_and_words(colour: str) -> None:
    text = render("{% light c %}", c=clock(light=colour))
    assert "<svg" in text
    assert str(parts.LIGHTS[colour]) in text


def test_days_are_words_in_the_readers_language() -> None:
    day = dt.date(2020, 2, 9)
    assert kit.day(day) == "2020 年 2 月 9 日"
    with translation.override("en"):
        assert kit.day(day) == "9 February 2020"


def test_pages_show_a_window_and_keep_the_query() -> None:
    assert parts.page_window(6, 20) == [1, None, 4, 5, 6, 7, 8, None, 20]
    request = RequestFactory().get("/", {"q": '"><script>', "page": "2"})
    text = render("{% pagination p %}", p={"number": 2, "pages": 3}, request=request)
    assert "q=%22%3E%3Cscript%3E&amp;page=3" in text


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "404.html", "403_csrf.html", "429.html", "500.html"]
)
def test_error_pages_render_without_a_context(name: str) -> None:
    assert "tb-main" in render_to_string(name)
