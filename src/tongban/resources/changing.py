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
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.organisations import service as organisations
from tongban.resources import choice, rules
from tongban.resources.elements import element, elements
from tongban.resources.events import golden_changed
from tongban.resources.models import Landed, Source
from tongban.trace import service as trace

AHEAD = timedelta(minutes=5)  # a department's clock may run ahead by this much
NAMES = {"person": "person.name", "legal": "legal.name"}
DAMAGED = "\ufffd"  # what a decoder leaves where the encoding was another


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
    kind: str = "person", mapping: Mapping[str, str] | None = None,
) -> Source:  # fmt: skip
    """Set up a feed or change it. ``mapping``: its column → element code; empty means codes are sent.

    :raises Invalid: an element that does not exist, or is not about this kind of subject
    """
    if actor.kind != "system" and not actor.has_role("operator"):
        raise Forbidden
    for column, code in (mapping or {}).items():
        if element(code).subject_kind != kind:
            raise invalid(column, "subject-kind", _("“%(code)s”不属于这类主体") % {"code": code})
    department = organisations.department(department_id)
    with transaction.atomic():
        found, _made = Source.objects.update_or_create(
            slug=slug,
            defaults={
                "name": name, "department_id": department.id, "way": way, "cycle": cycle, "kind": kind,
                "mapping": dict(mapping or {}),
            },
        )  # fmt: skip
        trace.append(actor, f"resources:{department.id}", "resources.source_set", {"source": slug})
    return found


def new_key(actor: Actor, slug: str) -> str:
    """A new key of a feed, shown this once; the one before is worth nothing from now on."""
    if actor.kind != "system" and not actor.has_role("operator"):
        raise Forbidden
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        found = Source.objects.select_for_update().filter(slug=slug).first()
        if found is None:
            raise NotFound
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


def take_change(source: Source, change: Change) -> ChangeResult:
    """Take one change in, once however often it comes; what cannot be taken waits with its reasons.

    A change with the id of one that waits replaces it; one with the id of a taken change is ``unchanged``.
    An older statement than the one held goes into the history and never wins.
    """
    with transaction.atomic():
        body = {**asdict(change), "fields": dict(change.fields), "as_of": change.as_of.isoformat()}
        row, new = Landed.objects.get_or_create(
            source=source, change_id=change.id, defaults={"body": body, "outcome": "quarantined"}
        )
        if not new:
            row = Landed.objects.select_for_update().get(pk=row.pk)
            if row.outcome != Landed.Outcome.QUARANTINED:
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
        row.save(update_fields=["body", "outcome", "reasons"])
        Source.objects.filter(pk=source.pk).update(last_received=timezone.now())
    return result


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
    for owner, differing in told:
        golden_changed.emit(subject_id=str(owner), elements=differing)
    return "taken" if changed else "unchanged"


def _values(source: Source, change: Change) -> dict[str, Any]:
    """Values by element as the change states them; a delete withdraws all that this feed may say."""
    problems = []
    if change.as_of > timezone.now() + AHEAD:
        problems.append(FieldProblem("as_of", "future", _("数据时间不能晚于现在")))
    if change.op not in ("upsert", "delete"):
        problems.append(FieldProblem("op", "choice", _("操作只能是 upsert 或 delete")))
    values: dict[str, Any] = {}
    if change.op == "delete":
        values = dict.fromkeys(_covered(source))
    for column, value in change.fields.items() if change.op == "upsert" else ():
        try:
            code, kept = _stated(source, column, value)
            values[code] = kept
        except ValueError as error:
            problems.append(FieldProblem(column, "value-malformed", str(error)))
    if not values and not problems:
        problems.append(FieldProblem("fields", "required", _("没有任何数据项")))
    if problems:
        raise Invalid(*problems)
    return values


def _stated(source: Source, column: str, value: Any) -> tuple[str, Any]:
    """The element a column means and its value in the one spelling; ValueError with the reason."""
    code = source.mapping.get(column, "") if source.mapping else column
    if code not in _covered(source):
        raise ValueError(_("这个数据源没有这一项"))
    if isinstance(value, str) and DAMAGED in value:
        raise ValueError(_("文字已损坏：发送前的编码不是 UTF-8"))
    about = element(code)
    return code, None if value is None else rules.normalise(about.type, about.format, value)


def _covered(source: Source) -> list[str]:
    return list(source.mapping.values()) or [e.code for e in elements(source.kind)]


def _subject(source: Source, change: Change, values: dict[str, Any]) -> UUID:
    """The subject meant; one not known yet is made when the feed says its name. Invalid otherwise."""
    found = identity.find_subject(change.subject)
    if found is None and (name := values.get(NAMES[source.kind])):
        found = identity.ensure_subject(source.kind, change.subject, name)
    if found is None:
        raise invalid("subject", "unknown", _("没有这个主体，变更里也没有它的名称"))
    if found.kind != source.kind:
        raise invalid("subject", "kind", _("主体种类与数据源不符"))
    return found.id
