"""Folders of runs that nobody needs any more: their accounts stay, what they chose goes."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tongban.resources.runs.models import ReconcileRun

WAIT = timedelta(days=7)  # for one that did not end: somebody may want to go on with it
_log = logging.getLogger(__name__)
State = ReconcileRun.State


def clear() -> list[Path]:
    """Remove the folders of older runs below the site's own folder of runs.

    Kept are those of the newest ``RUNS_KEPT`` finished runs, of the one published last, of whatever is under
    way, and of runs that broke off less than a week ago. Folders that somebody named himself are left alone.

    :returns: the folders that were removed
    """
    root = Path(settings.RUNS_ROOT).resolve()
    rows = [row for row in ReconcileRun.objects.all() if root in Path(row.out).resolve().parents]
    kept = {Path(row.out) for row in rows if _wanted(row)}
    kept |= {Path(row.out) for row in [row for row in rows if row.state == State.DONE][: settings.RUNS_KEPT]}
    published = [row for row in rows if row.published_at is not None]
    if published:
        kept.add(Path(max(published, key=lambda row: row.published_at or row.created_at).out))
    gone = sorted({Path(row.out) for row in rows} - kept)
    removed = [path for path in gone if path.is_dir()]
    for path in removed:
        shutil.rmtree(path)
        _log.info("removed the folder of an older run: %s", path)
    return removed


def _wanted(row: ReconcileRun) -> bool:
    if row.active:
        return True
    heard = row.ended_at or row.touched_at or row.created_at
    return row.state != State.DONE and heard > timezone.now() - WAIT
