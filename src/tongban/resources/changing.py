"""One change of one department's feed: value, history, golden record and what is told in one transaction.

Each (subject, element, department) keeps the statement with the highest (as-of, number, change), so that
changes may come twice, late or in any order and end in the same state.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.organisations import service as organisations
from tongban.resources import choice, cleaning
from tongban.resources import mapping as mappings
from tongban.resources.hooks.telling import tell
from tongban.resources.keepers import may_set_up
from tongban.resources.models import Landed, Source
from tongban.trace import service as trace

AHEAD = timedelta(minutes=5)  # a department's clock may run ahead by this much
COUNT = "UPDATE resources_source SET last_received = %s, landed = landed + %s WHERE id = %s"
NAMES = {"person": "person.name", "legal": "legal.name"}


@dataclass(frozen=True, slots=True)
class Change:
    """What a feed says at one moment about one subject: its fields anew, or that it has none any more."""

    id: str
    seq: int
    subject: str  # identity number or credit code
    op: str  # upsert | delete
    as_of: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)  # column → value; null withdraws it


@dataclass(frozen=True, slots=True)
class ChangeResult:
    id: str
    outcome: str  # taken | unchanged | stale | quarantined
    reasons: tuple[FieldProblem, ...] = ()


def ensure_source(
    actor: Actor, slug: str, name: str, department_id: UUID, *, way: str = "push", cycle: str = "realtime",
    kind: str = "person", mapping: Mapping[str, Any] | None = None, layout: Mapping[str, str] | None = None,
) -> Source:  # fmt: skip
    """Set up a feed or change it; for operators and the department's stewards.

    :param mapping: its column → element code, or {element, clean, date}; empty means codes are sent
    :param layout: of its files, the columns {id, as_of} and the format of the latter (``date``)
    :raises Invalid: an element that does not exist, or is not about this kind of subject
    :raises Conflict: another department has a source of this name
    """
    if not may_set_up(actor, department_id):
        raise Forbidden
    mappings.check(kind, mapping or {}, layout or {}, of_file=False)
    department = organisations.department(department_id)
    with transaction.atomic():
        held = Source.objects.filter(slug=slug).first()
        if (
            held is not None
            and held.department_id != department.id
            and not may_set_up(actor, held.department_id)
        ):
            raise Conflict(_("已有别的部门用这个代码"), code="slug_taken")
        found, _made = Source.objects.update_or_create(
            slug=slug,
            defaults={
                "name": name, "department_id": department.id, "way": way, "cycle": cycle, "kind": kind,
                "mapping": dict(mapping or {}), "layout": dict(layout or {}),
            },
        )  # fmt: skip
        trace.append(actor, f"resources:{department.id}", "resources.source_set", {"source": slug})
    return found


def new_key(actor: Actor, slug: str) -> str:
    """A new key of a feed, shown this once; the one before is worth nothing from now on."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        found = Source.objects.select_for_update().filter(slug=slug).first()
        if found is None:
            raise NotFound
        if not may_set_up(actor, found.department_id):
            raise Forbidden
        found.key_hash = _digest(key)
        found.save(update_fields=["key_hash"])
        trace.append(actor, f"resources:{found.department_id}", "resources.source_key_made", {"source": slug})
    return key


def source_of_key(slug: str, key: str) -> Source | None:
    """The feed of this name, if ``key`` is its key."""
    found = Source.objects.filter(slug=slug).first()
    # Compared in the same way whether or not there is such a feed.
    right = hmac.compare_digest(found.key_hash if found else "", _digest(key))
    return found if right else None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def take_change(
    source: Source, change: Change, *, snapshot_id: UUID | None = None, line: int | None = None,
    received_at: datetime | None = None,
) -> ChangeResult:  # fmt: skip
    """Take one change in, once however often it comes; what cannot be taken waits with its reasons.

    A change with the id of one that waits replaces it; one with the id of a taken change is ``unchanged``,
    as is one that was given up and comes with the same contents.
    An older statement than the one held goes into the history and never wins.

    :param snapshot_id: the file it is a row of, with its ``line``
    :param received_at: now, unless a loader tells of an earlier day
    """
    with transaction.atomic():
        body = {**asdict(change), "fields": dict(change.fields), "as_of": change.as_of.isoformat()}
        row, open_ = _landed(source, change.id, body, snapshot_id, line)
        if not open_:
            return ChangeResult(change.id, "unchanged")
        try:
            values = _values(source, change)
            subject_id = _subject(source, change, values)
        except Invalid as error:
            row.outcome, row.reasons = "quarantined", [asdict(p) for p in error.problems]
            result = ChangeResult(change.id, "quarantined", error.problems)
        else:
            row.outcome, row.reasons = _write(source, change, subject_id, values), []
            result = ChangeResult(change.id, row.outcome)
        row.body = body
        kept.update(row, ["body", "outcome", "reasons"])
        _count(source, row.outcome, received_at)
    return result


