"""Settings of the official account, read from the environment; empty means there is none."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """What the account's console calls 服务器配置.

    ``aes_key`` set means the encrypted mode 安全模式: messages in plain are then refused.
    """

    app_id: str
    token: str
    aes_key: str
    secret: str
    api_base: str
    site: str

    @property
    def enabled(self) -> bool:
        return bool(self.token and self.app_id)


def load() -> WeChatSettings:
    """The settings as they are now (tests and operators change the environment)."""
    env = os.environ
    return WeChatSettings(
        app_id=env.get("TONGBAN_WECHAT_APP_ID", ""),
        token=env.get("TONGBAN_WECHAT_TOKEN", ""),
        aes_key=env.get("TONGBAN_WECHAT_AES_KEY", ""),
        secret=env.get("TONGBAN_WECHAT_SECRET", ""),
        api_base=env.get("TONGBAN_WECHAT_API", "https://api.weixin.qq.com/cgi-bin/"),
        site=env.get("TONGBAN_SITE_URL", "http://127.0.0.1:8000").rstrip("/"),
    )
