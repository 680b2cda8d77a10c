"""The one door of the notice room.

``send`` writes inside the caller's transaction: if that rolls back, nothing was sent. A key is sent once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, NotFound
from tongban.notices.base import Adapter, Message, Recipient, Refused, Unreachable
from tongban.notices.models import Channel, Delivery, Notice, Preference
from tongban.notices.registry import adapters, address_of
from tongban.notices.sealing import seal, unseal
from tongban.notices.tasks import deliver

__all__ = [
    "Adapter", "Channel", "Delivery", "InboxPage", "Message", "Notice", "Preferences", "Recipient", "Refused",
    "Unreachable", "adapters", "failed_deliveries", "inbox", "mark_all_read", "mark_read", "preferences",
    "replay", "seal", "send", "send_code", "send_privately", "set_preferences", "unread_count", "unseal",
]  # fmt: skip

PAGE = 20  # notices on a page of the inbox


@dataclass(frozen=True, slots=True)
class Preferences:
    """Channels wanted beside the inbox."""

    sms: bool = True
    mail: bool = True
    wechat: bool = True

    def wants(self, channel: str) -> bool:
        """Whether a channel of :class:`Channel` is wanted."""
        return bool(getattr(self, channel))


@dataclass(frozen=True, slots=True)
class InboxPage:
    rows: list[Notice]
    number: int
    pages: int
    total: int
    unread: int


def _queue(row: Delivery) -> None:
    row.save(force_insert=True)
    deliver.defer(delivery_id=str(row.id))


def _targets(recipient: Recipient, channels: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """Channel and address for each channel that is wanted and reachable."""
    wanted = preferences(recipient.account_id) if recipient.account_id else Preferences()
    allowed = [one for one in Channel.values if channels is None or one in channels]
    pairs = [(channel, address_of(channel, recipient)) for channel in allowed if wanted.wants(channel)]
    return [(channel, target) for channel, target in pairs if target]


def send(
    recipient: Recipient,
    kind: str,
    title: str,
    body: str,
    *,
    link: str = "",
    key: str,
    channels: tuple[str, ...] | None = None,
) -> Notice:
    """Put a notice in the inbox and defer its deliveries; a key that was used gives back its notice.

    Args:
        kind: what it is about, as ``room.event``; used for grouping and filters.
        link: a path on this site that the notice leads to.
        key: the sender's idempotency key, unique over the platform.
        channels: limits the channels; by default those the person prefers.
    """
    with transaction.atomic():
        notice = Notice(
            key=key, account_id=recipient.account_id, kind=kind, title=title, body=body, link=link
        )
        Notice.objects.bulk_create([notice], ignore_conflicts=True)
        kept = Notice.objects.get(key=key)
        if kept.id != notice.id:
            return kept
        for channel, target in _targets(recipient, channels):
            _queue(Delivery(notice=kept, channel=channel, target=target, subject=title, text=body))
        return kept


def send_code(recipient: Recipient, code: str, purpose: str, *, expires_at: datetime) -> None:
    """Send a one-time code by SMS (by mail where there is no phone). It is in no inbox and sealed at rest."""
    channel, target = (Channel.SMS, recipient.phone) if recipient.phone else (Channel.MAIL, recipient.email)
    if not target:
        raise NotFound(_("没有可以接收验证码的手机号或邮箱"))
    with override(recipient.language):
        text = _("【通办】%(code)s 是您的%(purpose)s验证码，5 分钟内有效。工作人员不会向您索要验证码。") % {
            "code": code,
            "purpose": purpose,
        }
        subject = _("验证码")
    send_privately(channel, target, text, subject=subject, expires_at=expires_at)


def send_privately(
    channel: str, target: str, text: str, *, subject: str = "", expires_at: datetime
) -> Delivery:
    """Send a text that is in no inbox, sealed at rest until it has gone out; inside the caller's transaction.

    Args:
        target: the address on that channel.
        expires_at: of no use after this; then it is not sent any more.
    """
    row = Delivery(channel=channel, target=target, subject=subject, sealed=seal(text), expires_at=expires_at)
    with transaction.atomic():
        _queue(row)
    return row


def inbox(account_id: UUID, page: int = 1) -> InboxPage:
    """One page of an account's notices, newest first; a page number out of range gives the nearest page."""
    rows = Paginator(Notice.objects.filter(account_id=account_id).order_by("-created_at", "-id"), PAGE)
    here = rows.get_page(page)
    return InboxPage(list(here), here.number, rows.num_pages, rows.count, unread_count(account_id))


def unread_count(account_id: UUID) -> int:
    return Notice.objects.filter(account_id=account_id, read_at=None).count()


def mark_read(actor: Actor, notice_id: UUID) -> Notice:
    """Mark an own notice as read and return it. Raises NotFound for a notice of somebody else."""
    if actor.account_id is None:
        raise NotFound
    notice = Notice.objects.filter(pk=notice_id, account_id=actor.account_id).first()
    if notice is None:
        raise NotFound
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(actor: Actor) -> int:
    """Mark every own notice as read; returns how many were unread."""
    if actor.account_id is None:
        raise Forbidden
    unread = Notice.objects.filter(account_id=actor.account_id, read_at=None)
    return unread.update(read_at=timezone.now())


def preferences(account_id: UUID) -> Preferences:
    row = Preference.objects.filter(pk=account_id).first()
    return Preferences(row.sms, row.mail, row.wechat) if row else Preferences()


def set_preferences(actor: Actor, wanted: Preferences) -> Preferences:
    """Choose one's own channels."""
    if actor.account_id is None:
        raise Forbidden
    Preference.objects.update_or_create(
        account_id=actor.account_id,
        defaults={"sms": wanted.sms, "mail": wanted.mail, "wechat": wanted.wechat},
    )
    return wanted


def failed_deliveries(limit: int = 200) -> list[Delivery]:
    """Deliveries that were given up or are being tried again, newest first: the operators' list."""
    return list(
        Delivery.objects.exclude(state=Delivery.State.SENT)
        .exclude(attempts=0)
        .order_by("-created_at")[:limit]
    )


@transaction.atomic
def replay(*, failed: bool = True, older_than_seconds: int = 60) -> int:
    """Queue again what was not sent: waiting deliveries whose job got lost, and failed ones.

    Codes are not replayed once expired. Returns how many were queued; doubles are harmless.
    """
    states = [Delivery.State.WAITING, *([Delivery.State.FAILED] if failed else [])]
    before = timezone.now() - timedelta(seconds=older_than_seconds)
    rows = Delivery.objects.select_for_update(skip_locked=True).filter(
        state__in=states, created_at__lt=before
    )
    count = 0
    for row in rows.filter(expires_at=None).order_by("created_at"):
        row.state, row.attempts = Delivery.State.WAITING, 0
        row.save(update_fields=["state", "attempts"])
        deliver.defer(delivery_id=str(row.id))
        count += 1
    return count
