"""One law: any sequence of changes ends where the batch engine ends over the last snapshots.

The law in plain Python is tried with thousands of sequences; the statements of PostgreSQL with thousands
of subjects, each with a sequence of its own, against the batch engine over Parquet, row by row; and some
hundred sequences go through the public door.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.conftest import DepartmentFactory
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.resources import choice, law, service
from tongban.resources.batch import spec, survive_sql
from tongban.resources.batch.cleaning_sql import spare
from tongban.resources.batch.reconcile import reconcile
from tongban.resources.elements import declared_order, element
from tongban.resources.models import Golden, Value
from tongban.standards import codes

FEEDS = ("gongan", "renshe", "minzheng", "shuiwu")  # in the declared order
ELEMENTS = ("person.address", "person.employer")
START = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESSES = ("福建省福州市鼓楼区东街1号", "鼓楼区东街1", "鼓楼区东街１号", "鼓楼区西街2号3室")
EMPLOYERS = ("甲公司", "乙公司")


@dataclass(frozen=True)
class Told:
    """A change: the ``number``-th of a feed, of a day, with what it says (None: withdrawn)."""

    feed: str
    number: int
    day: int
    fields: tuple[tuple[str, str | None], ...]
    op: str = "upsert"

    def says(self, code: str) -> bool:
        return self.op == "delete" or code in dict(self.fields)

    def value(self, code: str) -> str | None:
        return None if self.op == "delete" else dict(self.fields)[code]


def a_change(rng: random.Random, feed: str, number: int) -> Told:
    if rng.random() < 0.15:
        return Told(feed, number, rng.randrange(4), (), "delete")
    choices = {"person.address": (*ADDRESSES, None), "person.employer": (*EMPLOYERS, None)}
    said = rng.sample(ELEMENTS, rng.randint(1, 2))
    return Told(feed, number, rng.randrange(4), tuple((code, rng.choice(choices[code])) for code in said))


def a_sequence(rng: random.Random) -> list[Told]:
    """Up to three changes of each feed, some several times, in any order."""
    once = [a_change(rng, feed, n) for feed in FEEDS for n in range(1, rng.randint(0, 3) + 1)]
    again = rng.sample(once, rng.randint(0, len(once) // 2))
    return rng.sample(once + again, len(once) + len(again))


def last(sequence: Iterable[Told], feed: str, code: str) -> Told | None:
    """What stands in the feed's last snapshot."""
    own = [one for one in sequence if one.feed == feed and one.says(code)]
    return max(own, key=lambda one: (one.day, one.number), default=None)


# The pure law ------------------------------------------------------------------------------------------

IDS = {feed: UUID(int=9 - n) for n, feed in enumerate(FEEDS)}  # the order is not that of the ids
PLACES = {IDS[feed]: n for n, feed in enumerate(FEEDS)}
told = st.builds(
    Told, st.sampled_from(FEEDS), st.integers(1, 4), st.integers(0, 3),
    st.sampled_from([*ADDRESSES, None]).map(lambda value: (("person.address", value),)),
    st.sampled_from(["upsert"] * 5 + ["delete"]),
)  # fmt: skip
sequences = st.lists(told, min_size=1, max_size=10, unique_by=lambda t: (t.feed, t.number)).flatmap(
    lambda once: st.lists(st.sampled_from(once), max_size=4).flatmap(
        lambda more: st.permutations(once + more)
    )
)


def said(one: Told, code: str, ids: dict[str, UUID]) -> law.Said:
    as_of = START + timedelta(days=one.day)
    return law.Said(ids[one.feed], one.value(code), as_of, one.number, f"{one.feed}:{one.number}")


