"""Signed statements of where chains ended, and their copy outside the database.

The worker makes one each minute when something was added. Each lists the chains that grew since the
one before and carries its hash. A line for each is also added to an anchor file beside the
database, so that checkpoints removed from the end are missed.
"""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tongban.trace import keys
from tongban.trace.canon import NO_HASH, chained, checkpoint_content
from tongban.trace.models import TraceCheckpoint

HEADS_AT_MOST = 20_000  # chains in one checkpoint; more make the next one
# A chain that is being written to right now is left for the next checkpoint rather than waited for.
TAKE = """
WITH open AS (
    SELECT chain FROM trace_head WHERE NOT sealed ORDER BY chain LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE trace_head h SET sealed = true FROM open WHERE h.chain = open.chain
RETURNING h.chain, h.seq, encode(h.hash, 'hex')
"""


def make_checkpoint() -> TraceCheckpoint | None:
    """Sign where chains end that grew since the last checkpoint; None when none did."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tongban_trace_checkpoint'))")
            cursor.execute(TAKE, [HEADS_AT_MOST])
            heads: list[list[Any]] = sorted([list(found) for found in cursor.fetchall()])
        if not heads:
            return None
        last = TraceCheckpoint.objects.order_by("-number").only("number", "hash").first()
        made = TraceCheckpoint(
            number=last.number + 1 if last else 1, at=timezone.now(), heads=heads,
            prev=bytes(last.hash) if last else NO_HASH, algorithm=keys.ALGORITHM, key_id=keys.key_id(),
        )  # fmt: skip
        content = checkpoint_content(made.number, made.at, heads, made.algorithm, made.key_id)
        made.hash = digest = chained(bytes(made.prev), content)
        made.signature = keys.sign(digest)
        made.save(force_insert=True)
        transaction.on_commit(write_anchor)
    return made


def anchor_path() -> Path:
    """The anchor file of this database: a restored or fresh database has another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.system_identifier, d.oid FROM pg_control_system() s, pg_database d"
            " WHERE d.datname = current_database()"
        )
        system, database = cursor.fetchone()
    root = Path(getattr(settings, "TRACE_ANCHORS", settings.VAR / "trace"))
    return root / f"checkpoints-{system}-{database}.jsonl"


def read_anchor(path: Path) -> list[dict[str, Any]]:
    """The anchored checkpoints, oldest first; a last line cut short by a crash is ignored."""
    if not path.exists():
        return []
    whole = path.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines() if line]


def write_anchor() -> None:
    """Add a line for every checkpoint that has none; safe to repeat and under two workers."""
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        whole = file.read().rpartition(b"\n")[0]
        lines = whole.splitlines()
        file.truncate(len(whole) + 1 if whole else 0)
        number = json.loads(lines[-1])["number"] if lines else 0
        for made in TraceCheckpoint.objects.filter(number__gt=number).order_by("number").iterator():
            line = {
                "number": made.number, "hash": bytes(made.hash).hex(),
                "key_id": made.key_id, "signature": bytes(made.signature).hex(),
            }  # fmt: skip
            file.write(json.dumps(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
