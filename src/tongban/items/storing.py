"""Storing prepared items: one set of statements a batch, whether it holds one item or a thousand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.content import PARTS, Prepared
from tongban.items.copying import copy_in
from tongban.items.events import items_stored
from tongban.items.models import OPEN_STATES, BasicItem, Item, ItemState, ItemVersion, VersionState
from tongban.items.searching import entries
from tongban.kit.actors import Actor
from tongban.kit.ids import uuid7

_LOCK = 0x746E6762_6974656D  # "tngbitem": one bulk store at a time, so that codes cannot race
_BASIC = ("national_code", "name", "type_code", "parent_code", "parent_name")
_DEFAULTS = {column.attname: column.get_default for column in ItemVersion._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one prepared item: ``imported``, ``unchanged`` or ``refused`` (with the reason)."""

    code: str
    outcome: str
    item_id: UUID | None = None
    version_id: UUID | None = None
    reason: str = ""
    number: int = 0
    content_hash: str = ""
    draft: bool = False  # written, and not in force until a second person publishes it


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
    versions = ItemVersion.objects.filter(item__in=list(by_id)).values_list(
        "item_id", "id", "number", "state", "content_hash"
    )
    for item_id, version_id, number, state, digest in versions if by_id else ():
        entry = by_id[item_id]
        entry.newest = max(entry.newest, number)
        if state == VersionState.PUBLISHED:
            entry.published_id, entry.published_hash = version_id, digest
        elif state in OPEN_STATES:
            entry.open = True
    return known


def _judge(one: Prepared, known: _Known | None) -> Stored | None:
    """The outcome where nothing is to be written, else ``None``."""
    if known is None:
        return None
    if known.published_hash and known.published_hash in _hashes(one):
        return Stored(one.code, "unchanged", known.item.id, known.published_id)
    if known.open:
        reason = _("事项有尚未发布的修改草稿，请先发布或删除草稿")
        return Stored(one.code, "refused", known.item.id, reason=reason)
    return None


def _hashes(one: Prepared) -> Iterable[str]:
    yield one.content_hash()
    yield one.older_hash()


def _unfit(one: Prepared, known: _Known | None, basics: Mapping[str, Any]) -> Stored | None:
    """Why a guide cannot be drafted: code, body and basic catalogue are not its editors' to change."""
    if (basic := one.basic.get("code")) and basic not in basics:
        reason = _("基本目录里没有 %(code)s，须先由省级收录") % {"code": basic}
        return Stored(one.code, "refused", reason=reason)
    if known is not None:
        differing = [name for name, value in one.head.items() if getattr(known.item, name) != value]
        if differing:
            reason = _("编码、主体、区划等不能随清单修改：%(names)s") % {"names": "、".join(differing)}
            return Stored(one.code, "refused", known.item.id, reason=reason)
    return None


def own(one: Prepared) -> bool:
    """Whether the item is handled here: two people answer for what it says."""
    return one.head.get("department_id") is not None


def foresee(batch: Sequence[Prepared], *, by_two: bool = False) -> list[Stored]:
    """What :func:`store` would do, without doing it."""
    known = _known([one.code for one in batch], lock=False)
    basics = _basics_of(batch) if by_two else {}
    judged = [
        _judge(one, known.get(one.code))
        or (_unfit(one, known.get(one.code), basics) if by_two and own(one) else None)
        for one in batch
    ]
    return [
        found or Stored(one.code, "imported", draft=by_two and own(one))
        for one, found in zip(batch, judged, strict=True)
    ]


