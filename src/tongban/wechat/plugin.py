"""The official account on the operators' page of adapters."""

import base64
import binascii

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.notices import service as notices
from tongban.plugins.service import Plugin, Problem, Registry
from tongban.wechat.outgoing import OfficialAccount
from tongban.wechat.settings import MODES, load

channels: Registry[Plugin] = Registry("wechat", gettext_lazy("微信公众号"))  # type: ignore[arg-type]


class MessageInterface(Plugin):
    """Says whether the account's settings can work."""

    identifier = "official-account"
    verbose_name = gettext_lazy("公众号消息接口")  # type: ignore[assignment]

    @property
    def enabled(self) -> bool:
        return load().enabled

    def check_config(self) -> list[Problem]:
        settings, problems = load(), []
        if not 3 <= len(settings.token) <= 32 or not settings.token.isalnum():
            problems.append(Problem("token", _("公众号令牌应为 3 至 32 位英文或数字")))
        if settings.mode not in MODES:
            problems.append(Problem("mode", _("TONGBAN_WECHAT_MODE 应为 plain、compatible 或 safe")))
        if settings.sandbox:
            problems.append(Problem("sandbox", _("公众号由沙箱扮演，没有连接真实的微信"), fatal=False))
        if settings.mode != "plain":
            try:
                whole = len(base64.b64decode(settings.aes_key + "=")) == 32
            except binascii.Error:
                whole = False
            if not whole:
                problems.append(Problem("aes_key", _("消息加解密密钥应为 43 位")))
        if settings.mode == "compatible" and not settings.sandbox:
            problems.append(Problem("compatible", _("兼容模式也接收明文消息，建议改用安全模式"), fatal=False))
        if settings.mode == "plain":
            problems.append(Problem("plain", _("消息以明文模式收发，建议改用安全模式"), fatal=False))
        if not settings.site.startswith("https://"):
            problems.append(Problem("site", _("本站地址不是 https，微信中的链接可能打不开"), fatal=False))
        return problems


channels.register(MessageInterface())
notices.adapters.register(OfficialAccount())
