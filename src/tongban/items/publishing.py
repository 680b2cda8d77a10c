"""A version's way: drafted by an editor, reviewed by a second person, published, replaced."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.content import PARTS, Prepared, problems
from tongban.items.events import item_published
from tongban.items.forms import form_problems
from tongban.items.models import Item, ItemState, ItemVersion, VersionState
from tongban.items.reading import item_by, version
from tongban.items.records import VersionDetail
from tongban.items.rules import check
from tongban.items.searching.entries import refresh
from tongban.items.storing import retire
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound, invalid

_OPEN = (VersionState.DRAFT, VersionState.REVIEWED)
_BOOKKEEPING = frozenset({
    "id", "created_at", "item", "number", "state", "effective_from", "effective_to", "content_hash",
    "author_id", "author_name", "reviewer_id", "reviewer_name", "reviewed_at", "published_at", "note",
    "findings",
})  # fmt: skip
CONTENT = tuple(f.name for f in ItemVersion._meta.concrete_fields if f.name not in _BOOKKEEPING)
_HEAD = (
    "code", "slug", "national_code", "code_system", "department_id", "department_uscc", "department_name",
    "division", "level", "state",
)  # fmt: skip


def _may_edit(actor: Actor, item: Item) -> None:
    """Editors work on their own department's items; nobody edits what another platform publishes."""
    if actor.kind == "system":
        return
    if item.department_id is None or not actor.holds("item_editor", item.department_id, item.division):
        raise Forbidden(_("只有“%(name)s”的事项管理员可以维护这个事项") % {"name": item.department_name})


def _trace(actor: Actor, row: ItemVersion, action: str, **more: Any) -> None:
    from tongban.trace import service as trace

    what = {"version": str(row.pk), "number": row.number, "hash": row.content_hash, **more}
    trace.append(actor, row.item_id, action, what, about=row.name)


def _locked(version_id: UUID) -> ItemVersion:
    """The version with its item locked, so that two people cannot move it at once."""
    item_id = ItemVersion.objects.filter(pk=version_id).values_list("item_id", flat=True).first()
    if item_id is None:
        raise NotFound(_("没有找到这个事项版本"))
    item = Item.objects.select_for_update().select_related(None).get(pk=item_id)
    row = ItemVersion.objects.get(pk=version_id)
    row.item = item
    return row


def _expect(row: ItemVersion, *states: str) -> None:
    if row.state not in states:
        message = _("这个版本的状态是“%(state)s”，不能这样操作") % {"state": row.get_state_display()}
        raise Conflict(message, code="version_state")


def new_draft(actor: Actor, key: UUID | str, *, note: str = "") -> VersionDetail:
    """A draft that starts from the version in force. One open draft an item."""
    with transaction.atomic():
        item = Item.objects.select_for_update(of=("self",)).get(pk=item_by(key).pk)
        _may_edit(actor, item)
        rows = ItemVersion.objects.filter(item=item)
        if rows.filter(state__in=_OPEN).exists():
            raise Conflict(_("这个事项已有一份未发布的草稿"), code="open_draft")
        base = rows.filter(state=VersionState.PUBLISHED).first() or rows.order_by("-number").first()
        if base is None:
            raise NotFound(_("这个事项还没有任何版本"))
        newest = rows.aggregate(most=Max("number"))["most"]
        draft = ItemVersion.objects.create(
            item=item,
            number=newest + 1,
            content_hash=base.content_hash,
            author_id=actor.account_id,
            author_name=actor.name,
            note=note,
            findings=base.findings,
            **{name: getattr(base, name) for name in CONTENT},
        )
        for name, rows_of in _part_values(base).items():
            _put_part(draft, name, rows_of)
        _trace(actor, draft, "item.drafted", based_on=base.number)
    return version(draft.pk)


def edit_draft(
    actor: Actor,
    version_id: UUID,
    changes: Mapping[str, Any],
    *,
    parts: Mapping[str, list[dict[str, Any]]] | None = None,
) -> VersionDetail:
    """Change columns and replace whole parts of a draft. A reviewed version becomes a draft again."""
    with transaction.atomic():
        row = _locked(version_id)
        _may_edit(actor, row.item)
        _expect(row, *_OPEN)
        for name, value in changes.items():
            if name not in CONTENT:
                raise invalid(name, "unknown", _("没有名为“%(field)s”的字段") % {"field": name})
            setattr(row, name, value)
        for name in parts or {}:
            if name not in PARTS:
                raise invalid(name, "unknown", _("没有名为“%(field)s”的部分") % {"field": name})
        prepared = _prepared(row, {**_part_values(row), **(parts or {})})
        if bad := [*problems(prepared), *form_problems(row.form)]:
            raise Invalid(*bad)
        for name, values in (parts or {}).items():
            PARTS[name]._default_manager.filter(version=row).delete()
            _put_part(row, name, values)
        row.state, row.reviewer_id, row.reviewer_name = VersionState.DRAFT, None, ""
        row.author_id, row.author_name = actor.account_id, actor.name
        row.content_hash = prepared.content_hash()
        row.findings = [finding.as_dict() for finding in check(prepared)]
        row.save()
        _trace(actor, row, "item.edited", fields=sorted([*changes, *(parts or {})]))
    return version(version_id)


