"""What came of an import: its account, the drafts of its batch, and moving them on together."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.drafting import holds
from tongban.items.importing.outcome import RowReport
from tongban.items.importing.uploading import begin, kept, may_import
from tongban.items.models import OPEN_STATES, ImportRun, ImportState, Item, ItemVersion, VersionState
from tongban.items.publishing import publish
from tongban.items.reviewing import review, submit_draft, why_not
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, DomainError, Forbidden, NotFound

PAGE = 20
ROWS = 50  # rows of a report on one page
SAMPLES = 8
AT_ONCE = 100  # versions that one press moves on
STILL = timedelta(minutes=2)  # without getting further, an import counts as broken off
_ROLES = ("item_editor", "chief", "legal")
_MOVES: dict[str, Callable[[Actor, UUID], object]] = {
    VersionState.DRAFT: submit_draft,
    VersionState.SUBMITTED: review,
    VersionState.BUSINESS: review,
    VersionState.REVIEWED: publish,
}


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next for the versions of one state; ``why_not`` says why this actor may not do it."""

    state: str
    label: str
    count: int
    why_not: str


@dataclass(frozen=True, slots=True)
class BatchView:
    """An import as its page shows it. ``percent`` is of the file's bytes."""

    run: ImportRun
    percent: int
    broken_off: bool
    mine: bool
    states: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...]
    samples: tuple[ItemVersion, ...]
    open: int
    rules: tuple[tuple[str, int], ...]
    real: ImportRun | None  # the import that followed this dry run
    kept: bool  # whether the uploaded file is still there


@dataclass(frozen=True, slots=True)
class Moved:
    """What one press did: how many went on, and those that did not with the reason."""

    done: int
    refused: tuple[tuple[str, str], ...]
    left: int


def runs(actor: Actor, *, page: int = 1) -> "Page[ImportRun]":
    """Imports the actor may see, the newest first."""
    return Paginator(_visible(actor), PAGE).get_page(page)


def _visible(actor: Actor) -> QuerySet[ImportRun]:
    found = ImportRun.objects.order_by("-created_at")
    if actor.kind == "system" or actor.has_role("operator"):
        return found
    if not actor.has_role(*_ROLES):
        raise Forbidden
    places = Q(pk__in=[])
    for post in actor.posts:
        if post.role in _ROLES:
            places |= Q(
                drafts__version__item__department=post.department_id,
                drafts__version__item__division__startswith=post.division,
            )
    ids = ImportRun.objects.filter(places).values("pk")
    return found.filter(Q(account_id=actor.account_id) | Q(pk__in=ids))


