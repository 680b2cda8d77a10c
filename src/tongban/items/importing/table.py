"""The exchange table: cells to prepared items and back. What is written is read again as the same."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongban.items.content import PARTS, Prepared, plain, problems
from tongban.items.importing.cleaning import text_of
from tongban.items.importing.profiles import Profile, Rejected
from tongban.items.models import Item, ItemVersion
from tongban.items.rules import check
from tongban.kit.errors import FieldProblem

_FLAGS = {True: "是", False: "否"}
_AS_THEY_ARE = frozenset({"columns.form", "columns.extra"})  # structures of our own: not texts to be cleaned
_GUARDED = re.compile(r"'*[=+\-@\t\r]")
MOST_NUMBER = 2_000_000_000


def written(kind: str, value: Any) -> str:
    """The cell of a value."""
    if value in (None, "", [], {}):
        return ""
    if kind == "flag":
        return _FLAGS[bool(value)]
    if kind == "list":
        texts = [str(entry) for entry in value]
        simple = all(entry and "|" not in entry and entry == entry.strip() for entry in texts)
        return _guarded("|".join(texts)) if simple and not texts[0].startswith("[") else _json(texts)
    return _json(value) if kind == "json" else _guarded(str(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _guarded(text: str) -> str:
    """A spreadsheet must not take a text for a formula; an apostrophe before it says so."""
    return "'" + text if _GUARDED.match(text) else text


def read(kind: str, cell: str) -> Any:
    """The value of a cell; raises ValueError for what is none of this kind."""
    if cell == "":
        return None
    if kind == "json":
        return json.loads(cell, parse_constant=_no_constant)
    text = cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
    if kind == "int":
        if not re.fullmatch(r"\d{1,9}(?:\.0)?", text.strip()):
            raise ValueError(_("“%(value)s”不是整数") % {"value": text[:40]})
        return int(float(text))
    if kind == "flag":
        flags = {"是": True, "否": False, "1": True, "0": False}
        if text.strip() not in flags:
            raise ValueError(_("“%(value)s”应为“是”或“否”") % {"value": text[:40]})
        return flags[text.strip()]
    if kind == "list":
        entries = json.loads(text) if text.startswith("[") else text.split("|")
        if not all(isinstance(entry, str) for entry in entries):
            raise ValueError(_("应为文字的列表"))
        return entries
    return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def headings(source: Profile) -> list[str]:
    """The table's first row."""
    return [heading for heading, _where, _kind in source.spec["table"]]


def cells(version: ItemVersion, source: Profile) -> list[str]:
    """The row of a version whose item, basic item and parts are at hand."""
    item, basic = version.item, version.item.basic
    found: list[str] = []
    for _heading, where, kind in source.spec["table"]:
        group, name = where.split(".")
        if group == "parts":
            found.append(written(kind, [_part(row) for row in getattr(version, name).all()]))
            continue
        holder: Any = {"head": item, "basic": basic, "columns": version}[group]
        found.append(written(kind, getattr(holder, name, None)))
    return found


def _part(row: Any) -> dict[str, Any]:
    left_out = ("id", "created_at", "order", "version")
    values = {f.name: getattr(row, f.name) for f in row._meta.concrete_fields if f.name not in left_out}
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def prepare_cells(
    row: Mapping[str, str], line: int, source: Profile, departments: Mapping[str, Any]
) -> Prepared:
    """The prepared item of one row of the table. Raises :class:`Rejected` naming column and reason.

    ``departments`` are our own by their code; other bodies' items are only described here.
    """
    groups: dict[str, dict[str, Any]] = {"head": {}, "basic": {}, "columns": {}, "parts": {}}
    name = str(row.get("事项名称") or "")[:80]
    code = str(row.get("实施编码") or "").strip()[:80]
    for heading, where, kind in source.spec["table"]:
        group, target = where.split(".")
        try:
            value = read(kind, row.get(heading) or "")
            value = value if where in _AS_THEY_ARE else _tidy(value)
            if value is not None and group == "parts":
                value = _rows_of(target, value)
            elif value is not None and where in ("columns.legal_basis", "columns.special_procedures"):
                value = _entries(target, value)
            elif value is not None and where in _AS_THEY_ARE and not isinstance(value, dict):
                raise ValueError(_("应为 JSON 对象"))  # noqa: TRY301
        except (ValueError, TypeError, RecursionError) as error:
            raise Rejected(
                "cell-not-understood", f"{heading}：{str(error)[:200]}", heading, code, name
            ) from error
        if value is not None and value != "":
            groups[group][target] = value
    if not code:
        raise Rejected("no-code", _("没有实施编码"), "实施编码", "", name)
    if not groups["columns"].get("name"):
        raise Rejected("no-name", _("没有事项名称"), "事项名称", code)
    department = departments.get(groups["head"].get("department_uscc", "").upper())
    if department is not None:
        groups["head"]["department_id"] = department
    return _checked(groups, line, code, name)


