"""What search hands out."""

from collections.abc import Sequence
from dataclasses import dataclass

from tongban.items.records import ItemSummary

Marked = tuple[tuple[str, bool], ...]  # pieces of a text; true where the reader's words are


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A found item with its name and summary cut into pieces, so that a page can mark what matched."""

    item: ItemSummary
    name: Marked
    summary: Marked
    score: float
    elsewhere: int = 0  # other places of this platform that handle the same matter


@dataclass(frozen=True, slots=True)
class Facet:
    """A value to narrow by, and how many of the found items have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results. ``capped`` says that more matched than were ranked."""

    query: str
    hits: tuple[SearchHit, ...]
    total: int
    page: int
    pages: int
    capped: bool
    themes: tuple[Facet, ...]
    service_objects: tuple[Facet, ...]
    divisions: tuple[Facet, ...]
    departments: tuple[Facet, ...] = ()
    levels: tuple[Facet, ...] = ()
    online: tuple[Facet, ...] = ()
    suggestion: str = ""  # what may have been meant, where nothing was found as it was typed

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    @property
    def has_previous(self) -> bool:
        return self.page > 1


def marked(text: str, words: Sequence[str]) -> Marked:
    """``text`` in pieces, those covered by one of ``words`` flagged. Lengths match, whatever the case."""
    low = text.lower()
    if len(low) != len(text) or not text:
        return ((text, False),) if text else ()
    hit = [False] * len(text)
    for word in words:
        at = low.find(word)
        while at >= 0:
            hit[at : at + len(word)] = [True] * len(word)
            at = low.find(word, at + 1)
    pieces: list[tuple[str, bool]] = []
    start = 0
    for n in range(1, len(text) + 1):
        if n == len(text) or hit[n] != hit[start]:
            pieces.append((text[start:n], hit[start]))
            start = n
    return tuple(pieces)