def access_run(actor: Actor, run_id: UUID) -> ImportRun:
    """The import, for those who may see it. Raises NotFound for all others."""
    run = _visible(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound(_("没有找到这次导入"))
    return run


def batch(actor: Actor, run_id: UUID) -> BatchView:
    """All that the page of one import shows."""
    run = access_run(actor, run_id)
    rows = ItemVersion.objects.filter(imported__run=run)
    counts = Counter(rows.values_list("state", flat=True))
    steps = []
    for state in _MOVES:
        if counts[state]:
            first = rows.filter(state=state).select_related("item").order_by("item__code").first()
            label = VersionState(state).label
            steps.append(Step(state, str(label), counts[state], _why_not(actor, first) if first else ""))
    still = run.touched_at is not None and timezone.now() - run.touched_at > STILL
    real = None
    if run.dry_run and run.path:
        real = ImportRun.objects.filter(path=run.path, dry_run=False).first()
    return BatchView(
        run=run,
        percent=100
        if run.state == ImportState.DONE
        else min(99, run.bytes_done * 100 // max(run.file_size, 1)),
        broken_off=run.state == ImportState.FAILED or (run.state == ImportState.RUNNING and still),
        mine=may_import(actor) and run.account_id == actor.account_id,
        states=tuple((str(VersionState(s).label), counts[s]) for s in VersionState if counts[s]),
        steps=tuple(steps),
        samples=tuple(rows.select_related("item").order_by("item__code")[:SAMPLES]),
        open=sum(counts[state] for state in OPEN_STATES),
        rules=tuple(Counter(run.account.get("rules", {})).most_common()),
        real=real,
        kept=kept(run),
    )


def _why_not(actor: Actor, row: ItemVersion) -> str:
    if row.state in (VersionState.SUBMITTED, VersionState.BUSINESS):
        return why_not(actor, row.pk)
    if not holds(actor, row.item, "item_editor"):
        return _("由本部门的事项管理员进行")
    return ""


def move_on(actor: Actor, run_id: UUID, state: str) -> Moved:
    """Move the batch's versions of one state on by one step: hand in, pass a review, or publish.

    Each version moves by its own rules and transaction, :data:`AT_ONCE` at a time; what is refused stays
    as it was and is named with the reason.
    """
    run = access_run(actor, run_id)
    if state not in _MOVES:
        raise NotFound
    rows = ItemVersion.objects.filter(imported__run=run, state=state).order_by("item__code")
    ids = list(rows.values_list("pk", "name")[:AT_ONCE])
    done, refused = 0, []
    for version_id, name in ids:
        try:
            _MOVES[state](actor, version_id)
            done += 1
        except DomainError as error:
            refused.append((name, error.message))
    if ids and not done:
        raise Conflict(refused[0][1], code="batch_refused")
    return Moved(done, tuple(refused), rows.count() - len(refused))


def undo(actor: Actor, run_id: UUID) -> int:
    """Take back what an import drafted and nobody published; returns how many versions went.

    Items that only existed as such drafts go with them. What is in force stays.
    """
    from tongban.trace import service as trace

    run = access_run(actor, run_id)
    with transaction.atomic():
        rows = ItemVersion.objects.filter(imported__run=run, state__in=OPEN_STATES)
        ids = list(rows.values_list("item_id", flat=True))
        items = {one.pk: one for one in Item.objects.select_for_update(of=("self",)).filter(pk__in=ids)}
        gone = [row for row in rows if holds(actor, items[row.item_id], "item_editor")]
        if len(gone) < len(ids):
            raise Forbidden(_("只有本部门的事项管理员可以撤销这次导入"))
        what = {"run": str(run.pk), "file": run.file_name, "versions": [str(row.pk) for row in gone]}
        if gone:
            trace.append(actor, f"items-import:{run.profile}", "items.import_undone", what)
        ItemVersion.objects.filter(pk__in=[row.pk for row in gone]).delete()
        Item.objects.filter(pk__in=ids, versions__isnull=True).delete()
    return len(gone)


def go_on(actor: Actor, run_id: UUID) -> ImportRun:
    """Take up an import that broke off; what was settled is not done again."""
    with transaction.atomic():
        run = access_run(actor, run_id)
        if run.account_id != actor.account_id or not run.path:
            raise Forbidden
        if not kept(run):
            raise Conflict(_("上传的文件已到期删除，请重新上传"), code="upload_gone")
        if not batch(actor, run_id).broken_off:
            raise Conflict(_("这次导入没有中断"), code="not_broken_off")
        run.state, run.problem, run.touched_at = ImportState.WAITING, "", timezone.now()
        begin(run)
    return run


def report_rows(
    run: ImportRun, *, outcome: str = "", rule: str = "", page: int = 1
) -> tuple[list[RowReport], bool]:
    """One page of the row-level report, and whether there are more."""
    path = Path(run.report)
    if not run.report or not path.is_file():
        return [], False
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.DictReader(stream)
        found = (row for row in _rows(table) if outcome in ("", row.outcome) and rule in ("", row.rule))
        start = (page - 1) * ROWS
        shown = list(islice(found, start, start + ROWS + 1))
    return shown[:ROWS], len(shown) > ROWS


def _rows(table: "csv.DictReader[str]") -> Iterator[RowReport]:
    names = ("code", "name", "outcome", "rule", "field", "message")
    for row in table:
        number = row.get("line") or ""
        if number.isdecimal():  # a report that is being written may end in half a line
            yield RowReport(int(number), *(row.get(name) or "" for name in names))
