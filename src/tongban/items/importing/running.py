"""Running an import: batches in transactions, each row accounted for, a report of all findings."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.content import Prepared
from tongban.items.importing.outcome import ImportResult, RowReport
from tongban.items.importing.profiles import Profile, Rejected, lacks, prepare_row, profile
from tongban.items.importing.reporting import Report, write_page
from tongban.items.importing.seen import Seen
from tongban.items.importing.sources import rows
from tongban.items.importing.table import prepare_cells
from tongban.items.models import Act, ImportDraft, ImportRun, ImportState, VersionAct
from tongban.items.rules import REQUIRED
from tongban.items.searching.entries import count_words
from tongban.items.storing import Stored, foresee, store
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound
from tongban.organisations import service as organisations

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
    resume: bool = False,
    run: ImportRun | None = None,
) -> ImportResult:
    """Import a file of items; every row is imported, unchanged, flagged or rejected.

    A second import of the same file changes nothing. A bad row never stops the others: each batch is a
    transaction of its own, and a batch the database refuses is tried row by row. ``dry_run`` writes
    nothing but the report and the journal. ``resume`` goes on where a killed import of the same file
    stopped: what was settled then is not done again and counts as it counted then.

    For the system and operators; an item editor's rows must belong to the editor's department. What a
    person imports for a department of this platform becomes drafts that others review and publish; guides
    of other bodies, which are only described here, come into force at once. ``run`` is a journal begun by
    :func:`~tongban.items.importing.uploading.take_upload`; one that was broken off goes on.
    """
    if actor.kind != "system" and not actor.has_role("operator", "item_editor"):
        raise Forbidden
    if not path.is_file():
        raise NotFound(_("没有找到文件 %(path)s") % {"path": path})
    started = time.monotonic()
    source = profile(profile_name)
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    with _alone(f"{source.name}:{digest}"):
        journal = _journal(actor, path, source.name, digest, dry_run=dry_run, resume=resume, run=run)
        folder = report_folder or settings.VAR / "reports"
        try:
            result = _through(actor, path, source, journal, folder, encoding, progress)
        except Exception as error:
            journal.state, journal.problem = ImportState.FAILED, str(error)[:2000]
            journal.save(update_fields=["state", "problem"])
            raise
        if progress is not None:
            progress(path.stat().st_size)
        result.seconds = time.monotonic() - started
    return result


def _through(  # noqa: PLR0917
    actor: Actor, path: Path, source: Profile, journal: ImportRun, folder: Path, encoding: str,
    progress: Progress | None,
) -> ImportResult:  # fmt: skip
    with Report(folder, source.name, journal) as report:
        run = _Run(actor, source, path.name, report, journal)
        with run.seen:
            for line in rows(path, source, encoding):
                run.take(line.number, line.end, line.value, line.rule, line.problem)
                if progress is not None and line.number % 100 == 0:
                    progress(line.end)
            run.flush()
        run.result.report = journal.report
    if not journal.dry_run and run.wrote:
        count_words()
    journal.state, journal.finished_at = ImportState.DONE, timezone.now()
    journal.account, journal.bytes_done = run.result.as_dict(), journal.file_size
    journal.save()
    run.result.page = str(write_page(journal))
    return run.result


@contextmanager
def _alone(what: str) -> Iterator[None]:
    """One import of one file at a time; a killed process lets go of it by itself."""
    key = int.from_bytes(blake2b(what.encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise Conflict(_("这个文件正在导入，请等它结束"), code="import_running")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _journal(
    actor: Actor, path: Path, name: str, digest: str, *, dry_run: bool, resume: bool, run: ImportRun | None
) -> ImportRun:
    if run is not None and run.report and run.rows_done and Path(run.report).is_file():
        run.state, run.problem, run.touched_at = ImportState.RUNNING, "", timezone.now()
        run.save(update_fields=["state", "problem", "touched_at"])
        return run
    if resume:
        broken = ImportRun.objects.filter(
            profile=name,
            file_hash=digest,
            dry_run=dry_run,
            state__in=(ImportState.RUNNING, ImportState.FAILED),
        ).first()
        if broken is not None and broken.report and Path(broken.report).is_file():
            broken.state, broken.problem = ImportState.RUNNING, ""
            broken.save(update_fields=["state", "problem"])
            return broken
    made = run or ImportRun(account_id=actor.account_id, actor_name=actor.name[:100], dry_run=dry_run)
    made.profile, made.file_name = name, made.file_name or path.name[:200]
    made.file_hash, made.file_size, made.touched_at = digest, path.stat().st_size, timezone.now()
    made.state, made.rows_done, made.report_bytes, made.account = ImportState.RUNNING, 0, 0, {}
    made.save()
    return made


class _Run:
    def __init__(self, actor: Actor, source: Profile, file: str, report: Report, journal: ImportRun) -> None:
        self.actor, self.source, self.file, self.journal = actor, source, file, journal
        missing = lacks(source.name)
        named = tuple(label for name, label in REQUIRED.items() if name in missing)
        self.result = ImportResult(dry_run=journal.dry_run, lacks=named)
        self.result.restore(journal.account)
        self.wrote = journal.rows_done > 0
        self._settled = journal.rows_done
        self._at = (0, 0)  # row and bytes read so far
        self._report = report
        self._batch: list[Prepared] = []
        self.seen = Seen()
        self._departments = {one.uscc: one.id for one in organisations.departments()}
        self._by_two = actor.kind != "system"
        self._free = actor.kind == "system" or actor.has_role("operator")

    def take(self, number: int, end: int, value: Any, rule: str, problem: str) -> None:
        """One row of the file. Rows settled before an interruption are only remembered."""
        self._at = (number, end)
        done = number <= self._settled
        if not done:
            self.result.read += 1
        try:
            if problem:
                raise Rejected(rule, problem)  # noqa: TRY301
            read = prepare_cells if "table" in self.source.spec else prepare_row
            one = read(value, number, self.source, self._departments)
            self._own(one)
        except Rejected as why:
            if not done:
                self._reject(number, why)
            return
        self._batch.append(one)
        if len(self._batch) >= BATCH:
            self.flush()

    def _own(self, one: Prepared) -> None:
        if self._free:
            return
        department = one.head.get("department_id")
        if department is None or not self.actor.holds("item_editor", department, one.head["division"]):
            message = _("不是您所在部门的事项，只能由运维人员导入")
            raise Rejected("not-yours", message, "department_uscc", one.code, one.columns["name"])

    def _first_of(self, batch: list[Prepared]) -> list[Prepared]:
        """The rows whose code the file did not say before; the others are accounted for."""
        first = self.seen.first([(one.code, one.line, one.content_hash()) for one in batch])
        fresh = []
        for one in batch:
            line, digest = first[one.code]
            if one.line <= self._settled:
                continue
            if line == one.line:
                fresh.append(one)
            elif digest == one.content_hash():
                message = _("与第 %(line)s 行完全相同") % {"line": line}
                self._say(one, "unchanged", {"rule": "repeated", "field": "code", "message": message})
                self.result.count("unchanged")
            else:
                message = _("编码与第 %(line)s 行相同而内容不同") % {"line": line}
                self._reject(one.line, Rejected("code-twice", message, "code", one.code, one.columns["name"]))
        return fresh

    def flush(self) -> None:
        """Store what has been gathered, and how far that is, in one transaction."""
        batch, self._batch = self._first_of(self._batch), []
        if self._at[0] <= self._settled:
            return
        with transaction.atomic():
            try:
                with transaction.atomic():
                    stored = self._store(batch) if batch else []
            except DatabaseError:
                stored = [self._single(one) for one in batch]
            self._settle(batch, stored)

    def _settle(self, batch: list[Prepared], stored: list[Stored]) -> None:
        for one, done in zip(batch, stored, strict=True):
            self._account(one, done)
        self.journal.rows_done, self.journal.bytes_done = self._at
        self.journal.account, self.journal.report_bytes = self.result.as_dict(), self._report.length()
        self.journal.touched_at = timezone.now()
        self.journal.save(update_fields=["rows_done", "bytes_done", "account", "report_bytes", "touched_at"])

    def _store(self, batch: list[Prepared]) -> list[Stored]:
        if self.journal.dry_run:
            return foresee(batch, by_two=self._by_two)
        from tongban.trace import service as trace

        with transaction.atomic():
            stored = store(
                batch, self.actor, source=self.source.name, note=self.file[:200], by_two=self._by_two
            )
            self._keep_drafts(stored)
            # One row for the batch speaks for every version in it: its code, number, id, content hash,
            # and whether it came into force or awaits a second person.
            changed = [
                [done.code, done.number, str(done.version_id), done.content_hash, not done.draft]
                for done in stored
                if done.outcome == "imported"
            ]
            if changed:
                self.wrote = True
                what = {
                    "file": self.file,
                    "first_line": batch[0].line,
                    "last_line": batch[-1].line,
                    "versions": changed,
                }
                trace.append(self.actor, f"items-import:{self.source.name}", "items.imported", what)
        return stored

    def _keep_drafts(self, stored: list[Stored]) -> None:
        """Remember which drafts came of this run, and who drafted them: somebody else reviews them."""
        ids = [done.version_id for done in stored if done.draft and done.version_id is not None]
        if ids:
            ImportDraft.objects.bulk_create(ImportDraft(run=self.journal, version_id=pk) for pk in ids)
            VersionAct.objects.bulk_create(
                VersionAct(
                    version_id=pk,
                    act=Act.DRAFTED,
                    account_id=self.actor.account_id,
                    actor_name=self.actor.name[:60],
                    reason=self.file[:200],
                )
                for pk in ids
            )

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
        self._report.write(row)

    def _reject(self, line: int, why: Rejected) -> None:
        self.result.count("rejected")
        row = RowReport(line, why.code, why.name, "rejected", why.rule, why.field, why.message)
        self.result.note(row)
        self._report.write(row)
