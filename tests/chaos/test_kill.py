"""A thousand filings while processes are killed: none is lost, none doubled, each is followed up once."""

import contextlib
import json
import logging
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filing
import psutil
import psycopg
import pytest

FILINGS, CLIENTS, ROUNDS = 1_000, 6, 4
QUEUES = ["cases", "documents", "licences", "notices"]
NUMBER = re.compile(r"(?<=办件编号 )[0-9A-Za-z-]+")
pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[filing.Platform]:
    with filing.platform(tmp_path_factory.mktemp("chaos")) as made:
        yield made


@dataclass
class Progress:
    """What was acknowledged, by key."""

    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)
    repeated: int = 0


class Killer(threading.Thread):
    """Kills a web worker, the job worker and the postmaster in turn, spread evenly over the filings."""

    def __init__(self, platform: filing.Platform, progress: Progress) -> None:
        super().__init__(daemon=True)
        self.platform, self.progress = platform, progress
        self.killed: list[str] = []
        self.problem: BaseException | None = None

    def run(self) -> None:
        victims = ["web", "worker", "postgres"] * ROUNDS
        try:
            for number, victim in enumerate(victims, start=1):
                while len(self.progress.acknowledged) < number * FILINGS // (len(victims) + 1):
                    if self.progress.over.wait(0.05):
                        return
                self.kill(victim, whole=number > len(victims) - 3)
                self.killed.append(victim)
        except BaseException as error:
            self.problem = error

    def kill(self, victim: str, *, whole: bool) -> None:
        """SIGKILL; of the web server one serving process, and in the last round the server itself."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                found = psutil.Process(self.platform.state().pids[victim])
                if victim == "web" and not whole:
                    found = next((c for c in found.children() if "granian" in " ".join(c.cmdline())), None)
                if found is not None and found.status() != psutil.STATUS_ZOMBIE:
                    os.kill(found.pid, signal.SIGKILL)
                    return
            time.sleep(0.1)
        raise AssertionError(f"no {victim} to kill\n{self.platform.logs()}")


def file_all(platform: filing.Platform, seeded: filing.Seeded, progress: Progress) -> None:
    """All filings, shared among the clients; each has its own account."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request would bury what a failure says
    images = [filing.picture(number) for number in range(FILINGS)]

    def work(client: int) -> None:
        filer = filing.Filer(platform.base, seeded.item, seeded.accounts[client], seeded.password)
        filer.sign_in()
        barrier.wait()
        for number in range(client, FILINGS, CLIENTS):
            key = f"chaos-{number}"
            progress.acknowledged[key] = filer.file(key, images[number])
        progress.repeated += filer.repeated

    barrier = threading.Barrier(CLIENTS, timeout=60)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(work, client) for client in range(CLIENTS)]:
            done.result()


