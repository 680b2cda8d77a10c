"""Keys and files of a test lie in its own folder."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.KEYS_ROOT, settings.FILES_ROOT = tmp_path / "keys", tmp_path / "files"
