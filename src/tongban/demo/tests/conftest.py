"""Where the demo's small province is written in tests."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.DEPARTMENTS_ROOT, settings.RUNS_ROOT = tmp_path / "departments", tmp_path / "runs"
