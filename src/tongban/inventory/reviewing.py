"""An entry goes to the data office, where another person publishes it or sends it back."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.inventory import describing, rights, telling
from tongban.inventory.describing import Described, ItemIn, content_of
from tongban.inventory.drafting import chain, locked, newest
from tongban.inventory.models import State, Version
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, invalid
from tongban.trace import service as trace


def described(version: Version) -> Described:
    """What a version says, as it was given."""
    content = content_of(version)
    return Described(**content | {
        "items": tuple(ItemIn(**one) for one in content["items"]),
        "ways": tuple(content["ways"]), "related": tuple(content["related"]),
    })  # fmt: skip


@transaction.atomic
def submit(actor: Actor, entry_id: UUID) -> Version:
    """Hand the draft to the data office. Raises Forbidden, Invalid; Conflict where there is no draft."""
    row = locked(entry_id)
    rights.need_editor(actor, row.department_id)
    version = newest(row)
    if version.state != State.DRAFT:
        raise Conflict(_("没有可以提交的草稿"))
    describing.check(row, described(version))
    version.state, version.submitted_at, version.reviewer = State.IN_REVIEW, timezone.now(), None
    version.submitter_id, version.submitter_name = actor.account_id, actor.name[:100]
    version.save()
    trace.append(actor, chain(row.id), "inventory.submitted", {"version": version.number})
    telling.submitted(row, version)
    return version


def may_review(actor: Actor, version: Version) -> bool:
    """A person of the data office who neither wrote in this version nor handed it in."""
    own = {*version.editors, version.submitter_id}
    return rights.office(actor) and actor.account_id is not None and actor.account_id not in own


@transaction.atomic
def review(actor: Actor, entry_id: UUID, *, publish: bool, opinion: str = "") -> Version:
    """Publish the version in review or send it back.

    Raises:
        Forbidden: not of the data office, or the one who wrote it. Invalid: sent back without a reason.
        Conflict: nothing is in review.
    """
    rights.need_office(actor)
    row = locked(entry_id)
    version = newest(row)
    if version.state != State.IN_REVIEW:
        raise Conflict(_("这个条目不在审核中"))
    if not may_review(actor, version):
        raise Forbidden(_("自己编制或提交的条目要由另一个人审核"), code="own_work")
    version.reviewer_id, version.reviewer_name = actor.account_id, actor.name[:100]
    version.opinion = opinion.strip()[:500]
    if publish:
        row.versions.filter(state__in=(State.PUBLISHED, State.WITHDRAWN)).update(state=State.REPLACED)
        version.state, version.published_at = State.PUBLISHED, timezone.now()
    elif len(version.opinion) < 2:
        raise invalid("opinion", "required", _("退回时请写明原因"))
    else:
        version.state = State.DRAFT
    version.save()
    action = "inventory.published" if publish else "inventory.sent_back"
    data = {"code": row.code, "version": version.number, "content": content_of(version)}
    trace.append(actor, chain(row.id), action, data, about=version.name)
    telling.reviewed(row, version)
    return version


@transaction.atomic
def withdraw(actor: Actor, entry_id: UUID, reason: str) -> Version:
    """Take an entry off the public catalogue; its page answers 410 with the reason.

    Raises Forbidden; Conflict where it is not published; Invalid without a reason.
    """
    row = locked(entry_id)
    if not rights.may_see(actor, row.department_id):
        raise Forbidden
    version = row.versions.filter(state=State.PUBLISHED).first()
    if version is None:
        raise Conflict(_("这个条目没有发布"))
    if len(reason.strip()) < 2:
        raise invalid("reason", "required", _("请写明撤回的原因"))
    version.state, version.withdrawn_reason = State.WITHDRAWN, reason.strip()[:500]
    version.save()
    trace.append(actor, chain(row.id), "inventory.withdrawn", {"code": row.code, "reason": reason.strip()})
    return version
