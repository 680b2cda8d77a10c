"""Tables in force: which items have one, and whether it still fits the item's version."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.guidance import checking, definition
from tongban.guidance.models import Table, TableState
from tongban.items import service as items
from tongban.kit.errors import Conflict, DomainError, Invalid, NotFound


def findings(table: Table, detail: items.VersionDetail) -> list[checking.Finding]:
    """What is wrong with a table beside this version of its item."""
    try:
        return checking.check(definition.read(table.definition), detail)
    except Invalid as error:
        return [checking.Finding("T00", p.field, str(p.message)) for p in error.problems]


@lru_cache(maxsize=1024)
def _fits(table_id: UUID, revision: int, version_id: UUID, content_hash: str) -> bool:
    table = Table.objects.get(pk=table_id)
    return not checking.blocking(findings(table, items.version(version_id)))


def fits(table: Table, detail: items.VersionDetail) -> bool:
    """Whether a published table may be used with the version in force: its materials and fields are there."""
    return _fits(table.id, table.revision, detail.id, detail.content_hash)


def in_force(item_id: UUID) -> Table | None:
    """The published table of an item, fitting or not."""
    return Table.objects.filter(item_id=item_id, state=TableState.PUBLISHED).first()


def offered(item_ids: Iterable[UUID]) -> frozenset[UUID]:
    """The items among these that guidance can be started for now."""
    found = []
    for table in Table.objects.filter(item_id__in=list(item_ids), state=TableState.PUBLISHED):
        try:
            detail = items.published(table.item_id)
        except DomainError:
            continue
        if detail.item_state == "1" and fits(table, detail):
            found.append(table.item_id)
    return frozenset(found)


def usable(code: str) -> tuple[Table, items.VersionDetail]:
    """The table and the version in force of the item with this code or slug.

    Raises:
        NotFound: no such item, or nobody made a table for it.
        Conflict: the table no longer fits the guide; its editors see why.
    """
    detail = items.published(code)
    table = in_force(detail.item_id)
    if table is None:
        raise NotFound(_("“%(name)s”还没有办事引导，请直接看办事指南") % {"name": detail.name})
    if detail.item_state != "1" or not fits(table, detail):
        words = _("“%(name)s”的办事引导正在更新，请先看办事指南") % {"name": detail.name}
        raise Conflict(words, code="guidance_outdated")
    return table, detail
