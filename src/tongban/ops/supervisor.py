"""A small supervisor: database, web server and worker as its direct children.

It restarts what dies, with growing pauses, and stops everything cleanly on SIGTERM or SIGINT. It keeps
no state of its own but ``var/run/state.json``; killed itself, the next start clears what it left.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import psutil

from tongban.ops import demo, environment, postgres
from tongban.ops import state as states

DEFAULT_PORT = 8000
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a restart
STEADY = 60.0  # seconds after which a process counts as healthy again
GRACE = 20.0  # seconds a process gets to stop by itself


class StartFailed(RuntimeError):
    """The platform cannot start; the message says why and where to read on."""


@dataclass
class Child:
    """One process that shall always run."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started: float = 0.0
    due: float = 0.0
    restarts: int = 0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=environment.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.due = 0.0

    def tend(self) -> bool:
        """Restart when dead and due; whether anything changed."""
        now = time.monotonic()
        if self.process and self.process.poll() is None:
            if now - self.started > STEADY:
                self.pause = FIRST_PAUSE
            return False
        if not self.due:
            clear_group(self.process)
            self.due = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            return False
        if now < self.due:
            return False
        self.restarts += 1
        self.start()
        return True

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def make_stop(self, deadline: float) -> None:
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.1, deadline - time.monotonic()))
            clear_group(self.process)


def clear_group(process: subprocess.Popen[bytes] | None) -> None:
    """Kill what is left of a child's own process group, such as workers of a killed web server."""
    if process is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.poll()


def clear_leftovers(var: Path) -> None:
    """Stop web and worker processes of a supervisor that was itself killed."""
    old = states.read(var)
    if old is None or old.alive():
        return
    for name, pid in old.pids.items():
        if name == "postgres":
            continue
        try:
            belongs = psutil.Process(pid).environ().get("TONGBAN_ROLE") == name
            if belongs:
                os.killpg(pid, signal.SIGKILL)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue


