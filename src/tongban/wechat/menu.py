"""The account's menu: three ways into the portal and two words the chat understands."""

from typing import Any

from django.utils.translation import gettext as _
from wechatpy.client import WeChatClient

from tongban.wechat.settings import WeChatSettings


class _Client(WeChatClient):  # type: ignore[misc]
    """The library's client, except that the token comes from the configured address as well."""

    def __init__(self, settings: WeChatSettings) -> None:
        super().__init__(settings.app_id, settings.secret, timeout=10, auto_retry=False)
        self.API_BASE_URL = settings.api_base

    def fetch_access_token(self) -> Any:
        params = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(f"{self.API_BASE_URL}token", params)


def menu(settings: WeChatSettings) -> dict[str, Any]:
    """The menu as the protocol writes it."""
    site = settings.site
    return {
        "button": [
            {"type": "view", "name": _("办事"), "url": f"{site}/"},
            {
                "name": _("我的"),
                "sub_button": [
                    {"type": "click", "name": _("办件进度"), "key": "PROGRESS"},
                    {"type": "view", "name": _("我的证照"), "url": f"{site}/licences/"},
                    {"type": "view", "name": _("我的数据"), "url": f"{site}/my-data/"},
                    {"type": "click", "name": _("绑定账号"), "key": "BIND"},
                ],
            },
            {"type": "view", "name": _("问一问"), "url": f"{site}/assist/"},
        ]
    }


def push(settings: WeChatSettings) -> dict[str, Any]:
    """Set the menu at WeChat's server. Raises wechatpy's WeChatClientException with the server's words."""
    answer: dict[str, Any] = _Client(settings).menu.create(menu(settings))
    return answer