def store(
    batch: Sequence[Prepared], actor: Actor, *, source: str, note: str = "", by_two: bool = False
) -> list[Stored]:
    """Publish each prepared item whose content differs from what is in force.

    Codes in a batch are distinct. An item with an open draft is refused: a person is at work on it.
    With ``by_two`` guides of our own departments become drafts that a second person publishes.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = _known([one.code for one in batch], lock=True)
        have = _basics_of(batch)
        done: dict[str, Stored] = {}
        drafts, public = list[Prepared](), list[Prepared]()
        for one in batch:
            entry, draft = known.get(one.code), by_two and own(one)
            found = _judge(one, entry) or (_unfit(one, entry, have) if draft else None)
            if found is not None:
                done[one.code] = found
            else:
                (drafts if draft else public).append(one)
        writing = _Writing(known, have, actor, source, note)
        for fresh, in_force in ((drafts, False), (public, True)):
            if fresh:
                done |= writing.write(fresh, in_force=in_force)
        if pairs := [[str(done[one.code].item_id), one.basic["code"]] for one in public if one.basic]:
            items_stored.emit(items=pairs)
    return [done[one.code] for one in batch]


class _Writing:
    """The statements of one batch."""

    def __init__(
        self, known: dict[str, _Known], basics: dict[str, BasicItem], actor: Actor, source: str, note: str
    ) -> None:
        self._known, self._basics, self._actor = known, basics, actor
        self._source, self._note = source, note
        self._in_force = {
            "state": VersionState.PUBLISHED.value,
            "effective_from": timezone.localdate(),
            "published_at": timezone.now(),
            "reviewer_name": actor.name,
        }

    def write(self, batch: Sequence[Prepared], *, in_force: bool) -> dict[str, Stored]:
        """Items, versions and parts; in force at once, or as drafts."""
        if in_force:
            _write_basics(batch, self._basics)
        items = self._items(batch, change=in_force)
        rows = [self._version(one, items[one.code], in_force=in_force) for one in batch]
        # Parts first: the check of their foreign key waits for the end of the transaction, and the
        # version can go in as it will stay. What is in force takes no part any more.
        _parts(zip(batch, rows, strict=True))
        if in_force:
            retire(e.published_id for one in batch if (e := self._known.get(one.code)) and e.published_id)
        copy_in(ItemVersion, rows)
        if in_force:
            entries.put([
                _entry(one, items[one.code], row)
                for one, row in zip(batch, rows, strict=True)
                if items[one.code].state != ItemState.CANCELLED
            ])  # fmt: skip
        return {
            one.code: Stored(
                one.code,
                "imported",
                row["item_id"],
                row["id"],
                number=row["number"],
                content_hash=row["content_hash"],
                draft=not in_force,
            )
            for one, row in zip(batch, rows, strict=True)
        }

    def _version(self, one: Prepared, item: Item, *, in_force: bool) -> dict[str, Any]:
        before = self._known.get(one.code)
        row = {
            **one.columns,
            "id": uuid7(),
            "item_id": item.pk,
            "number": (before.newest if before else 0) + 1,
            "content_hash": one.content_hash(),
            "author_id": self._actor.account_id,
            "author_name": self._actor.name,
            "note": self._note,
            "findings": one.findings,
        }
        return row | self._in_force if in_force else row

    def _items(self, batch: Sequence[Prepared], *, change: bool) -> dict[str, Item]:
        made: list[dict[str, Any]] = []
        found: dict[str, Item] = {}
        changed: list[Item] = []
        for one in batch:
            basic = self._basics.get(one.basic.get("code", ""))
            values = {**one.head, "basic_id": basic.pk if basic else None, "source": self._source}
            if (entry := self._known.get(one.code)) is None:
                values["id"] = uuid7()
                made.append(values)
                found[one.code] = Item(**values)
                continue
            found[one.code] = entry.item
            if change and any(getattr(entry.item, name) != value for name, value in values.items()):
                _set(entry.item, values)
                changed.append(entry.item)
        if made:
            copy_in(Item, made)
        if changed:
            columns = {name.removesuffix("_id") for one in batch for name in one.head} - {"code"}
            Item.objects.bulk_update(changed, [*sorted(columns), "basic", "source"], batch_size=500)
        return found


def retire(version_ids: Iterable[UUID | None]) -> None:
    """Take versions out of force as of today."""
    if ids := [pk for pk in version_ids if pk is not None]:
        ItemVersion.objects.filter(pk__in=ids).update(
            state=VersionState.RETIRED, effective_to=timezone.localdate()
        )


def _basics_of(batch: Sequence[Prepared]) -> dict[str, BasicItem]:
    wanted = {one.basic["code"] for one in batch if one.basic}
    return {row.code: row for row in BasicItem.objects.filter(code__in=wanted)}


def _write_basics(batch: Sequence[Prepared], have: dict[str, BasicItem]) -> None:
    """Basic items that are new, and those whose words changed; ``have`` holds them all afterwards."""
    wanted = {one.basic["code"]: one.basic for one in batch if one.basic}
    new = [{"id": uuid7(), **values} for code, values in wanted.items() if code not in have]
    changed = []
    for code in wanted.keys() & have.keys():
        row = have[code]
        values = {name: value for name, value in wanted[code].items() if name in _BASIC and value}
        if any(getattr(row, name) != value for name, value in values.items()):
            _set(row, values)
            changed.append(row)
    if new:
        copy_in(BasicItem, new)
        have |= {row["code"]: BasicItem(**row) for row in new}
    if changed:
        BasicItem.objects.bulk_update(changed, _BASIC)


def _set(row: BasicItem | Item, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _entry(one: Prepared, item: Item, row: Mapping[str, Any]) -> dict[str, Any]:
    read = {name: row[name] if name in row else _DEFAULTS[name]() for name in entries.READ}
    names = ("materials", "name"), ("outcomes", "name"), ("faqs", "question")
    return entries.entry(
        item, read, *([part[name] for part in one.parts.get(kind, ())] for kind, name in names)
    )


def _parts(pairs: Iterable[tuple[Prepared, Mapping[str, Any]]]) -> None:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    for one, version in pairs:
        for name, values in one.parts.items():
            rows[name] += [{**part, "version_id": version["id"], "order": n} for n, part in enumerate(values)]
    for name, made in rows.items():
        if made:
            copy_in(PARTS[name], made)
