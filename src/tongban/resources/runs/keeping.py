"""A run written down: begun, how far it is, how it ended; and looked at by those who may."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Page, Paginator
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, DomainError, Forbidden, NotFound, invalid
from tongban.kit.ids import uuid7
from tongban.resources.batch.landing import Report
from tongban.resources.batch.spec import Spec, read
from tongban.resources.keepers import data_office
from tongban.resources.runs import counting
from tongban.resources.runs.models import ReconcileRun
from tongban.trace import service as trace

PAGE = 20
EVERY = 1.0  # seconds between two notes of progress
State = ReconcileRun.State


def may_see(actor: Actor) -> bool:
    """Whether the actor sees runs: the data office's stewards, and the operators."""
    return actor.has_role("operator") or data_office(actor)


def begin(actor: Actor, folder: Path, out: Path, engine: str, *, queued: bool = False) -> ReconcileRun:
    """Write a run down. One that was cut off in the same place is no longer said to be running."""
    now = timezone.now()
    with transaction.atomic():
        earlier = ReconcileRun.objects.filter(out=str(out.resolve()), state=State.RUNNING)
        earlier.update(state=State.CUT, ended_at=now)
        row = ReconcileRun.objects.create(
            engine=engine, folder=str(folder.resolve()), out=str(out.resolve()), by_name=actor.name[:100],
            account_id=actor.account_id, state=State.QUEUED if queued else State.RUNNING,
            started_at=None if queued else now, touched_at=now,
        )  # fmt: skip
        data = {"run": row.id, "engine": engine, "folder": folder.name}
        trace.append(actor, f"run:{row.id}", "resources.run_begun", data, new=True)
    return row


class Noting:
    """A report of progress that goes to the run's row, once a second and whenever the stage changes."""

    def __init__(self, run_id: UUID, also: Report | None = None) -> None:
        self.run_id, self.also, self.last, self.stage = run_id, also, 0.0, ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self.also is not None:
            self.also(stage, done, total)
        now = time.monotonic()
        if stage == self.stage and now - self.last < EVERY and done < total:
            return
        self.stage, self.last = stage, now
        ReconcileRun.objects.filter(pk=self.run_id).update(
            stage=stage[:20], done=done, total=total, touched_at=timezone.now()
        )


def finish(row: ReconcileRun) -> ReconcileRun:
    """Take the account of a run that ended from the files it left."""
    row.refresh_from_db()  # how far it got was written past this copy
    out = Path(row.out)
    account, fingerprint = counting.account_of(out)
    spec = spec_of(row)
    row.account, row.fingerprint = account, fingerprint
    row.sources, row.elements = counting.by_source(out, spec), counting.by_element(out, spec)
    row.state, row.ended_at, row.touched_at = State.DONE, timezone.now(), timezone.now()
    row.problem = ""
    with transaction.atomic():
        row.save()
        trace.append(SYSTEM, f"run:{row.id}", "resources.run_done", {"run": row.id, "account": account})
    return row


def fail(row: ReconcileRun, words: str) -> None:
    """Say why a run did not end."""
    row.state, row.ended_at, row.problem = State.FAILED, timezone.now(), words[:1000]
    row.save(update_fields=["state", "ended_at", "problem"])


@contextlib.contextmanager
def recorded(
    folder: Path, out: Path, engine: str, report: Report | None = None, *, actor: Actor = SYSTEM
) -> Iterator[tuple[Report | None, ReconcileRun | None]]:
    """Write down the run made in the block, where a database is at hand; without one the run goes on alone.

    Gives the report of progress to hand on, and the run's row once it is done.
    """
    row: ReconcileRun | None = None
    if reachable():
        row = begin(actor, folder, out, engine)
    try:
        yield (Noting(row.id, report) if row else report), row
        keep_description(folder, out)
    except BaseException as error:
        if row is not None:
            words = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
            fail(row, words)
        raise
    if row is not None:
        finish(row)


def reachable() -> bool:
    """Whether there is a database with the tables of the platform."""
    try:
        connection.ensure_connection()
        return ReconcileRun._meta.db_table in connection.introspection.table_names()
    except (DatabaseError, ImproperlyConfigured):
        return False


def registered(out: Path, folder: Path | None = None) -> ReconcileRun:
    """The row of the finished run that lies in ``out``, made from its account where it was not written down.

    :raises Invalid: where no run ended there
    """
    account, fingerprint = counting.account_of(out)
    place = str(out.resolve())
    found = ReconcileRun.objects.filter(out=place, fingerprint=fingerprint, state=State.DONE).first()
    if found is not None:
        return found
    if folder is None:
        known = ReconcileRun.objects.filter(out=place).first()
        folder = Path(known.folder) if known else out.parent
    row = begin(SYSTEM, folder, out, str(account.get("engine", "duckdb")))
    return finish(row)


