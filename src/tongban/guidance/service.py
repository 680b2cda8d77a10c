"""The guidance room's door: a few questions, then exactly what applies to this person."""

from tongban.guidance import cells
from tongban.guidance.cells import Unreadable
from tongban.guidance.checking import Finding, blocking
from tongban.guidance.definition import (
    KINDS,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    MOST_RULES,
    Definition,
    Question,
    Rule,
    read,
)
from tongban.guidance.editing import (
    Listed,
    detail_of,
    discard,
    draft,
    ensure_table,
    export_dmn,
    findings,
    import_dmn,
    listed,
    may_edit,
    may_publish,
    publish,
    retire,
    save,
    table,
    tried,
    versions,
)
from tongban.guidance.engine import decide
from tongban.guidance.models import Outcome, Table, TableState
from tongban.guidance.outcomes import Carried, NeededMaterial, OutcomeView, carried, finish, outcome, paper
from tongban.guidance.tables import offered
from tongban.guidance.walks import Given, Walk, answer, walk

__all__ = [
    "KINDS",
    "MOST_OPTIONS",
    "MOST_QUESTIONS",
    "MOST_RULES",
    "Carried",
    "Definition",
    "Finding",
    "Given",
    "Listed",
    "NeededMaterial",
    "Outcome",
    "OutcomeView",
    "Question",
    "Rule",
    "Table",
    "TableState",
    "Unreadable",
    "Walk",
    "answer",
    "blocking",
    "carried",
    "cells",
    "decide",
    "detail_of",
    "discard",
    "draft",
    "ensure_table",
    "export_dmn",
    "findings",
    "finish",
    "import_dmn",
    "listed",
    "may_edit",
    "may_publish",
    "offered",
    "outcome",
    "paper",
    "publish",
    "read",
    "retire",
    "save",
    "table",
    "tried",
    "versions",
    "walk",
]
