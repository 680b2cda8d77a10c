"""What an adapter of a kind of database is: it looks and reads, and has no way to write."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from tongban.kit.errors import Conflict
from tongban.plugins.service import Plugin

TLS = ("require", "verify-full", "prefer", "disable")


class CannotRead(Conflict):
    """A department's database cannot be read now; ``code`` says why, the message what can be done."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and as whom it is read. ``tls``: one of :data:`TLS`, as libpq names them."""

    host: str
    port: int
    database: str
    user: str
    password: str
    tls: str = "require"


@dataclass(frozen=True, slots=True)
class TableAbout:
    """A table or view that this user may read."""

    schema: str
    name: str
    view: bool = False


@dataclass(frozen=True, slots=True)
class ColumnAbout:
    """A column that this user may read. ``use``: moment (a date with time), plain, or none (not readable).

    ``orders``: rows can be ordered by it; ``unique``: no two have the same value, by an index.
    """

    name: str
    type: str
    use: str
    orders: bool = False
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """What is read in which order: the column of the last change, then the key."""

    schema: str
    table: str
    key: str
    moment: str


@dataclass(frozen=True, slots=True)
class Position:
    """The row read last, as the database writes its moment and its key."""

    at: str
    key: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row; ``cells`` as text."""

    cells: dict[str, Any]
    position: Position


@dataclass(frozen=True, slots=True)
class Left:
    """Rows that cannot be read in order: without moment or key, and dated later than the database's now."""

    undated: int = 0
    future: int = 0


class Reader(Protocol):
    """One read-only look at one database. Every method may raise :class:`CannotRead`."""

    def clock(self) -> datetime:
        """What time the database has."""

    def tables(self) -> list[TableAbout]:
        """What this user may read."""

    def columns(self, schema: str, table: str) -> list[ColumnAbout]:
        """The columns of a table in its own order; empty where there is no such table."""

    def twice(self, spot: Spot) -> bool:
        """Whether two rows have the same key."""

    def left(self, spot: Spot) -> Left:
        """How many rows :meth:`rows` cannot give."""

    def sample(self, spot: Spot, names: Sequence[str], most: int) -> list[dict[str, Any]]:
        """Some rows as text, in no order."""

    def rows(
        self, spot: Spot, names: Sequence[str], after: Position | None, back: timedelta
    ) -> Iterator[ReadRow]:
        """Rows changed until now in order of (moment, key), as one state of the database.

        :param after: begin behind this row; None begins at the first
        :param back: begin earlier by this much, for changes that were written then and seen only later
        """


class Database(Plugin):
    """Adapter of one kind of database."""

    port: int = 0

    def open(self, address: Address, *, seconds: float) -> AbstractContextManager[Reader]:
        """Connect for reading. ``seconds``: that one statement may take. Raises :class:`CannotRead`."""
        raise NotImplementedError
