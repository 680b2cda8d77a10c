"""Comparing values and scoring; pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any


def canonical(value: Any) -> Any:
    """A value as it is compared: text without differences of width and spaces, lists without order."""
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).split())
    if isinstance(value, Mapping):
        return {key: canonical(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list | tuple | set | frozenset):
        return sorted((canonical(inner) for inner in value), key=repr)
    return value


def differs(standard: Any, own: Any) -> bool:
    """Whether an implementation's value is another than the standard's. Nothing and empty are the same."""
    empty: tuple[Any, ...] = (None, "", [], {})
    left, right = canonical(standard), canonical(own)
    return left != right and not (left in empty and right in empty)


def deviations(
    standard: Mapping[str, Any], own: Mapping[str, Any], names: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Those of ``names`` in which ``own`` differs, with both values."""
    return {
        name: {"standard": standard.get(name), "own": own.get(name)}
        for name in sorted(names)
        if differs(standard.get(name), own.get(name))
    }


def score(fixed_total: int, deviating: int) -> float | None:
    """Alignment in percent: the share of fixed elements that are as the standard says. None without any."""
    if fixed_total == 0:
        return None
    return round(100 * (fixed_total - deviating) / fixed_total, 1)
