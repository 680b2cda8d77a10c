"""What an adapter of a channel is."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from tongban.plugins.service import Plugin


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a notice; ``account_id`` is None for a phone that belongs to no account yet."""

    account_id: UUID | None
    name: str
    phone: str = ""
    email: str = ""
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out. ``key`` is the same at every repetition, so that a provider can drop doubles."""

    key: str
    target: str
    subject: str
    text: str
    link: str = ""  # a path on this site, where the message is about a page


class Unreachable(Exception):
    """The provider did not answer or has trouble of its own: try again later.

    ``wait`` seconds before the next attempt, where the provider says how long; 0 means the usual pauses.
    """

    def __init__(self, problem: str, wait: int = 0) -> None:
        super().__init__(problem)
        self.wait = wait


class Refused(Exception):
    """The provider will not take this message, now or later."""


class Adapter(Plugin):
    """Sends messages of one channel through one kind of provider."""

    channel: str = ""

    @property
    def enabled(self) -> bool:
        chosen: dict[str, str] = settings.NOTICES_ADAPTERS
        return chosen.get(self.channel) == self.identifier

    def address(self, recipient: Recipient) -> str:
        """Where the recipient is reached over this channel; empty where he cannot be reached now."""
        raise NotImplementedError

    def send(self, message: Message) -> str:
        """Hand the message over and return the provider's id for it.

        Raises:
            Unreachable: for trouble that may pass.
            Refused: for a message the provider rejects for good.
        """
        raise NotImplementedError
