"""What the sandbox's WeChat remembers: users, their chats, the token, the menu, the fault it plays."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.kit.errors import NotFound, invalid
from tongban.wechat.models import SandboxLine, SandboxState, SandboxUser

KEPT = 400  # lines of one chat
TOKEN_SECONDS = 7200
FAULTS = {
    "": _("正常"),
    "expired": _("访问令牌刚刚过期（42001，一次）"),
    "invalid": _("不认任何访问令牌（40001）"),
    "secret": _("密钥不对（40125）"),
    "limit": _("当日调用次数用完（45009）"),
    "busy": _("系统繁忙（-1）"),
    "down": _("服务器出错（503）"),
    "slow": _("超时，没有收下"),
    "lost": _("收下了，但应答丢失（500）"),
    "window": _("超过 48 小时，不能发客服消息（45015）"),
}
# What an act of the user lets the account send, and for how long (客服消息下发规则).
GRANTS = {"message": (5, timedelta(hours=48)), "event": (3, timedelta(minutes=1))}


def state(key: str) -> dict[str, Any]:
    """What is remembered under a key; empty where there is nothing."""
    row = SandboxState.objects.filter(pk=key).first()
    return dict(row.value) if row else {}


def remember(key: str, value: dict[str, Any]) -> None:
    SandboxState.objects.update_or_create(pk=key, defaults={"value": value})


def fault() -> str:
    """The fault that is switched on, or nothing."""
    return str(state("fault").get("name", ""))


def set_fault(name: str) -> None:
    """Switch a fault on, or off with an empty name. A token expires once, and stays expired."""
    if name not in FAULTS:
        raise invalid("fault", "choice", "没有这种故障")
    if name == "expired":
        token = state("token")
        remember("token", token | {"until": timezone.now().isoformat()})
        name = ""
    remember("fault", {"name": name})


def token(*, fresh: bool) -> tuple[str, int]:
    """The token in force and its seconds; another one where ``fresh`` is asked for or it ran out."""
    held, now = state("token"), timezone.now()
    if not fresh and held and datetime.fromisoformat(held["until"]) > now:
        return held["token"], int((datetime.fromisoformat(held["until"]) - now).total_seconds())
    made = secrets.token_urlsafe(40)
    until = now + timedelta(seconds=TOKEN_SECONDS)
    remember("token", {"token": made, "until": until.isoformat()})
    return made, TOKEN_SECONDS


def token_problem(given: str) -> int:
    """0 for the token in force, else the protocol's code."""
    held = state("token")
    if not given:
        return 41001
    if given != held.get("token"):
        return 40001
    return 0 if datetime.fromisoformat(held["until"]) > timezone.now() else 42001


def users() -> list[SandboxUser]:
    """All who are played, the oldest first."""
    return list(SandboxUser.objects.order_by("created_at", "openid"))


def user(openid: str) -> SandboxUser:
    """One of them. Raises NotFound."""
    found = SandboxUser.objects.filter(pk=openid).first()
    if found is None:
        raise NotFound
    return found


def new_user(name: str, openid: str = "") -> SandboxUser:
    """Somebody who follows the account from now on; the same openid gives the same user."""
    made, _new = SandboxUser.objects.get_or_create(
        openid=openid or "oTb" + secrets.token_hex(13)[:25], defaults={"name": name[:40]}
    )
    return made


def lines(openid: str, limit: int = 60) -> list[SandboxLine]:
    """The last lines of a chat, the oldest first."""
    return list(SandboxLine.objects.filter(user_id=openid).order_by("-id")[:limit])[::-1]


@transaction.atomic
def say(openid: str, by: str, kind: str, text: str, **detail: Any) -> SandboxLine:
    """Add a line to a chat; the oldest beyond ``KEPT`` are dropped."""
    line = SandboxLine(user_id=openid, by=by, kind=kind, text=text, detail=detail)
    line.save(force_insert=True)
    old = SandboxLine.objects.filter(user_id=openid).order_by("-id").values("id")[KEPT:]
    SandboxLine.objects.filter(id__in=list(old.values_list("id", flat=True)[:50])).delete()
    return line


def grant(openid: str, act: str) -> None:
    """The user did something: the account may write so many messages for so long, never fewer than before."""
    number, span = GRANTS[act]
    with transaction.atomic():
        row = SandboxUser.objects.select_for_update().get(pk=openid)
        now = timezone.now()
        held = row.left if row.open_until and row.open_until > now else 0
        row.left, row.open_until = max(held, number), max(row.open_until or now, now + span)
        row.save(update_fields=["left", "open_until"])


def take(openid: str) -> int:
    """Use up one customer message; 0, or the protocol's code where none is left."""
    with transaction.atomic():
        row = SandboxUser.objects.select_for_update().get(pk=openid)
        if row.open_until is None or row.open_until <= timezone.now():
            return 45015
        if row.left == 0:
            return 45047
        row.left -= 1
        row.save(update_fields=["left"])
    return 0


def now_open(openid: str) -> int:
    """How many customer messages the account may write to the user now."""
    row = user(openid)
    return row.left if row.open_until and row.open_until > timezone.now() else 0


def set_subscribed(openid: str, on: bool) -> None:
    SandboxUser.objects.filter(pk=openid).update(subscribed=on)
