"""Tables as their editors change them: drafted by one, published by another, earlier versions kept."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.guidance import checking, definition, engine, tables, walking
from tongban.guidance.exchange import read_dmn
from tongban.guidance.models import Table, TableState
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from tongban.trace import service as trace

EDITOR = "item_editor"
SEERS = ("item_editor", "chief")


@dataclass(frozen=True, slots=True)
class Listed:
    """A table in the list: the latest of its item, and what keeps it from being used."""

    table: Table
    item: items.VersionDetail
    published: bool
    problems: int


def _seen(actor: Actor) -> None:
    if actor.kind != "system" and not actor.has_role(*SEERS):
        raise Forbidden(_("只有事项管理员和部门负责人可以查看决策表"))


def _edits(actor: Actor, item: items.Item) -> None:
    if not items.holds(actor, item, EDITOR):
        raise Forbidden(_("只有“%(name)s”的事项管理员可以编辑这张决策表") % {"name": item.department_name})


def table(actor: Actor, table_id: UUID, *, lock: bool = False) -> Table:
    """One version of a table, for editors and heads. Raises NotFound."""
    _seen(actor)
    rows = Table.objects.select_for_update() if lock else Table.objects.select_related("item")
    found = rows.filter(pk=table_id).first()
    if found is None:
        raise NotFound(_("没有找到这张决策表"))
    return found


def detail_of(row: Table) -> items.VersionDetail:
    """The version of the item that a table speaks of: the one in force, or the one it was published with."""
    if row.state == TableState.RETIRED and row.item_version_id:
        return items.version(row.item_version_id)
    return items.published(row.item_id)


def listed(actor: Actor) -> list[Listed]:
    """The latest table of every item."""
    _seen(actor)
    rows = Table.objects.order_by("item_id", "-number").distinct("item_id")
    in_force = set(Table.objects.filter(state=TableState.PUBLISHED).values_list("item_id", flat=True))
    made = []
    for row in rows:
        detail = detail_of(row)
        wrong = len(checking.blocking(tables.findings(row, detail)))
        made.append(Listed(row, detail, row.item_id in in_force, wrong))
    return sorted(made, key=lambda one: one.item.name)


def versions(actor: Actor, item_id: UUID) -> list[Table]:
    """Every version of an item's table, the latest first."""
    _seen(actor)
    return list(Table.objects.filter(item_id=item_id))


def may_edit(actor: Actor, row: Table) -> bool:
    """Whether this person keeps the item's tables."""
    return items.holds(actor, row.item, EDITOR)


def may_publish(actor: Actor, row: Table) -> bool:
    """Whether this person may be the second one: of the item's department, and not the author."""
    return row.author_id != actor.account_id and items.holds(actor, row.item, *SEERS)


def draft(actor: Actor, code: str) -> Table:
    """The draft of an item's table: the one there is, a copy of the latest, or an empty one."""
    detail = items.published(code)
    with transaction.atomic():
        item = items.Item.objects.select_for_update().get(pk=detail.item_id)
        _edits(actor, item)
        latest = Table.objects.filter(item=item).first()
        if latest and latest.state == TableState.DRAFT:
            return latest
        return _drafted(
            actor, item.id, latest.number + 1 if latest else 1, dict(latest.definition) if latest else {}
        )


def _drafted(actor: Actor, item_id: UUID, number: int, data: dict[str, Any]) -> Table:
    row = Table.objects.create(
        item_id=item_id, number=number, definition=data, author_id=actor.account_id, author_name=actor.name
    )
    trace.append(actor, item_id, "guidance.drafted", {"table": str(row.id), "number": number})
    return row


def save(actor: Actor, table_id: UUID, data: Any, *, revision: int | None = None) -> Table:
    """Keep a draft. Its shape must be right; what :func:`findings` says stops publication only.

    Raises:
        Invalid: the shape is wrong, with places. Conflict: saved elsewhere since, or published.
    """
    definition.read(data)
    with transaction.atomic():
        row = table(actor, table_id, lock=True)
        _edits(actor, row.item)
        if row.state != TableState.DRAFT:
            raise Conflict(_("已发布的决策表不能修改，请起草新版本"), code="published")
        if revision is not None and revision != row.revision:
            raise Conflict(_("这张决策表刚刚被别人改过，请刷新后再改，您的修改没有覆盖它"), code="moved_on")
        row.definition, row.revision = data, row.revision + 1
        row.author_id, row.author_name = actor.account_id, actor.name
        row.save()
        about = {"table": str(row.id), "number": row.number, "definition": data}
        trace.append(actor, row.item_id, "guidance.saved", about)
        return row


