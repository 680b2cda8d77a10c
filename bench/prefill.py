"""Prefill of 12 elements, its line in the read log committed, beside a raw read by primary key.

Run with ``DATABASE_URL`` on a server where databases may be made: it works in one of its own and drops
it. Both sides are measured in turn on one connection, each call in its own transaction. Writes
``results/prefill.json``.
"""

import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import django

SUBJECTS, ROUNDS, EACH, BLOCK = 2_000, 9, 3_000, 25
TARGET = 3.0  # times the p99 of the raw read
ELEMENTS = [
    "person.name", "person.id_number", "person.sex", "person.birth_date", "person.ethnicity",
    "person.hukou_address", "person.address", "person.phone", "person.marital_status", "person.education",
    "person.employer", "person.social_security_no",
]  # fmt: skip
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


def timed(work: Callable[[UUID], object], subjects: list[UUID]) -> list[float]:
    """Microseconds of each call."""
    times = []
    for subject in subjects:
        start = time.perf_counter_ns()
        work(subject)
        times.append((time.perf_counter_ns() - start) / 1000)
    return times


def measure() -> dict[str, dict[str, list[float]]]:
    from django.db import connection

    from tongban.kit.actors import SYSTEM
    from tongban.resources import service as resources

    subjects = fill()

    def raw(subject: UUID) -> object:
        with connection.cursor() as cursor:
            cursor.execute(RAW, [subject])
            return cursor.fetchone()

    def prefill(subject: UUID) -> object:
        found = resources.prefill(SYSTEM, subject, ELEMENTS, purpose="办理事项", case_id=subject)
        assert len(found) == len(ELEMENTS), set(ELEMENTS) - set(found)
        return found

    chooser = random.Random(7)
    works: dict[str, Callable[[UUID], object]] = {"raw": raw, "prefill": prefill}
    seen: dict[str, dict[str, list[float]]] = {name: {"p50": [], "p99": []} for name in works}
    for work in works.values():
        timed(work, subjects[:500])
    for _ in range(ROUNDS):
        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(EACH // BLOCK):  # small blocks in turn: what else the machine does meets both alike
            for name, work in works.items():
                times[name] += timed(work, chooser.choices(subjects, k=BLOCK))
        for name, measured in times.items():
            cuts = statistics.quantiles(measured, n=100)
            seen[name]["p50"].append(cuts[49])
            seen[name]["p99"].append(cuts[98])
    return seen


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
            for name in ("fsync", "synchronous_commit", "server_version"):
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
            "p50": {name: cuts["p50"] for name, cuts in medians.items()},
            "p50_ratio": round(medians["prefill"]["p50"] / medians["raw"]["p50"], 2),
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
