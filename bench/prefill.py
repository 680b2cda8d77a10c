"""Prefill of 12 elements with its line in the read log beside a raw read by primary key.

It is measured in two ways. In a transaction of its own, the line committed when the call returns: so a
person's own view and guidance read. And inside the transaction of a request that writes a draft and commits
anyhow, as filing reads: there the call alone is timed, and the whole transaction beside one that reads raw.
A bare one-row insert, committed, says how much of the first is the disk's.

Run with ``DATABASE_URL`` on a server where databases may be made: it works in one of its own and drops
it. All sides are measured in turn on one connection. Writes ``results/prefill.json``.
"""

import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import django

SUBJECTS, ROUNDS, EACH, BLOCK = 2_000, 9, 2_500, 25
TARGET = 3.0  # times the p99 of the raw read
ELEMENTS = [
    "person.name", "person.id_number", "person.sex", "person.birth_date", "person.ethnicity",
    "person.hukou_address", "person.address", "person.phone", "person.marital_status", "person.education",
    "person.employer", "person.social_security_no",
]  # fmt: skip
TABLES = """CREATE TABLE bench_draft (id uuid PRIMARY KEY, body text);
            CREATE TABLE bench_line (id uuid PRIMARY KEY)"""
DRAFT, LINE = "INSERT INTO bench_draft VALUES (%s, %s)", "INSERT INTO bench_line VALUES (%s)"
BODY = json.dumps({f"field_{number}": "福建省福州市鼓楼区" for number in range(20)}, ensure_ascii=False)
RAW = "SELECT id, kind, id_number, name, division FROM identity_subject WHERE id = %s"


def fill() -> list[UUID]:
    """Invented subjects with all twelve elements from two departments."""
    from django.utils import timezone

    from tongban.identity import service as identity
    from tongban.organisations import service as organisations
    from tongban.resources import service as resources
    from tongban.standards import codes

    departments = [
        organisations.ensure_department(slug, uscc, name, division="3501").id
        for slug, uscc, name in (
            ("gongan", _uscc("91350102Y9000001"), "福州市公安局"),
            ("minzheng", _uscc("91350102Y9000002"), "福州市民政局"),
        )
    ]
    values: dict[UUID, dict[str, str]] = {}
    for n in range(SUBJECTS):
        first17 = f"350102{1960 + n // 120}{1 + n % 12:02d}{1 + n // 12 % 10:02d}{990 + n % 10}"
        number = first17 + codes.id_check_character(first17)
        subject = identity.Subject.objects.create(
            kind="person", id_number=f"{number}-{n}", name=f"林{n}", division="350102"
        )
        values[subject.id] = {
            **{code: f"{code} 的值 {n}" for code in ELEMENTS},
            "person.id_number": number, "person.birth_date": "1980-01-02", "person.sex": "1",
            "person.phone": f"139{n:08d}", "person.marital_status": "20", "person.social_security_no": number,
        }  # fmt: skip
    now = timezone.now()
    for department in departments:
        rows = ((subject, code, value) for subject, held in values.items() for code, value in held.items())
        resources.put_values(department, rows, now)
    return list(values)


def _uscc(first16: str) -> str:
    from tongban.standards import codes

    return first16 + "0" + codes.uscc_check_character(first16 + "0")


@dataclass
class Side:
    """One kind of call. ``inside``: in a transaction that also writes a draft, as filing calls it."""

    work: Callable[[UUID], object]
    inside: bool = False
    calls: list[float] = field(default_factory=list)  # µs of the call alone
    whole: list[float] = field(default_factory=list)  # µs of its transaction, begin to commit

    def run(self, subjects: list[UUID]) -> None:
        from django.db import transaction

        from tongban.kit import kept
        from tongban.kit.ids import uuid7

        for subject in subjects:
            begun = time.perf_counter_ns()
            if not self.inside:
                self.work(subject)
                self.calls.append((time.perf_counter_ns() - begun) / 1000)
                continue
            with transaction.atomic():
                kept.execute(DRAFT, [uuid7(), BODY])
                start = time.perf_counter_ns()
                self.work(subject)
                self.calls.append((time.perf_counter_ns() - start) / 1000)
            self.whole.append((time.perf_counter_ns() - begun) / 1000)


