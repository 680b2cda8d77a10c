"""The one door of the trace: add a row, read a chain, verify, export.

Which chains a visitor may read is decided by the room that owns the chain; ``rows`` only refuses
visitors who are not signed in.
"""

from uuid import UUID

from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden
from tongban.trace.checkpoints import make_checkpoint
from tongban.trace.exporting import export
from tongban.trace.models import TraceCheckpoint, TraceRow
from tongban.trace.verification import Problem, Report, verify
from tongban.trace.writing import append, append_many

__all__ = [
    "Problem", "Report", "TraceCheckpoint", "TraceRow", "append", "append_many", "export",
    "make_checkpoint", "rows", "verify",
]  # fmt: skip


def rows(actor: Actor, chain: UUID | str) -> list[TraceRow]:
    """The rows of one chain, oldest first. The caller has checked that ``actor`` may see the chain."""
    if actor.kind == "anonymous":
        raise Forbidden
    return list(TraceRow.objects.filter(chain=str(chain)).order_by("seq"))
