"""What a decision table says. Pure; the JSON it is kept as is described in docs/guidance.md."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.guidance import cells
from tongban.kit.errors import FieldProblem, Invalid

KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")
VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
MOST_QUESTIONS = 7
MOST_OPTIONS = 12
MOST_RULES = 60
KINDS = ("choice", "boolean", "number", "date")


@dataclass(frozen=True, slots=True)
class Question:
    """One input. ``field`` names the form's field that the answer is carried into, if any."""

    key: str
    text: str
    help: str
    kind: str
    options: tuple[cells.Option, ...]
    unit: str
    low: int | None
    high: int | None
    field: str

    @property
    def domain(self) -> cells.Domain:
        kind = "choice" if self.kind in ("choice", "boolean") else self.kind
        return cells.Domain(kind, self.options, self.low, self.high)

    def read(self, raw: str) -> cells.Value:
        """The answer that was typed. Raises Invalid naming the question and the rule it breaks."""
        text = raw.replace("\x00", "").strip()
        if not text:
            raise Invalid(FieldProblem(self.key, "required", _("请回答这个问题")))
        if self.domain.kind == "choice":
            if text not in {o.value for o in self.options}:
                raise Invalid(FieldProblem(self.key, "unknown", _("请从列出的回答中选一个")))
            return text
        value = self._number(text) if self.kind == "number" else self._day(text)
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            ends = {"low": self.shown(self.low), "high": self.shown(self.high)}
            words = _("应当在 %(low)s 到 %(high)s 之间") % ends
            raise Invalid(FieldProblem(self.key, "range", words))
        return value

    def _number(self, text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise Invalid(FieldProblem(self.key, "number", _("请填写整数，例如 50")))
        return int(text)

    def _day(self, text: str) -> int:
        try:
            return date.fromisoformat(text).toordinal()
        except ValueError:
            raise Invalid(FieldProblem(self.key, "date", _("请填写正确的日期，例如 2026-03-01"))) from None

    def kept(self, value: object) -> cells.Value | None:
        """An answer that was kept earlier, or None when this question does not take it any more."""
        try:
            return self.read(self.raw(value))
        except Invalid:
            return None

    def raw(self, value: object) -> str:
        """A kept answer as it would be typed."""
        if self.kind == "date" and isinstance(value, int) and 0 < value <= date.max.toordinal():
            return date.fromordinal(value).isoformat()
        return str(value)

    def shown(self, value: object) -> str:
        """An answer as people read it."""
        if value is None:
            return "…"
        if self.domain.kind == "choice":
            return next((o.label for o in self.options if o.value == value), str(value))
        return f"{self.raw(value)} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: its conditions by question, and what follows. ``days`` are working days, ``fee_fen`` fen."""

    when: Mapping[str, cells.Cell]
    materials: tuple[str, ...]
    fee_fen: int | None
    days: int | None
    place: str
    answers: Mapping[str, Any]
    note: str
    stop: bool  # whoever this applies to cannot file yet; the note says why

    def cell(self, key: str) -> cells.Cell:
        return self.when.get(key, cells.ANY)


@dataclass(frozen=True, slots=True)
class Shared:
    """A material that a data element replaces; with ``values`` only when the element has one of them."""

    material: str
    element: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole table. ``hit`` is DMN's policy: UNIQUE (one rule fits) or FIRST (the upper one wins)."""

    hit: str
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    shared: tuple[Shared, ...]

    def question(self, key: str) -> Question | None:
        return next((q for q in self.questions if q.key == key), None)


def yes_no() -> tuple[cells.Option, ...]:
    """The answers of a yes-or-no question."""
    return (cells.Option("yes", _("是")), cells.Option("no", _("否")))


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(FieldProblem(field, "shape", message))


def _text(value: object, most: int, field: str) -> str:
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise _wrong(field, _("应当是不超过 %(n)d 个字的文字") % {"n": most})
    return value.strip()


def _whole(value: object, field: str, most: int = cells.MOST) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > most:
        raise _wrong(field, _("应当是整数"))
    return value


def read(data: Any) -> Definition:
    """The table that a JSON value means.

    Raises:
        Invalid: the value has not the shape of a table; every problem names its place.
    """
    if not isinstance(data, Mapping):
        raise _wrong("", _("决策表应当是一个对象"))
    hit = data.get("hit", "FIRST")
    if hit not in ("FIRST", "UNIQUE"):
        raise _wrong("hit", _("命中规则只能是 FIRST 或者 UNIQUE"))
    listed, rows = data.get("questions", []), data.get("rules", [])
    if not isinstance(listed, list) or len(listed) > MOST_QUESTIONS:
        raise _wrong("questions", _("最多 %(n)d 个问题，多了没有人愿意答") % {"n": MOST_QUESTIONS})
    if not isinstance(rows, list) or len(rows) > MOST_RULES:
        raise _wrong("rules", _("最多 %(n)d 条规则") % {"n": MOST_RULES})
    questions = tuple(_question(one, n) for n, one in enumerate(listed))
    keys = [q.key for q in questions]
    if len(set(keys)) != len(keys):
        raise _wrong("questions", _("两个问题用了同一个代码"))
    known = {q.key: q for q in questions}
    rules = tuple(_rule(one, n, known) for n, one in enumerate(rows))
    shared = data.get("shared", {})
    if not isinstance(shared, Mapping):
        raise _wrong("shared", _("免交规则应当是一个对象"))
    return Definition(hit, questions, rules, tuple(_shared(k, v) for k, v in shared.items()))


def _question(data: Any, number: int) -> Question:
    where = f"questions.{number}"
    if not isinstance(data, Mapping) or not KEY.fullmatch(str(data.get("key", ""))):
        raise _wrong(where, _("问题的代码用小写字母、数字和下划线，以字母开头"))
    kind = data.get("kind", "choice")
    if kind not in KINDS:
        raise _wrong(where, _("问题的种类只能是选择、是否、整数或者日期"))
    options = yes_no() if kind == "boolean" else _options(data.get("options", []), kind, where)
    return Question(
        key=str(data["key"]),
        text=_text(data.get("text", ""), 200, f"{where}.text"),
        help=_text(data.get("help", ""), 500, f"{where}.help"),
        kind=kind,
        options=options,
        unit=_text(data.get("unit", ""), 20, f"{where}.unit"),
        low=_end(data.get("low"), kind, f"{where}.low", 0),
        high=_end(data.get("high"), kind, f"{where}.high", 1),
        field=_text(data.get("field", ""), 60, f"{where}.field"),
    )


# What may be answered where the table names no ends.
ENDS = {
    "number": (0, cells.MOST),
    "date": (date(1900, 1, 1).toordinal(), date(2199, 12, 31).toordinal()),
}


def _end(data: object, kind: str, where: str, side: int) -> int | None:
    given = _whole(data, where)
    return given if given is not None or kind not in ENDS else ENDS[kind][side]


def _options(data: Any, kind: str, where: str) -> tuple[cells.Option, ...]:
    if kind != "choice":
        return ()
    if not isinstance(data, list) or not 2 <= len(data) <= MOST_OPTIONS:
        raise _wrong(where, _("选择题要有 2 到 %(n)d 个可选的回答") % {"n": MOST_OPTIONS})
    made = []
    for one in data:
        if not isinstance(one, Mapping) or not VALUE.fullmatch(str(one.get("value", ""))):
            raise _wrong(where, _("回答的代码用字母、数字、横线和下划线"))
        made.append(cells.Option(str(one["value"]), _text(one.get("label", ""), 100, where)))
    if len({o.value for o in made}) != len(made) or not all(o.label for o in made):
        raise _wrong(where, _("每个回答要有自己的代码和文字"))
    return tuple(made)


def _cell(data: Any, question: Question, where: str) -> cells.Cell:
    if not isinstance(data, Mapping) or not set(data) <= {"in", "low", "high"}:
        raise _wrong(where, _("条件只能是可选的回答或者范围"))
    if question.domain.kind == "choice":
        known = [o.value for o in question.options]
        named = data.get("in", [])
        if set(data) - {"in"} or not isinstance(named, list) or any(v not in known for v in named):
            raise _wrong(where, _("条件里有不能选的回答"))
        return {"in": [v for v in known if v in named]} if named else cells.ANY
    if "in" in data:
        raise _wrong(where, _("条件只能是范围"))
    ends = {k: _whole(data[k], where) for k in ("low", "high") if data.get(k) is not None}
    if question.kind == "date" and any(not 0 < (v or 0) <= date.max.toordinal() for v in ends.values()):
        raise _wrong(where, _("条件里的日期不对"))
    return ends


def _flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(field, _("只能是“是”或者“否”"))
    return value


def _rule(data: Any, number: int, known: Mapping[str, Question]) -> Rule:
    where = f"rules.{number}"
    if not isinstance(data, Mapping):
        raise _wrong(where, _("规则应当是一个对象"))
    when, materials, answers = data.get("when", {}), data.get("materials", []), data.get("answers", {})
    if not isinstance(when, Mapping) or any(key not in known for key in when):
        raise _wrong(where, _("规则用到了没有的问题"))
    if not isinstance(materials, list) or not all(isinstance(k, str) for k in materials):
        raise _wrong(where, _("材料应当是一列代码"))
    if not isinstance(answers, Mapping) or not all(isinstance(k, str) for k in answers):
        raise _wrong(where, _("表单答案应当按填写项给出"))
    return Rule(
        when={k: cell for k, v in when.items() if (cell := _cell(v, known[k], f"{where}.when.{k}"))},
        materials=tuple(dict.fromkeys(materials)),
        fee_fen=_whole(data.get("fee_fen"), f"{where}.fee_fen"),
        days=_whole(data.get("days"), f"{where}.days", 1000),
        place=_text(data.get("place", ""), 300, f"{where}.place"),
        answers=dict(answers),
        note=_text(data.get("note", ""), 500, f"{where}.note"),
        stop=_flag(data.get("stop", False), f"{where}.stop"),
    )


def _shared(material: str, data: Any) -> Shared:
    where = f"shared.{material}"
    if not isinstance(data, Mapping) or not isinstance(data.get("element"), str):
        raise _wrong(where, _("请写明用哪个数据项代替这份材料"))
    values = data.get("values", [])
    if not isinstance(values, list):
        raise _wrong(where, _("可以代替的值应当是一列文字"))
    return Shared(str(material), data["element"], tuple(str(v) for v in values))
