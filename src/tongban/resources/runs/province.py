"""A demo province in one go: files invented, reconciled, published. Only in a sandbox."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict
from tongban.kit.ids import uuid7
from tongban.resources.batch.invent import generate
from tongban.resources.batch.landing import Report
from tongban.resources.runs import keeping, publishing, reviewing
from tongban.resources.runs.engine import run_engine
from tongban.resources.runs.models import ReconcileRun

HURRIED = 0.001  # of 1


@dataclass(frozen=True, slots=True)
class Province:
    """What was done. ``rows``: of the departments' files; ``published``: see :func:`publishing.publish`."""

    persons: int
    rows: int
    run: ReconcileRun
    pairs: int
    published: dict[str, Any]


def province(
    persons: int, seed: int, folder: Path | None = None, report: Report | None = None,
    *, actor: Actor = SYSTEM, hurried: float = HURRIED,
) -> Province:  # fmt: skip
    """Invent a province's files, reconcile and publish them.

    :param folder: ``said`` and ``runs`` are made below it; the site's own folders when not given
    :param hurried: share of rows that clerks must review, see :func:`generate`
    :raises Conflict: the site is no sandbox: invented people never stand among real ones
    """
    if not settings.SANDBOX:
        raise Conflict("虚构的人口只能装入演示环境（TONGBAN_SANDBOX=1）", code="not_sandbox")
    said = folder / "said" if folder else keeping.departments_folder()
    out = (folder / "runs" if folder else Path(settings.RUNS_ROOT)) / str(uuid7())
    tell = report or _silent
    made = generate(persons, seed, said, lambda done, total: tell("generate", done, total), hurried=hurried)
    with keeping.recorded(said, out, "duckdb", report, actor=actor) as (note, _row):
        decisions = out / "decisions.parquet"
        reviewing.decisions_for(decisions)
        run_engine(said, out, "duckdb", decisions, note)
    row = keeping.registered(out, said)
    pairs = reviewing.take_pairs(row)
    published = publishing.publish(row, keeping.Noting(row.id, report), actor=actor)
    row.refresh_from_db()
    return Province(made.persons, sum(made.rows.values()), row, pairs, published)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """For callers that want no progress."""
