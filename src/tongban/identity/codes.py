"""One-time codes: six digits, five minutes, redeemed once, only a keyed hash kept."""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tongban.identity import normal, throttle
from tongban.identity.models import Account, OneTimeCode
from tongban.identity.tracing import note
from tongban.kit.errors import invalid
from tongban.notices import service as notices

LIFE = timedelta(minutes=5)
TRIES = 5  # guesses at one code
KEPT = timedelta(days=1)


def _digest(code_id: UUID, code: str) -> str:
    return salted_hmac("tongban.identity.codes", f"{code_id}|{code}", algorithm="sha256").hexdigest()


def _receiver(purpose: str, phone: str, account: Account | None) -> notices.Recipient | None:
    """Who gets the code. A phone that fits no account (or is taken, at sign-up) gets none."""
    if purpose == OneTimeCode.Purpose.SIGNUP:
        return notices.Recipient(None, "", phone) if account is None else None
    if purpose == OneTimeCode.Purpose.TICKET:  # confirms a phone, signs nobody in
        return notices.Recipient(None, "", phone)
    if account is None or not account.is_active:
        return None
    return notices.Recipient(account.id, account.name, phone, "", account.language)


def request_code(purpose: str, phone: str, address: str) -> OneTimeCode:
    """Make a code and send it; older codes of this phone and purpose end.

    The answer and the work are the same whether the phone belongs to an account or not.

    Args:
        address: the network address of the asker, for the limits.

    Raises:
        Invalid: naming phone. TooMany: codes are asked for too often.
    """
    number = normal.phone(phone)
    if not number:
        raise invalid("phone", "phone", _("请填写 11 位手机号"))
    throttle.take(throttle.CODE_FROM, address)
    throttle.take(throttle.CODE_TO, number)
    throttle.take(throttle.CODE_AGAIN, f"{purpose}|{number}")
    account = Account.objects.filter(phone=number).first()
    secret = f"{secrets.randbelow(1_000_000):06d}"
    now = timezone.now()
    with transaction.atomic():
        earlier = OneTimeCode.objects.filter(purpose=purpose, target=number, used_at=None)
        earlier.update(used_at=now)
        row = OneTimeCode(purpose=purpose, target=number, expires_at=now + LIFE)
        row.digest = _digest(row.id, secret)
        receiver = _receiver(purpose, number, account)
        row.account = account if receiver and purpose != OneTimeCode.Purpose.TICKET else None
        row.save(force_insert=True)
        if receiver is not None:
            label = str(OneTimeCode.Purpose(purpose).label)
            notices.send_code(receiver, secret, label, expires_at=row.expires_at)
        if row.account is not None:
            note(None, row.account.id, "identity.code_sent", {"purpose": purpose})
    return row


def redeem(code_id: UUID, purpose: str, code: str) -> OneTimeCode:
    """Redeem a code once. Of any number of parallel calls with the right code exactly one succeeds.

    Raises:
        Invalid: naming code: wrong, expired, used, or guessed at too often (the reason is not told).
        TooMany: too many codes were typed for this phone.
    """
    row = OneTimeCode.objects.filter(pk=code_id, purpose=purpose).first()
    wrong = invalid("code", "code", _("验证码不正确或已过期，请核对；连续输错 5 次后需要重新获取"))
    if row is None:
        raise wrong
    throttle.take(throttle.REDEEM_TO, row.target)
    open_now = OneTimeCode.objects.filter(pk=row.pk, used_at=None, expires_at__gt=timezone.now())
    counted = open_now.filter(tries__lt=TRIES).update(tries=F("tries") + 1)
    given = _digest(row.id, normal.plain(code))
    fits = bool(counted) and hmac.compare_digest(given, row.digest)
    if not fits or not open_now.update(used_at=timezone.now()):
        if row.account_id is not None:
            with transaction.atomic():
                note(None, row.account_id, "identity.code_refused", {"purpose": purpose})
        raise wrong
    throttle.clear(throttle.REDEEM_TO, row.target)
    return row


def sweep() -> int:
    """Drop codes of yesterday and before; returns how many."""
    return OneTimeCode.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()[0]
