"""Loading the demo province at first start, with progress for whoever waits."""

import importlib
import json
from pathlib import Path
from typing import Any

from tongban.ops import environment


def progress_file(var: Path) -> Path:
    return var / "run" / "progress.json"


def report(label: str, done: int, total: int) -> None:
    """Called by the loader after each part: what, how many, of how many."""
    path = progress_file(environment.VAR)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    partial.write_text(json.dumps({"label": label, "done": done, "total": total}, ensure_ascii=False))
    partial.replace(path)


def loader() -> Any | None:
    """The demo room's door, or None where this installation has no demo province."""
    try:
        return importlib.import_module("tongban.demo.service")
    except ModuleNotFoundError as error:
        if error.name != "tongban.demo.service":
            raise
        return None


def load() -> dict[str, Any]:
    """Load the province unless it is there already; what was loaded, by kind."""
    door = loader()
    if door is None:
        return {}
    try:
        return dict(door.load(progress=report) or {})
    finally:
        progress_file(environment.VAR).unlink(missing_ok=True)
