"""Search: words cut the same way on both sides, candidates first, ranking second."""

from tongban.items.searching.query import search, suggest, themes
from tongban.items.searching.results import Facet, SearchHit, SearchPage
from tongban.items.searching.retrieving import Passage, Understanding, retrieve, understood

__all__ = [
    "Facet",
    "Passage",
    "SearchHit",
    "SearchPage",
    "Understanding",
    "retrieve",
    "search",
    "suggest",
    "themes",
    "understood",
]
