"""Adding rows: two statements a row, on the path of every act; four for any number, of bulk acts."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from tongban.kit.actors import Actor
from tongban.kit.ids import uuid7
from tongban.kit.kept import execute
from tongban.trace import keys
from tongban.trace.canon import NO_HASH, canonical, chained, plain, row_content
from tongban.trace.models import TraceRow

LOCK = "SELECT seq, hash FROM trace_head WHERE chain = %s FOR UPDATE"
ROW = "INSERT INTO trace_row (id, chain, seq, at, action, about, actor, data, prev, hash, mac) "
VALUES = (
    "%s::uuid, %s::text, %s::bigint, %s::timestamptz, %s::text, %s::text, %s::jsonb, %s::jsonb, "
    "%s::bytea, %s::bytea, %s::bytea"
)
CONTINUE = (
    "WITH h AS (UPDATE trace_head SET seq = %s, hash = %s::bytea, sealed = false WHERE chain = %s) "  # noqa: S608
    f"{ROW} SELECT {VALUES}"  # constants only
)
# Only one of two beginners gets a row from h; the other inserts nothing and takes the lock instead.
BEGIN = (
    "WITH h AS (INSERT INTO trace_head (chain, seq, hash, sealed) VALUES (%s, 1, %s::bytea, false) "  # noqa: S608
    f"ON CONFLICT (chain) DO NOTHING RETURNING 1) {ROW} SELECT {VALUES} FROM h"
)
# Many rows: heads that are missing are begun with nothing behind them, then all are locked in one order.
BEGIN_MANY = """
INSERT INTO trace_head (chain, seq, hash, sealed)
SELECT c, 0, %s::bytea, false FROM unnest(%s::text[]) AS a(c) ORDER BY c
ON CONFLICT (chain) DO NOTHING
"""
LOCK_MANY = "SELECT chain, seq, hash FROM trace_head WHERE chain = ANY(%s::text[]) ORDER BY chain FOR UPDATE"
CONTINUE_MANY = """
UPDATE trace_head h SET seq = t.seq, hash = t.hash, sealed = false
FROM unnest(%s::text[], %s::bigint[], %s::bytea[]) AS t(chain, seq, hash) WHERE h.chain = t.chain
"""
COLUMNS = (
    "uuid", "text", "bigint", "timestamptz", "text", "text", "text", "text", "bytea", "bytea", "bytea",
)  # fmt: skip
ROWS = (
    f"{ROW} SELECT id, chain, seq, at, action, about, actor::jsonb, data::jsonb, prev, hash, mac "  # noqa: S608
    f"FROM unnest({', '.join(f'%s::{kind}[]' for kind in COLUMNS)}) "  # constants only
    "AS t(id, chain, seq, at, action, about, actor, data, prev, hash, mac)"
)


def who(actor: Actor) -> dict[str, Any]:
    """The actor as the trace keeps him: kind and name always, the rest where there is one."""
    known = {
        "kind": actor.kind,
        "name": actor.name,
        "account": actor.account_id and str(actor.account_id),
        "subject": actor.subject_id and str(actor.subject_id),
        "staff": actor.staff_id and str(actor.staff_id),
        "posts": [f"{p.role}@{p.department_name}/{p.division}" for p in actor.posts],
    }
    return {name: value for name, value in known.items() if value}


def append(
    actor: Actor, chain: UUID | str, action: str, data: dict[str, Any], *, about: str = "",
    new: bool = False,
) -> TraceRow:  # fmt: skip
    """Add one row to ``chain`` inside the caller's transaction and lock the chain until it ends.

    :param chain: a case's id, or the name of another chain (up to 80 characters)
    :param action: what was done, such as ``case.accepted`` (up to 80 characters)
    :param data: what belongs to it; anything JSON can say, dates, UUIDs and decimals
    :param about: one line for readers, cut at 200 characters
    :param new: the chain most likely begins here: saves the look for its end, and is no promise
    :raises TransactionManagementError: outside a transaction: the row must stand or fall with the act
    """
    row = _row(actor, chain, action, data, about)
    while True:
        head = None if new else execute(LOCK, [row.chain]).fetchone()
        if head is not None:
            row.seq, row.prev = head[0] + 1, bytes(head[1])
        values = _sealed(row)
        if head is not None:
            execute(CONTINUE, [row.seq, row.hash, row.chain, *values])
            return row
        if execute(BEGIN, [row.chain, row.hash, *values]).rowcount == 1:
            return row
        new = False


def append_many(actor: Actor, acts: Iterable[tuple[UUID | str, str, dict[str, Any]]]) -> int:
    """Add many rows, each of (chain, action, data), by four statements; otherwise as :func:`append`.

    The chains are locked in one order, so that two callers wait for each other and never both.

    :returns: how many rows
    """
    rows = [_row(actor, chain, action, data, "") for chain, action, data in acts]
    if not rows:
        return 0
    chains = sorted({row.chain for row in rows})
    execute(BEGIN_MANY, [NO_HASH, chains])
    ends = {name: (seq, bytes(digest)) for name, seq, digest in execute(LOCK_MANY, [chains]).fetchall()}
    values = []
    for row in rows:
        seq, row.prev = ends[row.chain]
        row.seq = seq + 1
        values.append(_sealed(row))
        ends[row.chain] = row.seq, bytes(row.hash)
    execute(ROWS, [list(column) for column in zip(*values, strict=True)])
    execute(
        CONTINUE_MANY,
        [list(ends), [seq for seq, _ in ends.values()], [digest for _, digest in ends.values()]],
    )
    return len(rows)


def _row(actor: Actor, chain: UUID | str, action: str, data: dict[str, Any], about: str) -> TraceRow:
    """A row as the first of its chain, not hashed yet."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("trace.append belongs inside the transaction of the act it records")
    return TraceRow(
        id=uuid7(), chain=plain(str(chain)), seq=1, at=timezone.now(), action=plain(action),
        about=plain(about)[:200], actor=plain(who(actor)), data=plain(data), prev=NO_HASH,
    )  # fmt: skip


def _sealed(row: TraceRow) -> list[Any]:
    """Hash a row that has its place; its values in the order of the columns."""
    content = row_content(row.id, row.chain, row.seq, row.at, row.action, row.about, row.actor, row.data)
    row.hash = digest = chained(bytes(row.prev), content)
    row.mac = keys.mac(digest)
    return [
        row.id, row.chain, row.seq, row.at, row.action, row.about,
        canonical(row.actor).decode(), json.dumps(row.data, ensure_ascii=False),
        row.prev, row.hash, row.mac,
    ]  # fmt: skip