@settings(max_examples=2_000, deadline=None)
@given(sequences, st.sampled_from([None, *FEEDS]))
def test_the_state_after_any_sequence_is_the_choice_over_the_last_snapshots(
    sequence: list[Told], source: str | None
) -> None:
    code, source_id = "person.address", IDS[source] if source else None
    held: dict[str, law.Said] = {}
    for one in sequence:  # as the live side: keep the higher turn of each department, choose anew
        new = said(one, code, IDS)
        if one.feed not in held or held[one.feed].turn <= new.turn:
            held[one.feed] = new
        law.choose(held.values(), source_id, PLACES, "address")
    live = law.choose(held.values(), source_id, PLACES, "address")
    final = {feed: last(sequence, feed, code) for feed in FEEDS}
    stands = [(f, t.day, t.value(code)) for f, t in final.items() if t and t.value(code) is not None]
    if not stands:
        assert live is None
        return
    feed, day, value = min(stands, key=lambda s: (s[0] != source, -s[1], FEEDS.index(s[0])))
    others = sorted((IDS[f], law.spare(str(v)) == law.spare(str(value))) for f, _d, v in stands if f != feed)
    assert live == law.Chosen(
        value, IDS[feed], START + timedelta(days=day), feed == source,
        tuple(one for one, same in others if same), tuple(one for one, same in others if not same),
    )  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=200, deadline=None)
