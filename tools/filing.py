"""A whole platform of one's own and clients that file cases on it over HTTP.

For tests and measurements from outside: the platform lives in a folder and on ports that nobody else
uses, its clients sign in at the login page and speak ``/api/v1`` as any program would.
"""

import contextlib
import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from tongban.notices.sandbox.keys import sandbox_key
from tongban.ops import postgres, state

ROOT = Path(__file__).resolve().parents[1]
SEED = Path(__file__).with_name("filing_seed.py")
PATIENCE = 180.0  # seconds a client goes on trying before it gives up
ANSWERS = {"goods": "鱼丸、肉燕", "cooked": "no"}


def own_environment(var: Path, **more: str) -> dict[str, str]:
    """This process's environment without the database it may have been given."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TONGBAN_EMBEDDED")}
    return {**kept, "TONGBAN_VAR": str(var), "DJANGO_SETTINGS_MODULE": "tongban.settings", **more}


@dataclass
class Platform:
    """A running platform: database, web server and worker under the real supervisor."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cluster(self) -> postgres.Cluster:
        return postgres.Cluster(self.var)

    def state(self) -> state.State:
        found = state.read(self.var)
        assert found is not None
        return found

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of the operators' commands on this platform."""
        program = str(Path(sys.executable).with_name("tongban"))
        return subprocess.run(
            [program, *arguments],
            env=own_environment(self.var),
            cwd=ROOT,
            text=True,
            capture_output=True,
            check=False,
        )

    def logs(self) -> str:
        """The ends of all logs, for whoever reads why a start failed."""
        parts = [
            f"--- {path.name}\n{path.read_text(errors='replace')[-2000:]}"
            for path in sorted((self.var / "log").glob("*.log"))
        ]
        return "\n".join(parts)


@contextlib.contextmanager
def platform(var: Path) -> Iterator[Platform]:
    """Start one in ``var``, without the demo province; stop it and take its data away at the end.

    Its SMS go over real HTTP to the sandbox's gateway, which is killed and comes back like everything else.
    """
    port = postgres.free_port()
    log = var / "log" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    values = own_environment(var, TONGBAN_PORT=str(port), TONGBAN_DEMO="0")
    values["TONGBAN_BASE_URL"] = f"http://127.0.0.1:{port}"
    values["TONGBAN_SECRET_KEY"] = secrets.token_urlsafe(50)
    values["TONGBAN_SMS_URL"] = f"http://127.0.0.1:{port}/sandbox/sms/messages/"
    values["TONGBAN_SMS_KEY"] = sandbox_key(values["TONGBAN_SECRET_KEY"])
    # Where root may not run the server, its data lies outside ``var``: in a place that is gone afterwards.
    home = Path(tempfile.mkdtemp(prefix="tongban-"))
    home.chmod(0o755)
    values["TONGBAN_SHARED_HOME"] = str(home)
    with log.open("ab") as handle:
        process = subprocess.Popen(
            [sys.executable, "-m", "tongban.ops.supervisor"],
            cwd=ROOT, env=values, stdin=subprocess.DEVNULL, stdout=handle, stderr=subprocess.STDOUT,
        )  # fmt: skip
    made = Platform(var, port, process)
    try:
        wait_ready(made)
        yield made
    finally:
        process.terminate()
        process.wait(120)
        remove_data(made.cluster)
        shutil.rmtree(home, ignore_errors=True)


def wait_ready(made: Platform, timeout: float = 180) -> None:
    """Until ``/readyz`` is good; ``timeout`` in seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        assert made.process.poll() is None, made.logs()
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{made.base}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"not ready after {timeout} s\n{made.logs()}")


def remove_data(cluster: postgres.Cluster) -> None:
    """The data folder may lie elsewhere, where the server's own user can reach it."""
    shutil.rmtree(cluster.data, ignore_errors=True)


@dataclass(frozen=True)
class Seeded:
    """What the seed made: the item, and for each account its user name, password and health certificate."""

    item: str
    password: str
    accounts: list[dict[str, str]]


def seed(var: Path, accounts: int) -> Seeded:
    """A department, one item with a short form, and people who may file it; as the database's owner."""
    url = postgres.Cluster(var).url(postgres.OWNER)
    done = subprocess.run(
        [sys.executable, str(SEED), str(accounts)],
        env=own_environment(var, DATABASE_URL=url), cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Seeded(**json.loads(done.stdout.splitlines()[-1]))


def picture(number: int) -> bytes:
    """A small real picture, another one for each number."""
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (number & 255, number >> 8 & 255, number >> 16 & 255)).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Filer:
    """One signed-in client. It repeats what may have been lost, with the same keys, until it is answered."""

    base: str
    item: str
    account: dict[str, str]
    password: str
    repeated: int = 0
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.base, timeout=60, headers={"Referer": self.base})

    def sign_in(self) -> None:
        """Through the login page, as a browser does."""
        self.client.get("/account/login/").raise_for_status()
        form = {"login": self.account["username"], "password": self.password}
        form["csrfmiddlewaretoken"] = self.client.cookies["csrftoken"]
        answer = self.client.post("/account/login/", data=form)
        assert answer.status_code == 302, answer.text[:2000]
        me = self.client.get("/api/v1/me").raise_for_status().json()
        self.client.headers["X-CSRFToken"] = me["csrf_token"]

    def call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """The answer's body; anything but success, a lost connection or a server error is a failure."""
        deadline = time.monotonic() + PATIENCE
        while True:
            reason = ""
            try:
                answer = self.client.request(method, f"/api/v1/cases{path}", **more)
                if answer.status_code < 500:
                    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
                    return dict(answer.json())
                reason = f"{answer.status_code} {answer.text[:200]}"
            except httpx.TransportError as error:
                reason = repr(error)
            assert time.monotonic() < deadline, f"{method} {path}: {reason}"
            self.repeated += 1
            time.sleep(0.2)

    def file(self, key: str, image: bytes) -> dict[str, Any]:
        """One whole case: draft, form, two materials, submission. Returns the case as acknowledged."""
        keyed = {"Idempotency-Key": key}
        case = self.call("POST", "", json={"item": self.item}, headers=keyed)["id"]
        self.call("PATCH", f"/{case}", json={"answers": ANSWERS})
        self.call("POST", f"/{case}/materials/plan/upload", files={"file": ("图纸.png", image, "image/png")})
        self.call("POST", f"/{case}/materials/health/licence", json={"licence_id": self.account["licence"]})
        return self.call("POST", f"/{case}/submit", headers=keyed)
