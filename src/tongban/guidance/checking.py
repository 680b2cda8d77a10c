"""What is wrong with a table: beside an item's version, and in itself; where, and by which example."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.guidance import walking
from tongban.guidance.carrying import form_value
from tongban.guidance.definition import Definition
from tongban.items import service as items
from tongban.kit.errors import DomainError
from tongban.resources import service as resources


@dataclass(frozen=True, slots=True)
class Finding:
    """``where`` is a place in the definition (``rules.2.materials``); errors forbid publication."""

    code: str
    where: str
    message: str
    severity: str = "error"  # "error" | "warning"


def example(table: Definition, answers: walking.Answers) -> str:
    """Answers in words: “经营方式：餐饮；面积：50 平方米”."""
    parts = [f"{q.text} {q.shown(answers[q.key])}" for q in table.questions if q.key in answers]
    return "；".join(parts)


def check(table: Definition, detail: items.VersionDetail) -> list[Finding]:
    """Every finding, errors first."""
    found = [*_shape(table), *_item(table, detail), *_values(table, detail)]
    if table.questions and table.rules:
        found += _coverage(table)
    return sorted(found, key=lambda f: f.severity != "error")


def _shape(table: Definition) -> Iterator[Finding]:
    if not table.questions:
        yield Finding("T01", "questions", _("还没有问题"))
    if not table.rules:
        yield Finding("T02", "rules", _("还没有规则"))
    for number, question in enumerate(table.questions):
        if not question.text:
            yield Finding("T03", f"questions.{number}", _("这个问题还没有写文字"))
        if not any(rule.cell(question.key) for rule in table.rules) and table.rules:
            words = _("没有规则用到“%(text)s”，它不会被问到") % {"text": question.text}
            yield Finding("T04", f"questions.{number}", words, "warning")


def _item(table: Definition, detail: items.VersionDetail) -> Iterator[Finding]:
    """Materials and fields must be the item's own."""
    names = {m.key for m in detail.materials}
    fields = detail.schema.get("properties") or {}
    kept = {key for rule in table.rules for key in rule.materials}
    for number, rule in enumerate(table.rules):
        for key in rule.materials:
            if key not in names:
                words = _("第 %(n)d 条规则的材料“%(key)s”在现行指南里已经没有了") % {
                    "n": number + 1,
                    "key": key,
                }
                yield Finding("T10", f"rules.{number}.materials", words)
        for name in rule.answers:
            if name not in fields:
                words = _("第 %(n)d 条规则的填写项“%(key)s”在表单里没有") % {"n": number + 1, "key": name}
                yield Finding("T11", f"rules.{number}.answers", words)
    for number, question in enumerate(table.questions):
        if question.field and question.field not in fields:
            words = _("“%(text)s”要带入的填写项“%(key)s”在表单里没有")
            values = {"text": question.text, "key": question.field}
            yield Finding("T11", f"questions.{number}", words % values)
    for material in detail.materials:
        if material.necessity == "1" and material.key not in kept and table.rules:
            words = _("必要材料“%(name)s”在每条规则里都不要，请确认") % {"name": material.name}
            yield Finding("T12", "rules", words, "warning")
    yield from _replaced(table, names)


def _replaced(table: Definition, names: set[str]) -> Iterator[Finding]:
    for one in table.shared:
        if one.material not in names:
            yield Finding("T13", "shared", _("免交规则里的材料“%(key)s”没有") % {"key": one.material})
        try:
            resources.element(one.element)
        except DomainError:
            yield Finding("T13", "shared", _("没有名为“%(key)s”的数据项") % {"key": one.element})


def _values(table: Definition, detail: items.VersionDetail) -> Iterator[Finding]:
    known = detail.schema.get("properties") or {}
    yield from _carried(table, detail, known)
    for number, rule in enumerate(table.rules):
        if rule.fee_fen is not None and rule.fee_fen < 0:
            yield Finding("T20", f"rules.{number}.fee_fen", _("费用不能是负数"))
        if rule.stop and not rule.note:
            words = _("第 %(n)d 条规则说暂时不能办，请在提醒里写明为什么、怎么办")
            yield Finding("T24", f"rules.{number}.note", words % {"n": number + 1})
        if rule.days is not None and rule.days < 0:
            yield Finding("T21", f"rules.{number}.days", _("时限不能是负数"))
        legal = detail.statutory_days
        if rule.days is not None and legal is not None and rule.days > legal:
            words = _("第 %(n)d 条规则的时限比法定的 %(legal)d 个工作日长") % {
                "n": number + 1,
                "legal": legal,
            }
            yield Finding("T21", f"rules.{number}.days", words)
        carried = {k: v for k, v in rule.answers.items() if k in known}
        for problem in items.validate_answers(detail, carried, partial=True):
            if problem.field in carried:
                words = _("第 %(n)d 条规则带入的答案：%(why)s") % {"n": number + 1, "why": problem.message}
                yield Finding("T22", f"rules.{number}.answers", words)


def _carried(table: Definition, detail: items.VersionDetail, known: Any) -> Iterator[Finding]:
    """Every answer of a question must be one that the field takes."""
    for number, question in enumerate(table.questions):
        if question.field not in known:
            continue
        for option in question.options:
            value = form_value(question, option.value, known[question.field])
            given = {question.field: value}
            wrong = [
                p for p in items.validate_answers(detail, given, partial=True) if p.field == question.field
            ]
            if wrong:
                values = {"label": option.label, "why": wrong[0].message}
                words = _("回答“%(label)s”不能带入表单：%(why)s") % values
                yield Finding("T23", f"questions.{number}", words)


def _coverage(table: Definition) -> Iterator[Finding]:
    found = walking.survey(table)
    if found.too_large:
        yield Finding("T33", "rules", _("问题和条件的组合太多，查不完有没有遗漏，请简化"))
    for gap in found.gaps:
        words = _("没有规则适用的情形，例如：%(example)s") % {"example": example(table, gap)}
        yield Finding("T30", "rules", words)
    if table.hit == "UNIQUE":
        for (one, two), answers in sorted(found.overlaps.items()):
            values = {"one": one + 1, "two": two + 1, "example": example(table, answers)}
            words = _("第 %(one)d 条和第 %(two)d 条规则同时适用，例如：%(example)s") % values
            yield Finding("T31", f"rules.{two}", words)
    elif not found.too_large:
        for number in range(len(table.rules)):
            if number not in found.reached:
                words = _("第 %(n)d 条规则被上面的规则挡住，永远用不到") % {"n": number + 1}
                yield Finding("T32", f"rules.{number}", words, "warning")


def blocking(findings: list[Finding]) -> list[Finding]:
    """Those that keep a table from being published or used."""
    return [f for f in findings if f.severity == "error"]
