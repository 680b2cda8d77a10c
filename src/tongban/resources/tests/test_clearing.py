"""Folders of older runs go, what is needed stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tongban.resources.models import ReconcileRun
from tongban.resources.runs import clearing

pytestmark = pytest.mark.django_db
State = ReconcileRun.State


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    settings.RUNS_ROOT, settings.RUNS_KEPT = tmp_path / "runs", 2
    return tmp_path / "runs"


def run(place: Path, state: str = State.DONE, **more: Any) -> Path:
    place.mkdir(parents=True)
    (place / "run.json").write_text("{}")
    ReconcileRun.objects.create(
        engine="duckdb", folder="x", out=str(place), by_name="林", state=state, **more
    )
    return place


def test_the_newest_and_the_published_stay(root: Path) -> None:
    now = timezone.now()
    published = run(root / "1", published_at=now)
    older, newer, newest = (run(root / name) for name in ("2", "3", "4"))
    assert clearing.clear() == [older]
    assert [path.is_dir() for path in (published, older, newer, newest)] == [True, False, True, True]
    assert clearing.clear() == []
    assert ReconcileRun.objects.count() == 4  # the accounts stay


def test_what_is_under_way_or_broke_off_lately_stays(root: Path) -> None:
    now = timezone.now()
    running = run(root / "1", State.RUNNING, touched_at=now)
    failed = run(root / "2", State.FAILED, ended_at=now - timedelta(days=6))
    long_ago = run(root / "3", State.FAILED, ended_at=now - timedelta(days=8))
    silent = run(
        root / "4", State.RUNNING, started_at=now - timedelta(days=9), touched_at=now - timedelta(days=9)
    )
    waits = run(root / "5", publishing=ReconcileRun.Publishing.QUEUED)
    for name in ("6", "7"):
        run(root / name)
    assert clearing.clear() == [long_ago, silent]
    assert all(path.is_dir() for path in (running, failed, waits))


def test_folders_outside_are_nobodys_business(root: Path, tmp_path: Path) -> None:
    elsewhere = [run(tmp_path / "mine" / str(n)) for n in range(4)]
    stranger = root / "notes"
    stranger.mkdir(parents=True)
    assert clearing.clear() == []
    assert all(path.is_dir() for path in [*elsewhere, stranger])
