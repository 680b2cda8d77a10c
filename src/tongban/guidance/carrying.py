"""Answers of a walk as answers of the item's form. Pure."""

from collections.abc import Mapping
from typing import Any

from tongban.guidance import cells
from tongban.guidance.definition import Definition, Question

Json = Mapping[str, Any]


def form_value(question: Question, value: cells.Value, prop: Json) -> Any:
    """One answer in the type of the form's field."""
    if prop.get("type") == "boolean" and question.domain.kind == "choice":
        return value == "yes"
    plain = question.raw(value) if question.kind == "date" else value
    return [plain] if prop.get("type") == "array" else plain


def form_answers(
    table: Definition, rule: int, answers: Mapping[str, cells.Value], properties: Json
) -> dict[str, Any]:
    """What a walk fills in: the answers of questions with a field, then what the rule itself says."""
    made = {}
    for question in table.questions:
        if question.field in properties and question.key in answers:
            made[question.field] = form_value(question, answers[question.key], properties[question.field])
    return {**made, **{k: v for k, v in table.rules[rule].answers.items() if k in properties}}
