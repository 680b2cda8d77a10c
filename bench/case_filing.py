"""Filing complete cases over HTTP, beside the same three inserts written plainly behind the same server.

One filing is five requests: draft, form, an upload, a licence in place of a paper, submission; with trace
and outbox, sign-in and rights. The reference is one request a transaction: it inserts a case, a trace row
and an outbox row with bare SQL, with no sign-in, no check and no hash. Both are asked of the same Granian
(options as in operation) by the same kind of client, in turn, in each round; medians count. An embedded
PostgreSQL with its durable settings runs beside; the worker does not, so that what is measured is the
answer's own cost. Server, database and clients share the machine.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

import filing  # noqa: E402
import httpx  # noqa: E402

from tongban.ops import postgres, supervisor  # noqa: E402

CLIENTS, ROUNDS = (1, 8, 16), 5
SECONDS = float(os.environ.get("TONGBAN_BENCH_SECONDS", "3"))  # of each side in each round
REQUESTS = 5  # of one filing
TARGET = 1 / 3
TABLES = """CREATE TABLE plain_case (id uuid PRIMARY KEY, number text UNIQUE, body jsonb);
            CREATE TABLE plain_trace (id bigserial PRIMARY KEY, chain uuid, action text, data jsonb);
            CREATE TABLE plain_outbox (id bigserial PRIMARY KEY, task text, args jsonb);
            GRANT ALL ON plain_case, plain_trace, plain_outbox TO tongban_app;
            GRANT ALL ON plain_trace_id_seq, plain_outbox_id_seq TO tongban_app"""


@dataclass
class Sample:
    """One side in one round: requests a second, seconds of each request, and filings a second."""

    rate: float
    times: list[float]
    per_unit: list[float]  # seconds of each whole filing (or plain request)


@contextmanager
def served(var: Path) -> Iterator[str]:
    """Database and web server with the bench's own address added; the base address."""
    cluster = postgres.Cluster(var)
    (var / "log").mkdir(parents=True)
    port = postgres.free_port()
    with (var / "log" / "bench.log").open("ab") as log:
        cluster.start(log)
        try:
            cluster.wait()
            cluster.provision()
            owner = filing.own_environment(var, DATABASE_URL=cluster.url(), TONGBAN_EMBEDDED="1")
            subprocess.run([sys.executable, "-m", "tongban.ops.prepare"], env=owner, cwd=ROOT, check=True)
            import psycopg

            with psycopg.connect(cluster.url()) as connection:
                for statement in TABLES.split(";"):
                    connection.execute(statement.encode())
            serving = owner | {
                "DATABASE_URL": cluster.url(postgres.APP),
                "DJANGO_SETTINGS_MODULE": "case_filing_plain",
                "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "serving"), str(ROOT / "src")]),
                "TONGBAN_BASE_URL": f"http://127.0.0.1:{port}",
            }
            server = subprocess.Popen(
                supervisor.web_command(port), env=serving, cwd=ROOT, stdout=log, stderr=log
            )
            try:
                wait(f"http://127.0.0.1:{port}", server, var / "log" / "bench.log")
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()
                server.wait(30)
        finally:
            cluster.stop()
            filing.remove_data(cluster)


