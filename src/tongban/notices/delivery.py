"""One attempt to send one delivery."""

import logging
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils import timezone

from tongban.notices.base import Message, Refused, Unreachable
from tongban.notices.models import Delivery
from tongban.notices.registry import adapter_for
from tongban.notices.sealing import unseal

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8


class TryAgain(Exception):
    """The attempt failed and another is due, after ``wait`` seconds or, with 0, the usual pause."""

    def __init__(self, problem: str, wait: int = 0) -> None:
        super().__init__(problem)
        self.wait = wait


def attempt(delivery_id: UUID) -> None:
    """Send a delivery unless it has been sent. Safe to repeat: the provider gets the same key each time.

    Raises:
        TryAgain: the provider could not be reached and attempts are left; the attempt has been recorded.
    """
    with transaction.atomic():
        row = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
        if row is None or row.state != Delivery.State.WAITING:
            return
        trouble = _send(row)
        row.save()
    if trouble is not None:
        raise TryAgain(row.last_problem, trouble.wait)


def _fail(row: Delivery, problem: str) -> None:
    row.state, row.last_problem, row.sealed = Delivery.State.FAILED, problem[:300], ""
    log.error("delivery failed", extra={"delivery": str(row.id), "channel": row.channel, "problem": problem})


def _send(row: Delivery) -> Unreachable | None:
    """Try once and note the outcome on the row. Gives back the trouble when another attempt is due."""
    if row.expires_at and row.expires_at <= timezone.now():
        _fail(row, "expired before it could be sent")
        return None
    row.attempts += 1
    try:
        text = unseal(row.sealed) if row.sealed else row.text
        adapter = adapter_for(row.channel)
        row.adapter = adapter.identifier
        link = row.notice.link if row.notice else ""
        row.provider_id = adapter.send(Message(str(row.id), row.target, row.subject, text, link))[:100]
    except (Refused, InvalidToken, KeyError) as error:
        _fail(row, f"{type(error).__name__}: {error}")
        return None
    except Unreachable as error:
        if row.attempts >= MAX_ATTEMPTS:
            _fail(row, str(error))
            return None
        row.last_problem = str(error)[:300]
        return error
    row.state, row.sent_at, row.sealed, row.last_problem = Delivery.State.SENT, timezone.now(), "", ""
    return None
