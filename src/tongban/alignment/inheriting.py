"""What implementations inherit: fixed elements come from the standard, free ones are their own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tongban.alignment.rules import canonical, differs
from tongban.alignment.standards import ELEMENT_LABELS, StandardDetail, standard
from tongban.alignment.views import say
from tongban.items import service as items

RULE = "fixed-by-standard"
# Elements that are rows: by what they are compared, and the part or column that holds the rows.
ROWS = {"materials": ("name",), "outcomes": ("name",), "legal_basis": ("law", "article")}
FEE = ("name", "amount_fen", "unit", "basis", "reduction")
PARTS = frozenset({"materials", "outcomes", "fees"})

Columns = Mapping[str, Any]
Parts = Mapping[str, Sequence[Mapping[str, Any]]]


def elements_of(columns: Columns, parts: Parts) -> dict[str, Any]:
    """The comparable elements of a version given as columns and parts."""
    own: dict[str, Any] = {}
    for name in ELEMENT_LABELS:
        if name == "fees":
            own[name] = [{key: fee.get(key, "") for key in FEE} for fee in parts.get("fees", [])]
        elif name in ROWS:
            rows = parts.get(name, []) if name in PARTS else columns.get(name) or []
            own[name] = ["".join(str(row.get(key, "")) for key in ROWS[name]) for row in rows]
        else:
            own[name] = columns.get(name)
    return own


def rows_as_wanted(
    name: str, wanted: Sequence[str], own: Sequence[Mapping[str, Any]], model: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of an element as the standard names them: own rows are kept where the standard has them too.

    A row that is missing comes from the standard's model; one the model lacks is made of its name alone.
    """
    keys = ROWS[name]

    def by_name(rows: Iterable[Mapping[str, Any]]) -> dict[Any, dict[str, Any]]:
        return {canonical("".join(str(row.get(key, "")) for key in keys)): dict(row) for row in rows}

    mine, theirs = by_name(own), by_name(model)
    taken = {row["key"] for row in mine.values() if "key" in row}
    found = []
    for number, text in enumerate(wanted, 1):
        key = canonical(text)
        row = mine.get(key) or theirs.get(key)
        if row is None:
            row = {keys[0]: text} | ({"article": "", "text": ""} if name == "legal_basis" else {})
            row |= {"kind": ""} if name == "outcomes" else {}
        if name == "materials" and key not in mine:
            row = {**row, "key": _free_key(str(row.get("key") or f"material-{number}"), taken)}
            taken.add(row["key"])
        found.append(row)
    return found


def _free_key(key: str, taken: set[Any]) -> str:
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key[:50]}-{number}"
    return free


def take(held: StandardDetail, columns: Columns, parts: Parts) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns and parts to change so that no fixed element differs from the standard."""
    own = elements_of(columns, parts)
    new_columns: dict[str, Any] = {}
    new_parts: dict[str, Any] = {}
    for name in held.fixed & set(ELEMENT_LABELS):
        wanted = held.elements.get(name)
        if not differs(wanted, own.get(name)):
            continue
        if name in ROWS:
            rows = parts.get(name, []) if name in PARTS else columns.get(name) or []
            made = rows_as_wanted(name, wanted or [], rows, held.content.get(name, []))
            (new_parts if name in PARTS else new_columns)[name] = made
        elif name == "fees":
            new_parts[name] = [{key: fee[key] for key in FEE if key in fee} for fee in wanted or []]
        else:
            new_columns[name] = wanted
    return new_columns, new_parts


def differences(held: StandardDetail, columns: Columns, parts: Parts) -> list[items.Finding]:
    """Each fixed element that differs, as a grave finding on its field."""
    own = elements_of(columns, parts)
    return [
        items.Finding(
            RULE,
            name,
            _("“%(element)s”由基本目录标准第 %(n)s 版统一规定为：%(value)s")
            % {
                "element": ELEMENT_LABELS[name],
                "n": held.number,
                "value": say(name, held.elements.get(name)),
            },
            "error",
        )
        for name in ELEMENT_LABELS
        if name in held.fixed and differs(held.elements.get(name), own.get(name))
    ]


def _say(held: StandardDetail, name: str) -> str:
    return say(name, held.elements.get(name))


class Keeper:
    """The standards as the items room asks for them."""

    def fixed(self, basic_code: str) -> Mapping[str, str]:
        """The fixed fields of the standard in force with their values in words."""
        held = standard(basic_code) if basic_code else None
        if held is None:
            return {}
        return {name: say(name, held.elements.get(name)) for name in ELEMENT_LABELS if name in held.fixed}

    def taken(self, basic_code: str, columns: Columns, parts: Parts) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a draft takes from the standard in force."""
        held = standard(basic_code) if basic_code else None
        return take(held, columns, parts) if held else ({}, {})

    def offending(self, basic_code: str, columns: Columns, parts: Parts) -> list[items.Finding]:
        """Where a version differs from the standard in force."""
        held = standard(basic_code) if basic_code else None
        return differences(held, columns, parts) if held else []
