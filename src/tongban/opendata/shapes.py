"""What a dataset is made of: typed columns, and where its rows come from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

TOTAL = "_T"  # the member of a dimension that stands for all of them, as in SDMX code lists
HIDDEN = "suppressed"  # the column that says a count is kept back
Type = Literal["string", "integer", "number", "boolean", "date"]
Record = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One typed column.

    ``role``: ``dimension`` and ``count`` make a table of counts; a ``label`` names the member of the
    dimension ``of`` in words; everything else is plain.
    """

    name: str
    title: str
    title_en: str
    type: Type = "string"
    about: str = ""
    role: Literal["", "dimension", "label", "count"] = ""
    of: str = ""

    def as_json(self) -> dict[str, str]:
        """The column as a release keeps it."""
        return {
            "name": self.name, "title": self.title, "title_en": self.title_en, "type": self.type,
            "about": self.about, "role": self.role, "of": self.of,
        }  # fmt: skip


SUPPRESSED = Column(HIDDEN, "是否隐去", "Suppressed", "boolean", "数值很小，或能推算出很小的数值，因此不公布")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order of ``columns``."""

    columns: tuple[Column, ...]
    rows: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A table builder over the platform's rooms.

    ``kind`` ``register``: one row a public thing. ``counts``: one row a cell, counting persons or their
    affairs; never one row a person. ``margins``: which sums a table of counts shows beside its cells, each as
    the dimensions that are kept; ``()`` is the grand total. ``chart``: dimension and measure worth drawing.
    """

    key: str
    title: str
    title_en: str
    about: str
    kind: Literal["register", "counts"]
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Record]]
    margins: tuple[tuple[str, ...], ...] = ()
    chart: tuple[str, str] | None = None
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimensions, in order."""
        return dimensions(self.columns)


def dimensions(columns: Sequence[Column]) -> tuple[str, ...]:
    """Names of the dimensions among ``columns``."""
    return tuple(c.name for c in columns if c.role == "dimension")


def column_of(value: dict[str, Any]) -> Column:
    """The column a release keeps as JSON."""
    return Column(**value)
