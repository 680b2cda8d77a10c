"""Checking what is stored: one version, a department's, or everything; findings are kept on the version."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tongban.items.checking.base import Found
from tongban.items.checking.register import GUIDE_RULES
from tongban.items.content import PARTS, Prepared
from tongban.items.importing.profiles import lacks
from tongban.items.models import ItemVersion, VersionState
from tongban.items.records import Finding, VersionDetail
from tongban.items.rules import NONE_IS_AN_ANSWER, check
from tongban.kit.errors import NotFound
from tongban.organisations import service as organisations

_CHUNK = 500
_HEAD = ("code", "national_code", "code_system", "department_uscc", "department_name", "division", "level")
# What only the import could see: the source's own words are gone afterwards.
_FROM_SOURCE = frozenset({
    "value-not-understood", "unknown-key", "source-fields-differ", "item-code-local", "item-code-absent",
})  # fmt: skip
_NOT_CONTENT = frozenset({"id", "created_at", "item", "findings", "content_hash"})
_COLUMNS = tuple(f.name for f in ItemVersion._meta.concrete_fields if f.name not in _NOT_CONTENT)


@dataclass(slots=True)
class CheckResult:
    """The account of a check. ``rules`` counts findings, ``items_by_rule`` the items that have them."""

    checked: int = 0
    clean: int = 0
    findings: int = 0
    changed: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    items_by_rule: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "checked": self.checked,
            "clean": self.clean,
            "with_findings": self.checked - self.clean,
            "findings": self.findings,
            "changed": self.changed,
            "rules": dict(self.rules.most_common()),
            "items_by_rule": dict(self.items_by_rule.most_common()),
        }


def check_row(row: ItemVersion) -> list[dict[str, str]]:
    """Findings on a stored version whose item, basic item and parts are at hand."""
    item = row.item
    try:
        missing = lacks(item.source)
    except NotFound:
        missing = frozenset()
    blamed = {f["field"] for f in row.findings if f["rule"] == "required-element-empty"}
    one = Prepared(
        {name: getattr(item, name) for name in _HEAD},
        {"code": item.basic.code} if item.basic else {},
        {name: getattr(row, name) for name in _COLUMNS},
        {name: [_values(part) for part in getattr(row, name).all()] for name in PARTS},
        lacks=missing,
        none=frozenset(NONE_IS_AN_ANSWER - blamed) if missing else frozenset(),
    )
    immutable = row.state in (VersionState.PUBLISHED, VersionState.RETIRED)
    kept = [f for f in row.findings if f["rule"] in _FROM_SOURCE]
    if immutable and missing:  # other places of the source where the code's parts are written
        kept += [f for f in row.findings if f["rule"] == "item-code-parts"]
    found = [*kept, *(finding.as_dict() for finding in check(one))]
    return [dict(pairs) for pairs in dict.fromkeys(tuple(f.items()) for f in found)]


def _values(part: Any) -> dict[str, Any]:
    return {f.name: getattr(part, f.name) for f in part._meta.concrete_fields if f.name != "version"}


def check_version(version: VersionDetail | UUID) -> tuple[Finding, ...]:
    """The findings of one version as it stands now, for showing beside its fields; stores nothing."""
    key = version if isinstance(version, UUID) else version.id
    row = _ready(ItemVersion.objects.filter(pk=key)).first()
    if row is None:
        raise NotFound
    return tuple(Finding(**found) for found in check_row(row))


def check_prepared(prepared: Prepared) -> list[Found]:
    """The findings on an item that is not stored."""
    return check(prepared)


def check_all(
    *,
    department: str = "",
    rule: str = "",
    source: str = "",
    progress: Callable[[int, int], None] | None = None,
    tell: Callable[[ItemVersion, dict[str, str]], None] | None = None,
) -> CheckResult:
    """Check every version in force anew and keep what is found on it.

    ``department`` is a short code, ``source`` an import profile or ``own``. With ``rule`` only that
    rule's findings are counted and told; what is kept is always complete.
    """
    found = ItemVersion.objects.filter(state=VersionState.PUBLISHED)
    if department:
        found = found.filter(item__department=organisations.department_by_code(department))
    if source:
        found = found.filter(item__source=source)
    if rule and rule not in GUIDE_RULES:
        raise NotFound
    result, total = CheckResult(), found.count()
    for rows in _chunks(_ready(found).order_by("item__code")):
        changed = []
        for row in rows:
            now = check_row(row)
            if now != row.findings:
                row.findings = now
                changed.append(row)
            told = [f for f in now if not rule or f["rule"] == rule]
            _count(result, told)
            for finding in told if tell is not None else ():
                tell(row, finding)  # type: ignore[misc]
        ItemVersion.objects.bulk_update(changed, ["findings"], batch_size=_CHUNK)
        result.changed += len(changed)
        if progress is not None:
            progress(result.checked, total)
    return result


def _count(result: CheckResult, found: list[dict[str, str]]) -> None:
    result.checked += 1
    result.clean += not found
    result.findings += len(found)
    result.rules.update(f["rule"] for f in found)
    result.items_by_rule.update({f["rule"] for f in found})


def _ready(rows: QuerySet[ItemVersion]) -> QuerySet[ItemVersion]:
    return rows.select_related("item__basic").prefetch_related(*PARTS)


def _chunks(rows: QuerySet[ItemVersion]) -> Iterator[list[ItemVersion]]:
    batch: list[ItemVersion] = []
    for row in rows.iterator(chunk_size=_CHUNK):
        batch.append(row)
        if len(batch) == _CHUNK:
            yield batch
            batch = []
    if batch:
        yield batch
