"""Settings of the official account, read from the environment; empty means there is none.

A sandbox site without an account of its own plays one: its secrets are derived from the site's secret, and
WeChat's server is the one below ``/sandbox/wechat/``.
"""

import base64
import os
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac

from tongban.kit import inprocess

MODES = ("plain", "compatible", "safe")
FIELDS = "thing1=title,thing2=body,time3=time"  # of the template; what the account's console calls them
SANDBOX_APP = "wx0000000000000000"
SANDBOX_TEMPLATE = "sandbox-notice"


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """What the account's console calls 服务器配置, and what is needed to send.

    ``mode`` is one of :data:`MODES` (明文、兼容、安全). In the safe mode messages in plain are refused; in
    the compatible mode both are taken, and an encrypted one is answered encrypted.
    """

    app_id: str
    token: str
    aes_key: str
    secret: str
    api_base: str
    site: str
    mode: str
    template: str = ""
    template_fields: tuple[tuple[str, str], ...] = ()
    sandbox: bool = False

    @property
    def enabled(self) -> bool:
        return bool(self.token and self.app_id)

    @property
    def can_push(self) -> bool:
        """Whether messages can be sent that answer no message."""
        return bool(self.enabled and self.secret)

    @property
    def played(self) -> bool:
        """Whether WeChat's server is this site's own sandbox."""
        return self.api_base.startswith(inprocess.ADDRESS)


def load() -> WeChatSettings:
    """The settings as they are now (tests and operators change the environment)."""
    env = os.environ
    site = settings.BASE_URL.rstrip("/")
    if settings.SANDBOX and not env.get("TONGBAN_WECHAT_APP_ID") and not env.get("TONGBAN_WECHAT_TOKEN"):
        return _sandbox_account(site, env.get("TONGBAN_WECHAT_MODE", "compatible"))
    aes_key = env.get("TONGBAN_WECHAT_AES_KEY", "")
    return WeChatSettings(
        app_id=env.get("TONGBAN_WECHAT_APP_ID", ""),
        token=env.get("TONGBAN_WECHAT_TOKEN", ""),
        aes_key=aes_key,
        secret=env.get("TONGBAN_WECHAT_SECRET", ""),
        api_base=env.get("TONGBAN_WECHAT_API", "https://api.weixin.qq.com/cgi-bin/"),
        site=site,
        mode=env.get("TONGBAN_WECHAT_MODE", "") or ("safe" if aes_key else "plain"),
        template=env.get("TONGBAN_WECHAT_TEMPLATE", ""),
        template_fields=fields_of(env.get("TONGBAN_WECHAT_TEMPLATE_FIELDS", FIELDS)),
    )


def fields_of(text: str) -> tuple[tuple[str, str], ...]:
    """``thing1=title,time3=time`` as pairs; what is no pair is left out."""
    pairs = (part.partition("=") for part in text.split(","))
    return tuple((name.strip(), what.strip()) for name, equals, what in pairs if equals)


def _sandbox_account(site: str, mode: str) -> WeChatSettings:
    return WeChatSettings(
        app_id=SANDBOX_APP,
        token=_derived("token").hex()[:32],
        aes_key=base64.b64encode(_derived("aes_key")).decode().rstrip("="),
        secret=_derived("secret").hex()[:32],
        api_base=f"{inprocess.ADDRESS}/sandbox/wechat/cgi-bin/",
        site=site,
        mode=mode,
        template=SANDBOX_TEMPLATE,
        template_fields=fields_of(FIELDS),
        sandbox=True,
    )


def _derived(purpose: str) -> bytes:
    return salted_hmac("tongban.wechat.sandbox", purpose, algorithm="sha256").digest()
