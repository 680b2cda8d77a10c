"""Storing prepared items: one set of statements a batch, whether it holds one item or a thousand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.content import PARTS, Prepared
from tongban.items.models import BasicItem, Item, ItemVersion, VersionState
from tongban.items.searching.entries import refresh
from tongban.kit.actors import Actor

_LOCK = 0x746E6762_6974656D  # "tngbitem": one bulk store at a time, so that codes cannot race
_BASIC = ("national_code", "name", "type_code", "parent_code", "parent_name")


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one prepared item: ``imported``, ``unchanged`` or ``refused`` (with the reason)."""

    code: str
    outcome: str
    item_id: UUID | None = None
    version_id: UUID | None = None
    reason: str = ""


@dataclass(slots=True)
class _Known:
    item: Item
    newest: int = 0
    published_id: UUID | None = None
    published_hash: str = ""
    open: bool = False


def _known(codes: Sequence[str], *, lock: bool) -> dict[str, _Known]:
    rows = Item.objects.filter(code__in=codes).order_by("code")
    known = {item.code: _Known(item) for item in (rows.select_for_update() if lock else rows)}
    by_id = {entry.item.id: entry for entry in known.values()}
    versions = ItemVersion.objects.filter(item__in=by_id).values_list(
        "item_id", "id", "number", "state", "content_hash"
    )
    for item_id, version_id, number, state, digest in versions:
        entry = by_id[item_id]
        entry.newest = max(entry.newest, number)
        if state == VersionState.PUBLISHED:
            entry.published_id, entry.published_hash = version_id, digest
        elif state in (VersionState.DRAFT, VersionState.REVIEWED):
            entry.open = True
    return known


def _judge(one: Prepared, known: _Known | None) -> Stored | None:
    """The outcome where nothing is to be written, else ``None``."""
    if known is None:
        return None
    if known.published_hash == one.content_hash() or known.published_hash == one.older_hash():
        return Stored(one.code, "unchanged", known.item.id, known.published_id)
    if known.open:
        reason = _("事项有尚未发布的修改草稿，请先发布或删除草稿")
        return Stored(one.code, "refused", known.item.id, reason=reason)
    return None


def foresee(batch: Sequence[Prepared]) -> list[Stored]:
    """What :func:`store` would do, without doing it."""
    known = _known([one.code for one in batch], lock=False)
    return [_judge(one, known.get(one.code)) or Stored(one.code, "imported") for one in batch]


def store(batch: Sequence[Prepared], actor: Actor, *, source: str, note: str = "") -> list[Stored]:
    """Publish each prepared item whose content differs from what is in force.

    Codes in a batch are distinct. An item with an open draft is refused: a person is at work on it.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = _known([one.code for one in batch], lock=True)
        judged = {one.code: _judge(one, known.get(one.code)) for one in batch}
        fresh = [one for one in batch if judged[one.code] is None]
        written = _write(fresh, known, actor, source, note) if fresh else {}
    return [judged[one.code] or written[one.code] for one in batch]


def _write(
    batch: Sequence[Prepared], known: dict[str, _Known], actor: Actor, source: str, note: str
) -> dict[str, Stored]:
    items = _items(batch, known, _basics(batch), source)
    now, today = timezone.now(), timezone.localdate()
    versions: list[ItemVersion] = []
    for one in batch:
        before = known.get(one.code)
        versions.append(
            ItemVersion(
                item=items[one.code],
                number=(before.newest if before else 0) + 1,
                state=VersionState.DRAFT,
                effective_from=today,
                content_hash=one.content_hash(),
                author_id=actor.account_id,
                author_name=actor.name,
                reviewer_name=actor.name,
                published_at=now,
                note=note,
                findings=one.findings,
                **one.columns,
            )
        )
    ItemVersion.objects.bulk_create(versions)
    _parts(zip(batch, versions, strict=True))
    replaced = [entry.published_id for one in batch if (entry := known.get(one.code)) and entry.published_id]
    retire(replaced)
    ids = [row.pk for row in versions]
    ItemVersion.objects.filter(pk__in=ids).update(state=VersionState.PUBLISHED)
    refresh(ids)
    return {
        one.code: Stored(one.code, "imported", row.item_id, row.pk)
        for one, row in zip(batch, versions, strict=True)
    }


def retire(version_ids: Iterable[UUID | None]) -> None:
    """Take versions out of force as of today."""
    ItemVersion.objects.filter(pk__in=list(version_ids)).update(
        state=VersionState.RETIRED, effective_to=timezone.localdate()
    )


def _basics(batch: Sequence[Prepared]) -> dict[str, BasicItem]:
    wanted = {one.basic["code"]: one.basic for one in batch if one.basic}
    have = {row.code: row for row in BasicItem.objects.filter(code__in=wanted)}
    new = [BasicItem(**values) for code, values in wanted.items() if code not in have]
    BasicItem.objects.bulk_create(new)
    changed = []
    for code, row in have.items():
        values = {name: value for name, value in wanted[code].items() if name in _BASIC and value}
        if any(getattr(row, name) != value for name, value in values.items()):
            _set(row, values)
            changed.append(row)
    BasicItem.objects.bulk_update(changed, _BASIC)
    return have | {row.code: row for row in new}


def _items(
    batch: Sequence[Prepared], known: dict[str, _Known], basics: dict[str, BasicItem], source: str
) -> dict[str, Item]:
    made: list[Item] = []
    changed: list[Item] = []
    for one in batch:
        values = {**one.head, "basic": basics.get(one.basic.get("code", "")), "source": source}
        if (entry := known.get(one.code)) is None:
            made.append(Item(**values))
        else:
            _set(entry.item, values)
            changed.append(entry.item)
    Item.objects.bulk_create(made)
    if changed:
        names = sorted({name for one in batch for name in one.head} - {"code"})
        columns = [name.removesuffix("_id") for name in names]
        Item.objects.bulk_update(changed, [*columns, "basic", "source"], batch_size=500)
    return {item.code: item for item in (*made, *changed)}


def _set(row: BasicItem | Item, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _parts(pairs: Iterable[tuple[Prepared, ItemVersion]]) -> None:
    rows: dict[str, list[Any]] = {name: [] for name in PARTS}
    for one, version in pairs:
        for name, values in one.parts.items():
            model = PARTS[name]
            rows[name] += [model(version=version, order=n, **part) for n, part in enumerate(values)]
    for name, made in rows.items():
        if made:
            PARTS[name]._default_manager.bulk_create(made, batch_size=2000)
