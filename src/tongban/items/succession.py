"""Splitting one item into several and merging several into one. Old links lead on to what follows.

A reorganisation is planned first: the successors may still be drafts. It is done, and what came before is
cancelled, when every successor is in force.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.drafting import copied, may_edit
from tongban.items.models import (
    BasicItem,
    Item,
    ItemState,
    ItemVersion,
    Reorganisation,
    ReorganisationKind,
    Succession,
    VersionState,
)
from tongban.items.reading import item_by
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, invalid
from tongban.standards import codes
from tongban.trace import service as trace

MOST = 20  # items one reorganisation may name


@dataclass(frozen=True, slots=True)
class Follower:
    """An item that shall follow: an existing one by its code, or a new one with this name."""

    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Successor:
    """What follows an item, for the public."""

    code: str
    name: str
    kind: str  # "split" | "merge"


def split(actor: Actor, key: UUID | str, into: Sequence[Follower], reason: str) -> Reorganisation:
    """Split an item into several. New codes become new items with a draft copied from it.

    Raises:
        Invalid: for fewer than two, for a code that cannot be read or a new one without a name.
        Conflict: when the item is cancelled or already being reorganised.
    """
    if not 2 <= len(into) <= MOST:
        raise invalid("into", "count", _("请填写 2 至 20 个新事项"))
    with transaction.atomic():
        item = _held(actor, key)
        followers = [_follower(actor, item, one, n) for n, one in enumerate(into)]
        return _plan(actor, ReorganisationKind.SPLIT, [item], followers, reason)


def merge(actor: Actor, keys: Sequence[UUID | str], into: Follower, reason: str) -> Reorganisation:
    """Merge several items into one of them, into another existing one, or into a new one.

    A new one starts with a draft copied from the first. Raises as :func:`split`.
    """
    if not 2 <= len(set(keys)) <= MOST:
        raise invalid("items", "count", _("请选择 2 至 20 个要合并的事项"))
    with transaction.atomic():
        held = [_held(actor, key) for key in sorted(set(keys), key=str)]
        follower = _follower(actor, held[0], into, 0)
        left = [item for item in held if item.pk != follower.pk]
        return _plan(actor, ReorganisationKind.MERGE, left, [follower], reason)


def _held(actor: Actor, key: UUID | str) -> Item:
    item = Item.objects.select_for_update(of=("self",)).get(pk=item_by(key).pk)
    may_edit(actor, item)
    if item.state == ItemState.CANCELLED:
        raise Conflict(_("事项已经取消"), code="item_cancelled")
    if Succession.objects.filter(predecessor=item, reorganisation__done_at=None).exists():
        raise Conflict(_("这个事项正在拆分或合并"), code="reorganising")
    return item


def _follower(actor: Actor, model: Item, one: Follower, index: int) -> Item:
    code, field = one.code.strip().upper(), f"into.{index}"
    found = Item.objects.select_related("basic").filter(code=code).first()
    if found is not None:
        may_edit(actor, found)
        if found.state == ItemState.CANCELLED:
            raise invalid(field, "cancelled", _("“%(code)s”已经取消") % {"code": code})
        return found
    if not one.name.strip():
        raise invalid(field, "name", _("新事项要写名称"))
    try:
        parsed = codes.parse_item_code(code)
    except ValueError as error:
        raise invalid(field, "item_code", str(error)) from None
    if not code.startswith(f"{model.department_uscc}{model.level}"):
        message = _("新事项的编码应以实施主体编码和行使层级 %(head)s 开头")
        raise invalid(field, "item_code", message % {"head": f"{model.department_uscc}{model.level}"})
    basic, _made = BasicItem.objects.get_or_create(
        code=parsed.basic, defaults={"name": one.name.strip(), "type_code": parsed.catalogue.type}
    )
    return _made_item(actor, model, code, one.name.strip(), basic)


def _made_item(actor: Actor, model: Item, code: str, name: str, basic: BasicItem) -> Item:
    source = ItemVersion.objects.filter(item=model).order_by("-number").first()
    if source is None:
        raise Conflict(_("这个事项还没有任何版本"))
    item = Item.objects.create(
        code=code,
        code_system=model.code_system,
        basic=basic,
        department=model.department,
        department_uscc=model.department_uscc,
        department_name=model.department_name,
        division=model.division,
        level=model.level,
        source=model.source,
    )
    # Passed to the standard as the new basic item: the old one's fixed fields bind no longer.
    copied(actor, source, item, _("由“%(name)s”而来") % {"name": source.name}, name=name, name_en="")
    return item


def _plan(
    actor: Actor, kind: str, before: Sequence[Item], after: Sequence[Item], reason: str
) -> Reorganisation:
    if not 1 <= len(reason.strip()) <= 500:
        raise invalid("reason", "length", _("请用 1 至 500 字写明原因"))
    if len({item.pk for item in after}) != len(after) or {i.pk for i in before} & {i.pk for i in after}:
        raise invalid("into", "distinct", _("新事项不能重复，也不能是原事项"))
    plan = Reorganisation.objects.create(kind=kind, reason=reason.strip(), actor_name=actor.name)
    Succession.objects.bulk_create(
        [Succession(reorganisation=plan, predecessor=old, successor=new) for old in before for new in after]
    )
    what = {"kind": kind, "from": [i.code for i in before], "into": [i.code for i in after], "reason": reason}
    for item in (*before, *after):
        trace.append(actor, item.pk, "item.reorganised", what)
    from tongban.items.publishing import _set_state

    for item in after:
        settle(item, cancel=lambda old, why: _set_state(actor, old, ItemState.CANCELLED, why))
    return plan


def settle(item: Item, *, cancel: Callable[[Item, str], None]) -> None:
    """An item came into force: finish the reorganisations whose successors now all are."""
    waiting = Reorganisation.objects.select_for_update().filter(
        done_at=None, pk__in=Succession.objects.filter(successor=item).values("reorganisation")
    )
    for plan in waiting:
        rows = list(Succession.objects.filter(reorganisation=plan).select_related("predecessor__basic"))
        after = {row.successor_id for row in rows}
        in_force = ItemVersion.objects.filter(item__in=after, state=VersionState.PUBLISHED)
        if in_force.values("item").distinct().count() < len(after):
            continue
        plan.done_at = timezone.now()
        plan.save(update_fields=["done_at"])
        for old in {row.predecessor_id: row.predecessor for row in rows}.values():
            if old.state != ItemState.CANCELLED:
                cancel(old, plan.reason)


def call_off(actor: Actor, plan_id: UUID) -> None:
    """Give up a reorganisation that is not done yet. Drafts of new items stay."""
    with transaction.atomic():
        plan = Reorganisation.objects.select_for_update().filter(pk=plan_id, done_at=None).first()
        if plan is None:
            raise Conflict(_("这次拆分或合并已经完成或撤销"))
        for row in plan.rows.select_related("predecessor"):
            may_edit(actor, row.predecessor)
            trace.append(actor, row.predecessor_id, "item.reorganisation_called_off", {"plan": str(plan.pk)})
        plan.delete()


def successors(item_id: UUID) -> list[Successor]:
    """What an item was split or merged into, once that is done; those that were replaced again lead on."""
    found: dict[UUID, Successor] = {}
    seen, wanted = {item_id}, [item_id]
    while wanted:
        rows = Succession.objects.filter(
            predecessor__in=wanted, reorganisation__done_at__isnull=False
        ).select_related("reorganisation", "successor")
        wanted = []
        for row in rows.order_by("successor__code"):
            if row.successor_id in seen:
                continue
            seen.add(row.successor_id)
            if row.successor.state == ItemState.CANCELLED:
                wanted.append(row.successor_id)
            else:
                found[row.successor_id] = Successor(row.successor.code, "", row.reorganisation.kind)
    names = dict(
        ItemVersion.objects.filter(item__in=found, state=VersionState.PUBLISHED).values_list("item", "name")
    )
    return [Successor(one.code, names.get(pk, one.code), one.kind) for pk, one in found.items()]


def plans(item_id: UUID) -> list[Succession]:
    """The reorganisations an item takes part in, on either side, newest first."""
    rows = Succession.objects.select_related("reorganisation", "predecessor", "successor")
    both = rows.filter(predecessor=item_id) | rows.filter(successor=item_id)
    return list(both.order_by("-reorganisation__created_at", "successor__code"))
