"""Messages that answer no message: notices to bound people, and answers that came too late or are too long.

They travel in the notices room's outbox: deferred in the caller's transaction, tried again, listed when
given up.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.notices import service as notices
from tongban.plugins.service import Problem
from tongban.wechat.client import Rejected, Trouble, WindowClosed, client
from tongban.wechat.models import Binding
from tongban.wechat.settings import WeChatSettings, load
from tongban.wechat.wording import cut

CHANNEL = "wechat"
WINDOW = timedelta(hours=48)
THING = 20  # characters of a template's "thing"; other kinds are cut alike


class OfficialAccount(notices.Adapter):
    """Customer messages while the person may be written to, template messages otherwise."""

    identifier = "official-account"
    verbose_name = gettext_lazy("微信消息（公众号）")  # type: ignore[assignment]
    channel = CHANNEL

    @property
    def enabled(self) -> bool:
        return super().enabled and load().can_push

    def address(self, recipient: notices.Recipient) -> str:
        """The WeChat user bound last, if he can be written to now: within the window, or by template."""
        settings = load()
        if recipient.account_id is None or not settings.can_push:
            return ""
        rows = Binding.objects.filter(account_id=recipient.account_id)
        if not settings.template:
            rows = rows.filter(open_until__gt=timezone.now())
        return rows.order_by("-id").values_list("openid", flat=True).first() or ""

    def send(self, message: notices.Message) -> str:
        settings = load()
        if not settings.can_push:
            raise notices.Unreachable("no official account is set up")
        try:
            return _send(settings, client(), message)
        except Trouble as error:
            raise notices.Unreachable(str(error), error.wait) from error
        except Rejected as error:
            raise notices.Refused(str(error)) from error

    def check_config(self) -> list[Problem]:
        settings, here = load(), client()
        problems = []
        if settings.sandbox:
            problems.append(Problem("sandbox", _("微信消息进入沙箱，不会发到真实微信"), fatal=False))
        if not settings.template:
            words = _("没有设置模板消息：超过 48 小时没有说话的人收不到微信通知")
            problems.append(Problem("no_template", words, fatal=False))
        try:
            here.run(here.misc.get_wechat_ips)
        except (Trouble, Rejected) as error:
            problems.append(Problem("no_answer", _("微信服务器没有接受：%s") % error))
        return problems


def push(openid: str, text: str, *, subject: str = "") -> None:
    """Defer a text to somebody who has written; sealed at rest, of no use after 48 hours."""
    notices.send_privately(CHANNEL, openid, text, subject=subject, expires_at=timezone.now() + WINDOW)


def _send(settings: WeChatSettings, here: Any, message: notices.Message) -> str:
    link = f"{settings.site}{message.link}" if message.link else ""
    words = "\n".join(part for part in (message.subject, message.text) if part)
    try:
        answer = here.run(lambda: here.message.send_text(message.target, cut(words, link)))
    except WindowClosed:
        if not settings.template:
            raise
        answer = here.run(lambda: here.post("message/template/send", data=_template(settings, message, link)))
    return str(answer.get("msgid", ""))


def _template(settings: WeChatSettings, message: notices.Message, link: str) -> dict[str, Any]:
    """The template message; ``client_msg_id`` lets WeChat drop a repetition."""
    values = {
        "title": message.subject or _("新消息"),
        "body": message.text,
        "time": timezone.localtime().strftime("%Y-%m-%d %H:%M"),
    }
    data = {name: {"value": _one_line(values.get(what, ""))} for name, what in settings.template_fields}
    return {
        "touser": message.target,
        "template_id": settings.template,
        "url": link,
        "client_msg_id": message.key[:64],
        "data": data,
    }


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= THING else line[: THING - 1] + "…"
