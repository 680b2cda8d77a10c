"""Uploaded files of items are kept for a while, and no longer."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tongban.items import tasks
from tongban.items.importing.uploading import clear_uploads
from tongban.items.models import ImportRun
from tongban.kit.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.VAR, settings.IMPORT_KEEP_DAYS = tmp_path, 30
    made = tmp_path / "imports"
    made.mkdir()
    return made


def kept(folder: Path, days: int, **more: Any) -> ImportRun:
    """A run of ``days`` ago with its file."""
    run = ImportRun.objects.create(profile="national", file_name="x.csv", file_hash="0", **more)
    run.path = run.path or str(folder / str(run.pk))
    Path(run.path).write_text("x")
    run.save()
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=days))
    return run


def test_old_files_go_and_their_journals_stay(folder: Path) -> None:
    old, young = kept(folder, 31), kept(folder, 29)
    tasks.clear_old_uploads(0)
    assert not Path(old.path).exists()
    assert Path(young.path).exists()
    assert ImportRun.objects.count() == 2
    assert clear_uploads() == 0


def test_what_a_later_run_still_uses_stays(folder: Path) -> None:
    tried = kept(folder, 60)
    kept(folder, 60, path=tried.path, touched_at=timezone.now() - timedelta(days=2))
    assert clear_uploads() == 0
    assert clear_uploads(timezone.now() + timedelta(days=29)) == 1


def test_a_file_without_a_journal_goes_by_its_own_age(folder: Path) -> None:
    stray, fresh = folder / str(uuid7()), folder / str(uuid7())
    stray.write_text("x")
    fresh.write_text("x")
    then = (timezone.now() - timedelta(days=31)).timestamp()
    os.utime(stray, (then, then))
    assert clear_uploads() == 1
    assert [path.name for path in folder.iterdir()] == [fresh.name]


def test_without_a_folder_there_is_nothing_to_do(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    assert clear_uploads() == 0
