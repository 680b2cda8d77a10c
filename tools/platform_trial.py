"""A whole platform of its own for one trial: its own folder, database and ports, gone afterwards."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Trial:
    """``up`` and ``down`` as an operator would call them, and what runs in between."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.var = folder / "var"
        kept = {
            k: v
            for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "TONGBAN_TEST_DB", "TONGBAN_PORT", "TONGBAN_EMBEDDED")
            and not k.startswith("COV_")
        }
        self.environment = {**kept, "TONGBAN_VAR": str(self.var), "PYTHONPATH": str(ROOT / "src"), **settings}

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run ``tongban`` for this platform."""
        result = subprocess.run(
            [sys.executable, "-m", "tongban.ops", *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if check and result.returncode:
            raise RuntimeError(
                f"tongban {' '.join(arguments)}: {result.stderr or result.stdout}\n{self.logs()}"
            )
        return result

    def up(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.command("up", "--json").stdout)
        return answer

    def down(self) -> None:
        self.command("down")

    def state(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads((self.var / "run" / "state.json").read_text())
        return answer

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.state()['port']}"

    def data(self) -> Path:
        """Where the database's files really lie."""
        return (self.var / "pg").resolve()

    def url(self) -> str:
        """The database's address, for its owner."""
        return self.command("db", "url").stdout.strip()

    def kill(self, name: str) -> int:
        """``kill -9`` one of ``web``, ``worker``, ``postgres`` or ``supervisor``; its number."""
        state = self.state()
        pid = int(state["supervisor"] if name == "supervisor" else state["pids"][name])
        psutil.Process(pid).kill()
        return pid

    def wait_restart(self, name: str, before: int, timeout: float = 60) -> None:
        """Wait until the supervisor has restarted a part more than ``before`` times."""
        deadline = time.monotonic() + timeout
        while self.state()["restarts"].get(name, 0) <= before:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} was not restarted within {timeout:.0f} s\n{self.logs()}")
            time.sleep(0.1)

    def wait_ready(self, timeout: float = 120) -> None:
        """Wait until all parts are well again; ``timeout`` in seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.base}/readyz", timeout=5).status_code == 200:
                    return
            except (httpx.HTTPError, OSError, KeyError, ValueError):
                pass
            time.sleep(0.2)
        raise RuntimeError(f"Not ready within {timeout:.0f} s\n{self.logs()}")

    def sign_in(self, user: str, password: str) -> httpx.Client:
        """A client with the session of a demo account, ready for the API."""
        client = httpx.Client(base_url=self.base, timeout=30, follow_redirects=True)
        page = client.get("/account/login/")
        token = TOKEN.search(page.text)
        if token is None:
            raise RuntimeError(f"No sign-in form: {page.status_code} {page.text[:300]}")
        form = {"login": user, "password": password, "csrfmiddlewaretoken": token[1]}
        client.post("/account/login/", data=form, headers={"Referer": f"{self.base}/account/login/"})
        if "sessionid" not in client.cookies:
            raise RuntimeError(f"{user} could not sign in")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        client.headers["Referer"] = self.base
        return client

    def logs(self) -> str:
        """The end of every log, for a failure's message."""
        paths = sorted((self.var / "log").glob("*.log"))
        ends = {path.name: path.read_text(errors="replace").splitlines()[-15:] for path in paths}
        return "\n".join(line for name, lines in ends.items() for line in (f"== {name}", *lines))


@contextmanager
def trial(**settings: str) -> Iterator[Trial]:
    """A platform in a folder of its own; stopped and removed at the end, whatever happened."""
    folder = Path(tempfile.mkdtemp(prefix="tongban-"))
    folder.chmod(0o755)
    one = Trial(folder, **settings)
    try:
        yield one
    finally:
        one.command("down", check=False)
        data = (one.var / "pg").resolve()
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
