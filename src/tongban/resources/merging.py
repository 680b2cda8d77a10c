"""Two subjects found to be the same one, and found not to be: for stewards of the data office.

Nothing is moved: values, licences and logs stay with the subject they came in under, and both show the
choice over the values of both while the merger stands. So a split restores exactly what each had, with
what came in meanwhile under its own number.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.resources import choice, rules
from tongban.resources.deciding import ALONE
from tongban.resources.elements import registry
from tongban.resources.hooks.telling import tell
from tongban.resources.keepers import data_office
from tongban.resources.models import Golden, Merger
from tongban.resources.reading import _logged_read
from tongban.trace import service as trace

PAGE = 30


@dataclass(frozen=True, slots=True)
class Beside:
    """One element of two subjects side by side, as shown; ``alike``: both say the same."""

    label: str
    one: str
    other: str
    alike: bool


def merge(actor: Actor, source: UUID, target: UUID, reason: str, key: str) -> Merger:
    """Say that ``source`` is the same subject as ``target``, under whose number it is kept from now on.

    Once for a ``key``. Both golden records are the choice over the values of both in the same transaction;
    ``golden_changed`` is told for both.

    :raises Forbidden: not a steward of the data office
    :raises Invalid: no reason, two kinds of subjects, or one and the same
    :raises Conflict: one of them is merged already, or the key was used for something else
    """
    _require(actor)
    why = _why(reason)
    if not 0 < len(key) <= 100:
        raise invalid("key", "required", _("请求编号应为 1 至 100 个字符"))
    with transaction.atomic():
        kept.execute(ALONE)
        again = Merger.objects.filter(key=key).first()
        if again is not None:
            if (again.source_id, again.target_id) != (source, target):
                raise Conflict(_("这个请求编号已用于另一次合并"), code="key_used")
            return again
        _may_be_one(source, target)
        before = _entries(source, target)
        made = Merger.objects.create(
            source_id=source, target_id=target, reason=why, by_name=actor.name[:100], key=key
        )
        _choose_both(source, target, before)
        _trace(actor, made, "resources.merged", why)
    return made


def split(actor: Actor, merger_id: UUID, reason: str) -> Merger:
    """Say that two merged subjects are two after all: each shows the choice over its own values again."""
    _require(actor)
    why = _why(reason)
    with transaction.atomic():
        kept.execute(ALONE)
        row = Merger.objects.select_for_update().filter(pk=merger_id).first()
        if row is None:
            raise NotFound
        if row.split_at is not None:
            raise Conflict(_("这次合并已经拆分"), code="split")
        before = _entries(row.source_id, row.target_id)
        row.split_at, row.split_reason, row.split_by_name = timezone.now(), why, actor.name[:100]
        row.save(update_fields=["split_at", "split_reason", "split_by_name"])
        _choose_both(row.source_id, row.target_id, before)
        _trace(actor, row, "resources.split", why)
    return row


def mergers(actor: Actor, *, name: str = "", standing: bool | None = None, page: int = 1) -> "Page[Merger]":
    """Mergers, newest first, 30 a page; narrowed by a part of either's name, and to those that stand."""
    _require(actor)
    rows = Merger.objects.select_related("source", "target").order_by("-created_at", "-id")
    if name:
        rows = rows.filter(Q(source__name__icontains=name) | Q(target__name__icontains=name))
    if standing is not None:
        rows = rows.filter(split_at__isnull=standing)
    return Paginator(rows, PAGE).get_page(page)


def merger(actor: Actor, merger_id: UUID) -> Merger:
    """One merger with its subjects."""
    _require(actor)
    found = Merger.objects.select_related("source", "target").filter(pk=merger_id).first()
    if found is None:
        raise NotFound
    return found


def side_by_side(actor: Actor, one: UUID, other: UUID) -> list[Beside]:
    """The golden values of two subjects as shown, to see whether they are the same one; logged with both."""
    _require(actor)
    held = [
        _logged_read(actor, subject, ["*"], "merge", _("核对是否为同一主体"), None)
        for subject in (one, other)
    ]
    found = []
    for code, about in registry().items():
        if any(code in entries for entries in held):
            values = [entries.get(code, {}).get("v") for entries in held]
            shown = ["" if v is None else rules.display(about.format, about.mask, v) for v in values]
            found.append(Beside(about.label, shown[0], shown[1], values[0] == values[1]))
    return found


def _require(actor: Actor) -> None:
    if not data_office(actor):
        raise Forbidden(_("只有数据管理部门可以合并或拆分主体"))


def _why(reason: str) -> str:
    why = reason.strip()
    if not 5 <= len(why) <= 500:
        raise invalid("reason", "length", _("请用 5 至 500 字写明理由"))
    return why


def _may_be_one(source: UUID, target: UUID) -> None:
    one, other = identity.subject(source), identity.subject(target)
    if source == target:
        raise invalid("target", "same", _("这是同一个主体，不用合并"))
    if one.kind != other.kind:
        raise invalid("target", "kind", _("自然人和法人不能合并"))
    standing = Merger.objects.filter(split_at=None).select_related("source", "target")
    for row in standing.filter(Q(source_id__in=(source, target)) | Q(target_id=source)):
        words = _("%(source)s已并入%(target)s，请先拆分，或并入%(target)s")
        raise Conflict(words % {"source": row.source.name, "target": row.target.name}, code="merged")


def _entries(*subjects: UUID) -> dict[UUID, dict[str, Any]]:
    choice.lock(subjects)
    return dict(Golden.objects.filter(subject_id__in=subjects).values_list("subject_id", "entries"))


def _choose_both(source: UUID, target: UUID, before: dict[UUID, dict[str, Any]]) -> None:
    choice.choose([source, target])
    after = _entries(source, target)
    for subject in (source, target):
        old, new = before.get(subject, {}), after.get(subject, {})
        told = [
            {
                "element": code,
                "value_from": new.get(code, {}).get("s"),
                "dissenters": new.get(code, {}).get("d", []),
                "changed": old.get(code, {}).get("v") != new.get(code, {}).get("v"),
            }
            for code in sorted(old.keys() | new.keys())
        ]
        if told:
            tell([(subject, told)])


def _trace(actor: Actor, row: Merger, action: str, why: str) -> None:
    data = {"merger": row.id, "source": row.source_id, "target": row.target_id, "reason": why}
    for subject in sorted((row.source_id, row.target_id)):
        trace.append(actor, f"data:{subject}", action, data)