@given(st.text("福建省福州市厦门鼓楼区１2３号栋幢室#＃-－()（）＋ 路", max_size=14))
def test_addresses_are_compared_alike_everywhere(address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {spare('x')} FROM (SELECT %s::text) AS t(x)", [address])
        assert cursor.fetchone() == (law.spare(address),)
    assert duckdb.execute(f"SELECT {spare('x')} FROM (SELECT ?::text) AS t(x)", [address]).fetchone() == (
        law.spare(address),
    )


def test_the_invented_province_declares_the_same_order_as_the_live_side() -> None:
    own = yaml.safe_load((Path(spec.__file__).parent / "sources.yaml").read_text(encoding="utf-8"))["order"]
    assert list(own) == [slug for slug in declared_order() if slug in own]
    assert [slug for slug in declared_order() if slug in FEEDS] == list(FEEDS)


# PostgreSQL beside the batch engine --------------------------------------------------------------------


@pytest.fixture
def departments(db: None) -> dict[str, UUID]:
    # Made in the wrong order, so that neither ids nor chance stand in for the declared order.
    return {slug: DepartmentFactory(code=slug, name=slug).id for slug in reversed(FEEDS)}


def people(count: int) -> dict[str, UUID]:
    """Invented subjects by identity number."""
    rows = []
    for n in range(count):
        day = n // 10
        born = f"{1950 + day // 336}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}"
        first17 = f"350102{born}{990 + n % 10}"
        number = first17 + codes.id_check_character(first17)
        rows.append(identity.Subject(kind="person", id_number=number, name=f"林{n}", division="350102"))
    identity.Subject.objects.bulk_create(rows)
    return {row.id_number: row.id for row in rows}


def state_all(ids: dict[str, UUID], subjects: Sequence[UUID], sequences: Sequence[list[Told]]) -> None:
    """Play every subject's sequence, one step of all at a time, by the statements of the live side."""
    for step in zip_longest(*sequences):
        groups: dict[tuple[str, int, int], list[tuple[UUID, str, str]]] = defaultdict(list)
        for subject, one in zip(subjects, step, strict=True):
            for code in ELEMENTS if one else ():
                if one.says(code):
                    text = json.dumps(one.value(code), ensure_ascii=False)
                    groups[one.feed, one.day, one.number].append((subject, code, text))
        if not groups:
            continue
        touched = [subject for subject, one in zip(subjects, step, strict=True) if one]
        with transaction.atomic():
            choice.lock(touched)
            for (feed, day, number), rows in groups.items():
                owners, about, values = (list(column) for column in zip(*rows, strict=True))
                as_of = START + timedelta(days=day)
                choice.state(ids[feed], as_of, owners, about, values, number, f"{feed}:{number}")
            choice.choose(touched)


def batch(folder: Path, numbers: Sequence[str], sequences: Sequence[list[Told]]) -> dict[str, dict[str, Any]]:
    """The batch engine's golden records over the last snapshots, by identity number and element.

    Each department hands in one file an element, because a row of a file has one date for all it says.
    """
    names = [(feed, code) for feed in FEEDS for code in ELEMENTS]
    described: dict[str, Any] = {"order": [], "elements": {}, "sources": {}}
    for feed, code in names:
        slug = f"{feed}_{spec.field(code)}"
        described["order"].append(slug)
        clean = {"person.address": "address", "person.employer": "text"}[code]
        described["sources"][slug] = {
            "row": "N", "id": "SFZH", "as_of": {"column": "DAY", "date": "%Y-%m-%d"},
            "columns": {code: {"column": "V", "clean": clean}},
        }  # fmt: skip
        if element(code).source == feed:
            described["elements"][code] = slug
        rows = [
            {"N": str(n), "SFZH": number, "DAY": f"2026-01-{one.day + 1:02d}", "V": one.value(code)}
            for n, (number, sequence) in enumerate(zip(numbers, sequences, strict=True))
            if (one := last(sequence, feed, code)) is not None
        ]
        (folder / slug).mkdir(parents=True)
        schema = pa.schema([(name, pa.string()) for name in ("N", "SFZH", "DAY", "V")])
        pq.write_table(pa.Table.from_pylist(rows, schema), folder / slug / "part.parquet")
    (folder / "sources.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    reconcile(folder, folder / "out", threads=1)
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for code in ELEMENTS:
        field, parts = spec.field(code), survive_sql.unpacked(f"{spec.field(code)}_from")
        rows = duckdb.execute(
            f"SELECT id_number, {field}, {parts['place']}, {parts['as_of']}, {parts['confirmers']}, "
            f"{parts['dissenters']} FROM '{folder}/out/golden/*.parquet' WHERE {field} IS NOT NULL"
        ).fetchall()
        for number, value, place, days, confirmers, dissenters in rows:
            found[number][code] = {
                "v": value, "s": names[place][0], "t": date(1900, 1, 1) + timedelta(days=days),
                "a": element(code).source == names[place][0],
                "c": {names[n][0] for n in range(8) if confirmers >> n & 1},
                "d": {names[n][0] for n in range(8) if dissenters >> n & 1},
            }  # fmt: skip
    return found


def live(ids: dict[str, UUID], subjects: dict[str, UUID]) -> dict[str, dict[str, Any]]:
    names = {str(one): slug for slug, one in ids.items()}
    numbers = {one: number for number, one in subjects.items()}
    return {
        numbers[row.subject_id]: {
            code: {
                "v": e["v"], "s": names[e["s"]], "a": e["a"],
                "t": datetime.fromisoformat(e["t"]).astimezone(UTC).date(),
                "c": {names[one] for one in e["c"]}, "d": {names[one] for one in e["d"]},
            }
            for code, e in row.entries.items()
        }
        for row in Golden.objects.filter(subject_id__in=numbers)
        if row.entries
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_thousands_of_sequences_end_where_the_batch_engine_ends(
    departments: dict[str, UUID], tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    subjects = people(2_000)
    sequences = [a_sequence(rng) for _ in subjects]
    state_all(departments, list(subjects.values()), sequences)
    expected = batch(tmp_path / "in", list(subjects), sequences)
    assert live(departments, subjects) == expected
    assert len(expected) > 1_500
    # All cases of the law came up.
    entries = [entry for record in expected.values() for entry in record.values()]
    assert {entry["s"] for entry in entries} == set(FEEDS)
    assert any(not e["a"] and e["c"] for e in entries)
    assert any(e["d"] for e in entries)


def test_hundreds_of_sequences_through_the_public_door_end_there_too(
    departments: dict[str, UUID], tmp_path: Path
) -> None:
    rng = random.Random(3)
    subjects = people(300)
    sequences = [a_sequence(rng) for _ in subjects]
    feeds = {
        slug: service.ensure_source(SYSTEM, slug, slug, one, mapping={c: c for c in ELEMENTS})
        for slug, one in departments.items()
    }
    outcomes = set()
    for number, sequence in zip(subjects, sequences, strict=True):
        for one in sequence:
            made = service.Change(
                f"{number}-{one.number}", one.number, number, one.op, START + timedelta(days=one.day),
                dict(one.fields),
            )  # fmt: skip
            outcomes.add(service.take_change(feeds[one.feed], made).outcome)
    assert outcomes == {"taken", "unchanged", "stale"}
    # The live side knows one spelling of widths; the files are written with it.
    spelled = [
        [
            Told(t.feed, t.number, t.day, tuple((c, v and v.replace("１", "1")) for c, v in t.fields), t.op)
            for t in sequence
        ]
        for sequence in sequences
    ]
    assert live(departments, subjects) == batch(tmp_path / "in", list(subjects), spelled)
    assert Value.objects.count() == len(
        {
            (n, t.feed, c)
            for n, s in zip(subjects, sequences, strict=True)
            for t in s
            for c in ELEMENTS
            if t.says(c)
        }
    )
