"""Traces of the identity room: one chain per account, one per legal person for its agents."""

from typing import Any
from uuid import UUID

from tongban.kit.actors import SYSTEM, Actor
from tongban.trace import service as trace


def note(
    actor: Actor | None, chain: UUID, action: str, data: dict[str, Any] | None = None, about: str = ""
) -> None:
    """Append a row; must run in a transaction."""
    trace.append(actor or SYSTEM, chain, action, data or {}, about=about)
