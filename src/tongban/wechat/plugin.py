"""The official account on the operators' page of adapters."""

import base64
import binascii

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.plugins.service import Plugin, Problem, Registry
from tongban.wechat.settings import load

channels: Registry[Plugin] = Registry("wechat", gettext_lazy("微信公众号"))  # type: ignore[arg-type]


class OfficialAccount(Plugin):
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
        if settings.aes_key:
            try:
                whole = len(base64.b64decode(settings.aes_key + "=")) == 32
            except binascii.Error:
                whole = False
            if not whole:
                problems.append(Problem("aes_key", _("消息加解密密钥应为 43 位")))
        else:
            problems.append(Problem("plain", _("消息以明文模式收发，建议改用安全模式"), fatal=False))
        if not settings.site.startswith("https://"):
            problems.append(Problem("site", _("本站地址不是 https，微信中的链接可能打不开"), fatal=False))
        return problems


channels.register(OfficialAccount())