def _checked(groups: dict[str, dict[str, Any]], line: int, code: str, name: str) -> Prepared:
    head = {"department_uscc": "", "department_name": "", "division": "", "level": "", "state": "1"}
    head |= {"code_system": "national", **groups["head"]}
    basic = groups["basic"]
    if basic.get("code") and not basic.get("name"):
        basic["name"] = groups["columns"]["name"]
    one = Prepared(head, basic if basic.get("code") else {}, groups["columns"], groups["parts"], line=line)
    bad: list[Rejected | FieldProblem] = [*_basic_problems(basic), *_choices(one), *problems(one)]
    if bad:
        where = bad[0].field
        raise Rejected(bad[0].rule, "; ".join(p.message for p in bad[:3]), where, code, name)
    one.findings = [finding.as_dict() for finding in dict.fromkeys(check(one))]
    return one


def _choices(one: Prepared) -> Iterator[Rejected]:
    """Codes the database would take but nobody could read."""
    for values, model in ((one.head, Item), (one.columns, ItemVersion)):
        for name in ("state", "statutory_unit", "promised_unit"):
            if name in values and values[name] not in dict(model._meta.get_field(name).choices or ()):  # type: ignore[union-attr]
                message = _("“%(field)s”没有“%(value)s”这个值") % {"field": name, "value": values[name][:20]}
                yield Rejected("choice", message, name)
    if one.columns.get("applicant") not in (None, "person", "legal", "either"):
        yield Rejected("choice", _("申请人类别只有 person、legal 和 either"), "applicant")


def _basic_problems(basic: Mapping[str, Any]) -> Iterator[Rejected]:
    most = {
        "code": 12,
        "national_code": 12,
        "name": 200,
        "type_code": 2,
        "parent_code": 12,
        "parent_name": 200,
    }
    for name, value in basic.items():
        if len(value) > most[name]:
            message = _("“%(field)s”最多 %(most)s 个字") % {"field": name, "most": most[name]}
            yield Rejected("too_long", message, name)


def _rows_of(name: str, value: Any) -> list[dict[str, Any]]:
    rows = _entries(name, value)
    model = PARTS[name]
    for index, row in enumerate(rows):
        for key, entry in row.items():
            if key in ("id", "created_at", "order", "version") or key not in _fields(name):
                raise ValueError(_("第 %(n)s 项有不认识的字段 %(key)s") % {"n": index + 1, "key": key[:40]})
            column = model._meta.get_field(key)
            try:
                if column.get_internal_type() in ("CharField", "TextField") and not isinstance(entry, str):
                    raise ValueError(_("应为文字"))  # noqa: TRY301
                row[key] = column.to_python(entry)  # type: ignore[union-attr]
            except (ValidationError, TypeError, ValueError) as error:
                raise ValueError(f"{key}: {entry!r:.40}") from error
        for needed in _NEEDED[name]:
            if needed not in row:
                raise ValueError(_("第 %(n)s 项没有 %(key)s") % {"n": index + 1, "key": needed})
    return rows


_NEEDED: Mapping[str, tuple[str, ...]] = {
    "materials": ("key", "name"),
    "fees": ("name", "amount_fen"),
    "steps": ("name", "kind"),
    "faqs": ("question", "answer"),
    "outcomes": ("name",),
}


@cache
def _fields(name: str) -> frozenset[str]:
    return frozenset(f.name for f in PARTS[name]._meta.concrete_fields)


def _entries(name: str, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ValueError(_("应为 JSON 对象的列表"))
    if name == "legal_basis":
        return [
            {"law": "", "article": "", "text": "", **_only(entry, "law", "article", "text")}
            for entry in value
        ]
    if name == "special_procedures":
        return [
            {"kind": "", "name": "", "days": None, **_only(entry, "kind", "name", "days")} for entry in value
        ]
    return value


def _only(entry: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    if unknown := set(entry) - set(names):
        raise ValueError(_("不认识的字段 %(key)s") % {"key": min(unknown)[:40]})
    if any(not isinstance(value, (str, int, type(None))) for value in entry.values()):
        raise ValueError(_("应为文字"))
    return entry


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    if isinstance(value, dict):
        return {plain(str(key)): _tidy(entry) for key, entry in value.items()}
    return value
