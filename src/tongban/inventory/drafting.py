"""A department's stewards make entries and change what is said about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.inventory import describing, numbers, rights
from tongban.inventory.describing import FIELDS, LABELS, Described, content_of, said
from tongban.inventory.models import OPEN, Entry, State, Version
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, NotFound, invalid
from tongban.organisations import service as organisations
from tongban.trace import service as trace


@dataclass(frozen=True, slots=True)
class Difference:
    """What the generator would say of a field, beside what a person has made of it."""

    field: str
    label: str
    mine: str
    offered: str


def chain(entry_id: UUID) -> str:
    """The trace chain of an entry."""
    return f"inventory:{entry_id}"


def locked(entry_id: UUID) -> Entry:
    """The entry, locked until the transaction ends. Raises NotFound."""
    found = Entry.objects.select_for_update(of=("self",)).select_related("department").filter(pk=entry_id)
    row = found.first()
    if row is None:
        raise NotFound(_("没有这个目录条目"))
    return row


def newest(entry: Entry) -> Version:
    """The version worked on last."""
    return entry.versions.order_by("-number")[0]


def write(version: Version, content: Mapping[str, Any]) -> None:
    """Put content into a version and save it."""
    for name in FIELDS:
        setattr(version, name, content[name])
    version.words = describing.words(version.entry, content)
    version.save()


def begin(entry: Entry, content: Mapping[str, Any]) -> Version:
    """The next version of an entry, as a draft."""
    last = entry.versions.order_by("-number").values_list("number", flat=True).first() or 0
    row = Version(entry=entry, number=last + 1)
    write(row, content)
    return row


@transaction.atomic
def create(actor: Actor, department_id: UUID, given: Described, *, front: str = "") -> Entry:
    """Draft an entry that comes from no registered source. ``front``: a listed place, or empty for its own.

    Raises Forbidden, Invalid.
    """
    rights.need_editor(actor, department_id)
    describing.check(None, given)
    row = Entry(department=organisations.department(department_id))
    numbers.place(row, numbers.front_of(front, row.department))
    row.save(force_insert=True)
    version = begin(row, given.as_json())
    _by(actor, version)
    trace.append(actor, chain(row.id), "inventory.drafted", {"code": row.code, "name": given.name})
    return row


@transaction.atomic
def edit(actor: Actor, entry_id: UUID, given: Described, *, front: str | None = None) -> Version:
    """Change the draft, or begin one beside what is published.

    ``front`` moves an entry that was never published to another place; it gets a new code there.
    Raises Forbidden, Invalid; Conflict while it is in review, or when a published one shall move.
    """
    row = locked(entry_id)
    rights.need_editor(actor, row.department_id)
    describing.check(row, given)
    if front is not None:
        _move(row, numbers.front_of(front, row.department))
    version = _draft(row)
    write(version, given.as_json())
    _by(actor, version)
    trace.append(actor, chain(row.id), "inventory.edited", {"version": version.number})
    return version


def _move(row: Entry, front: str) -> None:
    if front == row.front:
        return
    if row.versions.filter(published_at__isnull=False).exists():
        raise Conflict(_("发布过的条目不能再改分类：代码已经公开"), code="code_public")
    numbers.place(row, front)
    row.save()


def _draft(row: Entry) -> Version:
    version = newest(row)
    if version.state == State.IN_REVIEW:
        raise Conflict(_("这一版正在审核，等审核结束再改"))
    return version if version.state == State.DRAFT else begin(row, content_of(version))


def _by(actor: Actor, version: Version) -> None:
    if actor.account_id is not None and actor.account_id not in version.editors:
        version.editors = [*version.editors, actor.account_id]
        version.save(update_fields=["editors"])


@transaction.atomic
def discard(actor: Actor, entry_id: UUID) -> None:
    """Give up the draft beside what was published. Raises Conflict where nothing would be left."""
    row = locked(entry_id)
    rights.need_editor(actor, row.department_id)
    version = newest(row)
    if version.state != State.DRAFT or version.number == 1:
        raise Conflict(_("没有可以放弃的修改"))
    version.delete()
    trace.append(actor, chain(row.id), "inventory.discarded", {"version": version.number})


def differences(entry: Entry, version: Version | None = None) -> list[Difference]:
    """Where the generator would say something else, less what a person has turned down."""
    mine = content_of(version or newest(entry))
    return [
        Difference(name, str(LABELS[name]), said(name, mine[name]), said(name, entry.offered[name]))
        for name in FIELDS
        if name in entry.offered
        and entry.offered[name] != mine[name]
        and entry.offered[name] != entry.kept.get(name)
    ]


@transaction.atomic
def settle(actor: Actor, entry_id: UUID, names: Sequence[str], *, take: bool) -> Version:
    """Take over what the generator offers for these fields, or keep one's own and hear of it no more."""
    row = locked(entry_id)
    rights.need_editor(actor, row.department_id)
    wanted = [one.field for one in differences(row) if one.field in names]
    if not wanted:
        raise invalid("fields", "required", _("请至少选择一项"))
    if take:
        version = _draft(row)
        write(version, content_of(version) | {name: row.offered[name] for name in wanted})
        _by(actor, version)
    else:
        row.kept = row.kept | {name: row.offered[name] for name in wanted}
        row.save(update_fields=["kept"])
        version = newest(row)
    action = "inventory.offer_taken" if take else "inventory.offer_kept_away"
    trace.append(actor, chain(row.id), action, {"fields": wanted})
    return version


def has_open(entry: Entry) -> bool:
    """Whether a draft or a version in review is there."""
    return entry.versions.filter(state__in=OPEN).exists()
