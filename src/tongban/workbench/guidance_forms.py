"""A decision table as its editors type it: posted cells are read one by one and shown again as typed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongban.guidance import service as guidance
from tongban.items import service as items

YUAN = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?")
MOST_ROWS = guidance.MOST_RULES
Json = dict[str, Any]


@dataclass(slots=True)
class Cell:
    """One condition: what was typed and what is wrong with it."""

    key: str
    name: str
    label: str
    text: str
    hint: str
    problem: str = ""


@dataclass(slots=True)
class Row:
    """One rule as it is typed."""

    number: int
    cells: list[Cell]
    materials: set[str]
    fee: str
    days: str
    place: str
    note: str
    answers: str
    stop: bool
    problems: list[str] = field(default_factory=list)
    found: list[guidance.Finding] = field(default_factory=list)  # what checking says of the kept rule

    @property
    def name(self) -> str:
        return f"r{self.number - 1}"


@dataclass(slots=True)
class Sheet:
    """The whole table as it is typed; ``wrong`` when something could not be read."""

    hit: str
    rows: list[Row]
    shared: str
    shared_problem: str = ""
    wrong: bool = False


def hint_of(question: guidance.Question) -> str:
    """What may be written under a question."""
    if question.options:
        return "、".join(o.label for o in question.options)
    return gettext("< 50、>= 50、[10..20]") if question.kind == "number" else gettext(">= 2026-01-01")


def shown(table: guidance.Definition, detail: items.VersionDetail) -> Sheet:
    """A kept table for its editor."""
    rows = [_shown_row(table, rule, n, detail) for n, rule in enumerate(table.rules)]
    shared = "\n".join(
        f"{s.material} {s.element}" + (f" {'、'.join(s.values)}" if s.values else "") for s in table.shared
    )
    return Sheet(table.hit, rows, shared)


def _cell(question: guidance.Question, number: int, text: str) -> Cell:
    return Cell(question.key, f"r{number}-c-{question.key}", question.text, text, hint_of(question))


def _shown_row(
    table: guidance.Definition, rule: guidance.Rule, number: int, detail: items.VersionDetail
) -> Row:
    props = detail.schema.get("properties") or {}
    return Row(
        number=number + 1,
        cells=[_cell(q, number, guidance.cells.write(rule.cell(q.key), q.domain)) for q in table.questions],
        materials=set(rule.materials),
        fee="" if rule.fee_fen is None else f"{Decimal(rule.fee_fen) / 100:f}",
        days="" if rule.days is None else str(rule.days),
        place=rule.place,
        note=rule.note,
        answers="\n".join(f"{k}={_said(v, props.get(k, {}))}" for k, v in rule.answers.items()),
        stop=rule.stop,
    )


def _said(value: object, prop: Mapping[str, Any]) -> str:
    """An answer as it is typed: money in yuan."""
    if prop.get("x-widget") == "money" and isinstance(value, int):
        return f"{Decimal(value) / 100:f}"
    if isinstance(value, list):
        return "、".join(str(v) for v in value)
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def typed(post: QueryDict, kept: Json, detail: items.VersionDetail) -> tuple[Sheet, Json]:
    """What was posted: the sheet with problems beside its cells, and what could be read of it."""
    table = guidance.read(kept)
    count = post.get("rows", "0")
    rows = (
        range(min(int(count), MOST_ROWS))
        if count.isascii() and count.isdigit() and len(count) < 4
        else range(0)
    )
    hit = "UNIQUE" if post.get("hit") == "UNIQUE" else "FIRST"
    sheet = Sheet(hit, [], _plain(post, "shared", 2000))
    rules = []
    for number in rows:
        row, rule = _typed_row(post, table, detail, number)
        sheet.rows.append(row)
        rules.append(rule)
    data = {**kept, "hit": hit, "rules": rules, "shared": _shared(sheet)}
    sheet.wrong = bool(sheet.shared_problem) or any(
        row.problems or any(cell.problem for cell in row.cells) for row in sheet.rows
    )
    return sheet, data


def _plain(post: QueryDict, name: str, most: int) -> str:
    return post.get(name, "").replace("\x00", "").strip()[:most]


def _typed_row(
    post: QueryDict, table: guidance.Definition, detail: items.VersionDetail, number: int
) -> tuple[Row, Json]:
    name = f"r{number}"
    row = Row(
        number=number + 1,
        cells=[_cell(q, number, _plain(post, f"{name}-c-{q.key}", 300)) for q in table.questions],
        materials={m for m in post.getlist(f"{name}-m") if "\x00" not in m},
        fee=_plain(post, f"{name}-fee", 20),
        days=_plain(post, f"{name}-days", 10),
        place=_plain(post, f"{name}-place", 300),
        note=_plain(post, f"{name}-note", 500),
        answers=_plain(post, f"{name}-answers", 2000),
        stop=f"{name}-stop" in post,
    )
    when: Json = {}
    for cell, question in zip(row.cells, table.questions, strict=True):
        try:
            meant = guidance.cells.read(cell.text, question.domain)
        except guidance.Unreadable as error:
            cell.problem = str(error)
            continue
        if meant:
            when[question.key] = dict(meant)
    order = [m.key for m in detail.materials]
    gone = sorted(row.materials - set(order))
    rule: Json = {"when": when, "materials": [*(k for k in order if k in row.materials), *gone]}
    rule |= _ends(row) | {"place": row.place, "note": row.note, "answers": _answers(row, detail)}
    rule["stop"] = row.stop
    return row, rule


def _ends(row: Row) -> Json:
    """Fee and days, where they are typed."""
    made: Json = {}
    if row.fee:
        if YUAN.fullmatch(row.fee):
            made["fee_fen"] = int(Decimal(row.fee) * 100)
        else:
            row.problems.append(gettext("费用填写元，例如 20 或者 20.50"))
    if row.days:
        if row.days.isascii() and row.days.isdigit() and len(row.days) < 4:
            made["days"] = int(row.days)
        else:
            row.problems.append(gettext("时限填写工作日的天数，例如 3"))
    return made


def _answers(row: Row, detail: items.VersionDetail) -> Json:
    """``field=value`` lines in the types of the form's fields."""
    given: dict[str, list[str]] = {}
    for line in row.answers.splitlines():
        name, sign, value = line.partition("=")
        if line.strip() and (not sign or not name.strip() or not value.strip()):
            row.problems.append(gettext("表单答案每行写一个：填写项=答案"))
        elif line.strip():
            given[name.strip()] = [part.strip() for part in value.split("、") if part.strip()]
    known = set(detail.schema.get("properties") or {})
    row.problems += [gettext("表单里没有“%(name)s”这一项") % {"name": n} for n in given if n not in known]
    read: Callable[[str], list[str]] = lambda name: given.get(name, [])  # noqa: E731
    made = items.read_answers(detail, read, [n for n in given if n in known])
    return {k: v for k, v in made.items() if v not in (None, "", [])}


