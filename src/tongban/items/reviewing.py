"""Check, then two reviews by two people who did not write it: first the business, then the law."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.drafting import acted, expect, holds, locked, may_edit, record, refind
from tongban.items.models import Act, ItemVersion, VersionAct, VersionState
from tongban.items.reading import version
from tongban.items.records import VersionDetail
from tongban.kit.actors import Actor
from tongban.kit.errors import FieldProblem, Forbidden, Invalid, invalid

# Which roles may pass which review, and what follows.
REVIEWERS = {Act.BUSINESS: ("item_editor", "chief"), Act.LEGAL: ("legal", "chief")}
STAGES = {VersionState.SUBMITTED: Act.BUSINESS, VersionState.BUSINESS: Act.LEGAL}
NEXT = {Act.BUSINESS: VersionState.BUSINESS, Act.LEGAL: VersionState.REVIEWED}
MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act on a version as pages show it."""

    act: str
    label: str
    by: str
    reason: str
    at: object


def acts(version_id: UUID) -> list[ActRow]:
    """What was done to a version, oldest first."""
    rows = VersionAct.objects.filter(version_id=version_id)
    return [ActRow(r.act, r.get_act_display(), r.actor_name, r.reason, r.created_at) for r in rows]


def submit_draft(actor: Actor, version_id: UUID) -> VersionDetail:
    """Apply the guide rules and hand the draft in for review. Findings of kind ``error`` are mended first."""
    with transaction.atomic():
        row = locked(version_id)
        may_edit(actor, row.item)
        expect(row, VersionState.DRAFT)
        _sound(row)
        row.state = VersionState.SUBMITTED
        row.save(update_fields=["state"])
        acted(actor, row, Act.SUBMITTED)
        record(actor, row, "item.submitted")
    return version(version_id)


def _sound(row: ItemVersion) -> None:
    found = refind(row)
    if grave := [f for f in found if f.get("severity") == "error"]:
        raise Invalid(*(FieldProblem(f["field"], f["rule"], f["message"]) for f in grave))


def why_not(actor: Actor, version_id: UUID) -> str:
    """Why the actor may not pass the review that waits; empty when he may."""
    return _why_not(actor, ItemVersion.objects.select_related("item").get(pk=version_id))


def _why_not(actor: Actor, row: ItemVersion) -> str:
    stage = STAGES.get(VersionState(row.state))
    if stage is None:
        return _("这个版本不在审核中")
    if not holds(actor, row.item, *REVIEWERS[stage]) or actor.account_id is None:
        return (
            _("业务审核由本部门的事项管理员或负责人进行")
            if stage == Act.BUSINESS
            else _("法制审核由本部门的法制审核员或负责人进行")
        )
    rows = VersionAct.objects.filter(version=row, account_id=actor.account_id)
    if row.author_id == actor.account_id or rows.filter(act__in=(Act.DRAFTED, Act.EDITED)).exists():
        return _("草稿须由编写人以外的人审核")
    if stage == Act.LEGAL and _last_passed(row, Act.BUSINESS) == actor.account_id:
        return _("业务审核和法制审核须由两个人进行")
    return ""


def _last_passed(row: ItemVersion, act: str) -> UUID | None:
    rows = VersionAct.objects.filter(version=row, act=act).order_by("-created_at", "-id")
    return rows.values_list("account_id", flat=True).first()


def review(actor: Actor, version_id: UUID, *, reason: str = "") -> VersionDetail:
    """Pass the review that waits: business first, then law.

    Raises:
        Forbidden: for its writers, for the wrong role, and for one person passing both.
        Invalid: when a grave finding or a difference from the standard has come up since.
        Conflict: when no review waits.
    """
    with transaction.atomic():
        row = locked(version_id)
        if not holds(actor, row.item, "item_editor", "chief", "legal"):
            raise Forbidden
        expect(row, *STAGES)
        if problem := _why_not(actor, row):
            raise Forbidden(problem, code="own_draft")
        _sound(row)
        stage = STAGES[VersionState(row.state)]
        row.state = NEXT[stage]
        row.reviewer_id, row.reviewer_name, row.reviewed_at = actor.account_id, actor.name, timezone.now()
        row.save()
        acted(actor, row, stage, _reason(reason))
        record(actor, row, "item.reviewed", stage=str(stage))
    return version(version_id)


def send_back(actor: Actor, version_id: UUID, reason: str) -> VersionDetail:
    """Give a version back to its writers with the reason; both reviews start over."""
    if not reason.strip():
        raise invalid("reason", "required", _("请填写原因"))
    with transaction.atomic():
        row = locked(version_id)
        if not holds(actor, row.item, "item_editor", "chief", "legal"):
            raise Forbidden
        expect(
            row, VersionState.SUBMITTED, VersionState.BUSINESS, VersionState.REVIEWED, VersionState.SCHEDULED
        )
        to_draft(actor, row, _reason(reason))
    return version(version_id)


def to_draft(actor: Actor, row: ItemVersion, reason: str) -> None:
    """Make a locked version a draft again."""
    row.state, row.effective_from = VersionState.DRAFT, None
    row.reviewer_id, row.reviewer_name = None, ""
    row.save()
    acted(actor, row, Act.RETURNED, reason)
    record(actor, row, "item.returned", reason=reason)


def _reason(text: str) -> str:
    if len(text) > MAX_REASON:
        raise invalid("reason", "length", _("说明不能超过 1000 字"))
    return text.strip()
