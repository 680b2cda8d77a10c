"""What runs now, written by the supervisor and read by every command."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil


@dataclass
class State:
    """``stage`` goes database → preparing → demo → starting → running → stopping (or failed)."""

    supervisor: int = 0
    started: float = 0.0  # creation time of the supervisor's process, against reused numbers
    stage: str = "database"
    message: str = ""
    done: int = 0
    total: int = 0
    base_url: str = ""
    port: int = 0
    embedded: bool = True
    pids: dict[str, int] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)

    def write(self, var: Path) -> None:
        """Replace the file in one step, so that no reader sees half of it."""
        path = file_of(var)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1))
        partial.replace(path)

    def alive(self) -> bool:
        """Whether the supervisor that wrote this still runs."""
        try:
            process = psutil.Process(self.supervisor)
            running = process.status() != psutil.STATUS_ZOMBIE
            return bool(running and abs(process.create_time() - self.started) < 1)
        except (psutil.Error, ValueError):
            return False


def file_of(var: Path) -> Path:
    return var / "run" / "state.json"


def read(var: Path) -> State | None:
    """The last state written, or None; ask ``alive`` whether it still holds."""
    try:
        return State(**json.loads(file_of(var).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def running(var: Path) -> State | None:
    """The state of a platform that runs now, or None."""
    state = read(var)
    return state if state and state.alive() else None
