"""What a file said before: codes of all its rows, kept in a table of the connection and not in memory."""

from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, connection


class Seen:
    """The first line of each code of one file, with its content hash.

    The table is temporary: it is seen by this connection alone and gone with it.
    """

    def __init__(self) -> None:
        self._table = f"items_seen_{uuid4().hex}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE {self._table} (code text PRIMARY KEY, line bigint, digest text)"
            )

    def first(self, rows: Sequence[tuple[str, int, str]]) -> dict[str, tuple[int, str]]:
        """Remember rows given as ``(code, line, content hash)`` in their order; what each code said first."""
        here: dict[str, tuple[int, str]] = {}
        for code, line, digest in rows:
            here.setdefault(code, (line, digest))
        if not here:
            return here
        columns: list[Any] = [
            list(here),
            [line for line, _ in here.values()],
            [digest for _, digest in here.values()],
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self._table} SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[]) "  # noqa: S608
                "ON CONFLICT (code) DO NOTHING",
                columns,
            )
            if cursor.rowcount < len(here):
                cursor.execute(
                    f"SELECT code, line, digest FROM {self._table} WHERE code = ANY(%s)",  # noqa: S608
                    [list(here)],
                )
                here |= {code: (line, digest) for code, line, digest in cursor.fetchall()}
        return here

    def __enter__(self) -> "Seen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After an error of the database nothing can be dropped; the table then goes with the connection.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self._table}")
