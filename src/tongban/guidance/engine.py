"""Decision tables through SpiffWorkflow's DMN engine: XML is made from the table, then parsed and asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.BpmnDmnParser import BpmnDmnParser

from tongban.guidance import cells, definition
from tongban.guidance.definition import Definition

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
OUTPUTS = ("rule", "materials", "fee_fen", "days", "place", "answers", "note", "stop")
TYPES = {"choice": "string", "boolean": "string", "number": "number", "date": "date"}


@dataclass(frozen=True, slots=True)
class _Workflow:
    script_engine: Any


@dataclass(frozen=True, slots=True)
class _Task:
    """What the engine needs of a task: its data, and who evaluates."""

    data: dict[str, Any]
    workflow: _Workflow


def xml(table: Definition, *, name: str, feel: bool) -> bytes:
    """The table as DMN 1.3. With ``feel`` for exchange; without, cells are Python for the engine."""
    spaces: dict[Any, str] = {None: DMN}
    root = etree.Element(f"{{{DMN}}}definitions", nsmap=spaces)
    root.set("id", "definitions")
    root.set("name", name)
    root.set("namespace", "urn:tongban:guidance")
    decision = _child(root, "decision", id="guidance", name=name)
    body = _child(decision, "decisionTable", id="table", hitPolicy=table.hit)
    for question in table.questions:
        column = _child(body, "input", id=f"in_{question.key}", label=question.text)
        asked = _child(column, "inputExpression", id=f"ask_{question.key}", typeRef=TYPES[question.kind])
        _child(asked, "text").text = question.key
        if feel and question.options:
            allowed = _child(column, "inputValues", id=f"values_{question.key}")
            _child(allowed, "text").text = ",".join(f'"{o.value}"' for o in question.options)
    for output in OUTPUTS:
        _child(body, "output", id=f"out_{output}", name=output, label=output)
    for number in range(len(table.rules)):
        _rule(body, table, number, feel=feel)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{DMN}}}{tag}", attributes)


def _rule(body: Any, table: Definition, number: int, *, feel: bool) -> None:
    rule = table.rules[number]
    row = _child(body, "rule", id=f"rule_{number}")
    for question in table.questions:
        cell = rule.cell(question.key)
        entry = _child(row, "inputEntry", id=f"rule_{number}_{question.key}")
        _child(entry, "text").text = (
            cells.write(cell, question.domain, feel=True) if feel else cells.expression(cell)
        )
    values: list[Any] = [
        number, list(rule.materials), rule.fee_fen, rule.days, rule.place, dict(rule.answers), rule.note,
        rule.stop,
    ]  # fmt: skip
    for output, value in zip(OUTPUTS, values, strict=True):
        entry = _child(row, "outputEntry", id=f"rule_{number}_{output}")
        # The engine only learns which rule fits; everything else is read from the table itself.
        _child(entry, "text").text = (
            msgspec.json.encode(value).decode() if feel else repr(value if output == "rule" else None)
        )


@lru_cache(maxsize=256)
def _engine(source: bytes) -> DMNEngine:
    table = definition.read(msgspec.json.decode(source))
    parser = BpmnDmnParser()
    parser.add_dmn_xml(etree.fromstring(xml(table, name="guidance", feel=False)))
    return parser.get_engine("guidance", None)


def decide(data: Mapping[str, Any], answers: Mapping[str, cells.Value]) -> int | None:
    """The number of the rule that applies, or None in a gap.

    Args:
        data: the table's definition as it is kept.
        answers: by question; those that are missing meet only cells that take any answer.
    """
    table = definition.read(data)
    known = {q.key: answers.get(q.key) for q in table.questions}
    task = _Task(known, _Workflow(PythonScriptEngine()))
    rows = _engine(msgspec.json.encode(data, order="deterministic")).decide(task)
    if not rows:
        return None
    outputs = rows[0].output_as_dict(task)
    return int(outputs["rule"])
