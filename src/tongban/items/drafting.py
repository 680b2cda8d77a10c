"""Drafts: begun from a version or from the standard, edited with a lock by revision, thrown away."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tongban.items.checking.stored import check_row
from tongban.items.content import PARTS, Prepared, problems
from tongban.items.forms import form_problems
from tongban.items.inheritance import standards
from tongban.items.models import OPEN_STATES, Act, Item, ItemVersion, VersionAct, VersionState
from tongban.items.reading import item_by, version
from tongban.items.records import Finding, VersionDetail
from tongban.items.telling import tell
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.trace import service as trace

_BOOKKEEPING = frozenset({
    "id", "created_at", "item", "number", "state", "effective_from", "effective_to", "content_hash",
    "author_id", "author_name", "reviewer_id", "reviewer_name", "reviewed_at", "published_at", "note",
    "findings", "revision",
})  # fmt: skip
CONTENT = tuple(f.name for f in ItemVersion._meta.concrete_fields if f.name not in _BOOKKEEPING)
HEAD = (
    "code", "slug", "national_code", "code_system", "department_id", "department_uscc", "department_name",
    "division", "level", "state",
)  # fmt: skip
EDITORS = ("item_editor",)


def holds(actor: Actor, item: Item, *roles: str) -> bool:
    """Whether the actor has one of the roles in the item's department for its region."""
    if actor.kind == "system":
        return True
    department = item.department_id
    return department is not None and any(actor.holds(role, department, item.division) for role in roles)


def may_edit(actor: Actor, item: Item) -> None:
    """Editors work on their own department's items; nobody edits what another platform publishes."""
    if not holds(actor, item, *EDITORS):
        raise Forbidden(_("只有“%(name)s”的事项管理员可以维护这个事项") % {"name": item.department_name})


def record(actor: Actor, row: ItemVersion, action: str, **more: Any) -> None:
    """A row in the item's trace."""
    what = {"version": str(row.pk), "number": row.number, "hash": row.content_hash, **more}
    trace.append(actor, row.item_id, action, what, about=row.name)


def acted(actor: Actor, row: ItemVersion, act: str, reason: str = "") -> None:
    """A row among the version's acts; whoever acts next is told."""
    done = VersionAct.objects.create(
        version=row, act=act, account_id=actor.account_id, actor_name=actor.name, reason=reason
    )
    tell(row, done)


def locked(version_id: UUID) -> ItemVersion:
    """The version with its item locked, so that two people cannot move it at once."""
    item_id = ItemVersion.objects.filter(pk=version_id).values_list("item_id", flat=True).first()
    if item_id is None:
        raise NotFound(_("没有找到这个事项版本"))
    item = Item.objects.select_for_update().select_related(None).get(pk=item_id)
    row = ItemVersion.objects.get(pk=version_id)
    row.item = item
    return row


def expect(row: ItemVersion, *states: str) -> None:
    """Raises Conflict in any other state."""
    if row.state not in states:
        message = _("这个版本的状态是“%(state)s”，不能这样操作") % {"state": row.get_state_display()}
        raise Conflict(message, code="version_state")


def new_draft(actor: Actor, key: UUID | str, *, note: str = "", base: UUID | None = None) -> VersionDetail:
    """A draft that starts from the version in force, or from the version ``base`` of the same item.

    What the standard fixes is taken from the standard. One open draft an item.
    """
    with transaction.atomic():
        item = Item.objects.select_for_update(of=("self",)).get(pk=item_by(key).pk)
        may_edit(actor, item)
        rows = ItemVersion.objects.filter(item=item)
        if rows.filter(state__in=OPEN_STATES).exists():
            raise Conflict(_("这个事项已有一份未发布的草稿"), code="open_draft")
        if base is not None:
            source = rows.filter(pk=base).first()
        else:
            source = rows.filter(state=VersionState.PUBLISHED).first() or rows.order_by("-number").first()
        if source is None:
            raise NotFound(_("这个事项还没有任何版本"))
        draft = copied(actor, source, item, note)
    return version(draft.pk)


