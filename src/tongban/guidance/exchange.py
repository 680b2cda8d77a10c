"""DMN 1.3 files in: tables drawn elsewhere, taken over cell by cell through the same narrow reader."""

from typing import Any

import msgspec
from django.utils.translation import gettext as _
from lxml import etree

from tongban.guidance import cells, definition
from tongban.guidance.engine import DMN, OUTPUTS
from tongban.kit.errors import FieldProblem, Invalid

MOST_BYTES = 512 * 1024
NS = {"d": DMN}


def _wrong(place: str, message: str) -> Invalid:
    return Invalid(FieldProblem(place, "dmn", message))


def read_dmn(source: bytes, current: dict[str, Any]) -> dict[str, Any]:
    """A definition from a DMN 1.3 file; texts and fields of questions are kept from ``current``.

    Raises:
        Invalid: not such a file, or a cell has none of the allowed forms; nothing in it is evaluated.
    """
    if len(source) > MOST_BYTES:
        raise _wrong("file", _("DMN 文件不能超过 512 KB"))
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _wrong("file", _("这不是 XML 文件")) from None
    found = root.findall(".//d:decisionTable", NS)
    info: Any = root.getroottree().docinfo
    if len(found) != 1 or info.doctype:
        raise _wrong("file", _("需要恰好含有一张决策表的 DMN 1.3 文件"))
    table = found[0]
    known = {q["key"]: q for q in current.get("questions", [])}
    questions = [_question(column, known) for column in table.findall("d:input", NS)]
    outputs = [o.get("name", "") for o in table.findall("d:output", NS)]
    meant = definition.read({"questions": questions})
    rules = [_rule(row, n, meant, outputs) for n, row in enumerate(table.findall("d:rule", NS))]
    hit = table.get("hitPolicy", "UNIQUE")
    made = {"hit": hit, "questions": questions, "rules": rules, "shared": current.get("shared", {})}
    definition.read(made)
    return made


def _question(column: Any, known: dict[str, Any]) -> dict[str, Any]:
    key = (column.findtext("d:inputExpression/d:text", "", NS) or "").strip()
    if key in known:
        return dict(known[key])
    text = column.get("label") or key
    asked = column.find("d:inputExpression", NS)
    kind = {"number": "number", "integer": "number", "date": "date", "boolean": "boolean"}.get(
        asked.get("typeRef", "") if asked is not None else "", "choice"
    )
    made: dict[str, Any] = {"key": key, "text": text[:200], "kind": kind}
    if kind == "choice":
        listed = column.findtext("d:inputValues/d:text", "", NS) or ""
        values = [v.strip().strip('"') for v in listed.split(",") if v.strip()]
        made["options"] = [{"value": v, "label": v} for v in values]
    return made


def _rule(row: Any, number: int, table: definition.Definition, outputs: list[str]) -> dict[str, Any]:
    entries = row.findall("d:inputEntry", NS)
    results = row.findall("d:outputEntry", NS)
    if len(entries) != len(table.questions) or len(results) != len(outputs):
        raise _wrong(f"rules.{number}", _("第 %(n)d 条规则的格数和表头不一样") % {"n": number + 1})
    when = {}
    for question, entry in zip(table.questions, entries, strict=True):
        try:
            cell = cells.read(entry.findtext("d:text", "-", NS) or "-", question.domain)
        except cells.Unreadable as error:
            where = _("第 %(n)d 条规则，“%(question)s”：") % {"n": number + 1, "question": question.text}
            raise _wrong(f"rules.{number}.when.{question.key}", where + str(error)) from None
        if cell:
            when[question.key] = dict(cell)
    made: dict[str, Any] = {"when": when}
    for name, entry in zip(outputs, results, strict=True):
        if name not in OUTPUTS or name == "rule":
            continue
        try:
            made[name] = msgspec.json.decode(entry.findtext("d:text", "null", NS) or "null")
        except msgspec.DecodeError:
            words = _("第 %(n)d 条规则的“%(name)s”读不懂") % {"n": number + 1, "name": name}
            raise _wrong(f"rules.{number}.{name}", words) from None
    return {k: v for k, v in made.items() if v is not None}
