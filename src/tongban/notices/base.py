"""What an adapter of a channel is."""

from dataclasses import dataclass

from django.conf import settings

from tongban.plugins.service import Plugin


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out. ``key`` is the same at every repetition, so that a provider can drop doubles."""

    key: str
    target: str
    subject: str
    text: str


class Unreachable(Exception):
    """The provider did not answer or has trouble of its own: try again later."""


class Refused(Exception):
    """The provider will not take this message, now or later."""


class Adapter(Plugin):
    """Sends messages of one channel through one kind of provider."""

    channel: str = ""

    @property
    def enabled(self) -> bool:
        chosen: dict[str, str] = settings.NOTICES_ADAPTERS
        return chosen.get(self.channel) == self.identifier

    def send(self, message: Message) -> str:
        """Hand the message over and return the provider's id for it.

        Raises:
            Unreachable: for trouble that may pass.
            Refused: for a message the provider rejects for good.
        """
        raise NotImplementedError
