"""Issue licences, replace them by new versions, change their status."""

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.licences import rules
from tongban.licences.models import Counter, Licence, LicenceType
from tongban.licences.models.licence import Status
from tongban.organisations import service as organisations
from tongban.standards.licence_ids import make_identifier
from tongban.trace import service as trace


def ensure_type(
    slug: str, name: str, code21: str, *, department_id: UUID | None = None,
    elements: list[dict[str, str]] | None = None, validity_months: int | None = None,
    face: str = "default", division: str = "",
) -> LicenceType:  # fmt: skip
    """Make or update a licence type. ``elements``: ``{"key", "label", "from"}`` in the order of the face.

    Raises:
        ValueError: ``code21`` is not a USCC and three digits, or an element lacks its key or label.
    """
    make_identifier(code21, "0" * 18, "1", "001")  # tells what is wrong with the code
    if any(not e.get("key") or not e.get("label") for e in elements or []):
        raise ValueError(f"{slug}: every element needs a key and a label")
    values: dict[str, Any] = {
        "name": name, "code21": code21, "department_id": department_id, "elements": elements or [],
        "validity_months": validity_months, "face": face, "division": division,
    }  # fmt: skip
    row, _made = LicenceType.objects.update_or_create(slug=slug, defaults=values)
    return row


def type_by_slug(slug: str) -> LicenceType:
    """The type; raises NotFound."""
    found = LicenceType.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("没有这种证照：%(slug)s") % {"slug": slug})
    return found


def issue(
    actor: Actor, type_slug: str, holder_subject_id: UUID, data: dict[str, Any], *,
    case_id: UUID | None = None, department_id: UUID, key: str,
    valid_from: date | None = None, valid_to: date | None = None, grade: str = "A",
) -> Licence:  # fmt: skip
    """Issue a licence in the caller's transaction; the worker makes and seals its face.

    Args:
        data: by element key, form field or data element; the type's elements pick what they name.
        key: the same key gives the same licence, however often it is asked for.
        valid_from, valid_to: first and last valid day; by default today and the type's months.

    Raises:
        NotFound: no such type, department or subject.
        Forbidden: the actor holds no post in the issuing department.
        Invalid: the days are in the wrong order.
    """
    kind, issuer = type_by_slug(type_slug), organisations.department(department_id)
    _may_act(actor, issuer.id, "approver", "reviewer", "clerk", "chief")
    holder = identity.subject(holder_subject_id)
    today = timezone.localdate()
    first = valid_from or today
    last = valid_to or (rules.last_day(first, kind.validity_months) if kind.validity_months else None)
    if last is not None and last < first:
        raise invalid("valid_to", "order", _("有效期止不能早于有效期起。"))
    with transaction.atomic():
        counter = _locked_counter(kind, issuer.id, today.year)
        if (found := Licence.objects.filter(key=key).first()) is not None:
            return found
        counter.last += 1
        counter.save(update_fields=["last"])
        licence = Licence.objects.create(
            type=kind, holder_id=holder.id, issuer_id=issuer.id, key=key,
            identifier=_identifier(kind, issuer.uscc, today.year, counter.last, 1),
            number=f"{issuer.short_name or issuer.name}〔{today.year}〕第{counter.last:06d}号",
            division=(issuer.division or "")[:9], year=today.year, serial=counter.last,
            issued_on=today, valid_from=first, valid_to=last, data=_elements(kind, data),
            trust_grade=grade, public_token=secrets.token_urlsafe(24), case_id=case_id,
        )  # fmt: skip
        trace.append(actor, _chain(licence), "licence.issued", _facts(licence), about=licence.number)
        _defer_face(licence)
        return licence


def replace(
    actor: Actor, licence_id: UUID, data: dict[str, Any], *, reason: str, key: str,
    case_id: UUID | None = None,
) -> Licence:  # fmt: skip
    """Issue the next version of a licence; the old one lapses and names nothing any more.

    Raises:
        Conflict: the licence was replaced already or is not valid.
        Forbidden: the actor is not of the issuing department.
    """
    with transaction.atomic():
        old = _locked(licence_id)
        _may_act(actor, old.issuer_id, "approver", "chief")
        if (found := Licence.objects.filter(key=key).first()) is not None:
            return found
        if old.status != Status.VALID or Licence.objects.filter(replaces=old).exists():
            raise Conflict(_("只有有效的证照才能换发新版本。"))
        version = old.version + 1
        new = Licence.objects.create(
            type=old.type, holder_id=old.holder_id, issuer_id=old.issuer_id, key=key, number=old.number,
            identifier=_identifier(old.type, old.issuer.uscc, old.year, old.serial, version),
            division=old.division, year=old.year, serial=old.serial, version=version, replaces=old,
            issued_on=timezone.localdate(), valid_from=old.valid_from, valid_to=old.valid_to,
            data={**old.data, **_elements(old.type, data)}, trust_grade=old.trust_grade,
            public_token=secrets.token_urlsafe(24), case_id=case_id,
        )  # fmt: skip
        old.status, old.status_reason = Status.LAPSED, reason[:500]
        old.save(update_fields=["status", "status_reason"])
        trace.append(
            actor, _chain(new), "licence.replaced", {**_facts(new), "old": old.identifier}, about=new.number
        )
        _defer_face(new)
        return new