def copied(actor: Actor, source: ItemVersion, item: Item, note: str, **changes: Any) -> ItemVersion:
    """A draft of ``item`` with the content of ``source``, as the standard wants it."""
    columns = {name: getattr(source, name) for name in CONTENT} | changes
    parts = part_values(source)
    basic = item.basic.code if item.basic else ""
    new_columns, new_parts = standards().taken(basic, columns, parts)
    prepared = _prepared(item, columns | new_columns, parts | new_parts)
    if bad := problems(prepared):
        raise Invalid(*bad)
    newest = ItemVersion.objects.filter(item=item).aggregate(most=Max("number"))["most"] or 0
    draft = ItemVersion.objects.create(
        item=item,
        number=newest + 1,
        content_hash=prepared.content_hash(),
        author_id=actor.account_id,
        author_name=actor.name,
        note=note[:500],
        findings=source.findings,
        **prepared.columns,
    )
    for name, rows in prepared.parts.items():
        put_part(draft, name, rows)
    refind(draft)
    acted(actor, draft, Act.DRAFTED, note)
    record(actor, draft, "item.drafted", based_on=source.number, inherited=sorted([*new_columns, *new_parts]))
    return draft


def edit_draft(
    actor: Actor,
    version_id: UUID,
    changes: Mapping[str, Any],
    *,
    parts: Mapping[str, list[dict[str, Any]]] | None = None,
    revision: int | None = None,
) -> VersionDetail:
    """Change columns and replace whole parts of a draft.

    A version under review, passed or waiting for its day becomes a draft again. ``revision`` is the one the
    editor began with; when somebody saved meanwhile, :class:`Conflict` (code ``revision``) and nothing is
    lost on either side. A change that differs from what the standard fixes is :class:`Invalid`
    (rule ``fixed-by-standard``).
    """
    with transaction.atomic():
        row = locked(version_id)
        may_edit(actor, row.item)
        expect(row, *OPEN_STATES)
        if revision is not None and revision != row.revision:
            raise Conflict(
                _("%(name)s刚刚保存过这份草稿，请对照后再保存") % {"name": row.author_name}, code="revision"
            )
        _save(actor, row, changes, dict(parts or {}))
    return version(version_id)


def _save(
    actor: Actor, row: ItemVersion, changes: Mapping[str, Any], parts: dict[str, list[dict[str, Any]]]
) -> None:
    for name in changes:
        if name not in CONTENT:
            raise invalid(name, "unknown", _("没有名为“%(field)s”的字段") % {"field": name})
    for name in parts:
        if name not in PARTS:
            raise invalid(name, "unknown", _("没有名为“%(field)s”的部分") % {"field": name})
    for name, value in changes.items():
        setattr(row, name, value)
    prepared = prepared_of(row, part_values(row) | parts)
    bad = [*problems(prepared), *form_problems(row.form), *_broken(prepared, {*changes, *parts})]
    if bad:
        raise Invalid(*bad)
    for name, values in parts.items():
        PARTS[name]._default_manager.filter(version=row).delete()
        put_part(row, name, values)
    row.state, row.reviewer_id, row.reviewer_name = VersionState.DRAFT, None, ""
    row.author_id, row.author_name = actor.account_id, actor.name
    row.effective_from = None
    row.revision += 1
    row.content_hash = prepared.content_hash()
    row.save()
    refind(row)
    acted(actor, row, Act.EDITED)
    record(actor, row, "item.edited", fields=sorted([*changes, *parts]))


def _broken(prepared: Prepared, touched: Iterable[str]) -> list[FieldProblem]:
    """Where a touched field differs from what the standard fixes."""
    found = standards().offending(prepared.basic.get("code", ""), prepared.columns, prepared.parts)
    return [FieldProblem(f.field, f.rule, f.message) for f in found if f.field in set(touched)]


