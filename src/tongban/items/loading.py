"""Loading an item from a mapping, such as a YAML file of the demo province or of a site's own catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db import transaction
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from tongban.items.content import Prepared, plain, problems
from tongban.items.forms import form_problems
from tongban.items.rules import check
from tongban.items.storing import store
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from tongban.organisations import service as organisations

_SCHEMA = Path(__file__).parent / "schemas" / "item.yaml"
_COLUMNS = (
    "name", "name_en", "summary", "legal_basis", "power_source", "case_kind", "service_objects",
    "applicant", "themes", "keywords", "conditions", "flow", "statutory_days", "statutory_unit",
    "promised_days", "promised_unit", "promised_note", "special_procedures", "visits", "visits_reason",
    "handling_forms", "online_depth", "cross_region", "joint_departments", "address", "hours", "enquiry",
    "complaint", "online_url", "appointment", "online_payment", "delivery", "agencies", "quantity_limit",
)  # fmt: skip
# YAML writes these codes as numbers; they are codes.
_CODES = ("level", "state", "case_kind", "cross_region", "type", "division", "basic_code", "national_code")
_CODE_LISTS = ("service_objects", "handling_forms", "online_depth")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A loaded item; ``changed`` is false where the same content was already in force."""

    code: str
    item_id: UUID
    version_id: UUID
    changed: bool


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(yaml.safe_load(_SCHEMA.read_text(encoding="utf-8")))


def load_item(data: Mapping[str, Any], *, actor: Actor = SYSTEM) -> Loaded:
    """Publish the item described by ``data`` (see docs/items.md for its fields).

    For the system and operators only. Raises :class:`Invalid` naming each field and rule.
    The same content loaded again changes nothing.
    """
    return load_items([data], actor=actor)[0]


def load_items(entries: Sequence[Mapping[str, Any]], *, actor: Actor = SYSTEM) -> list[Loaded]:
    """Publish many items in one transaction, all or none; their codes are distinct.

    For the system and operators only. Raises :class:`Invalid` for the first item with problems.
    """
    if actor.kind != "system" and not actor.has_role("operator"):
        raise Forbidden
    from tongban.trace import service as trace

    prepared = [prepare(one) for one in entries]
    found = list[Loaded]()
    with transaction.atomic():
        for one, done in zip(prepared, store(prepared, actor, source="own"), strict=True):
            if done.outcome == "refused" or done.item_id is None or done.version_id is None:
                raise Conflict(done.reason, code="open_draft")
            if done.outcome == "imported":
                what = {"code": done.code, "version": str(done.version_id), "hash": done.content_hash}
                trace.append(actor, done.item_id, "item.loaded", what, about=one.columns["name"])
            found.append(Loaded(done.code, done.item_id, done.version_id, done.outcome == "imported"))
    return found


def prepare(data: Mapping[str, Any]) -> Prepared:
    """The prepared item of a mapping, or :class:`Invalid` with all its problems."""
    values = _as_codes(_clean(dict(data)))
    found = [
        FieldProblem(
            ".".join(str(p) for p in error.absolute_path) or "item", str(error.validator), error.message
        )
        for error in sorted(_validator().iter_errors(values), key=lambda e: str(list(e.absolute_path)))
    ]
    if found:
        raise Invalid(*found)
    form = values.get("form") or {}
    found += form_problems(form)
    head = _head(values, found)
    columns = {name: values[name] for name in _COLUMNS if values.get(name) is not None}
    columns |= {
        "type_code": values["type"],
        "extension_days": values.get("extension_days") or 0,
        "process": values.get("process") or "",
        "form": form,
        "legal_basis": [{"article": "", "text": "", **entry} for entry in values.get("legal_basis", [])],
        "special_procedures": [{"days": None, **entry} for entry in values.get("special_procedures", [])],
    }
    prepared = Prepared(head, _basic(values), columns, _parts(values))
    found += problems(prepared)
    if found:
        raise Invalid(*found)
    prepared.findings = [finding.as_dict() for finding in check(prepared)]
    return prepared


def _clean(node: Any) -> Any:
    if isinstance(node, str):
        return plain(node)
    if isinstance(node, dict):
        return {key: _clean(value) for key, value in node.items()}
    return [_clean(value) for value in node] if isinstance(node, list) else node


def _as_codes(values: dict[str, Any]) -> dict[str, Any]:
    for name in _CODES:
        if isinstance(values.get(name), int):
            values[name] = str(values[name])
    for name in _CODE_LISTS:
        if isinstance(values.get(name), list):
            values[name] = [str(code) for code in values[name]]
    for material in values.get("materials") or []:
        for name in ("form", "necessity", "source"):
            if isinstance(material, dict) and isinstance(material.get(name), int):
                material[name] = str(material[name])
    return values


def _head(values: Mapping[str, Any], found: list[FieldProblem]) -> dict[str, Any]:
    from tongban.standards import codes

    try:
        department = organisations.department_by_code(values["department"])
    except NotFound:
        message = _("没有代码为“%(code)s”的部门") % {"code": values["department"]}
        raise Invalid(*found, FieldProblem("department", "unknown", message)) from None
    code = values.get("code") or f"{department.uscc}{values['level']}{values['basic_code']}"
    for name, text in (("code", code), ("national_code", values.get("national_code", ""))):
        if name == "national_code" and len(text) in (0, 12):
            continue
        try:
            codes.parse_item_code(text)
        except ValueError as error:
            found.append(FieldProblem(name, "item_code", str(error)))
    return {
        "code": code,
        "slug": values.get("slug"),
        "national_code": values.get("national_code", ""),
        "code_system": "national",
        "department_id": department.id,
        "department_uscc": department.uscc,
        "department_name": department.name,
        "division": values["division"],
        "level": values["level"],
        "state": values.get("state", "1"),
    }


def _basic(values: Mapping[str, Any]) -> dict[str, Any]:
    national = values.get("national_code", "")
    return {
        "code": values["basic_code"],
        "national_code": national if len(national) == 12 else "",
        "name": values.get("basic_name") or values["name"],
        "type_code": values["type"],
    }


def _parts(values: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {
        "materials": list(values.get("materials") or []),
        "fees": list(values.get("fees") or []),
        "steps": list(values.get("steps") or []),
        "faqs": [{"question": entry["q"], "answer": entry["a"]} for entry in values.get("faqs") or []],
        "outcomes": [
            {**entry, "licence_type": entry.get("licence_type") or ""}
            for entry in values.get("results") or []
        ],
    }