def wait(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers."""
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            httpx.get(f"{base}/healthz", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    sys.exit(log.read_text(errors="replace")[-3000:])


def timing(client: httpx.Client, into: list[float]) -> None:
    """Note the seconds of each answer, from sending to its last byte."""

    def began(request: httpx.Request) -> None:
        request.extensions["began"] = time.perf_counter()

    def ended(response: httpx.Response) -> None:
        response.read()
        into.append(time.perf_counter() - response.request.extensions["began"])

    client.event_hooks = {"request": [began], "response": [ended]}


def together(works: list[Callable[[], object]], clients: list[httpx.Client], requests: int) -> Sample:
    """All clients repeat their work for ``SECONDS``."""
    times: list[list[float]] = [[] for _ in works]
    units: list[list[float]] = [[] for _ in works]
    barrier = threading.Barrier(len(works))

    def run(number: int) -> tuple[float, float]:
        timing(clients[number], times[number])
        barrier.wait()
        began = time.perf_counter()
        while (start := time.perf_counter()) - began < SECONDS:
            works[number]()
            units[number].append(time.perf_counter() - start)
        return began, time.perf_counter()

    with ThreadPoolExecutor(len(works)) as pool:
        spans = list(pool.map(run, range(len(works))))
    seconds = max(end for _, end in spans) - min(begin for begin, _ in spans)
    flat = [t for each in times for t in each]
    assert len(flat) == requests * sum(map(len, units)), "some requests were repeated"
    return Sample(len(flat) / seconds, flat, [t for each in units for t in each])


def cut(values: list[float], percent: int) -> float:
    """A percentile in milliseconds."""
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1] * 1000, 2)


def summary(samples: list[Sample]) -> dict[str, Any]:
    """Medians over the rounds."""
    return {
        "requests_per_second": round(statistics.median(s.rate for s in samples), 1),
        "p50_ms": statistics.median(cut(s.times, 50) for s in samples),
        "p95_ms": statistics.median(cut(s.times, 95) for s in samples),
        "whole_p50_ms": statistics.median(cut(s.per_unit, 50) for s in samples),
        "whole_p95_ms": statistics.median(cut(s.per_unit, 95) for s in samples),
        "rounds": [round(s.rate, 1) for s in samples],
    }


def sides(base: str, seeded: filing.Seeded) -> dict[str, list[Callable[[], object]]]:
    """What each client repeats, ours and plainly; ready signed in. Also keeps the clients for timing."""
    files = iter(range(1, 1 << 24))
    lock = threading.Lock()
    filers = [filing.Filer(base, seeded.item, account, seeded.password) for account in seeded.accounts]
    for filer in filers:
        filer.sign_in()
    plains = [httpx.Client(base_url=base, timeout=60) for _ in filers]

    def file(filer: filing.Filer) -> None:
        with lock:
            number = next(files)
        filer.file(f"bench-{number}", filing.picture(number))

    def plain(client: httpx.Client) -> None:
        client.post("/plain", json={"answers": filing.ANSWERS}).raise_for_status()

    return {
        "ours": [lambda f=f: file(f) for f in filers],  # type: ignore[misc]
        "plain": [lambda c=c: plain(c) for c in plains],  # type: ignore[misc]
        "clients": [f.client for f in filers] + plains,  # type: ignore[list-item]
    }


def measure(base: str, seeded: filing.Seeded) -> dict[int, dict[str, Any]]:
    """Each number of clients: both sides in turn, ``ROUNDS`` times."""
    works = sides(base, seeded)
    clients: list[Any] = works["clients"]
    ours, plains = clients[: len(seeded.accounts)], clients[len(seeded.accounts) :]
    together(works["ours"][:4], ours, REQUESTS)  # both processes of the server have seen everything
    together(works["plain"][:4], plains, 1)
    found: dict[int, dict[str, Any]] = {}
    for count in CLIENTS:
        samples: dict[str, list[Sample]] = {"ours": [], "plain": []}
        for _ in range(ROUNDS):
            samples["ours"].append(together(works["ours"][:count], ours, REQUESTS))
            samples["plain"].append(together(works["plain"][:count], plains, 1))
        found[count] = {side: summary(each) for side, each in samples.items()}
        rates = [found[count][side]["requests_per_second"] for side in ("ours", "plain")]
        found[count]["ratio"] = round(rates[0] / rates[1], 3)
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        var.chmod(0o755)
        with served(var) as base:
            found = measure(base, filing.seed(var, max(CLIENTS)))
    best = found[8]
    ours, reference = best["ours"]["requests_per_second"], best["plain"]["requests_per_second"]
    result = {
        "name": "case_filing",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "unit": "requests/s at 8 clients, filing whole cases of 5 requests",
        "better": "higher",
        "ours": ours,
        "reference": {"name": "three plain inserts in one transaction a request", "value": reference},
        "ratio": round(ours / reference, 3),
        "target": round(TARGET, 3),
        "met": ours / reference >= TARGET,
        "detail": {
            "clients": {str(count): values for count, values in found.items()},
            "filings_per_second": {
                str(count): round(values["ours"]["requests_per_second"] / REQUESTS, 1)
                for count, values in found.items()
            },
            "seconds_per_side_and_round": SECONDS,
            "load": [round(value, 2) for value in os.getloadavg()],
        },
    }
    path = ROOT / "bench" / "results" / "case_filing.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({k: result[k] for k in ("name", "ours", "reference", "ratio", "target", "met")}))


if __name__ == "__main__":
    main()
