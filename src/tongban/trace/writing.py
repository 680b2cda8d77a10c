"""Adding rows: two statements a row, on the path of every act."""

import json
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
    if not connection.in_atomic_block:
        raise TransactionManagementError("trace.append belongs inside the transaction of the act it records")
    name = plain(str(chain))
    row = TraceRow(
        id=uuid7(), chain=name, seq=1, at=timezone.now(), action=plain(action), about=plain(about)[:200],
        actor=plain(who(actor)), data=plain(data), prev=NO_HASH,
    )  # fmt: skip
    while True:
        head = None if new else execute(LOCK, [name]).fetchone()
        if head is not None:
            row.seq, row.prev = head[0] + 1, bytes(head[1])
        content = row_content(row.id, row.chain, row.seq, row.at, row.action, row.about, row.actor, row.data)
        row.hash = digest = chained(bytes(row.prev), content)
        row.mac = keys.mac(digest)
        values = [
            row.id, row.chain, row.seq, row.at, row.action, row.about,
            canonical(row.actor).decode(), json.dumps(row.data, ensure_ascii=False),
            row.prev, row.hash, row.mac,
        ]  # fmt: skip
        if head is not None:
            execute(CONTINUE, [row.seq, row.hash, name, *values])
            return row
        if execute(BEGIN, [name, row.hash, *values]).rowcount == 1:
            return row
        new = False