def findings(row: Table) -> list[checking.Finding]:
    """What is wrong with a table now, errors first."""
    return tables.findings(row, detail_of(row))


def publish(actor: Actor, table_id: UUID) -> Table:
    """Bring a draft into force; the table before retires, links to its outcomes stay.

    Raises:
        Forbidden: the author himself, or somebody of another department.
        Invalid: what is still wrong.
    """
    with transaction.atomic():
        row = table(actor, table_id, lock=True)
        if row.state != TableState.DRAFT:
            raise Conflict(_("只有草稿可以发布"), code="state")
        if not items.holds(actor, row.item, *SEERS):
            raise Forbidden(_("只有“%(name)s”的人可以发布这张决策表") % {"name": row.item.department_name})
        if actor.kind != "system" and row.author_id == actor.account_id:
            raise Forbidden(
                _("起草人不能发布自己的决策表，请另一位事项管理员或者部门负责人发布"), code="own_draft"
            )
        if wrong := checking.blocking(findings(row)):
            raise Invalid(*(FieldProblem(f.where, f.code, f.message) for f in wrong))
        Table.objects.filter(item_id=row.item_id, state=TableState.PUBLISHED).update(state=TableState.RETIRED)
        row.state, row.publisher_name, row.published_at = TableState.PUBLISHED, actor.name, timezone.now()
        row.item_version_id = items.published(row.item_id).id
        row.save()
        trace.append(actor, row.item_id, "guidance.published", {"table": str(row.id), "number": row.number})
        return row


def retire(actor: Actor, table_id: UUID) -> Table:
    """Take a table out of use; nobody is led by it any more."""
    with transaction.atomic():
        row = table(actor, table_id, lock=True)
        _edits(actor, row.item)
        if row.state != TableState.PUBLISHED:
            raise Conflict(_("只有已发布的决策表可以停用"), code="state")
        row.state = TableState.RETIRED
        row.save(update_fields=["state"])
        trace.append(actor, row.item_id, "guidance.retired", {"table": str(row.id), "number": row.number})
        return row


def discard(actor: Actor, table_id: UUID) -> None:
    """Throw a draft away."""
    with transaction.atomic():
        row = table(actor, table_id, lock=True)
        _edits(actor, row.item)
        if row.state != TableState.DRAFT:
            raise Conflict(_("只有草稿可以删除"), code="state")
        trace.append(actor, row.item_id, "guidance.discarded", {"table": str(row.id), "number": row.number})
        row.delete()


def ensure_table(actor: Actor, code: str, data: dict[str, Any]) -> Table:
    """Publish a table from content (system only); the same content again changes nothing."""
    if actor.kind != "system":
        raise Forbidden
    item_id = items.published(code).item_id
    found = tables.in_force(item_id)
    if found and found.definition == data:
        return found
    definition.read(data)
    with transaction.atomic():
        latest = Table.objects.filter(item_id=item_id).first()
        row = _drafted(actor, item_id, latest.number + 1 if latest else 1, data)
        return publish(actor, row.id)


def export_dmn(actor: Actor, table_id: UUID) -> bytes:
    """The table as a DMN 1.3 file with FEEL cells."""
    row = table(actor, table_id)
    return engine.xml(definition.read(row.definition), name=detail_of(row).name, feel=True)


def import_dmn(actor: Actor, table_id: UUID, source: bytes, *, revision: int | None = None) -> Table:
    """Take the questions and rules of a DMN 1.3 file into a draft. Raises Invalid with the place."""
    return save(actor, table_id, read_dmn(source, table(actor, table_id).definition), revision=revision)


def tried(row: Table, raw: dict[str, str]) -> tuple[walking.Answers, definition.Question | None, int | None]:
    """Try a table out: the answers taken, the question that comes next, and the rule once it is decided.

    Raises Invalid naming the question whose answer cannot be.
    """
    meant = definition.read(row.definition)
    answers: dict[str, Any] = {}
    while question := walking.next_question(meant, answers):
        if not raw.get(question.key, "").strip():
            return answers, question, None
        answers[question.key] = question.read(raw[question.key])
    rule = engine.decide(row.definition, walking.completed(meant, answers))
    return answers, None, rule
