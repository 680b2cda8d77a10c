"""kill -9 of web, worker and PostgreSQL in the middle of 1,000 filings.

Each filing is made over HTTP by a patient program that repeats a request when the connection breaks or the
server fails, always with the filing's idempotency key. Afterwards: every acknowledged filing is there, none is
there twice, and every receipt and every notice was produced once.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from filer import Filed, file_case
from platform_trial import Trial, trial

pytestmark = pytest.mark.chaos
FILINGS = 1000
CLIENTS = 4
MATERIALS = ["id-card", "premises"]
# After how many acknowledged filings which part is killed.
KILLS = {100: "worker", 220: "web", 340: "postgres", 480: "worker", 600: "postgres", 720: "web", 850: "worker"}
DRAINED_WITHIN = 300  # seconds the worker gets to finish what is left
PASSWORD = "Tongban-2026"


@pytest.fixture(scope="module")
def platform() -> Iterator[Trial]:
    with trial() as one:
        one.up()
        yield one


class Killer:
    """Kills the next part on the list each time enough filings are acknowledged."""

    def __init__(self, platform: Trial) -> None:
        self.platform = platform
        self.acknowledged: list[Filed] = []
        self.killed: list[str] = []
        self.lock = threading.Lock()

    def note(self, filed: Filed) -> None:
        with self.lock:
            self.acknowledged.append(filed)
            if name := KILLS.get(len(self.acknowledged)):
                self.platform.kill(name)
                self.killed.append(name)


def test_nothing_acknowledged_is_lost_and_nothing_doubled(platform: Trial) -> None:
    killer = Killer(platform)
    clients = [platform.sign_in(user, PASSWORD) for user in ("lin", "chen", "wang", "zhang")]
    with psycopg.connect(platform.url()) as connection:
        before = {row[0] for row in connection.execute("SELECT id::text FROM cases_case WHERE number <> ''")}

    def work(n: int) -> None:
        killer.note(file_case(clients[n % CLIENTS], MATERIALS, f"chaos-{n:05d}", patient=True))

    def share(first: int) -> None:
        for n in range(first, FILINGS, CLIENTS):
            work(n)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(share, range(CLIENTS)))

    assert sorted(killer.killed) == sorted(KILLS.values())
    platform.wait_ready()
    assert len(killer.acknowledged) == FILINGS
    numbers = {filed.case_id: filed.number for filed in killer.acknowledged}
    assert len(numbers) == len(set(numbers.values())) == FILINGS
    drain(platform)
    with psycopg.connect(platform.url()) as connection:
        kept = connection.execute("SELECT id::text, number FROM cases_case WHERE number <> ''").fetchall()
        assert {row[0]: row[1] for row in kept if row[0] not in before} == numbers
        receipts = connection.execute(
            "SELECT case_id::text, file_id IS NOT NULL FROM cases_casedocument WHERE kind = 'receipt'"
        ).fetchall()
        made = Counter(case for case, filled in receipts if filled)
        assert {case: made[case] for case in numbers} == dict.fromkeys(numbers, 1)
        assert all(filled for case, filled in receipts if case in numbers)
        notices = connection.execute(
            "SELECT link, count(*) FROM notices_notice WHERE kind = 'case.submitted' GROUP BY link"
        ).fetchall()
        told = {link: count for link, count in notices if any(part in numbers for part in link.split("/"))}
        assert len(told) == FILINGS
        assert set(told.values()) == {1}
        unsent = connection.execute(
            "SELECT count(*) FROM notices_delivery d JOIN notices_notice n ON n.id = d.notice_id"
            " WHERE n.kind = 'case.submitted' AND d.state <> 'sent'"
        ).fetchone()
        assert unsent == (0,)
    report = platform.command("trace", "verify", "--json")
    assert report.returncode == 0


def drain(platform: Trial) -> None:
    """Wait until no job is waiting or in hand; none may have failed for good."""
    deadline = time.monotonic() + DRAINED_WITHIN
    with psycopg.connect(platform.url(), autocommit=True) as connection:
        while time.monotonic() < deadline:
            jobs = dict(
                connection.execute(
                    "SELECT status::text, count(*) FROM procrastinate_jobs"
                    " WHERE (scheduled_at IS NULL OR scheduled_at < now() + interval '1 minute')"
                    " AND task_name NOT LIKE 'ops.%%' GROUP BY 1"
                ).fetchall()
            )
            if not jobs.get("todo", 0) + jobs.get("doing", 0):
                failed = connection.execute(
                    "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1"
                ).fetchall()
                assert failed == [], failed
                return
            time.sleep(1)
    raise AssertionError(f"Jobs were left after {DRAINED_WITHIN} s: {jobs}\n{platform.logs()}")