def take_over(actor: Actor, key: UUID | str, *, note: str = "") -> VersionDetail:
    """Bring the item's draft in line with the standard in force; a draft is begun where there is none."""
    with transaction.atomic():
        item = Item.objects.select_for_update(of=("self",)).get(pk=item_by(key).pk)
        may_edit(actor, item)
        row = ItemVersion.objects.filter(item=item, state__in=OPEN_STATES).first()
        if row is None:
            return new_draft(actor, item.pk, note=note or _("采用新的标准"))
        basic = item.basic.code if item.basic else ""
        columns = {name: getattr(row, name) for name in CONTENT}
        changes, parts = standards().taken(basic, columns, part_values(row))
        if changes or parts:
            _save(actor, row, changes, parts)
    return version(row.pk)


def discard_draft(actor: Actor, version_id: UUID) -> None:
    """Throw an unpublished version away."""
    with transaction.atomic():
        row = locked(version_id)
        may_edit(actor, row.item)
        expect(row, *OPEN_STATES)
        record(actor, row, "item.draft_discarded")
        row.delete()


def refind(row: ItemVersion) -> list[dict[str, str]]:
    """Apply the guide rules and the standard to a draft anew; what is found is kept on it."""
    fresh = ItemVersion.objects.select_related("item__basic").prefetch_related(*PARTS).get(pk=row.pk)
    row.findings = [*check_row(fresh), *(vars_of(f) for f in offending(row))]
    row.save(update_fields=["findings"])
    return list(row.findings)


def vars_of(finding: Finding) -> dict[str, str]:
    """A finding as it is kept."""
    return {
        "rule": finding.rule,
        "field": finding.field,
        "message": finding.message,
        "severity": finding.severity,
    }


def offending(row: ItemVersion) -> list[Finding]:
    """Where a stored version differs from what its standard fixes."""
    columns = {name: getattr(row, name) for name in CONTENT}
    basic = row.item.basic.code if row.item.basic else ""
    return standards().offending(basic, columns, part_values(row))


def part_values(row: ItemVersion) -> dict[str, list[dict[str, Any]]]:
    """The rows of every part, in order, without what belongs to storing them."""
    left_out = ("id", "created_at", "order", "version")
    found: dict[str, list[dict[str, Any]]] = {}
    for name, model in PARTS.items():
        columns = [f.name for f in model._meta.concrete_fields if f.name not in left_out]
        found[name] = list(model._default_manager.filter(version=row).order_by("order").values(*columns))
    return found


def version_content(version_id: UUID) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """The columns and parts of a version as they may be put into another. Raises NotFound."""
    row = ItemVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise NotFound(_("没有找到这个事项版本"))
    return {name: getattr(row, name) for name in CONTENT}, part_values(row)


def put_part(row: ItemVersion, name: str, values: list[dict[str, Any]]) -> None:
    """Store the rows of one part."""
    model = PARTS[name]
    model._default_manager.bulk_create([model(version=row, order=n, **one) for n, one in enumerate(values)])


def prepared_of(row: ItemVersion, parts: dict[str, list[dict[str, Any]]]) -> Prepared:
    """A stored version as the rules and the hash read it."""
    return _prepared(row.item, {name: getattr(row, name) for name in CONTENT}, parts)


def _prepared(item: Item, columns: dict[str, Any], parts: dict[str, list[dict[str, Any]]]) -> Prepared:
    head = {name: getattr(item, name) for name in HEAD}
    basic = {"code": item.basic.code} if item.basic else {}
    return Prepared(head, basic, columns, parts)


def revision_of(version_id: UUID) -> int:
    """How often a draft has been saved: what an editor's page hands back to notice another's save."""
    return ItemVersion.objects.filter(pk=version_id).values_list("revision", flat=True).first() or 0
