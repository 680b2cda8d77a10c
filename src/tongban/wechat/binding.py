"""Binding a WeChat user to an account, so that he may ask for his cases there."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, invalid
from tongban.notices import service as notices
from tongban.trace import service as trace
from tongban.wechat.models import Binding, Seen

TICKET_SECONDS = 600
SALT = "tongban.wechat.binding"
MOST_SUBJECTS = 5  # whose cases are told in one answer
TRIES = identity.Limit("wechat-code", 5, TICKET_SECONDS)  # codes typed for one ticket


@dataclass(frozen=True, slots=True)
class Ticket:
    """A link that opens the binding page, and the code that only the WeChat chat shows."""

    token: str
    code: str


def ticket(openid: str) -> Ticket:
    """A ticket good for ten minutes. The code stays out of the link, so a forwarded link binds nobody."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    salt = secrets.token_hex(8)
    token = signing.dumps({"o": openid, "s": salt, "h": _digest(salt, code)}, salt=SALT)
    return Ticket(token, code)


def bind(actor: Actor, token: str, code: str) -> Binding:
    """Bind the ticket's WeChat user to the actor's account; an earlier binding of that user is replaced.

    Raises:
        Forbidden: for anybody but a resident.
        Invalid: when the ticket is too old, was altered or used before, or the code is wrong; and for
            more than five codes typed for one ticket.
    """
    if actor.kind != "resident" or actor.account_id is None:
        raise Forbidden
    try:
        held = signing.loads(token, salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        raise invalid("token", "expired", _("绑定链接已过期，请在公众号里重新发送“绑定”")) from None
    try:
        identity.count_attempt(TRIES, held["s"])
    except identity.TooMany:
        raise invalid("code", "too_many", _("输错次数太多，请在公众号里重新发送“绑定”")) from None
    if not constant_time_compare(held["h"], _digest(held["s"], "".join(code.split()))):
        raise invalid("code", "wrong", _("验证码不对，请输入公众号对话里显示的 6 位数字"))
    with transaction.atomic():
        if not Seen.objects.get_or_create(signature=f"ticket:{held['s']}")[1]:
            raise invalid("token", "used", _("这个绑定链接已经用过，请在公众号里重新发送“绑定”"))
        binding, _made = Binding.objects.update_or_create(
            openid=held["o"],
            defaults={"account_id": actor.account_id, "open_until": timezone.now() + timedelta(hours=48)},
        )
        _tell(
            actor,
            "wechat.bound",
            _("微信已绑定"),
            _("您的账号已与一个微信绑定，可在微信里查询办件进度。"),
            held["s"],
        )
    return binding


def unbind(actor: Actor, binding_id: UUID | None = None) -> int:
    """End the bindings of the actor's account, or one of them; gives back how many were ended."""
    if actor.account_id is None:
        raise Forbidden
    with transaction.atomic():
        rows = Binding.objects.filter(account_id=actor.account_id)
        if binding_id is not None:
            rows = rows.filter(id=binding_id)
        ended, _by_model = rows.delete()
        if ended:
            trace.append(actor, f"account:{actor.account_id}", "wechat.unbound", {"bindings": ended})
    return ended


def unbind_openid(openid: str) -> bool:
    """End a WeChat user's binding, asked for in WeChat itself; whether there was one."""
    actor = actor_of(openid)
    row = Binding.objects.filter(openid=openid).first()
    return bool(actor and row and unbind(actor, row.id))


def bindings_of(actor: Actor) -> list[Binding]:
    """The account's bindings, newest first."""
    if actor.account_id is None:
        return []
    return list(Binding.objects.filter(account_id=actor.account_id).order_by("-id"))


def forget(openid: str) -> None:
    """End the binding of a WeChat user who left the official account."""
    Binding.objects.filter(openid=openid).delete()


def wrote(openid: str, open_for: timedelta) -> None:
    """The WeChat user has done something that lets the account write to him for a while."""
    until = timezone.now() + open_for
    Binding.objects.filter(openid=openid).exclude(open_until__gt=until).update(open_until=until)


def actor_of(openid: str) -> Actor | None:
    """The person a WeChat user is bound to, acting for himself, or None."""
    binding = Binding.objects.select_related("account__subject").filter(openid=openid).first()
    if binding is None or not binding.account.is_active:
        return None
    actor = identity.own_actor(binding.account)
    return actor if actor.kind == "resident" else None


def acting_for(actor: Actor) -> list[Actor]:
    """The same person acting for each enterprise he may act for today."""
    if actor.account_id is None:
        return []
    account = Binding.objects.select_related("account").filter(account_id=actor.account_id).first()
    if account is None:
        return []
    wanted = (
        c.subject_id for c in identity.acting_choices(account.account) if c.subject_id != actor.subject_id
    )
    held = (identity.acting_actor(account.account, subject_id) for subject_id in wanted)
    return [one[0] for one in held if one is not None][:MOST_SUBJECTS]


def _digest(salt: str, code: str) -> str:
    """Keyed: whoever holds the link must not be able to try all codes by himself."""
    return salted_hmac(SALT, f"{salt}:{code}", algorithm="sha256").hexdigest()[:32]


def _tell(actor: Actor, action: str, title: str, body: str, key: str) -> None:
    assert actor.account_id is not None
    trace.append(actor, f"account:{actor.account_id}", action, {})
    notices.send(
        identity.recipient(actor.account_id),
        action,
        title,
        body,
        link="/settings/wechat/",
        key=f"wechat:{key}",
    )