def _shared(sheet: Sheet) -> Json:
    """``material element values`` lines: what a department's data replaces."""
    made: Json = {}
    for line in sheet.shared.splitlines():
        parts = line.split(None, 2)
        if not parts:
            continue
        if len(parts) < 2:
            sheet.shared_problem = gettext("每行写：材料代码 数据项代码 可以代替的值（可不写）")
            continue
        made[parts[0]] = {"element": parts[1], "values": parts[2].split("、") if len(parts) > 2 else []}
    return made


class QuestionForm(forms.Form):
    """One question of a table."""

    text = forms.CharField(label=_("问题"), max_length=200, help_text=_("用老百姓的话问，例如：店面是谁的？"))
    help = forms.CharField(
        label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(
        label=_("回答的种类"),
        choices=[
            ("choice", _("选择")),
            ("boolean", _("是或者否")),
            ("number", _("整数")),
            ("date", _("日期")),
        ],
    )
    options = forms.CharField(
        label=_("可选的回答"),
        help_text=_("只有选择题要填，每行一个；可以写“代码=文字”，代码用字母和数字"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    unit = forms.CharField(
        label=_("单位"), max_length=20, required=False, help_text=_("整数的单位，例如：平方米")
    )
    low = forms.IntegerField(label=_("最小"), required=False)
    high = forms.IntegerField(label=_("最大"), required=False)
    field = forms.ChoiceField(label=_("带入表单的哪一项"), required=False)

    def __init__(self, data: Any, *, detail: items.VersionDetail, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        props = detail.schema.get("properties") or {}
        listed = [(name, f"{prop.get('title', name)}（{name}）") for name, prop in props.items()]
        self.fields["field"].choices = [("", gettext("不带入")), *listed]  # type: ignore[attr-defined]

    def clean_options(self) -> list[Json]:
        """The answers with their codes; those without one get their number."""
        made = []
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        for n, line in enumerate(lines, start=1):
            value, sign, label = line.partition("=")
            code, words = (value.strip(), label.strip()) if sign else (f"o{n}", line)
            made.append({"value": code, "label": words[:100]})
        return made

    def definition(self, key: str) -> Json:
        """The question as the table keeps it."""
        said = self.cleaned_data
        made: Json = {"key": key, "text": said["text"], "help": said["help"], "kind": said["kind"]}
        if said["kind"] == "choice":
            made["options"] = said["options"]
        if said["kind"] == "number":
            made |= {"unit": said["unit"], **{k: said[k] for k in ("low", "high") if said[k] is not None}}
        return {**made, "field": said["field"]}


def initial_of(question: Json) -> Json:
    """A kept question for its form."""
    options = "\n".join(f"{o['value']}={o['label']}" for o in question.get("options", []))
    return {**question, "options": options}


class FileForm(forms.Form):
    """A DMN file to take over."""

    file = forms.FileField(label=_("DMN 1.3 文件"))
