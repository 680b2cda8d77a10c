"""The catalogue as those who keep it see it: items by place and department, and what was done to each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.items.codes import label
from tongban.items.differing import ELEMENTS
from tongban.items.models import OPEN_STATES, Item, ItemVersion, VersionState
from tongban.items.reading import item_by
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden
from tongban.trace.service import TraceRow

PAGE = 30
OWN = ("item_editor", "chief", "legal")  # see their department's items
ALL = ("supervisor", "leader", "steward")  # see every item of their region
ACTIONS: Mapping[str, str | Promise] = {
    "item.loaded": _("载入"),
    "item.imported": _("导入"),
    "item.drafted": _("起草"),
    "item.edited": _("修改"),
    "item.draft_discarded": _("删除草稿"),
    "item.submitted": _("送审"),
    "item.reviewed": _("审核通过"),
    "item.returned": _("退回修改"),
    "item.scheduled": _("确定生效日期"),
    "item.published": _("发布"),
    "item.state_set": _("改变状态"),
    "item.reorganised": _("拆分或合并"),
    "item.reorganisation_called_off": _("撤销拆分或合并"),
    "guidance.drafted": _("起草办事引导"),
    "guidance.saved": _("修改办事引导"),
    "guidance.published": _("发布办事引导"),
    "guidance.retired": _("停用办事引导"),
    "guidance.discarded": _("删除办事引导草稿"),
    "alignment.asked": _("要求改正"),
    "alignment.answered": _("答复改正要求"),
    "alignment.mended": _("已改正"),
    "alignment.withdrawn": _("撤回改正要求"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done to an item: when, by whom, what."""

    at: datetime
    by: str
    action: str
    label: str
    version: str
    details: Mapping[str, Any]

    @property
    def what(self) -> str:
        """The details that say something to people: reasons, a new state, the fields that were edited."""
        said = []
        if state := self.details.get("state"):
            said.append(label("item-state", str(state)))
        if fields := self.details.get("fields") or self.details.get("elements"):
            said.append("、".join(str(ELEMENTS.get(name, name)) for name in fields))
        said += [str(self.details[key]) for key in ("reason", "effective_from") if self.details.get(key)]
        return "；".join(said)


def visible(actor: Actor) -> Q:
    """The items an actor may see in the workbench: his department's, or all of his region."""
    seen = Q(pk__in=[])
    for post in actor.posts:
        if post.role in ALL or (post.role == "item_editor" and len(post.division) <= 2):
            seen |= Q(division__startswith=post.division)
        elif post.role in OWN:
            seen |= Q(department_id=post.department_id, division__startswith=post.division)
    return Q() if actor.kind == "system" else seen


def seen_item(actor: Actor, key: UUID | str) -> Item:
    """The item, if the actor may see it in the workbench. Raises Forbidden, NotFound."""
    item = item_by(key)
    if not Item.objects.filter(visible(actor), pk=item.pk).exists():
        raise Forbidden
    return item


def catalogue(
    actor: Actor, *, query: str = "", state: str = "", stage: str = "", region: str = "", page: int = 1
) -> "Page[Any]":
    """Items by code, with ``title`` (name in force, or of the newest version) and ``stage`` (the open one).

    ``stage`` is a state of the open version, ``open`` for any; ``state`` the item's code 1, 2 or 3.
    """
    newest = ItemVersion.objects.filter(item=OuterRef("pk")).order_by("-number")
    rows: QuerySet[Any] = Item.objects.filter(visible(actor))
    if region:
        rows = rows.filter(division__startswith=region)
    if state:
        rows = rows.filter(state=state)
    if stage:
        wanted = OPEN_STATES if stage == "open" else [stage]
        rows = rows.filter(Exists(newest.filter(state__in=wanted)))
    if text := query.strip()[:100]:
        named = newest.filter(name__icontains=text).exclude(state=VersionState.RETIRED)
        rows = rows.filter(Q(code__istartswith=text) | Exists(named))
    held = Paginator(rows.order_by("code"), PAGE).get_page(page)
    on_page: Any = held.object_list
    shown = list(on_page.annotate(
        title=Subquery(newest.values("name")[:1]),
        in_force=Subquery(newest.filter(state=VersionState.PUBLISHED).values("name")[:1]),
        in_force_number=Subquery(newest.filter(state=VersionState.PUBLISHED).values("number")[:1]),
        stage=Subquery(newest.filter(state__in=OPEN_STATES).values("state")[:1]),
    ))  # fmt: skip
    for row in shown:
        row.stage_label = VersionState(row.stage).label if row.stage else ""
    held.object_list = shown
    return held


def history(actor: Actor, key: UUID | str, limit: int = 200) -> list[Entry]:
    """Who did what to an item, newest first, from the trace."""
    item = seen_item(actor, key)
    rows = TraceRow.objects.filter(chain__in=(str(item.pk), f"item:{item.pk}")).order_by("-at")[:limit]
    return [_entry(row) for row in rows]


def _entry(row: TraceRow) -> Entry:
    data = row.data if isinstance(row.data, dict) else {}
    number = data.get("number")
    return Entry(
        row.at, str(row.actor.get("name", "")), row.action, str(ACTIONS.get(row.action, row.action)),
        str(number) if number else "", data,
    )  # fmt: skip
