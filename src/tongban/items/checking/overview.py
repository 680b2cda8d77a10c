"""A department's page of findings: how many by rule and by item, filtered and in pages."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.items.checking.base import GuideRule
from tongban.items.checking.register import guide_rule
from tongban.items.models import OPEN_STATES, VersionState
from tongban.items.records import Finding
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden

PAGE = 25
_SEE_ALL = ("operator", "steward", "supervisor", "leader")


@dataclass(frozen=True, slots=True)
class RuleCount:
    """A rule with the number of its findings and of the items that have them."""

    rule: GuideRule
    findings: int
    items: int


@dataclass(frozen=True, slots=True)
class ItemFindings:
    """One item with what was found on its version in force (or its open draft)."""

    item_id: UUID
    version_id: UUID
    code: str
    name: str
    department_name: str
    state: str
    findings: tuple[tuple[Finding, GuideRule], ...]


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """The findings an actor may see."""

    rules: tuple[RuleCount, ...]
    rows: tuple[ItemFindings, ...]
    departments: tuple[str, ...]
    total: int
    page: int
    pages: int


def findings_page(
    actor: Actor,
    *,
    rule: str = "",
    department: str = "",
    severity: str = "",
    text: str = "",
    page: int = 1,
    size: int = PAGE,
) -> FindingsPage:
    """Findings on versions in force and open drafts; an editor sees those of the own department and region.

    ``department`` is a department's name, ``text`` a part of an item's name or the start of its code.
    """
    if not actor.has_role("item_editor", *_SEE_ALL) and actor.kind != "system":
        raise Forbidden
    scope, values = (
        ["v.state = ANY(%s)", "v.findings <> '[]'::jsonb"],
        list[Any]([[VersionState.PUBLISHED.value, *(state.value for state in OPEN_STATES)]]),
    )
    if actor.kind != "system" and not actor.has_role(*_SEE_ALL):
        held = [post for post in actor.posts if post.role == "item_editor"]
        scope.append(f"({' OR '.join(['(i.department_id = %s AND i.division LIKE %s)'] * len(held))})")
        for post in held:
            values += [post.department_id, f"{post.division}%"]
    with connection.cursor() as cursor:
        base = "FROM items_itemversion v JOIN items_item i ON i.id = v.item_id"
        where = " AND ".join(scope)
        cursor.execute(f"SELECT DISTINCT i.department_name {base} WHERE {where} ORDER BY 1 LIMIT 300", values)
        departments = tuple(name for (name,) in cursor.fetchall())
        if department:
            scope.append("i.department_name = %s")
            values.append(department)
        if text:
            scope.append("(v.name ILIKE %s OR i.code LIKE %s)")
            plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values += [f"%{plain}%", f"{plain.upper()}%"]
        where = " AND ".join(scope)
        cursor.execute(
            f"SELECT f->>'rule', count(*), count(DISTINCT v.item_id) {base}, jsonb_array_elements(v.findings) f "  # noqa: E501
            f"WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1",
            values,
        )
        rules = tuple(RuleCount(guide_rule(name), n, items) for name, n, items in cursor.fetchall())
        for key, value in (("rule", rule), ("severity", severity)):
            if value:
                scope.append("v.findings @> jsonb_build_array(jsonb_build_object(%s::text, %s::text))")
                values += [key, value]
        where = " AND ".join(scope)
        cursor.execute(f"SELECT count(*) {base} WHERE {where}", values)
        total = int(cursor.fetchone()[0])
        pages = max(-(-total // size), 1)
        page = min(max(page, 1), pages)
        cursor.execute(
            f"SELECT i.id, v.id, i.code, v.name, i.department_name, v.state, v.findings {base} WHERE {where} "
            "ORDER BY jsonb_array_length(v.findings) DESC, i.code, v.number LIMIT %s OFFSET %s",
            [*values, size, (page - 1) * size],
        )
        rows = tuple(_row(row, rule, severity) for row in cursor.fetchall())
    return FindingsPage(rules, rows, departments, total, page, pages)


def _row(row: tuple[Any, ...], rule: str, severity: str) -> ItemFindings:
    import json

    item_id, version_id, code, name, department, state, stored = row
    found = [Finding(**f) for f in (json.loads(stored) if isinstance(stored, str) else stored)]
    shown = [f for f in found if rule in ("", f.rule) and severity in ("", f.severity)]
    return ItemFindings(
        item_id, version_id, code, name, department, state, tuple((f, guide_rule(f.rule)) for f in shown)
    )
