"""Reading items: versions as frozen records, kept per process because they never change."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.items.models import Item, ItemState, ItemVersion, VersionState
from tongban.items.records import (
    FaqDetail,
    FeeDetail,
    Finding,
    LegalBasis,
    MaterialDetail,
    OutcomeDetail,
    SpecialProcedure,
    StepDetail,
    VersionDetail,
)
from tongban.kit.errors import Conflict, NotFound
from tongban.kit.kept import Kept, Param

_IMMUTABLE = (VersionState.PUBLISHED, VersionState.RETIRED)
_SAME = (
    "id", "number", "state", "effective_from", "effective_to", "content_hash", "author_name",
    "reviewer_name", "name", "name_en", "summary", "type_code", "power_source", "case_kind", "applicant",
    "flow", "statutory_days", "statutory_unit", "promised_days", "promised_unit", "promised_note",
    "extension_days", "visits", "visits_reason", "cross_region", "address", "hours", "enquiry",
    "complaint", "online_url", "appointment", "online_payment", "delivery", "agencies", "quantity_limit",
    "process", "form", "extra",
)  # fmt: skip
_TUPLES = (
    "service_objects", "themes", "keywords", "conditions", "handling_forms", "online_depth",
    "joint_departments",
)  # fmt: skip
_ITEM = (
    "code", "national_code", "code_system", "source", "department_id", "department_uscc",
    "department_name", "division", "level",
)  # fmt: skip


def _materials(row: ItemVersion) -> Iterable[MaterialDetail]:
    for part in row.materials.all():
        yield MaterialDetail(
            key=part.key,
            name=part.name,
            kind=part.kind,
            form=part.form,
            necessity=part.necessity,
            source=part.source,
            source_note=part.source_note,
            licence_types=tuple(part.licence_types),
            accept=tuple(part.accept),
            copies=part.copies,
            paper=part.paper,
            filling=part.filling,
            standard=part.standard,
            basis=part.basis,
            blank_form=part.blank_form,
            sample=part.sample,
        )


def detail_of(row: ItemVersion) -> VersionDetail:
    """The frozen record of a version row (parts are read with it)."""
    item = row.item
    copied: dict[str, Any] = {
        **{name: getattr(row, name) for name in _SAME},
        **{name: tuple(getattr(row, name)) for name in _TUPLES},
        **{name: getattr(item, name) for name in _ITEM},
    }
    return VersionDetail(
        **copied,
        item_id=item.id,
        item_state=item.state,
        slug=item.slug or "",
        basic_code=item.basic.code if item.basic else "",
        basic_name=item.basic.name if item.basic else "",
        legal_basis=tuple(LegalBasis(**entry) for entry in row.legal_basis),
        special_procedures=tuple(SpecialProcedure(**entry) for entry in row.special_procedures),
        findings=tuple(Finding(**entry) for entry in row.findings),
        materials=tuple(_materials(row)),
        fees=tuple(FeeDetail(p.name, p.amount_fen, p.unit, p.basis, p.reduction) for p in row.fees.all()),
        steps=tuple(StepDetail(p.name, p.kind, p.role, p.limit_days) for p in row.steps.all()),
        faqs=tuple(FaqDetail(p.question, p.answer) for p in row.faqs.all()),
        outcomes=tuple(OutcomeDetail(p.kind, p.name, p.licence_type, p.sample) for p in row.outcomes.all()),
    )


def _row(version_id: UUID) -> ItemVersion:
    row = (
        ItemVersion.objects.select_related("item__basic")
        .prefetch_related("materials", "fees", "steps", "faqs", "outcomes")
        .filter(pk=version_id)
        .first()
    )
    if row is None:
        raise NotFound(_("没有找到这个事项版本"))
    return row


# What decides whether a kept record is still true; both sides of _kept ask for the same columns.
_FRESH = ("state", "effective_to", "content_hash", "item__state", "item__department_name")
_STAMP: Kept[tuple[Any, ...]] = Kept(
    lambda: ItemVersion.objects.filter(pk=Param("id")).order_by().values_list(*_FRESH)
)
_IN_FORCE: Kept[tuple[Any, ...]] = Kept(
    lambda: (
        ItemVersion.objects.filter(item__code=Param("code"), state=Param("state"))
        .order_by()
        .values_list("pk", *_FRESH)
    )
)


@lru_cache(maxsize=2048)
def _kept(version_id: UUID, stamp: tuple[object, ...]) -> VersionDetail:
    return detail_of(_row(version_id))


def version(version_id: UUID) -> VersionDetail:
    """One version with all its parts.

    Published content is kept per process. A narrow read decides freshness: the version's state and the
    item's state may still change (retired, suspended), the content may not.
    """
    stamp = _STAMP.first(id=version_id)
    if stamp is None:
        raise NotFound(_("没有找到这个事项版本"))
    return _kept(version_id, stamp) if stamp[0] in _IMMUTABLE else detail_of(_row(version_id))


def versions(ids: Iterable[UUID]) -> list[VersionDetail]:
    """Many versions with all their parts, a handful of statements a thousand; unknown ids are left out."""
    rows = (
        ItemVersion.objects.filter(pk__in=list(ids))
        .select_related("item__basic")
        .prefetch_related("materials", "fees", "steps", "faqs", "outcomes")
    )
    return [detail_of(row) for row in rows]


def in_force() -> list[UUID]:
    """The versions in force of all items in use, by code."""
    rows = ItemVersion.objects.filter(state=VersionState.PUBLISHED, item__state=ItemState.IN_USE)
    return list(rows.order_by("item__code").values_list("pk", flat=True))


def item_by(key: UUID | str) -> Item:
    """The item with this id, code or slug."""
    rows = Item.objects.select_related("basic")
    if isinstance(key, UUID):
        found = rows.filter(pk=key).first()
    else:
        found = rows.filter(code=key.upper()).first() or rows.filter(slug=key.lower()).first()
    if found is None:
        raise NotFound(_("没有找到这个事项，它可能已经改名或取消"))
    return found


def published(key: UUID | str) -> VersionDetail:
    """The version in force of the item with this id, code or slug.

    A suspended or cancelled item is still shown (``item_state`` says so); it cannot be filed.
    """
    if isinstance(key, str) and (found := _IN_FORCE.first(code=key.upper(), state=VersionState.PUBLISHED)):
        return _kept(found[0], found[1:])
    item = item_by(key)
    version_id = (
        ItemVersion.objects.filter(item=item, state=VersionState.PUBLISHED)
        .values_list("pk", flat=True)
        .first()
    )
    if version_id is None:
        raise NotFound(_("这个事项目前没有已发布的办事指南"))
    return version(version_id)


def implementations(basic_code: str, item_id: UUID | str | None = None) -> list[UUID]:
    """The versions in force of every item in use that implements a basic item, or of one of them."""
    rows = ItemVersion.objects.filter(
        item__basic__code=basic_code, item__state=ItemState.IN_USE, state=VersionState.PUBLISHED
    )
    if item_id is not None:
        rows = rows.filter(item_id=item_id)
    return list(rows.order_by("item__division", "item__code").values_list("pk", flat=True))


def versions_of(key: UUID | str) -> list[VersionDetail]:
    """All versions of an item, newest first."""
    ids = ItemVersion.objects.filter(item=item_by(key)).order_by("-number").values_list("pk", flat=True)
    return [version(pk) for pk in ids]


def current(version_id: UUID) -> VersionDetail:
    """The version if a case may be started on it now; otherwise says why not (:class:`Conflict`)."""
    detail = version(version_id)
    if detail.item_state == ItemState.SUSPENDED:
        raise Conflict(_("“%(name)s”目前暂停办理") % {"name": detail.name}, code="item_suspended")
    if detail.item_state == ItemState.CANCELLED:
        raise Conflict(_("“%(name)s”已经取消") % {"name": detail.name}, code="item_cancelled")
    if detail.state != VersionState.PUBLISHED:
        message = _("“%(name)s”的办事指南已经更新，请按新的要求重新填写") % {"name": detail.name}
        raise Conflict(message, code="version_not_in_force")
    return detail


def item_of(item_id: UUID) -> Item:
    """The item row, for asking who may do what with it. Raises NotFound."""
    return item_by(item_id)


def item_id_of(key: str) -> UUID:
    """The id of the item with this code or slug. Raises NotFound."""
    return item_by(key).pk