def quarantine_row(
    source: Source, body: dict[str, Any], problems: list[FieldProblem], *, snapshot_id: UUID, line: int,
    received_at: datetime,
) -> str:  # fmt: skip
    """Keep a row of a file that is not even a change, with its reasons; returns what became of it."""
    with transaction.atomic():
        row, open_ = _landed(source, body["id"], body, snapshot_id, line)
        if not open_:
            return "unchanged"
        row.body, row.outcome, row.reasons = body, "quarantined", [asdict(p) for p in problems]
        row.save(update_fields=["body", "outcome", "reasons"])
        _count(source, "quarantined", received_at)
    return "quarantined"


def _landed(
    source: Source, change_id: str, body: dict[str, Any], snapshot_id: UUID | None, line: int | None
) -> tuple[Landed, bool]:
    """The row of a change, locked, and whether it is still to be taken."""
    row = Landed(
        source=source, change_id=change_id, body=body, outcome="quarantined", snapshot_id=snapshot_id,
        line=line,
    )  # fmt: skip
    if kept.insert(row, unless_taken=("source_id", "change_id")):
        return row, True
    row = Landed.objects.select_for_update().get(source=source, change_id=change_id)
    if row.outcome == Landed.Outcome.DISCARDED and row.body != body:
        Source.objects.filter(pk=source.pk).update(discarded=F("discarded") - 1)
        return row, True
    return row, row.outcome == Landed.Outcome.QUARANTINED


def _count(source: Source, outcome: str, received_at: datetime | None) -> None:
    landed = 0 if outcome == "quarantined" else 1
    kept.execute(COUNT, [received_at or timezone.now(), landed, source.pk])


def _write(source: Source, change: Change, subject_id: UUID, values: dict[str, Any]) -> str:
    choice.lock([subject_id])
    texts = [json.dumps(value, ensure_ascii=False) for value in values.values()]
    stale, changed = choice.state(
        source.department_id, change.as_of, [subject_id] * len(values), list(values), texts,
        change.seq, f"{source.slug}:{change.id}",
    )  # fmt: skip
    if stale == len(values):
        return "stale"
    told = choice.choose([subject_id], said=list(values) if changed else [])
    tell(told)
    return "taken" if changed else "unchanged"


def _values(source: Source, change: Change) -> dict[str, Any]:
    """Values by element as the change states them; a delete withdraws all that this feed may say."""
    problems = []
    if change.as_of > timezone.now() + AHEAD:
        problems.append(FieldProblem("as_of", "future", _("数据时间不能晚于现在")))
    if change.op not in ("upsert", "delete"):
        problems.append(FieldProblem("op", "choice", _("操作只能是 upsert 或 delete")))
    values: dict[str, Any] = {}
    columns = mappings.columns(source.mapping, source.kind)
    if change.op == "delete":
        values = dict.fromkeys(one.element for one in columns.values())
    for column, value in change.fields.items() if change.op == "upsert" else ():
        try:
            if column not in columns:
                raise ValueError(_("这个数据源没有这一项"))  # noqa: TRY301
            values[columns[column].element] = columns[column].value(value)
        except ValueError as error:
            problems.append(FieldProblem(column, "value-malformed", str(error)))
    if not values and not problems:
        problems.append(FieldProblem("fields", "required", _("没有任何数据项")))
    if problems:
        raise Invalid(*problems)
    return values


def _subject(source: Source, change: Change, values: dict[str, Any]) -> UUID:
    """The subject meant; one not known yet is made when the feed says its name. Invalid otherwise."""
    try:
        number = cleaning.identifier(source.kind, change.subject)
    except ValueError:
        number = change.subject  # one that is not in the rules may be known all the same
    found = identity.find_subject(number)
    if found is None and (name := values.get(NAMES[source.kind])):
        found = identity.ensure_subject(source.kind, number, name)
    if found is None:
        raise invalid("subject", "unknown", _("没有这个主体，变更里也没有它的名称"))
    if found.kind != source.kind:
        raise invalid("subject", "kind", _("主体种类与数据源不符"))
    return found.id
