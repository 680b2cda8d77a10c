"""One change of a department's feed through the public door, beside a plain UPDATE of one row.

A change does all that it must in its transaction: what was received, the value, its line in the history, the
golden record with who confirms and who differs, the event for the rooms above (which opens disagreements)
and the row and job for a subscriber. Measured in turn with the UPDATE, each committed; a change of an element
that nobody subscribes to, and the job that opens the disagreement, beside them.

Run with ``DATABASE_URL`` on a server where databases may be made: it works in one of its own and drops it.
Writes ``results/changes.json``.
"""

import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django

SUBJECTS, ROUNDS, EACH, BLOCK = 120_000, 7, 750, 25
TARGET = 20.0  # times the p99 of the plain UPDATE
ADDRESS, PHONE = "person.address", "person.phone"
ELEMENTS = (ADDRESS, PHONE, "person.name", "person.employer")
TABLE = """CREATE TABLE bench_row (id uuid PRIMARY KEY, body text, as_of timestamptz);
           INSERT INTO bench_row SELECT id, name, now() FROM identity_subject"""
PLAIN = "UPDATE bench_row SET body = %s, as_of = now() WHERE id = %s"


def fill() -> list[tuple[UUID, str]]:
    """Invented subjects about whom two departments state four elements; ids with their numbers."""
    from django.utils import timezone

    from tongban.identity import service as identity
    from tongban.organisations import service as organisations
    from tongban.resources import service as resources
    from tongban.standards import codes

    subjects: dict[UUID, str] = {}
    rows = []
    for n in range(SUBJECTS):
        day = n // 10
        born = f"{1900 + day // 336:04d}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}"
        first17 = f"350102{born}{990 + n % 10}"
        number = first17 + codes.id_check_character(first17)
        rows.append(identity.Subject(kind="person", id_number=number, name=f"林{n}", division="350102"))
        subjects[rows[-1].id] = number
    identity.Subject.objects.bulk_create(rows, batch_size=5_000)
    for slug, uscc, name, days in (
        ("gongan", _uscc("91350102Y9000001"), "福州市公安局", 9),
        ("minzheng", _uscc("91350102Y9000002"), "福州市民政局", 30),
    ):
        department = organisations.ensure_department(slug, uscc, name, division="3501").id
        values = (
            (subject, code, f"139{n:08d}" if code == PHONE else f"{code} 的值 {n}")
            for n, subject in enumerate(subjects)
            for code in ELEMENTS
        )
        resources.put_values(department, values, timezone.now() - timedelta(days=days), bulk=True)
    return list(subjects.items())


def _uscc(first16: str) -> str:
    from tongban.standards import codes

    return first16 + "0" + codes.uscc_check_character(first16 + "0")


@dataclass
class Side:
    """One kind of work, by subject and its number; µs of each call, begin to commit."""

    work: Callable[[UUID, str, int], object]
    calls: list[float] = field(default_factory=list)

    def run(self, subjects: list[tuple[UUID, str]], turn: int) -> None:
        for n, (subject, number) in enumerate(subjects):
            begun = time.perf_counter_ns()
            self.work(subject, number, turn + n)
            self.calls.append((time.perf_counter_ns() - begun) / 1000)


def sides() -> dict[str, Side]:
    from django.utils import timezone

    from tongban.kit import kept
    from tongban.kit.actors import SYSTEM
    from tongban.organisations import service as organisations
    from tongban.resources import service as resources
    from tongban.stewardship import service as stewardship

    police = organisations.department_by_code("gongan").id
    feed = resources.ensure_source(SYSTEM, "police", "人口信息", police, mapping={c: c for c in ELEMENTS})
    civil = organisations.department_by_code("minzheng").id
    resources.subscribe(SYSTEM, civil, "地址变化", [ADDRESS], "sandbox:/sandbox/subscriber/bench/")

    def change(code: str) -> Callable[[UUID, str, int], object]:
        def work(_subject: UUID, number: str, turn: int) -> object:
            value = f"139{turn:08d}" if code == PHONE else f"东街 {turn} 号"
            made = resources.Change(f"{code}-{turn}", turn, number, "upsert", timezone.now(), {code: value})
            done = resources.take_change(feed, made)
            assert done.outcome == "taken", done
            return done

        return work

    def plain(subject: UUID, _number: str, turn: int) -> object:
        return kept.execute(PLAIN, [f"东街 {turn} 号", subject])

    def disagreement(subject: UUID, _number: str, _turn: int) -> object:
        return stewardship.settle(subject, [ADDRESS])

    return {
        "update": Side(plain), "change": Side(change(ADDRESS)), "change_unsubscribed": Side(change(PHONE)),
        "disagreement_job": Side(disagreement),
    }  # fmt: skip


