"""Quarantine: rows that could not be taken, repaired or given up by the department's stewards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, NotFound, invalid
from tongban.resources import mapping
from tongban.resources.changing import Change, ChangeResult, take_change
from tongban.resources.elements import registry
from tongban.resources.models import Landed, Source
from tongban.resources.snapshots import own_source
from tongban.trace import service as trace

PAGE = 20


@dataclass(frozen=True, slots=True)
class QuarantinedField:
    """One column of a waiting row, as it may be edited."""

    column: str
    label: str
    value: str
    problem: str


def quarantine(actor: Actor, slug: str, *, page: int = 1) -> "Page[Landed]":
    """The rows of a source that wait, the newest first; for its department's stewards."""
    source = own_source(actor, slug)
    rows = Landed.objects.filter(source=source, outcome="quarantined").select_related("snapshot")
    return Paginator(rows.order_by("-created_at", "-id"), PAGE).get_page(page)


def quarantined(actor: Actor, slug: str, landed_id: UUID) -> Landed:
    """One row that waits or waited. Raises NotFound."""
    source = own_source(actor, slug)
    row = Landed.objects.select_related("source", "snapshot").filter(pk=landed_id, source=source).first()
    if row is None or (row.outcome != Landed.Outcome.QUARANTINED and row.settled_at is None):
        raise NotFound(_("没有这一行"))
    return row


def fields_of(row: Landed) -> list[QuarantinedField]:
    """The columns of a row with what is wrong with each."""
    known = mapping.columns(row.source.mapping, row.source.kind)
    wrong = {p["field"]: p["message"] for p in row.reasons}
    said = row.body.get("fields", {})
    names = list(said) if not row.source.mapping else [*known, *(n for n in said if n not in known)]
    return [
        QuarantinedField(
            name,
            registry()[known[name].element].label if name in known else name,
            "" if said.get(name) is None else str(said[name]),
            wrong.get(name, ""),
        )
        for name in names
    ]


def mend(
    actor: Actor, slug: str, landed_id: UUID, *, subject: str, as_of: str, fields: Mapping[str, str]
) -> ChangeResult:
    """Send a waiting row again as edited: the same change, taken once. Still wrong, it waits on.

    :param as_of: as ISO or the source's own format; empty is the file's time
    :param fields: by column; empty is nothing
    :raises Conflict: it was settled in the meantime
    """
    with transaction.atomic():
        row = _waiting(actor, slug, landed_id)
        source, body = row.source, row.body
        known = mapping.columns(source.mapping, source.kind)
        said = {name: _typed(known.get(name), text) for name, text in fields.items()}
        change = Change(
            row.change_id, int(body.get("seq") or row.line or 0), subject.strip()[:32],
            str(body.get("op") or "upsert"), _moment(row, as_of), said,
        )  # fmt: skip
        result = take_change(source, change)
        before = {**body.get("fields", {}), "subject": body.get("subject"), "as_of": body.get("as_of")}
        after = {**said, "subject": change.subject, "as_of": change.as_of.isoformat()}
        edited = [n for n in after if after[n] != before.get(n)]
        if result.outcome != "quarantined":
            _settle(row, actor, _("修正后重新送出"))
        what = {"source": slug, "change": row.change_id, "edited": edited, "outcome": result.outcome}
        trace.append(actor, f"resources:{source.department_id}", "resources.row_repaired", what)
    return result


def discard(actor: Actor, slug: str, landed_id: UUID, reason: str) -> None:
    """Give a waiting row up. The same change is not taken again unless it is sent with other contents.

    :raises Invalid: no reason. Conflict: it was settled in the meantime
    """
    why = reason.strip()
    if not 5 <= len(why) <= 500:
        raise invalid("reason", "length", _("请用 5 至 500 字写明理由"))
    with transaction.atomic():
        row = _waiting(actor, slug, landed_id)
        row.outcome = Landed.Outcome.DISCARDED
        row.save(update_fields=["outcome"])
        _settle(row, actor, why)
        Source.objects.filter(pk=row.source_id).update(discarded=F("discarded") + 1)
        what = {"source": slug, "change": row.change_id, "reason": why}
        trace.append(actor, f"resources:{row.source.department_id}", "resources.row_discarded", what)


def _waiting(actor: Actor, slug: str, landed_id: UUID) -> Landed:
    source = own_source(actor, slug)
    rows = Landed.objects.select_for_update(of=("self",)).select_related("source", "snapshot")
    row = rows.filter(pk=landed_id, source=source).first()
    if row is None:
        raise NotFound(_("没有这一行"))
    if row.outcome != Landed.Outcome.QUARANTINED:
        raise Conflict(_("这一行已经处理过了"))
    return row


def _settle(row: Landed, actor: Actor, why: str) -> None:
    row.settled_at, row.settled_by, row.settled_why = timezone.now(), actor.name[:100], why[:500]
    row.save(update_fields=["settled_at", "settled_by", "settled_why"])


def _typed(column: mapping.Column | None, text: str) -> Any:
    if column is None:
        return text or None
    try:
        return column.cell(text)
    except ValueError:
        return text  # the change finds the reason again


def _moment(row: Landed, text: str) -> datetime:
    if not text.strip():
        return row.snapshot.as_of if row.snapshot else row.created_at
    try:
        return mapping.moment(text.strip(), row.source.layout.get("date", ""))
    except ValueError as error:
        raise invalid("as_of", "format", str(error)) from None
