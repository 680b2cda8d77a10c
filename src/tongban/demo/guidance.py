"""Decision tables of the demo's items, written in the content file as their editors write them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import yaml

from tongban.demo import content
from tongban.demo.loading import Piece
from tongban.guidance import service as guidance
from tongban.kit.actors import SYSTEM


def entries() -> list[content.Entry]:
    """The tables of the content file."""
    return list(yaml.safe_load((content.CONTENT / "guidance.yaml").read_text(encoding="utf-8")))


def _question(entry: dict[str, Any]) -> dict[str, Any]:
    options = [{"value": value, "label": label} for value, label in entry.get("options", ())]
    return {**entry, "options": options} if options else entry


def definition_of(entry: content.Entry) -> dict[str, Any]:
    """The table as the guidance room keeps it."""
    made: dict[str, Any] = {
        "hit": entry["hit"],
        "questions": [_question(q) for q in entry["questions"]],
        "shared": entry.get("shared", {}),
    }
    questions = guidance.read(made).questions
    made["rules"] = [
        {
            **rule,
            "when": {
                q.key: dict(guidance.cells.read(str(rule["when"][q.key]), q.domain))
                for q in questions
                if q.key in rule["when"]
            },
        }
        for rule in entry["rules"]
    ]
    return made


def load(entry: content.Entry) -> None:
    """Publish one table; the same content again changes nothing."""
    guidance.ensure_table(SYSTEM, entry["item"], definition_of(entry))


def pieces() -> Iterator[Piece]:
    """One piece for each table."""
    for entry in entries():
        yield Piece(f"guidance:{entry['item']}", f"办事引导：{entry['item']}", partial(load, entry))