def spec_of(row: ReconcileRun) -> Spec:
    """The description of the files that a run was made from."""
    return spec_at(Path(row.out), Path(row.folder))


def spec_at(out: Path, folder: Path) -> Spec:
    """``sources.yaml`` beside the output where the run kept it, else beside the files."""
    kept = out / "sources.yaml"
    return read(kept if kept.exists() else folder / "sources.yaml")


def keep_description(folder: Path, out: Path) -> None:
    """Lay the description of the files beside what was made from them: another may be written later."""
    shutil.copyfile(folder / "sources.yaml", out / "sources.yaml")


def departments_folder() -> Path:
    """Where the departments' files are laid for runs that are started from the page."""
    return Path(settings.DEPARTMENTS_ROOT)


def start(actor: Actor, engine: str = "duckdb") -> ReconcileRun:
    """Have the departments' files reconciled by a job.

    :param engine: one of :func:`engine.offered`
    :raises Invalid: where nobody laid files down, or for an engine the site does not have
    :raises Conflict: where a run is under way
    """
    from tongban.resources.runs.engine import require
    from tongban.resources.tasks import run_reconcile

    _require(actor)
    require(engine)
    folder = departments_folder()
    if not (folder / "sources.yaml").exists():
        raise invalid("folder", "missing", _("各部门的文件还没有放到约定的目录，请联系运维人员"))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('resources_run'))")
        if any(one.active for one in ReconcileRun.objects.filter(state__in=[State.QUEUED, State.RUNNING])):
            raise Conflict(_("已有一次运行正在进行，请等它结束"), code="running")
        row = begin(actor, folder, Path(settings.RUNS_ROOT) / str(uuid7()), engine, queued=True)
        run_reconcile.defer(run_id=str(row.id))
    return row


def perform(run_id: UUID) -> None:
    """Do a run that waits; run again after the worker was killed it goes on where it stopped."""
    from tongban.resources.runs import reviewing
    from tongban.resources.runs.engine import run_engine

    row = ReconcileRun.objects.get(pk=run_id)
    if row.state == State.DONE:
        return
    row.state, row.started_at, row.touched_at = (
        State.RUNNING,
        row.started_at or timezone.now(),
        timezone.now(),
    )
    row.save(update_fields=["state", "started_at", "touched_at"])
    try:
        decisions = Path(row.out) / "decisions.parquet"
        reviewing.decisions_for(decisions)
        run_engine(Path(row.folder), Path(row.out), row.engine, decisions, Noting(row.id))
        keep_description(Path(row.folder), Path(row.out))
        reviewing.take_pairs(finish(row))
    except DomainError as error:
        fail(row, error.message)


def runs(actor: Actor, *, state: str = "", engine: str = "", page: int = 1) -> "Page[ReconcileRun]":
    """The runs, newest first, 20 a page."""
    _require(actor)
    rows = ReconcileRun.objects.all()
    if state == "published":
        rows = rows.exclude(published_at=None)
    elif state in State.values:
        rows = rows.filter(state=state)
    if engine:
        rows = rows.filter(engine=engine)
    return Paginator(rows, PAGE).get_page(page)


def run(actor: Actor, run_id: UUID) -> ReconcileRun:
    """One run. Raises NotFound."""
    _require(actor)
    found = ReconcileRun.objects.filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def compared(actor: Actor, one_id: UUID, other_id: UUID) -> dict[str, Any]:
    """Two finished runs side by side: both rows, and where both outputs are still there the differences of
    their golden values (see :func:`counting.differences`), else None."""
    one, other = run(actor, one_id), run(actor, other_id)
    if one.id == other.id:
        raise invalid("other", "same", _("请选择两次不同的运行"))
    if one.state != State.DONE or other.state != State.DONE:
        raise invalid("other", "unfinished", _("只能比较已完成的运行"))
    found: dict[str, Any] | None = None
    if on_disk(one) and on_disk(other):
        found = counting.differences(Path(one.out), Path(other.out), spec_of(one))
    return {"one": one, "other": other, "differences": found}


def on_disk(row: ReconcileRun) -> bool:
    """Whether the golden records that a run chose are still there, and are those."""
    try:
        return counting.account_of(Path(row.out))[1] == row.fingerprint
    except DomainError:
        return False


def _require(actor: Actor) -> None:
    if not may_see(actor):
        raise Forbidden
