"""The channels' adapters, and which of them this site uses."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tongban.notices.base import Adapter, Recipient
from tongban.plugins.service import Registry

adapters: Registry[Adapter] = Registry("notices", _("消息通道"))  # type: ignore[arg-type]


def adapter_for(channel: str) -> Adapter:
    """The adapter this site uses for a channel. Raises KeyError when settings name an unknown one."""
    chosen: dict[str, str] = settings.NOTICES_ADAPTERS
    return adapters.get(chosen[channel])


def address_of(channel: str, recipient: Recipient) -> str:
    """Where the recipient is reached over a channel; empty where he is not, or no adapter is chosen."""
    chosen: dict[str, str] = settings.NOTICES_ADAPTERS
    return adapter_for(channel).address(recipient) if chosen.get(channel) else ""
