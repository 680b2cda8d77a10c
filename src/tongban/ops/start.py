"""``tongban up`` and ``down``: start the supervisor detached, wait until it serves, say what to try."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any

import psutil
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from tongban.ops import demo, environment, state

STAGES = {
    "database": "Starting PostgreSQL",
    "preparing": "Bringing the schema up to date",
    "demo": "Loading the demo province",
    "starting": "Starting web server and worker",
    "running": "Waiting for web server and worker",
}


class UpFailed(RuntimeError):
    """The platform did not come up; the message says why."""


def ready(port: int) -> tuple[bool, dict[str, Any]]:
    """Ask ``/readyz``: whether all is well, and its parts."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return True, json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            return False, json.load(error)
        except ValueError:
            return False, {"status": error.code}
    except (OSError, ValueError) as error:
        return False, {"web": str(error)}


def up(timeout: float = 1800) -> tuple[state.State, bool]:
    """Start unless running; returns the state and whether this call started it. ``timeout`` in seconds."""
    if current := state.running(environment.VAR):
        if current.stage not in ("failed", "stopping"):
            return _wait(None, timeout), False
        _wait_for_end(current.supervisor)
    log = environment.VAR / "log" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    state.file_of(environment.VAR).unlink(missing_ok=True) if not state.read(environment.VAR) else None
    with log.open("ab") as handle:
        process = subprocess.Popen(  # noqa: S603
            [environment.PYTHON, "-m", "tongban.ops.supervisor"],
            cwd=environment.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _wait(process, timeout), True


def _wait(process: subprocess.Popen[bytes] | None, timeout: float) -> state.State:
    """Follow the start with a progress bar until ``/readyz`` is good."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    deadline = time.monotonic() + timeout
    answer: dict[str, Any] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)
        while time.monotonic() < deadline:
            current = state.read(environment.VAR)
            ours = current is not None and (process is None or current.supervisor == process.pid)
            if (process and process.poll() is not None) or (
                process is None and not (current and current.alive())
            ):
                reason = current.message if current and ours else ""
                raise UpFailed(reason or f"It stopped; read {environment.VAR / 'log' / 'supervisor.log'}")
            if current and ours:
                _show(bar, task, current)
                if current.stage == "running":
                    good, answer = ready(current.port)
                    if good:
                        return current
            time.sleep(0.1)
    raise UpFailed(f"Not ready after {timeout:.0f} s: {answer}; read {environment.VAR / 'log'}")


def _show(bar: Progress, task: Any, current: state.State) -> None:
    label, done, total = STAGES.get(current.stage, current.stage), 0, None
    if current.stage == "demo":
        try:
            part = json.loads(demo.progress_file(environment.VAR).read_text())
            label, done, total = f"{label}: {part['label']}", part["done"], part["total"]
        except (OSError, ValueError, KeyError):
            pass
    bar.update(task, description=label, completed=done, total=total)


def _wait_for_end(pid: int, timeout: float = 90) -> None:
    try:
        psutil.Process(pid).wait(timeout)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        raise UpFailed(f"Process {pid} did not stop within {timeout:.0f} s") from None


def down() -> bool:
    """Stop cleanly and wait for the end; False when nothing ran."""
    current = state.running(environment.VAR)
    if current is None:
        return False
    os.kill(current.supervisor, signal.SIGTERM)
    _wait_for_end(current.supervisor)
    return True


def welcome(current: state.State) -> str:
    """Addresses, demo accounts and what to try first."""
    base = current.base_url
    lines = [
        "",
        "  Tongban 通办 is ready.",
        "",
        f"  Citizens and enterprises  {base}/",
        f"  Staff workbench           {base}/work/",
        f"  API                       {base}/api/v1/docs",
    ]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    if settings.SANDBOX:
        lines += [
            f"  Demo inbox (SMS, mail)    {base}/sandbox/inbox/",
            f"  Demo WeChat               {base}/sandbox/wechat/",
        ]
    lines.append("")
    guide = getattr(demo.loader(), "guide", None)
    if guide is not None:
        lines += [f"  {line}".rstrip() for line in str(guide()).splitlines()]
    lines += ["", "  make down stops it, make logs shows what it does, .venv/bin/tongban status its parts."]
    return "\n".join(lines)
