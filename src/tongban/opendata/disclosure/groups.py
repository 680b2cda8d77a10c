"""k-anonymity of rows: how many rows share the same quasi-identifiers."""

from collections import Counter
from collections.abc import Sequence

from tongban.opendata.shapes import Record


def group_sizes(rows: Sequence[Record], positions: Sequence[int]) -> Counter[Record]:
    """How many rows there are for each combination of the columns at ``positions``."""
    return Counter(tuple(row[n] for n in positions) for row in rows)


def thin(rows: Sequence[Record], positions: Sequence[int], k: int) -> tuple[Record, ...]:
    """The rows whose combination occurs at least ``k`` times (a smaller group is left out as a whole)."""
    sizes = group_sizes(rows, positions)
    return tuple(row for row in rows if sizes[tuple(row[n] for n in positions)] >= k)
