"""Conditions of a decision table: the few forms a cell may have, read from text and written back. Pure.

A cell is data, never an expression. ``{"in": [...]}`` names choices; ``{"low": a, "high": b}`` is a closed
range of whole numbers or days, either end may be missing; an empty cell ``{}`` means any answer.
Written by editors as FEEL unary tests (OMG DMN 1.3, chapter 10): ``-``, ``a, b``, ``not(a)``, ``< 50``,
``[10..20)``; Chinese signs and the words of the choices are read too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

Cell = Mapping[str, Any]
Value = str | int
ANY: Cell = {}
MOST = 10**12  # a number's largest size
_NUMBER = re.compile(r"-?\d{1,12}")
_DAY = re.compile(r'(?:date\(\s*"(\d{4}-\d{2}-\d{2})"\s*\)|(\d{4}-\d{2}-\d{2}))')
_COMPARED = re.compile(r"(<=|>=|<|>|=)\s*(.+)", re.DOTALL)
_RANGE = re.compile(r"([\[(\]]?)\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[]?)", re.DOTALL)
_NOT = re.compile(r"(?:not\s*\((.*)\)|非\s*(.+))", re.DOTALL)
_SIGNS = str.maketrans({
    "，": ",", "、": ",", "；": ",", "≤": "<=", "≥": ">=", "＜": "<", "＞": ">", "（": "(", "）": ")",
    "［": "[", "］": "]", "－": "-", "—": "-", "“": '"', "”": '"',
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice: ``value`` is kept, ``label`` is read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Domain:
    """What may be answered: options for choices, a range of whole numbers or of days for the others."""

    kind: str  # "choice" | "number" | "date"
    options: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None


class Unreadable(ValueError):
    """A cell's text has none of the allowed forms; the message says which it may have."""


def matches(cell: Cell, value: Value) -> bool:
    """Whether an answer meets a cell. Days are compared as :meth:`date.toordinal` numbers."""
    if "in" in cell:
        return value in cell["in"]
    low, high = cell.get("low"), cell.get("high")
    if low is None and high is None:
        return True
    return isinstance(value, int) and (low is None or value >= low) and (high is None or value <= high)


def is_any(cell: Cell) -> bool:
    """Whether the cell lets every answer pass."""
    return not cell


def read(text: str, domain: Domain) -> Cell:
    """The cell that a text means.

    Raises:
        Unreadable: the text has none of the allowed forms, or names what cannot be answered.
    """
    plain = text.translate(_SIGNS).strip()
    if plain in ("", "-", "--"):
        return ANY
    if len(plain) > 200:
        raise Unreadable(_("条件太长了"))
    return _choices(plain, domain) if domain.kind == "choice" else _interval(plain, domain.kind)


def _choices(text: str, domain: Domain) -> Cell:
    by_name = {o.label.translate(_SIGNS): o.value for o in domain.options}
    by_name |= {o.value: o.value for o in domain.options}
    if set(by_name.values()) == {"yes", "no"}:  # whatever language the page is in
        by_name |= {"是": "yes", "否": "no"}
    if text.strip('"') in by_name:  # a label may hold a comma
        return {"in": [by_name[text.strip('"')]]}
    negated = _NOT.fullmatch(text)
    inner = (negated.group(1) or negated.group(2)) if negated else text
    named = []
    for part in (inner or "").split(","):
        name = part.strip().strip('"').strip()
        if name not in by_name:
            listed = "、".join(o.label for o in domain.options)
            raise Unreadable(
                _("“%(name)s”不是可选的回答，可以写：%(listed)s") % {"name": name[:30], "listed": listed}
            )
        named.append(by_name[name])
    order = [o.value for o in domain.options]
    chosen = [v for v in order if (v in named) != bool(negated)]
    if not chosen:
        raise Unreadable(_("这个条件什么回答都不符合"))
    return ANY if len(chosen) == len(order) else {"in": chosen}


def _point(text: str, kind: str) -> int:
    plain = text.strip()
    if kind == "number" and _NUMBER.fullmatch(plain):
        return int(plain)
    found = _DAY.fullmatch(plain) if kind == "date" else None
    if found:
        try:
            return date.fromisoformat(found.group(1) or found.group(2)).toordinal()
        except ValueError:
            pass
    wanted = _("整数，例如 50") if kind == "number" else _("日期，例如 2026-03-01")
    raise Unreadable(_("“%(text)s”不是%(wanted)s") % {"text": plain[:30], "wanted": wanted})


def _interval(text: str, kind: str) -> Cell:
    if found := _COMPARED.fullmatch(text):
        sign, point = found.group(1), _point(found.group(2), kind)
        return {
            "<": {"high": point - 1},
            "<=": {"high": point},
            ">": {"low": point + 1},
            ">=": {"low": point},
            "=": {"low": point, "high": point},
        }[sign]
    if found := _RANGE.fullmatch(text):
        opening, one, two, closing = found.groups()
        low = _point(one, kind) + (opening in ("(", "]"))
        high = _point(two, kind) - (closing in (")", "["))
        if low > high:
            raise Unreadable(_("这个范围的起点比终点大"))
        return {"low": low, "high": high}
    point = _point(text, kind)
    return {"low": point, "high": point}


def _shown(point: int, kind: str) -> str:
    return str(point) if kind == "number" else date.fromordinal(point).isoformat()


def write(cell: Cell, domain: Domain, *, feel: bool = False) -> str:
    """The text of a cell: words for editors, or FEEL for the exchange format; :func:`read` takes both."""
    if is_any(cell):
        return "-"
    if "in" in cell:
        if feel:
            return ",".join(f'"{v}"' for v in cell["in"])
        labels = {o.value: o.label for o in domain.options}
        return "、".join(labels.get(v, v) for v in cell["in"])
    low, high = cell.get("low"), cell.get("high")

    def point(value: int) -> str:
        text = _shown(value, domain.kind)
        return f'date("{text}")' if feel and domain.kind == "date" else text

    if low is None or high is None:
        return f"<= {point(high)}" if high is not None else f">= {point(low or 0)}"
    if low == high:
        return f"= {point(low)}" if not feel else point(low)
    return f"[{point(low)}..{point(high)}]"


def expression(cell: Cell) -> str:
    """The cell for SpiffWorkflow's engine: Python made of comparisons with literals only.

    Nothing of it was ever typed: choices are keys of a fixed pattern, ends are integers. An answer that
    was not asked for is None and meets no condition.
    """
    if is_any(cell):
        return "-"
    if "in" in cell:
        return f"? in {tuple(str(v) for v in cell['in'])!r}"
    low, high = cell.get("low"), cell.get("high")
    tests = ["? is not None"]
    tests += [f"? >= {int(low)}"] if low is not None else []
    tests += [f"? <= {int(high)}"] if high is not None else []
    return " and ".join(tests)


def samples(used: Sequence[Cell], domain: Domain) -> list[Value]:
    """One answer out of each class that these cells cannot tell apart, for walking through a whole table."""
    if domain.kind == "choice":
        return [o.value for o in domain.options]
    least = -MOST if domain.low is None else domain.low
    most = MOST if domain.high is None else domain.high
    cuts = {least}
    for cell in used:
        if cell.get("low") is not None:
            cuts.add(cell["low"])
        if cell.get("high") is not None:
            cuts.add(cell["high"] + 1)
    return [cut for cut in sorted(cuts) if least <= cut <= most]
