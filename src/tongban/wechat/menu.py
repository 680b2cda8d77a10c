"""The account's menu: three ways into the portal and two words the chat understands."""

from typing import Any

from django.utils.translation import gettext as _

from tongban.wechat.client import Client
from tongban.wechat.settings import WeChatSettings


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


def push_menu(settings: WeChatSettings) -> dict[str, Any]:
    """Set the menu at WeChat's server. Raises Trouble or Rejected of :mod:`tongban.wechat.client`."""
    here = Client(settings)
    answer: dict[str, Any] = here.run(lambda: here.menu.create(menu(settings)))
    return answer


def shown_menu(settings: WeChatSettings) -> dict[str, Any]:
    """The menu that WeChat's server holds; raises as :func:`push_menu` does (46003 where there is none)."""
    here = Client(settings)
    # Not the library's own call, which hides that there is none.
    answer: dict[str, Any] = here.run(lambda: here.get("menu/get"))
    return answer


def drop_menu(settings: WeChatSettings) -> dict[str, Any]:
    """Take the menu away; raises as :func:`push_menu` does."""
    here = Client(settings)
    answer: dict[str, Any] = here.run(here.menu.delete)
    return answer