def sides() -> dict[str, Side]:
    from django.db import connection

    from tongban.kit import kept
    from tongban.kit.actors import SYSTEM
    from tongban.kit.ids import uuid7
    from tongban.resources import service as resources

    def raw(subject: UUID) -> object:
        with connection.cursor() as cursor:
            cursor.execute(RAW, [subject])
            return cursor.fetchone()

    def prefill(subject: UUID) -> object:
        found = resources.prefill(SYSTEM, subject, ELEMENTS, purpose="办理事项", case_id=subject)
        assert len(found) == len(ELEMENTS), set(ELEMENTS) - set(found)
        return found

    def bare(subject: UUID) -> object:
        return kept.execute(LINE, [uuid7()])

    return {
        "raw": Side(raw), "prefill": Side(prefill), "bare_commit": Side(bare),
        "raw_inside": Side(raw, inside=True), "prefill_inside": Side(prefill, inside=True),
    }  # fmt: skip


def measure() -> dict[str, dict[str, list[float]]]:
    """p50 and p99 of each side in each round, of the call and (``…_whole``) of its transaction."""
    from django.db import connection

    subjects = fill()
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    chooser, works = random.Random(7), sides()
    seen: dict[str, dict[str, list[float]]] = {}
    for number in range(ROUNDS + 1):
        for side in works.values():
            side.calls, side.whole = [], []
        for _ in range((EACH if number else 500) // BLOCK):
            # Small blocks in turn: what else the machine does meets all alike.
            for side in works.values():
                side.run(chooser.choices(subjects, k=BLOCK))
        if number:  # the first was for warming up
            for name, side in works.items():
                for kind, times in ((name, side.calls), (f"{name}_whole", side.whole)):
                    if times:
                        cuts = statistics.quantiles(times, n=100)
                        kept = seen.setdefault(kind, {"p50": [], "p99": []})
                        kept["p50"].append(cuts[49])
                        kept["p99"].append(cuts[98])
    return seen


def compared(medians: dict[str, dict[str, float]], ours: str, reference: str) -> dict[str, object]:
    """Two sides' medians and how they stand to each other."""
    a, b = medians[ours], medians[reference]
    ratios = {cut: round(a[cut] / b[cut], 2) for cut in ("p50", "p99")}
    return {"ours": a, "reference": b, "ratio": ratios, "met": ratios["p99"] <= TARGET}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    os.environ["TONGBAN_TEST_DB"] = "bench_prefill"
    django.setup()
    from django.db import connection

    server: dict[str, str] = {}
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        seen = measure()
        with connection.cursor() as cursor:
            for name in ("fsync", "synchronous_commit", "wal_sync_method", "server_version"):
                cursor.execute(f"SHOW {name}")
                server[name] = cursor.fetchone()[0]
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    medians = {
        name: {cut: round(statistics.median(values), 1) for cut, values in cuts.items()}
        for name, cuts in seen.items()
    }
    ours, reference = medians["prefill"]["p99"], medians["raw"]["p99"]
    result = {
        "name": "prefill",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "unit": "µs, p99 of one prefill of 12 elements with its log line committed",
        "better": "lower",
        "ours": ours,
        "reference": {"name": "raw read of one row by primary key, p99", "value": reference},
        "ratio": round(ours / reference, 2),
        "target": TARGET,
        "met": ours / reference <= TARGET,
        "detail": {
            "own_transaction": compared(medians, "prefill", "raw"),
            "inside_a_request": compared(medians, "prefill_inside", "raw_inside"),
            "whole_request": compared(medians, "prefill_inside_whole", "raw_inside_whole"),
            "disk": {
                "bare_commit": medians["bare_commit"],
                "bare_commit_to_raw_p99": round(medians["bare_commit"]["p99"] / reference, 2),
                "prefill_to_bare_commit_p99": round(ours / medians["bare_commit"]["p99"], 2),
            },
            "rounds": {
                n: {c: [round(v, 1) for v in vs] for c, vs in cuts.items()} for n, cuts in seen.items()
            },
            "subjects": SUBJECTS,
            "server": server,
            "load": [round(value, 2) for value in os.getloadavg()],
        },
    }
    path = Path(__file__).parent / "results" / "prefill.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: result[key] for key in ("name", "ours", "reference", "ratio", "target", "met")}))


if __name__ == "__main__":
    main()