def discard_draft(actor: Actor, version_id: UUID) -> None:
    """Throw an unpublished version away."""
    with transaction.atomic():
        row = _locked(version_id)
        _may_edit(actor, row.item)
        _expect(row, *_OPEN)
        _trace(actor, row, "item.draft_discarded")
        row.delete()


def review(actor: Actor, version_id: UUID) -> VersionDetail:
    """Pass a draft, by an editor other than its author. Findings of kind ``error`` must be mended first."""
    with transaction.atomic():
        row = _locked(version_id)
        _may_edit(actor, row.item)
        _expect(row, VersionState.DRAFT)
        if actor.account_id is None or actor.account_id == row.author_id:
            raise Forbidden(_("草稿须由编写人以外的人审核"), code="own_draft")
        if grave := [f for f in row.findings if f.get("severity") == "error"]:
            raise Invalid(*(invalid(f["field"], f["rule"], f["message"]).problems[0] for f in grave))
        row.state = VersionState.REVIEWED
        row.reviewer_id, row.reviewer_name, row.reviewed_at = actor.account_id, actor.name, timezone.now()
        row.save()
        _trace(actor, row, "item.reviewed")
    return version(version_id)


def publish(actor: Actor, version_id: UUID, *, effective_from: date | None = None) -> VersionDetail:
    """Put a reviewed version in force today and retire the one before it, in one step.

    A day other than today is refused: what is in force must be what is shown. Of two people who publish
    at once, the second gets :class:`Conflict`.
    """
    today = timezone.localdate()
    if effective_from not in (None, today):
        raise invalid("effective_from", "today", _("发布即日生效，请在生效当天发布"))
    with transaction.atomic():
        row = _locked(version_id)
        _may_edit(actor, row.item)
        _expect(row, VersionState.REVIEWED)
        before = list(
            ItemVersion.objects.filter(item=row.item, state=VersionState.PUBLISHED).values_list(
                "pk", flat=True
            )
        )
        retire(before)
        row.state, row.effective_from, row.published_at = VersionState.PUBLISHED, today, timezone.now()
        row.save()
        refresh([row.pk])
        _trace(actor, row, "item.published", replaces=[str(pk) for pk in before])
        basic = row.item.basic
        item_published.emit(item_id=str(row.item_id), basic_code=basic.code if basic else "")
    return version(version_id)


def set_state(actor: Actor, key: UUID | str, state: str, reason: str) -> None:
    """Suspend, resume or cancel an item (national codes 2, 1, 3). Cancelled is final."""
    if state not in ItemState.values:
        raise invalid("state", "enum", _("事项状态只有在用、暂停和取消"))
    if not reason.strip():
        raise invalid("reason", "required", _("请填写原因"))
    with transaction.atomic():
        item = Item.objects.select_for_update(of=("self",)).get(pk=item_by(key).pk)
        _may_edit(actor, item)
        if item.state == ItemState.CANCELLED:
            raise Conflict(_("事项已经取消"), code="item_cancelled")
        item.state = state
        item.save(update_fields=["state"])
        row = ItemVersion.objects.filter(item=item).order_by("-number").first()
        if row is None:
            raise NotFound(_("这个事项还没有任何版本"))
        in_force = ItemVersion.objects.filter(item=item, state=VersionState.PUBLISHED)
        refresh(in_force.values_list("pk", flat=True))
        _trace(actor, row, "item.state_set", state=state, reason=reason)


def _part_values(row: ItemVersion) -> dict[str, list[dict[str, Any]]]:
    left_out = ("id", "created_at", "order", "version")
    found: dict[str, list[dict[str, Any]]] = {}
    for name, model in PARTS.items():
        columns = [f.name for f in model._meta.concrete_fields if f.name not in left_out]
        found[name] = list(model._default_manager.filter(version=row).order_by("order").values(*columns))
    return found


def _put_part(row: ItemVersion, name: str, values: list[dict[str, Any]]) -> None:
    model = PARTS[name]
    model._default_manager.bulk_create([model(version=row, order=n, **one) for n, one in enumerate(values)])


def _prepared(row: ItemVersion, parts: dict[str, list[dict[str, Any]]]) -> Prepared:
    head = {name: getattr(row.item, name) for name in _HEAD}
    basic = {"code": row.item.basic.code} if row.item.basic else {}
    return Prepared(head, basic, {name: getattr(row, name) for name in CONTENT}, parts)