def change_status(actor: Actor, licence_id: UUID, status: str, reason: str) -> Licence:
    """Suspend, restore, cancel, revoke … a licence and tell its holder.

    Raises:
        Invalid: no reason, or no such status.
        Conflict: the present status may not become ``status``.
        Forbidden: the actor is neither approver nor chief of the issuing department.
    """
    if status not in Status.values:
        raise invalid("status", "choice", _("没有这种证照状态。"))
    if not reason.strip():
        raise invalid("reason", "required", _("请写明变更状态的理由。"))
    with transaction.atomic():
        licence = _locked(licence_id)
        _may_act(actor, licence.issuer_id, "approver", "chief")
        if not rules.may_become(licence.status, status):
            words = {"old": Status(licence.status).label, "new": Status(status).label}
            raise Conflict(_("“%(old)s”的证照不能变更为“%(new)s”。") % words)
        old = licence.status
        licence.status, licence.status_reason = status, reason.strip()[:500]
        licence.save(update_fields=["status", "status_reason"])
        facts = {"identifier": licence.identifier, "old": old, "new": status, "reason": licence.status_reason}
        trace.append(actor, _chain(licence), "licence.status_changed", facts, about=licence.number)
        _tell_holder(licence)
        return licence


def _tell_holder(licence: Licence) -> None:
    from tongban.notices import service as notices

    label = str(Status(licence.status).label)
    body = _("您的《%(type)s》（%(number)s）状态变更为“%(status)s”：%(reason)s") % {
        "type": licence.type.name, "number": licence.number, "status": label, "reason": licence.status_reason,
    }  # fmt: skip
    moment = timezone.now().isoformat()
    for recipient in identity.recipients_for_subject(licence.holder_id):
        notices.send(
            recipient, "licence.status", _("证照状态变更"), body, link=f"/licences/{licence.id}/",
            key=f"licence:{licence.id}:{licence.status}:{moment}:{recipient.account_id}",
        )  # fmt: skip


def _locked(licence_id: UUID) -> Licence:
    query = Licence.objects.select_for_update(of=("self",)).select_related("type", "issuer")
    licence = query.filter(pk=licence_id).first()
    if licence is None:
        raise NotFound(_("没有这份证照。"))
    return licence


def _locked_counter(kind: LicenceType, issuer_id: UUID, year: int) -> Counter:
    """The counter's row, locked to the end of the transaction: a number given back leaves no gap."""
    Counter.objects.get_or_create(type=kind, issuer_id=issuer_id, year=year)
    return Counter.objects.select_for_update().get(type=kind, issuer_id=issuer_id, year=year)


def _may_act(actor: Actor, department_id: UUID, *roles: str) -> None:
    held = any(p.department_id == department_id and p.role in roles for p in actor.posts)
    if actor.kind != "system" and not (actor.is_staff and held):
        raise Forbidden(_("只有发证部门的有关岗位可以办理证照。"))


def _identifier(kind: LicenceType, uscc: str, year: int, serial: int, version: int) -> str:
    return make_identifier(kind.code21, uscc, f"{year}{serial:07d}", f"{version:03d}")


def _elements(kind: LicenceType, data: dict[str, Any]) -> dict[str, Any]:
    """What the face needs of ``data``: by the element's source first, then by its own key."""
    found = {e["key"]: data.get(e.get("from") or e["key"], data.get(e["key"])) for e in kind.elements}
    return {key: value for key, value in found.items() if value not in (None, "")}


def _facts(licence: Licence) -> dict[str, Any]:
    return {
        "licence": str(licence.id), "identifier": licence.identifier, "type": licence.type.slug,
        "holder": str(licence.holder_id), "data": licence.data,
    }  # fmt: skip


def _chain(licence: Licence) -> UUID:
    """The case's own chain, so that one chain tells the whole story; else one for the licence."""
    return licence.case_id or licence.id


def _defer_face(licence: Licence) -> None:
    from tongban.licences.tasks import make_face

    make_face.defer(licence_id=str(licence.id))
