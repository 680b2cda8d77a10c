"""The choices of a list's filter bar (``_filter_bar.html``)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Select:
    """One select of the bar. ``value`` is what is chosen now, or nothing."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


def select(name: str, label: str, options: Iterable[tuple[Any, Any]], filters: Mapping[str, Any]) -> Select:
    """A select over choices; the empty choice and drafts, which staff never see, are left out."""
    shown = tuple((str(v), str(words)) for v, words in options if v not in ("", "draft"))
    return Select(name, label, shown, str(filters.get(name, "")))