def measure() -> tuple[dict[str, dict[str, list[float]]], dict[str, int]]:
    """p50 and p99 of each side in each round, and what the changes left behind."""
    from django.db import connection

    from tongban.resources.models import Delivery, Golden, ValueHistory
    from tongban.stewardship.models import Discrepancy

    subjects = fill()
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("VACUUM ANALYZE")
    chooser, works, turn = random.Random(7), sides(), 0
    seen: dict[str, dict[str, list[float]]] = {}
    before = ValueHistory.objects.count()
    for number in range(ROUNDS + 1):
        for side in works.values():
            side.calls = []
        for _block in range((EACH if number else 250) // BLOCK):
            chosen = chooser.sample(subjects, BLOCK)
            # Small blocks in turn: what else the machine does meets all alike.
            for side in works.values():
                side.run(chosen, turn)
            turn += BLOCK
        if number:  # the first was for warming up
            for name, side in works.items():
                cuts = statistics.quantiles(side.calls, n=100)
                kept = seen.setdefault(name, {"p50": [], "p99": []})
                kept["p50"].append(cuts[49])
                kept["p99"].append(cuts[98])
    left = {
        "changes": 2 * turn,
        "history_rows": ValueHistory.objects.count() - before,
        "deliveries": Delivery.objects.count(),
        "golden_records": Golden.objects.count(),
        "disagreements": Discrepancy.objects.count(),
    }
    assert left["history_rows"] == left["changes"], left
    assert left["deliveries"] == turn, left
    return seen, left


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    os.environ["TONGBAN_TEST_DB"] = "bench_changes"
    django.setup()
    from django.db import connection

    server: dict[str, str] = {}
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        seen, left = measure()
        with connection.cursor() as cursor:
            for name in ("fsync", "synchronous_commit", "wal_sync_method", "server_version"):
                cursor.execute(f"SHOW {name}")
                server[name] = cursor.fetchone()[0]
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    write(seen, left, server)


def write(seen: dict[str, dict[str, list[float]]], left: dict[str, int], server: dict[str, str]) -> None:
    """The result file and its line."""
    medians = {
        name: {cut: round(statistics.median(values), 1) for cut, values in cuts.items()}
        for name, cuts in seen.items()
    }
    ours, reference = medians["change"], medians["update"]
    ratio = {cut: round(ours[cut] / reference[cut], 2) for cut in ("p50", "p99")}
    result: dict[str, Any] = {
        "name": "changes",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "unit": "µs, p99 of one change with history, golden record, event and subscriber, committed",
        "better": "lower",
        "ours": ours["p99"],
        "reference": {
            "name": "plain UPDATE of one row by primary key, committed, p99",
            "value": reference["p99"],
        },
        "ratio": ratio["p99"],
        "target": TARGET,
        "met": ratio["p99"] <= TARGET,
        "detail": {
            "medians": medians,
            "ratio": ratio,
            "rounds": {
                n: {c: [round(v, 1) for v in vs] for c, vs in cuts.items()} for n, cuts in seen.items()
            },
            "subjects": SUBJECTS,
            "left": left,
            "server": server,
            "load": [round(value, 2) for value in os.getloadavg()],
        },
    }
    path = Path(__file__).parent / "results" / "changes.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: result[key] for key in ("name", "ours", "reference", "ratio", "target", "met")}))


if __name__ == "__main__":
    main()
