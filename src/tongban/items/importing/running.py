"""Running an import: batches in transactions, each row accounted for, a report of all findings."""

import csv
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.content import Prepared
from tongban.items.importing.outcome import ImportResult, RowReport
from tongban.items.importing.profiles import Profile, Rejected, lacks, prepare_row, profile
from tongban.items.importing.reading import lines
from tongban.items.rules import REQUIRED
from tongban.items.searching.entries import count_words
from tongban.items.storing import Stored, foresee, store
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, NotFound

BATCH = 500
Progress = Callable[[int], None]  # told how many bytes of the file are done


def import_file(
    actor: Actor,
    path: Path,
    profile_name: str,
    *,
    dry_run: bool = False,
    encoding: str = "auto",
    progress: Progress | None = None,
    report_folder: Path | None = None,
) -> ImportResult:
    """Import a file of items; every row is imported, unchanged, flagged or rejected.

    A second import of the same file changes nothing. A bad row never stops the others: each batch is a
    transaction of its own, and a batch the database refuses is tried row by row. ``dry_run`` writes
    nothing but the report. For operators and the system only.
    """
    if actor.kind != "system" and not actor.has_role("operator"):
        raise Forbidden
    if not path.is_file():
        raise NotFound(_("没有找到文件 %(path)s") % {"path": path})
    started = time.monotonic()
    folder = report_folder or settings.VAR / "reports"
    source = profile(profile_name)
    with _report(folder, path, source.name) as (where, write):
        run = _Run(actor, source, path.name, write, dry_run=dry_run)
        for line in lines(path, encoding):
            run.take(line.number, line.value, line.rule, line.problem)
            if progress is not None and line.number % 100 == 0:
                progress(line.end)
        run.flush()
        run.result.report = str(where)
    if not dry_run and run.wrote:
        count_words()
    if progress is not None:
        progress(path.stat().st_size)
    run.result.seconds = time.monotonic() - started
    return run.result


@contextmanager
def _report(folder: Path, path: Path, name: str) -> Iterator[tuple[Path, Callable[[RowReport], None]]]:
    folder.mkdir(parents=True, exist_ok=True)
    where = folder / f"items-{name}-{timezone.localtime():%Y%m%d-%H%M%S-%f}.csv"
    with where.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["line", "code", "name", "outcome", "rule", "field", "message"])
        yield (
            where,
            lambda row: table.writerow(
                [row.line, *map(_cell, (row.code, row.name, row.outcome, row.rule, row.field, row.message))]
            ),
        )


def _cell(text: str) -> str:
    """A spreadsheet must not take a cell from outside for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class _Run:
    def __init__(
        self, actor: Actor, source: Profile, file: str, write: Callable[[RowReport], None], *, dry_run: bool
    ) -> None:
        self.actor, self.source, self.file, self.dry_run = actor, source, file, dry_run
        missing = lacks(source.name)
        named = tuple(label for name, label in REQUIRED.items() if name in missing)
        self.result = ImportResult(dry_run=dry_run, lacks=named)
        self.wrote = False
        self._write = write
        self._batch: list[Prepared] = []
        self._seen: dict[bytes, tuple[int, str]] = {}  # code digest → first line, its content hash

    def take(self, number: int, value: Any, rule: str, problem: str) -> None:
        """One row of the file."""
        self.result.read += 1
        if problem:
            self._reject(number, Rejected(rule, problem))
            return
        try:
            one = prepare_row(value, number, self.source)
        except Rejected as why:
            self._reject(number, why)
            return
        if not self._repeated(one):
            self._batch.append(one)
        if len(self._batch) >= BATCH:
            self.flush()

    def _repeated(self, one: Prepared) -> bool:
        key = blake2b(one.code.encode(), digest_size=12).digest()
        digest = one.content_hash()[:16]
        first = self._seen.setdefault(key, (one.line, digest))
        if first[0] == one.line:
            return False
        if first[1] == digest:
            message = _("与第 %(line)s 行完全相同") % {"line": first[0]}
            self._say(one, "unchanged", {"rule": "repeated", "field": "code", "message": message})
            self.result.count("unchanged")
        else:
            message = _("编码与第 %(line)s 行相同而内容不同") % {"line": first[0]}
            self._reject(one.line, Rejected("code-twice", message, "code", one.code, one.columns["name"]))
        return True

    def flush(self) -> None:
        """Store what has been gathered."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        try:
            stored = self._store(batch)
        except DatabaseError:
            stored = [self._single(one) for one in batch]
        for one, done in zip(batch, stored, strict=True):
            self._account(one, done)

    def _store(self, batch: list[Prepared]) -> list[Stored]:
        if self.dry_run:
            return foresee(batch)
        from tongban.trace import service as trace

        with transaction.atomic():
            stored = store(batch, self.actor, source=self.source.name, note=self.file[:200])
            changed = [done.code for done in stored if done.outcome == "imported"]
            if changed:
                self.wrote = True
                what = {
                    "file": self.file,
                    "first_line": batch[0].line,
                    "last_line": batch[-1].line,
                    "codes": changed,
                }
                trace.append(self.actor, f"items-import:{self.source.name}", "items.imported", what)
        return stored

    def _single(self, one: Prepared) -> Stored:
        try:
            return self._store([one])[0]
        except DatabaseError as error:
            return Stored(one.code, "refused", reason=_("数据库拒绝：%(what)s") % {"what": str(error)[:200]})

    def _account(self, one: Prepared, done: Stored) -> None:
        if done.outcome == "refused":
            why = Rejected("refused", done.reason, "", one.code, one.columns["name"])
            self._reject(one.line, why)
            return
        outcome = "flagged" if done.outcome == "imported" and one.findings else done.outcome
        self.result.count(outcome)
        for finding in one.findings:
            self._say(one, outcome, finding)

    def _say(self, one: Prepared, outcome: str, finding: Mapping[str, str]) -> None:
        what = (finding["rule"], finding["field"], finding["message"])
        row = RowReport(one.line, one.code, one.columns["name"], outcome, *what)
        self.result.note(row)
        self._write(row)

    def _reject(self, line: int, why: Rejected) -> None:
        self.result.count("rejected")
        row = RowReport(line, why.code, why.name, "rejected", why.rule, why.field, why.message)
        self.result.note(row)
        self._write(row)
