"""Putting versions in force, today or on their day; suspending, resuming and cancelling items."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.drafting import acted, expect, locked, may_edit, offending, record
from tongban.items.events import item_published, item_state_set
from tongban.items.models import Act, Item, ItemState, ItemVersion, VersionState
from tongban.items.reading import item_by, version
from tongban.items.records import VersionDetail
from tongban.items.reviewing import to_draft
from tongban.items.searching.entries import refresh
from tongban.items.storing import retire
from tongban.items.succession import settle
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, FieldProblem, Invalid, NotFound, invalid

FURTHEST = timedelta(days=366)  # a day further off is a typing error


def publish(actor: Actor, version_id: UUID, *, effective_from: date | None = None) -> VersionDetail:
    """Put a reviewed version in force and retire the one before it, in one step; or fix the day for it.

    With a future day the version waits as ``scheduled`` and a worker puts it in force on that day. Of two
    people who publish at once, the second gets :class:`Conflict`.
    """
    today = timezone.localdate()
    day = effective_from or today
    if day < today:
        raise invalid("effective_from", "past", _("生效日期不能早于今天"))
    if day > today + FURTHEST:
        raise invalid("effective_from", "range", _("生效日期最迟为一年以内"))
    with transaction.atomic():
        row = locked(version_id)
        may_edit(actor, row.item)
        expect(row, VersionState.REVIEWED)
        if row.item.state == ItemState.CANCELLED:
            raise Conflict(_("事项已经取消"), code="item_cancelled")
        if found := offending(row):
            raise Invalid(*(FieldProblem(f.field, f.rule, f.message) for f in found))
        if day == today:
            _put_in_force(actor, row)
        else:
            row.state, row.effective_from = VersionState.SCHEDULED, day
            row.save()
            acted(actor, row, Act.SCHEDULED, day.isoformat())
            record(actor, row, "item.scheduled", effective_from=day)
    return version(version_id)


def _put_in_force(actor: Actor, row: ItemVersion) -> None:
    in_force = ItemVersion.objects.filter(item=row.item, state=VersionState.PUBLISHED)
    before = list(in_force.values_list("pk", flat=True))
    retire(before)
    row.state, row.effective_from = VersionState.PUBLISHED, timezone.localdate()
    row.published_at = timezone.now()
    acted(actor, row, Act.PUBLISHED)  # before the state: nothing is added to a published version
    row.save()
    refresh([row.pk])
    record(actor, row, "item.published", replaces=[str(pk) for pk in before])
    item_published.emit(item_id=str(row.item_id), basic_code=_basic(row.item))
    settle(row.item, cancel=lambda item, reason: _set_state(actor, item, ItemState.CANCELLED, reason))


def _basic(item: Item) -> str:
    return item.basic.code if item.basic else ""


def put_due_in_force(today: date | None = None) -> int:
    """Put every version in force whose day has come; returns how many. Replayable.

    One whose standard has changed meanwhile goes back to its writers instead, with the reason.
    """
    day = today or timezone.localdate()
    due = ItemVersion.objects.filter(state=VersionState.SCHEDULED, effective_from__lte=day)
    done = 0
    for version_id in list(due.order_by("effective_from").values_list("pk", flat=True)):
        with transaction.atomic():
            row = locked(version_id)
            if row.state != VersionState.SCHEDULED:
                continue  # taken back, or another worker was quicker
            if row.item.state == ItemState.CANCELLED:
                to_draft(SYSTEM, row, _("事项已经取消"))
            elif found := offending(row):
                to_draft(SYSTEM, row, "；".join(f.message for f in found)[:1000])
            else:
                _put_in_force(SYSTEM, row)
                done += 1
    return done


def set_state(actor: Actor, key: UUID | str, state: str, reason: str) -> None:
    """Suspend, resume or cancel an item (national codes 2, 1, 3). Cancelled is final."""
    if state not in ItemState.values:
        raise invalid("state", "enum", _("事项状态只有在用、暂停和取消"))
    if not reason.strip():
        raise invalid("reason", "required", _("请填写原因"))
    if len(reason) > 500:
        raise invalid("reason", "length", _("说明不能超过 500 字"))
    with transaction.atomic():
        item = Item.objects.select_for_update(of=("self",)).get(pk=item_by(key).pk)
        may_edit(actor, item)
        if item.state == ItemState.CANCELLED:
            raise Conflict(_("事项已经取消"), code="item_cancelled")
        _set_state(actor, item, state, reason.strip())


def _set_state(actor: Actor, item: Item, state: str, reason: str) -> None:
    item.state = state
    item.save(update_fields=["state"])
    row = ItemVersion.objects.filter(item=item).order_by("-number").first()
    if row is None:
        raise NotFound(_("这个事项还没有任何版本"))
    row.item = item
    in_force = ItemVersion.objects.filter(item=item, state=VersionState.PUBLISHED)
    refresh(in_force.values_list("pk", flat=True))
    record(actor, row, "item.state_set", state=state, reason=reason)
    item_state_set.emit(item_id=str(item.pk), basic_code=_basic(item))