def rows(platform: filing.Platform, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(platform.cluster.url()) as connection:
        return connection.execute(query).fetchall()


def drained(platform: filing.Platform, timeout: float = 600) -> None:
    """Wait until the worker has nothing left to do; ``timeout`` in seconds."""
    wanted = ", ".join(f"'{queue}'" for queue in QUEUES)
    query = f"""SELECT status::text, task_name, count(*) FROM procrastinate_jobs
                WHERE queue_name IN ({wanted}) AND status <> 'succeeded' GROUP BY 1, 2"""
    deadline = time.monotonic() + timeout
    left: list[tuple[Any, ...]] = []
    while time.monotonic() < deadline:
        left = rows(platform, query)
        if not any(status in ("todo", "doing") for status, _, _ in left):
            break
        time.sleep(1)
    assert left == [], f"{left}\n{platform.logs()}"


def test_killing_processes_loses_and_doubles_nothing(platform: filing.Platform) -> None:
    seeded = filing.seed(platform.var, CLIENTS)
    progress = Progress()
    killer = Killer(platform, progress)
    killer.start()
    began = time.monotonic()
    try:
        file_all(platform, seeded, progress)
    finally:
        progress.over.set()
        killer.join()
    assert killer.problem is None
    assert killer.killed == ["web", "worker", "postgres"] * ROUNDS
    assert progress.repeated > 0  # the kills were felt
    seconds = time.monotonic() - began
    filing.wait_ready(platform)
    drained(platform)
    print(figures(platform, progress, seconds))

    acknowledged = progress.acknowledged
    assert len(acknowledged) == FILINGS
    kept = {str(id): (number, key, state) for id, number, key, state in rows(
        platform, "SELECT id, number, submission_key, state FROM cases_case"
    )}  # fmt: skip
    assert len(kept) == FILINGS, "a draft was started twice, or lost"
    for key, case in acknowledged.items():
        assert kept[case["id"]] == (case["number"], key, "submitted")
    assert len({case["number"] for case in acknowledged.values()}) == FILINGS

    materials = rows(platform, "SELECT case_id, key, count(*) FROM cases_casematerial GROUP BY 1, 2")
    assert {count for _, _, count in materials} == {1}
    assert len(materials) == 2 * FILINGS
    acts = dict(
        rows(platform, "SELECT action, count(*) FROM trace_row WHERE action LIKE 'case.%' GROUP BY 1")
    )
    assert acts == {"case.started": FILINGS, "case.submitted": FILINGS}
    check_follow_up(platform, set(kept))
    check_messages(platform, seeded, {case["number"] for case in acknowledged.values()})

    verified = platform.command("trace", "verify", "--json")
    report = json.loads(verified.stdout)
    assert verified.returncode == 0, report


def check_follow_up(platform: filing.Platform, cases: set[str]) -> None:
    """One receipt with its file and one notice for each case, and no more."""
    receipts = rows(platform, "SELECT case_id, kind, number, file_id FROM cases_casedocument")
    assert {kind for _, kind, _, _ in receipts} == {"receipt"}
    assert sorted(str(case) for case, _, _, _ in receipts) == sorted(cases)
    assert len({number for _, _, number, _ in receipts}) == len(cases)
    for _, _, _, digest in receipts:
        assert digest
        assert stored(platform, digest).read_bytes().startswith(b"%PDF")
    notices = [
        key for (key,) in rows(platform, "SELECT key FROM notices_notice WHERE kind = 'case.submitted'")
    ]
    assert sorted(key.split(":")[1] for key in notices) == sorted(cases)


def check_messages(platform: filing.Platform, seeded: filing.Seeded, numbers: set[str]) -> None:
    """One SMS for each case, taken by the gateway once, on the phone of whoever filed it."""
    deliveries = rows(
        platform,
        """SELECT d.id::text, d.notice_id, d.target, d.state, d.provider_id, n.kind
           FROM notices_delivery d JOIN notices_notice n ON n.id = d.notice_id""",
    )
    assert {state for _, _, _, state, _, _ in deliveries} == {"sent"}
    assert len({notice for _, notice, *_ in deliveries}) == len(deliveries), "a notice was queued twice"
    kinds = Counter(kind for *_, kind in deliveries)
    assert kinds == {"case.submitted": len(numbers), "licence.issued": len(seeded.accounts)}
    received = rows(
        platform, "SELECT id::text, key, target, text FROM notices_sandboxmessage WHERE channel = 'sms'"
    )
    assert {key: (id, target) for id, key, target, _ in received} == {
        key: (provider, target) for key, _, target, _, provider, _ in deliveries
    }
    assert len(received) == len(deliveries), "the gateway took a message twice, under two keys"
    submitted = [(found[0], target) for _, _, target, text in received if (found := NUMBER.search(text))]
    assert sorted(number for number, _ in submitted) == sorted(numbers)
    owners = dict(
        rows(
            platform,
            "SELECT c.number, a.phone FROM cases_case c JOIN identity_account a ON a.id = c.account_id",
        )
    )
    assert set(owners.values()) == {account["phone"] for account in seeded.accounts}
    assert dict(submitted) == owners


def figures(platform: filing.Platform, progress: Progress, seconds: float) -> str:
    """What the kills did, for whoever reads the test's output."""
    ((attempts, repeated),) = rows(
        platform, "SELECT sum(attempts), count(*) FILTER (WHERE attempts > 1) FROM notices_delivery"
    )
    return (
        f"{FILINGS} filings by {CLIENTS} clients in {seconds:.0f} s; restarts {platform.state().restarts}; "
        f"{progress.repeated} requests repeated; all SMS in {attempts} attempts, "
        f"{repeated} of them sent again"
    )


def stored(platform: filing.Platform, digest: str) -> Path:
    """Where the file store keeps a content."""
    return platform.var / "files" / digest[:2] / digest[2:4] / digest
