"""Counting attempts: one row a scope and subject, raised in one statement, seen by every process.

An attempt is counted *before* it is looked at, so that parallel guesses cannot slip past the limit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tongban.identity.models import Throttle
from tongban.kit.errors import DomainError

RAISE = """
INSERT INTO identity_throttle AS t (key, count, resets_at) VALUES (%(key)s, 1, %(reset)s)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.resets_at <= %(now)s THEN 1 ELSE t.count + 1 END,
  resets_at = CASE WHEN t.resets_at <= %(now)s OR t.count = %(limit)s THEN %(reset)s
    ELSE t.resets_at END
RETURNING count, resets_at
"""


class TooMany(DomainError):
    """Too many attempts (HTTP 429); the message says when to come back."""

    status = 429

    def __init__(self, message: str, resets_at: datetime) -> None:
        super().__init__(message, code="too_many")
        self.resets_at = resets_at


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in a window; the window starts anew with the attempt that goes over."""

    scope: str
    attempts: int
    seconds: int


PASSWORD = Limit("password", 5, 15 * 60)  # wrong passwords for one account or login
PASSWORD_FROM = Limit("password-from", 200, 15 * 60)  # passwords tried from one address (halls share one)
CODE_AGAIN = Limit("code-again", 1, 60)  # codes to one phone
CODE_TO = Limit("code-to", 8, 3600)  # codes to one phone
CODE_FROM = Limit("code-from", 100, 3600)  # codes asked for from one address
REDEEM_TO = Limit("redeem", 20, 3600)  # codes typed for one phone, over all codes


def _key(limit: Limit, subject: str) -> str:
    return salted_hmac(
        "tongban.identity.throttle", f"{limit.scope}|{subject}", algorithm="sha256"
    ).hexdigest()


def minutes_left(resets_at: datetime) -> int:
    """Whole minutes until a limit ends, at least one."""
    return max(1, -(-int((resets_at - timezone.now()).total_seconds()) // 60))


def take(limit: Limit, subject: str) -> int:
    """Count one attempt; returns how many are left.

    Raises:
        TooMany: this attempt goes over the limit and must not be looked at.
    """
    now = timezone.now()
    values: dict[str, Any] = {"key": _key(limit, subject), "now": now, "limit": limit.attempts}
    with connection.cursor() as cursor:
        cursor.execute(RAISE, values | {"reset": now + timedelta(seconds=limit.seconds)})
        count, resets_at = cursor.fetchone()
    if count > limit.attempts:
        words = _("尝试次数过多，已暂时锁定。请 %(minutes)s 分钟后再试，或换一种方式登录。")
        raise TooMany(words % {"minutes": minutes_left(resets_at)}, resets_at)
    return int(limit.attempts - count)


def clear(limit: Limit, subject: str) -> None:
    """Forget the attempts after a success."""
    Throttle.objects.filter(pk=_key(limit, subject)).delete()


def sweep() -> int:
    """Drop counters whose window is over; returns how many."""
    return Throttle.objects.filter(resets_at__lt=timezone.now()).delete()[0]
