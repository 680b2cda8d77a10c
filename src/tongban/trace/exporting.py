"""The whole trace as one file that a separate program verifies without database or platform."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tongban.trace import keys
from tongban.trace.canon import checkpoint_content, moment, row_content
from tongban.trace.models import TraceCheckpoint, TraceRow

FORMAT = "tongban-trace/1"


def export(path: Path | str) -> Path:
    """Write the trace as JSON Lines; answers with the file written.

    :param path: a file, or an existing folder in which a file named by the time is made
    """
    now = timezone.now()
    target = Path(path)
    if target.is_dir():
        target = target / f"trace-{now:%Y%m%dT%H%M%SZ}.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    nested = connection.in_atomic_block
    with transaction.atomic(), target.open("w", encoding="utf-8") as file:
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for line in _lines(now):
            file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
    return target


def _lines(now: datetime) -> Iterator[dict[str, Any]]:
    public = keys.public_pem().decode()
    yield {"kind": "header", "format": FORMAT, "at": moment(now), "key_id": keys.key_id(), "key": public}
    rows = 0
    for row in TraceRow.objects.order_by("chain", "seq", "at").iterator(chunk_size=2000):
        rows += 1
        content = row_content(row.id, row.chain, row.seq, row.at, row.action, row.about, row.actor, row.data)
        yield {
            "kind": "row", "content": content,
            "prev": bytes(row.prev).hex(), "hash": bytes(row.hash).hex(),
        }  # fmt: skip
    made = 0
    for point in TraceCheckpoint.objects.order_by("number").iterator(chunk_size=100):
        made += 1
        yield {
            "kind": "checkpoint",
            "content": checkpoint_content(
                point.number, point.at, point.heads, point.algorithm, point.key_id
            ),
            "prev": bytes(point.prev).hex(), "hash": bytes(point.hash).hex(),
            "signature": bytes(point.signature).hex(),
        }  # fmt: skip
    yield {"kind": "end", "rows": rows, "checkpoints": made}
