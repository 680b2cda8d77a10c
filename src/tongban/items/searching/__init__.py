"""Search: words cut the same way on both sides, candidates first, ranking second."""

from tongban.items.searching.query import search, suggest, themes
from tongban.items.searching.results import Facet, SearchHit, SearchPage

__all__ = ["Facet", "SearchHit", "SearchPage", "search", "suggest", "themes"]
