"""An item version before it is stored: plain values, checked against the columns, with its hash."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from tongban.items.models import Faq, Fee, Item, ItemVersion, Material, Outcome, Step
from tongban.kit.errors import FieldProblem

PARTS: Mapping[str, type[models.Model]] = {
    "materials": Material,
    "fees": Fee,
    "steps": Step,
    "faqs": Faq,
    "outcomes": Outcome,
}
MAX_DAYS = 10_000  # a limit beyond this is a typing error, not a limit


@dataclass(slots=True)
class Prepared:
    """An item ready to be stored.

    ``head`` holds columns of the item, ``basic`` those of the basic item (or nothing), ``columns``
    those of the version, ``parts`` rows by name in their order.
    """

    head: dict[str, Any]
    basic: dict[str, Any]
    columns: dict[str, Any]
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    findings: list[dict[str, str]] = field(default_factory=list)
    line: int = 0
    lacks: frozenset[str] = frozenset()  # what the source has no place for: no row can be blamed for it
    none: frozenset[str] = frozenset()  # what the source answers with "none"
    _hash: str = field(default="", init=False, repr=False, compare=False)

    @property
    def code(self) -> str:
        return str(self.head["code"])

    def content_hash(self) -> str:
        """SHA-256 over the canonical JSON of everything a reader sees; made once, when all is in place."""
        if not self._hash:
            self._hash = content_hash(
                self.head,
                _said(ItemVersion, self.columns),
                {name: [_said(PARTS[name], row) for row in rows] for name, rows in self.parts.items()},
            )
        return self._hash

    def older_hash(self) -> str:
        """The hash of an older edition, which told a default that was written down from one that was not."""
        return content_hash(self.head, self.columns, self.parts)


def content_hash(
    head: Mapping[str, Any], columns: Mapping[str, Any], parts: Mapping[str, list[dict[str, Any]]]
) -> str:
    """SHA-256 (hex) over canonical JSON: keys sorted, no spaces, UTF-8. Empty values do not count, so a
    column added later does not change the hash of what was stored before it."""
    body = {
        "head": _bare({key: str(value) if value is not None else "" for key, value in head.items()}),
        "columns": _bare(columns),
        "parts": {name: [_bare(row) for row in rows] for name, rows in parts.items() if rows},
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _said(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say more than the column's default does."""
    defaults = _defaults(model)
    return {name: value for name, value in values.items() if name not in defaults or defaults[name] != value}


@cache
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    return {name: column.get_default() for name, column in _limits(model).items() if column.has_default()}


def _bare(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


@cache
def _limits(model: type[models.Model]) -> "dict[str, models.Field[Any, Any]]":
    return {f.name: f for f in model._meta.concrete_fields}


def problems(prepared: Prepared) -> list[FieldProblem]:
    """What the columns cannot hold: too long, not a number, characters the database refuses."""
    found = [*_of(Item, prepared.head, ""), *_of(ItemVersion, prepared.columns, "")]
    for name, rows in prepared.parts.items():
        for index, row in enumerate(rows):
            found += _of(PARTS[name], row, f"{name}.{index}.")
    return found


def _of(model: type[models.Model], values: Mapping[str, Any], prefix: str) -> Iterator[FieldProblem]:
    columns = _limits(model)
    for name, value in values.items():
        column = columns.get(name) or columns.get(name.removesuffix("_id"))
        where = prefix + name
        if column is None:
            yield FieldProblem(where, "unknown", _("没有名为“%(field)s”的字段") % {"field": where})
        elif isinstance(value, str):
            yield from _text(where, value, column.max_length)
        elif isinstance(value, list) and (base := getattr(column, "base_field", None)) is not None:
            for entry in value:
                yield from _text(where, str(entry), base.max_length)
        elif isinstance(value, int) and _counts(column) and not 0 <= value <= MAX_DAYS:
            message = _("“%(field)s”应在 0 到 %(most)s 之间") % {"field": where, "most": MAX_DAYS}
            yield FieldProblem(where, "range", message)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and halves of characters


def _counts(column: object) -> bool:
    return isinstance(column, (models.PositiveIntegerField, models.PositiveSmallIntegerField))


def _text(where: str, value: str, most: int | None) -> Iterator[FieldProblem]:
    if most is not None and len(value) > most:
        message = _("“%(field)s”有 %(length)s 个字，最多 %(most)s 个字")
        numbers = {"field": where, "length": len(value), "most": most}
        yield FieldProblem(where, "too_long", message % numbers)
    if _UNSTORABLE.search(value):
        yield FieldProblem(where, "character", _("“%(field)s”含有无法保存的字符") % {"field": where})


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all control characters but tab and line feed


def plain(text: str) -> str:
    """Text as people meant it: canonical composition, control characters out, edges trimmed."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()
