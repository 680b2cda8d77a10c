"""The quality of the demo's data: measured today as it is, and an invented past of some weeks before it."""

from collections.abc import Iterator

from tongban.demo.loading import Piece
from tongban.quality import service as quality

DAYS = 28


def past() -> None:
    """Weeks in which things slowly got better; the pages say that they are invented."""
    quality.invent_past(DAYS)


def pieces() -> Iterator[Piece]:
    """Today, then what came before."""
    yield Piece("quality:today", "数据质量", quality.measure)
    yield Piece("quality:past", "数据质量：以前", past)