@dataclass
class Supervisor:
    var: Path
    state: states.State = field(default_factory=states.State)
    children: list[Child] = field(default_factory=list)
    cluster: postgres.Cluster | None = None
    stopping: bool = False
    database_restarts: int = 0
    tool: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Start everything, tend it until a signal comes, stop everything. The exit status."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        me = psutil.Process()
        self.state.supervisor, self.state.started = me.pid, me.create_time()
        clear_leftovers(self.var)
        try:
            self._start()
            self._tend()
            self._report("stopping")
            status = 0
        except Stopped:
            status = 0
        except (StartFailed, postgres.PostgresError, OSError) as error:
            self._report("failed", message=str(error))
            print(f"tongban: {error}", file=sys.stderr, flush=True)
            status = 1
        finally:
            self._stop_all()
        return status

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _report(self, stage: str, **values: object) -> None:
        self.state.stage = stage
        for key, value in values.items():
            setattr(self.state, key, value)
        self.state.pids = {c.name: c.process.pid for c in self.children if c.process}
        if self.cluster and self.cluster.process:
            self.state.pids["postgres"] = self.cluster.process.pid
        self.state.restarts = {c.name: c.restarts for c in self.children}
        if self.cluster:
            self.state.restarts["postgres"] = self.database_restarts
        self.state.write(self.var)

    # -- starting -------------------------------------------------------------------------------

    def _start(self) -> None:
        self.state.embedded = not environment.external()
        self._report("database")
        if self.state.embedded:
            self.cluster = postgres.Cluster(self.var)
            self._start_database()
            self.cluster.provision()
        else:
            environment.check_external()
        self._report("preparing")
        demo.progress_file(self.var).unlink(missing_ok=True)
        self._tool("prepare", [environment.PYTHON, "-m", "tongban.ops.prepare"])
        self._serve()

    def _start_database(self, *, make: bool = True) -> None:
        assert self.cluster is not None
        with self._log("postgres") as log:
            self.cluster.start(log, make=make)
        self.cluster.wait()

    def _log(self, name: str) -> IO[bytes]:
        path = self.var / "log" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")

    def _tool(self, name: str, command: list[str]) -> None:
        """Run one step of the start to its end, as the database's owner."""
        with self._log(name) as log:
            self.tool = subprocess.Popen(  # noqa: S603
                command,
                cwd=environment.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment.child_environment(environment.owner_url()),
                start_new_session=True,
            )
        while self.tool.poll() is None:
            if self.stopping:
                clear_group(self.tool)
                raise Stopped
            if self.state.stage == "preparing" and demo.progress_file(self.var).exists():
                self._report("demo")
            time.sleep(0.05)
        if self.tool.returncode:
            raise StartFailed(f"The step {name!r} failed; read {self.var / 'log' / f'{name}.log'}")

    def _serve(self) -> None:
        wanted = os.environ.get("TONGBAN_PORT")
        port = int(wanted) if wanted else postgres.free_port(DEFAULT_PORT)
        if wanted and postgres.free_port(port) != port:
            raise StartFailed(f"Port {port} (TONGBAN_PORT) is taken by another program")
        base = os.environ.get("TONGBAN_BASE_URL", f"http://localhost:{port}")
        metrics = self.var / "run" / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        for name, command in (("web", web_command(port)), ("worker", worker_command())):
            values = environment.child_environment(
                environment.app_url(),
                TONGBAN_BASE_URL=base,
                TONGBAN_ROLE=name,
                **({"PROMETHEUS_MULTIPROC_DIR": str(metrics)} if name == "web" else {}),
            )
            child = Child(name, command, values, self.var / "log" / f"{name}.log")
            child.start()
            self.children.append(child)
        self._report("running", base_url=base, port=port)

    # -- tending --------------------------------------------------------------------------------

    def _tend(self) -> None:
        pause, due = FIRST_PAUSE, 0.0
        while not self.stopping:
            changed = [child.tend() for child in self.children]  # a list: every child gets its turn
            if self._database_died() and time.monotonic() >= due:
                try:
                    self._start_database(make=False)
                    self.database_restarts += 1
                    pause, due = FIRST_PAUSE, 0.0
                    changed.append(True)
                except postgres.DataGone:
                    raise  # trying again would not bring it back: say so and stop
                except postgres.PostgresError as error:
                    print(f"tongban: {error}", file=sys.stderr, flush=True)
                    due, pause = time.monotonic() + pause, min(pause * 2, LONGEST_PAUSE)
            if any(changed):
                self._report("running")
            time.sleep(0.1)

    def _database_died(self) -> bool:
        process = self.cluster.process if self.cluster else None
        return process is not None and process.poll() is not None

    def _stop_all(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            child.make_stop(deadline)
        if self.cluster:
            self.cluster.stop()


class Stopped(Exception):
    """A signal came while the platform was starting."""


def web_command(port: int) -> list[str]:
    """Granian: one blocking thread for each worker process, persistent connections to the database."""
    workers = os.environ.get("TONGBAN_WEB_WORKERS") or str(os.cpu_count() or 1)
    return [
        str(Path(environment.PYTHON).with_name("granian")),
        "--interface=wsgi",
        f"--host={os.environ.get('TONGBAN_BIND', '127.0.0.1')}",
        f"--port={port}",
        f"--workers={workers}",
        "--blocking-threads=1",
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout=10",
        "--log-level=warning",
        "tongban.wsgi:application",
    ]


def worker_command() -> list[str]:
    return [
        environment.PYTHON,
        "-m",
        "django",
        "procrastinate",
        "worker",
        f"--concurrency={os.environ.get('TONGBAN_WORKER_CONCURRENCY', '4')}",
        "--shutdown-graceful-timeout=15",
        "--delete-jobs=successful",
    ]


def main() -> int:
    return Supervisor(environment.VAR).run()


if __name__ == "__main__":
    sys.exit(main())
