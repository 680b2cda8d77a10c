"""Where the posts of staff come from: the organisations room registers itself here (it lies above)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tongban.kit.actors import PostHeld


@dataclass(frozen=True, slots=True)
class StaffHeld:
    """A member of staff and the posts that hold today."""

    staff_id: UUID
    name: str
    posts: tuple[PostHeld, ...]


Provider = Callable[[UUID], StaffHeld | None]
_provider: list[Provider] = []


def register_posts_provider(provider: Provider) -> None:
    """Name the function that knows an account's staff row and posts; the last one named counts."""
    _provider[:] = [provider]


def staff_held(account_id: UUID) -> StaffHeld | None:
    """The staff row and posts of an account, or None for somebody who is not (or no longer) staff."""
    return _provider[0](account_id) if _provider else None
