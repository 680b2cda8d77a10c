"""Changes of feeds: once, in any order, to the same state as the choice over the last statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongban.conftest import Person
from tongban.kit.actors import SYSTEM
from tongban.resources import service
from tongban.resources.models import Golden, Landed, Source, ValueHistory

CODES = ("person.address", "person.phone")
NOW = timezone.now().replace(microsecond=0)
FEEDS = ("gongan", "minzheng", "renshe")


@dataclass(frozen=True)
class Told:
    feed: str
    number: int
    day: int
    op: str
    fields: tuple[tuple[str, str | None], ...]


told = st.builds(
    Told, st.sampled_from(FEEDS), st.integers(1, 6), st.integers(0, 3),
    st.sampled_from(["upsert"] * 4 + ["delete"]),
    st.dictionaries(st.sampled_from(CODES), st.sampled_from(["13900000001", "13900000002", None]), min_size=1)
    .map(lambda d: tuple(sorted(d.items()))),
)  # fmt: skip
# Each (feed, number) is one change with one content; it may come several times, in any place.
sequences = st.lists(told, max_size=9, unique_by=lambda t: (t.feed, t.number)).flatmap(
    lambda once: (
        st.lists(st.sampled_from(once), max_size=4).flatmap(lambda again: st.permutations(once + again))
        if once
        else st.just([])
    )
)


def chosen(changes: Iterable[Told], ids: dict[str, str]) -> dict[str, Any]:
    """The golden record by the rules in words: last statement of each, then the source, then the newest."""
    found = {}
    for code in CODES:
        said = {}
        for feed in FEEDS:
            own = [c for c in changes if c.feed == feed and (c.op == "delete" or code in dict(c.fields))]
            last = max(own, key=lambda c: (c.day, c.number), default=None)
            if last and last.op == "upsert" and dict(last.fields)[code] is not None:
                said[feed] = (last.day, dict(last.fields)[code])
        if not said:
            continue
        newest = max(day for day, _value in said.values())
        rivals = [ids[f] for f in ("gongan", "renshe", "minzheng") if f in said and said[f][0] == newest]
        winner = ids["gongan"] if "gongan" in said else rivals[0]
        value = next(v for f, (_d, v) in said.items() if ids[f] == winner)
        found[code] = {
            "v": value, "s": winner, "a": winner == ids["gongan"],
            "c": sorted(ids[f] for f, (_d, v) in said.items() if v == value and ids[f] != winner),
            "d": sorted(ids[f] for f, (_d, v) in said.items() if v != value),
        }  # fmt: skip
    return found


def feed(slug: str, department: Any) -> Source:
    return service.ensure_source(SYSTEM, slug, slug, department.id, mapping={c: c for c in CODES})


def change(number: str, person: Person, day: int = 0, op: str = "upsert", seq: int = 1, **more: Any) -> Any:
    fields = more.get("fields", {"person.address": "东街 1 号"})
    subject = more.get("subject", person.subject.id_number)
    return service.Change(number, seq, subject, op, NOW - timedelta(days=9 - day), fields)


@pytest.mark.django_db
def test_any_sequence_ends_where_choosing_over_the_last_statements_ends(
    sources: dict[str, Any], resident: Person
) -> None:
    feeds = {slug: feed(slug, sources[slug]) for slug in FEEDS}
    ids = {slug: str(sources[slug].id) for slug in FEEDS}

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sequences)
    def run(sequence: list[Told]) -> None:
        with transaction.atomic():
            for t in sequence:
                made = change(
                    str(t.number), resident, t.day, t.op, t.number, fields=dict(t.fields)
                )  # fmt: skip
                service.take_change(feeds[t.feed], made)
            held = Golden.objects.filter(subject_id=resident.subject.id).values_list("entries", flat=True)
            entries = {
                c: {k: v for k, v in e.items() if k != "t"} for c, e in (held[0] if held else {}).items()
            }
            assert entries == chosen(set(sequence), ids)
            transaction.set_rollback(True)

    run()


@pytest.mark.django_db
def test_a_change_counts_once_and_an_older_one_is_kept_but_never_wins(
    sources: dict[str, Any], resident: Person
) -> None:
    police = feed("gongan", sources["gongan"])
    assert service.take_change(police, change("1", resident, 5)).outcome == "taken"
    assert service.take_change(police, change("1", resident, 5)).outcome == "unchanged"
    old = change("0", resident, 2, fields={"person.address": "旧址"})
    assert service.take_change(police, old).outcome == "stale"
    assert Golden.objects.get().entries["person.address"]["v"] == "东街 1 号"
    assert sorted(ValueHistory.objects.values_list("value", "stale")) == [
        ("东街 1 号", False),
        ("旧址", True),
    ]


@pytest.mark.django_db
def test_a_delete_withdraws_only_what_that_department_says(sources: dict[str, Any], resident: Person) -> None:
    police, civil = feed("gongan", sources["gongan"]), feed("minzheng", sources["minzheng"])
    service.take_change(police, change("1", resident))
    service.take_change(civil, change("1", resident, fields={"person.address": "西街 2 号"}))
    assert service.take_change(police, change("2", resident, 3, "delete")).outcome == "taken"
    entry = Golden.objects.get().entries["person.address"]
    assert (entry["v"], entry["d"]) == ("西街 2 号", [])


@pytest.mark.django_db
def test_what_cannot_be_taken_waits_with_its_reason_and_is_taken_when_sent_right(
    sources: dict[str, Any], resident: Person
) -> None:
    police = feed("gongan", sources["gongan"])
    bad = service.take_change(police, change("1", resident, fields={"person.phone": "电话"}))
    assert (bad.outcome, bad.reasons[0].field) == ("quarantined", "person.phone")
    assert Landed.objects.get().reasons[0]["field"] == "person.phone"
    unknown = service.take_change(police, change("2", resident, subject="11010519491231002X"))
    assert (unknown.outcome, unknown.reasons[0].rule) == ("quarantined", "unknown")
    damaged = service.take_change(police, change("3", resident, fields={"person.address": "东\ufffd"}))
    assert damaged.outcome == "quarantined"
    right = service.take_change(police, change("1", resident, fields={"person.phone": "13900000001"}))
    assert right.outcome == "taken"
    assert connection.in_atomic_block
