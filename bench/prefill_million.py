"""Prefill among a million persons: one prefill with its log line, and how fast publishing was.

Invents ``--through`` people, reconciles and publishes them into a database of its own on the server of
``DATABASE_URL``; this is timed. The golden records of ``--persons`` (a million) are those and copies of them
under numbers of their own, laid down by SQL: a prefill reads nothing else. Then random persons are read in
blocks, in turn with a raw read of one row by primary key. ``--through`` as many as ``--persons`` publishes
them all, which should take 25 GB of disk and the better part of an hour at a million (not done yet).
Writes ``results/prefill_million.json``.
"""

import argparse
import itertools
import json
import os
import platform
import random
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import django

ROUNDS, EACH, BLOCK, TARGET = 7, 2_000, 25, 3.0  # times the p99 of the raw read
ELEMENTS = [
    "person.name", "person.id_number", "person.sex", "person.birth_date", "person.ethnicity",
    "person.hukou_address", "person.address", "person.phone", "person.marital_status", "person.education",
    "person.employer", "person.housing_fund_no",
]  # fmt: skip
RAW = "SELECT id, kind, id_number, name, division FROM identity_subject WHERE id = %s"
# Persons that differ from the published ones by their number only; each published one lends itself in turn.
COPIES = """
WITH lent AS (
    SELECT s.*, g.entries, row_number() OVER (ORDER BY s.id) AS n FROM identity_subject s
    JOIN resources_golden g ON g.subject_id = s.id
), made AS MATERIALIZED (
    SELECT uuidv7() AS id, lent.kind, lent.name, lent.division, lent.entries,
           'C' || (t.turn * {lent} + lent.n) AS number
    FROM generate_series(1, {turns}) AS t(turn) CROSS JOIN lent
    WHERE (t.turn - 1) * {lent} + lent.n <= {wanted}
), people AS (
    INSERT INTO identity_subject (id, created_at, kind, name, division, id_number)
    SELECT id, now(), kind, name, division, number FROM made
)
INSERT INTO resources_golden (subject_id, entries, refreshed_at) SELECT id, entries, now() FROM made
"""
HOLDERS = ("gongan", "minzheng", "renshe", "zhufang", "shuiwu")


def published(persons: int, seed: int) -> dict[str, Any]:
    """The account of publishing, with the seconds of each step."""
    from tongban.organisations import service as organisations
    from tongban.resources.batch.invent import generate
    from tongban.resources.batch.reconcile import reconcile
    from tongban.resources.runs import keeping, publishing
    from tongban.standards import codes

    for n, slug in enumerate(HOLDERS):
        head = f"91350102Y900000{n}0"
        organisations.ensure_department(slug, head + codes.uscc_check_character(head), slug, division="35")
    folder = Path(tempfile.mkdtemp(prefix="prefill-"))
    try:
        steps = [time.perf_counter()]
        generate(persons, seed, folder / "said")
        steps.append(time.perf_counter())
        with keeping.recorded(folder / "said", folder / "out", "duckdb") as (note, _row):
            reconcile(folder / "said", folder / "out", report=note)
        steps.append(time.perf_counter())
        account = publishing.publish(keeping.registered(folder / "out", folder / "said"))
        steps.append(time.perf_counter())
    finally:
        shutil.rmtree(folder)
    generated, reconciled, took = (round(b - a, 1) for a, b in itertools.pairwise(steps))
    return {
        **account, "generate_s": generated, "reconcile_s": reconciled, "publish_s": took,
        "persons_per_s": round(account["persons"] / took, 1),
        "values_per_s": round(account["taken"] / took, 1),
    }  # fmt: skip


def copied(wanted: int) -> float:
    """Fill up with copies to ``wanted`` persons; the seconds it took."""
    from django.db import connection

    from tongban.identity.models import Subject

    began, lent = time.perf_counter(), Subject.objects.count()
    more = wanted - lent
    with connection.cursor() as cursor:
        if more > 0:
            cursor.execute(COPIES.format(lent=lent, turns=-(-more // lent), wanted=more))
        cursor.execute("ANALYZE identity_subject, resources_golden")
    return round(time.perf_counter() - began, 1)


def measured() -> dict[str, dict[str, float]]:
    """Medians over the rounds of p50 and p99, in µs, of the raw read and of prefill."""
    from django.db import connection

    from tongban.identity.models import Subject
    from tongban.kit.actors import SYSTEM
    from tongban.resources import service as resources

    subjects = list(Subject.objects.values_list("id", flat=True))

    def raw(subject: UUID) -> object:
        with connection.cursor() as cursor:
            cursor.execute(RAW, [subject])
            return cursor.fetchone()

    def prefill(subject: UUID) -> object:
        return resources.prefill(SYSTEM, subject, ELEMENTS, purpose="办理事项", case_id=subject)

    chooser = random.Random(7)
    cuts: dict[str, dict[str, list[float]]] = {n: {"p50": [], "p99": []} for n in ("raw", "prefill")}
    for number in range(ROUNDS + 1):
        times: dict[str, list[float]] = {"raw": [], "prefill": []}
        for _ in range((EACH if number else 500) // BLOCK):
            for name, work in (("raw", raw), ("prefill", prefill)):
                for subject in chooser.choices(subjects, k=BLOCK):
                    begun = time.perf_counter_ns()
                    work(subject)
                    times[name].append((time.perf_counter_ns() - begun) / 1000)
        if number:  # the first was for warming up
            for name, taken in times.items():
                quantiles = statistics.quantiles(taken, n=100)
                cuts[name]["p50"].append(quantiles[49])
                cuts[name]["p99"].append(quantiles[98])
    return {n: {c: round(statistics.median(v), 1) for c, v in each.items()} for n, each in cuts.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--through", type=int, default=20_000, help="published through the door")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    os.environ["TONGBAN_TEST_DB"] = "bench_prefill_million"
    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        account = published(given.through, given.seed)
        account["copies_s"] = copied(given.persons)
        medians = measured()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            size = cursor.fetchone()[0]
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    ours, reference = medians["prefill"]["p99"], medians["raw"]["p99"]
    result = {
        "name": "prefill_million",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "unit": f"µs, p99 of one prefill of 12 elements with its log line, among {given.persons} persons",
        "better": "lower",
        "ours": ours,
        "reference": {"name": "raw read of one row by primary key, p99", "value": reference},
        "ratio": round(ours / reference, 2),
        "target": TARGET,
        "met": ours / reference <= TARGET,
        "detail": {"medians": medians, "published": account, "database_mb": size >> 20,
                   "load": [round(value, 2) for value in os.getloadavg()]},
    }  # fmt: skip
    path = Path(__file__).parent / "results" / "prefill_million.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
