"""Finding every changed, removed, inserted or reordered row.

Three independent witnesses: the hash chain (any change that does not recompute hashes), the MAC
under a key outside the database (a superuser who recomputes hashes), and the signed checkpoints with
their anchor file (rows or chains removed from the end, whatever was done to the heads).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from tongban.trace import checkpoints, keys
from tongban.trace.canon import NO_HASH, chained, checkpoint_content, row_content
from tongban.trace.models import TraceCheckpoint, TraceHead, TraceRow
from tongban.trace.rights import APPEND_ONLY_TABLES

PROBLEMS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found.

    ``kind``: changed, forged, missing, inserted, relinked, head, checkpoint, anchor or guard.
    """

    kind: str
    chain: str
    seq: int | None
    message: str


@dataclass(slots=True)
class Report:
    """What was checked and found. ``uncovered_rows`` lie after the last checkpoint of their chain:
    changes and insertions among them are found, their removal (with the head set back) is not.
    """

    rows: int = 0
    chains: int = 0
    checkpoints: int = 0
    uncovered_rows: int = 0
    problems_found: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.problems_found == 0

    def found(self, kind: str, chain: str, seq: int | None, message: str) -> None:
        self.problems_found += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(kind, chain, seq, message))

    def as_dict(self) -> dict[str, Any]:
        return {"ok": self.ok, **asdict(self)}


def verify(anchor: Path | None = None) -> Report:
    """Check every row, chain, checkpoint and guard.

    :param anchor: the anchor file to compare with; by default this database's own
    """
    report = Report()
    sealed = _check_checkpoints(report, checkpoints.read_anchor(anchor or checkpoints.anchor_path()))
    heads = {h.chain: (h.seq, bytes(h.hash)) for h in TraceHead.objects.iterator()}
    for chain, rows in _by_chain():
        _check_chain(report, chain, rows, heads.pop(chain, None), sealed.pop(chain, {}))
    for chain in sorted(heads.keys() | sealed.keys()):
        report.found("missing", chain, None, "the whole chain is gone")
    _check_guards(report)
    return report


def _by_chain() -> Iterator[tuple[str, Iterator[TraceRow]]]:
    rows = TraceRow.objects.order_by("chain", "seq", "at").iterator(chunk_size=2000)
    row = next(rows, None)

    def one(chain: str) -> Iterator[TraceRow]:
        nonlocal row
        while row is not None and row.chain == chain:
            yield row
            row = next(rows, None)

    while row is not None:
        chain = row.chain
        yield chain, one(chain)


def _check_chain(
    report: Report,
    chain: str,
    rows: Iterator[TraceRow],
    head: tuple[int, bytes] | None,
    sealed: dict[int, bytes],
) -> None:
    report.chains += 1
    covered = max(sealed, default=0)
    seq, last = 0, NO_HASH
    for row in rows:
        report.rows += 1
        report.uncovered_rows += row.seq > covered
        last = _check_row(report, row, seq, last)
        stated = sealed.pop(row.seq, None)
        if stated is not None and stated != bytes(row.hash):
            report.found("checkpoint", chain, row.seq, "a signed checkpoint states another hash")
        seq = max(seq, row.seq)
    for number in sorted(sealed):
        report.found("missing", chain, number, "a signed checkpoint states this row, it is gone")
    if head is None:
        report.found("head", chain, seq, "the chain's head is gone")
    elif head[0] > seq:
        report.found("missing", chain, head[0], f"rows after {seq} are gone: the head states {head[0]}")
    elif head != (seq, last):
        report.found("head", chain, seq, "the chain's head disagrees with its last row")


def _check_row(report: Report, row: TraceRow, seq: int, last: bytes) -> bytes:
    """Check one row against the one before; answers with its stored hash."""
    if row.seq > seq + 1:
        gone = f"rows {seq + 1} to {row.seq - 1} are gone" if row.seq > seq + 2 else "the row is gone"
        report.found("missing", row.chain, seq + 1, gone)
    elif row.seq <= seq:
        report.found("inserted", row.chain, row.seq, "a second row with this number")
    elif bytes(row.prev) != last:
        report.found("relinked", row.chain, row.seq, "does not continue the row before it")
    content = row_content(row.id, row.chain, row.seq, row.at, row.action, row.about, row.actor, row.data)
    if chained(bytes(row.prev), content) != bytes(row.hash):
        report.found("changed", row.chain, row.seq, "the content does not give the stored hash")
    if keys.mac(bytes(row.hash)) != bytes(row.mac):
        report.found("forged", row.chain, row.seq, "not written by this platform: the MAC does not hold")
    return bytes(row.hash)


def _check_checkpoints(report: Report, anchored: list[dict[str, Any]]) -> dict[str, dict[int, bytes]]:
    """Check signatures, links and anchor; answers with the hashes they state, by chain and number."""
    sealed: dict[str, dict[int, bytes]] = {}
    trusted, hashes, number, last = keys.trusted(), {}, 0, NO_HASH
    for made in TraceCheckpoint.objects.order_by("number").iterator(chunk_size=100):
        report.checkpoints += 1
        if made.number != number + 1:
            report.found("checkpoint", "", number + 1, "checkpoints are gone")
        elif bytes(made.prev) != last:
            report.found("checkpoint", "", made.number, "does not continue the checkpoint before it")
        content = checkpoint_content(made.number, made.at, made.heads, made.algorithm, made.key_id)
        if chained(bytes(made.prev), content) != bytes(made.hash):
            report.found("checkpoint", "", made.number, "the content does not give the stored hash")
        key = trusted.get(made.key_id)
        if key is None or not keys.signature_holds(key, bytes(made.signature), bytes(made.hash)):
            report.found("checkpoint", "", made.number, "the signature does not hold")
        for chain, seq, digest in made.heads:
            sealed.setdefault(chain, {})[seq] = bytes.fromhex(digest)
        number, last = made.number, bytes(made.hash)
        hashes[number] = last.hex()
    for line in anchored:
        if hashes.get(line["number"]) != line["hash"]:
            report.found("anchor", "", line["number"], "the anchored checkpoint is gone or another one")
    return sealed


def _check_guards(report: Report) -> None:
    """Every append-only table and partition still carries its triggers, switched on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH guarded AS (
                SELECT c.oid, c.relname, c.relname = ANY(%(tables)s) AS parent FROM pg_class c
                LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
                LEFT JOIN pg_class p ON p.oid = i.inhparent
                WHERE c.relkind IN ('r', 'p') AND (c.relname = ANY(%(tables)s) OR p.relname = ANY(%(tables)s))
            )
            SELECT g.relname, n.name
            FROM guarded g, (VALUES ('append_only'), ('append_only_truncate')) n(name)
            WHERE NOT EXISTS (
                SELECT 1 FROM pg_trigger t
                WHERE t.tgrelid = g.oid AND t.tgname = n.name AND t.tgenabled IN ('O', 'A')
            ) ORDER BY 1, 2
            """,
            {"tables": list(APPEND_ONLY_TABLES)},
        )
        for table, trigger in cursor.fetchall():
            report.found("guard", "", None, f"trigger {trigger} of {table} is gone or switched off")
