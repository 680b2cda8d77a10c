"""What a value was: by the law over what had been said by then, for those who may read."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from tongban.conftest import Person
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Forbidden, Invalid
from tongban.resources import service
from tongban.resources.models import Golden, ReadLog
from tongban.resources.tests.test_changing import CODES, FEEDS, NOW, Told, change, chosen, feed, sequences

ADDRESS = "person.address"
WHY: dict[str, Any] = {"purpose": "复核旧案", "case_id": None}
Put = Callable[..., int]


def was(person: Person, days_ago: int, **more: Any) -> str | None:
    when = timezone.now() - timedelta(days=days_ago)
    found = service.value_as_of(SYSTEM, person.subject.id, ADDRESS, when, **WHY, **more)
    return found and found.value


@pytest.mark.django_db
def test_at_every_day_it_is_the_choice_over_what_held_by_then(
    sources: dict[str, Any], resident: Person
) -> None:
    feeds = {slug: feed(slug, sources[slug]) for slug in FEEDS}
    ids = {slug: str(sources[slug].id) for slug in FEEDS}
    names = {str(one.id): one.name for one in sources.values()}

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sequences)
    def run(sequence: list[Told]) -> None:
        with transaction.atomic():
            for t in sequence:
                made = change(str(t.number), resident, t.day, t.op, t.number, fields=dict(t.fields))
                service.take_change(feeds[t.feed], made)
            for day in range(-1, 5):
                expected = chosen([t for t in sequence if t.day <= day], ids)
                for code in CODES:
                    when = NOW - timedelta(days=9 - day)
                    found = service.value_as_of(SYSTEM, resident.subject.id, code, when, **WHY)
                    assert (found is None) == (code not in expected)
                    if found is not None:
                        entry = expected[code]
                        assert (found.value, found.source_name, found.from_source) == (
                            entry["v"], names[entry["s"]], entry["a"],
                        )  # fmt: skip
                        assert set(found.dissenters) == {names[one] for one in entry["d"]}
            held = Golden.objects.filter(subject_id=resident.subject.id).first()
            for code in CODES:
                periods = service.history(SYSTEM, resident.subject.id, code, **WHY)
                now = periods[0].past if periods else None
                assert (now and now.value) == (held.entries.get(code, {}).get("v") if held else None)
                assert all(a.since == b.until for a, b in pairwise(periods))
            transaction.set_rollback(True)

    run()


@pytest.mark.django_db
def test_a_source_decided_later_counts_from_its_day(
    put: Put, sources: dict[str, Any], resident: Person
) -> None:
    put("gongan", {ADDRESS: "东街 1 号"}, days_old=20)
    put("renshe", {ADDRESS: "西街 2 号"}, days_old=10)
    day = timezone.localdate() - timedelta(days=5)
    service.decide_source(SYSTEM, ADDRESS, sources["renshe"].id, "闽数〔2026〕7号", day, "k")
    assert (was(resident, 21), was(resident, 8), was(resident, 1)) == (None, "东街 1 号", "西街 2 号")
    periods = service.history(SYSTEM, resident.subject.id, ADDRESS, **WHY)
    assert [one.past and one.past.value for one in periods] == ["西街 2 号", "东街 1 号"]
    assert periods[0].until is None
    assert timezone.localdate(periods[0].since) == day


@pytest.mark.django_db(transaction=True)
def test_what_was_known_then_is_told_apart_from_what_is_known_now(
    put: Put, sources: dict[str, Any], resident: Person
) -> None:
    put("gongan", {ADDRESS: "东街 1 号"}, days_old=20)
    before = timezone.now()
    put("gongan", {ADDRESS: "西街 2 号"}, days_old=10)  # received only now
    assert was(resident, 5) == "西街 2 号"
    assert was(resident, 5, known_at=before) == "东街 1 号"


@pytest.mark.django_db
def test_a_withdrawal_leaves_a_gap(sources: dict[str, Any], resident: Person) -> None:
    police = feed("gongan", sources["gongan"])
    service.take_change(police, change("1", resident, 1))
    service.take_change(police, change("2", resident, 3, "delete", seq=2))
    service.take_change(police, change("3", resident, 5, seq=3))
    values = [
        one.past and one.past.value for one in service.history(SYSTEM, resident.subject.id, ADDRESS, **WHY)
    ]
    assert values == ["东街 1 号", None, "东街 1 号"]


@pytest.mark.django_db
def test_only_who_may_read_now_may_read_the_past_and_it_is_logged(
    put: Put, resident: Person, other_resident: Person, clerk: Any
) -> None:
    put("gongan", {ADDRESS: "东街 1 号"}, days_old=2)
    subject, now = resident.subject.id, timezone.now()
    for actor in (other_resident.actor, clerk.actor, Actor("anonymous", "")):
        with pytest.raises(Forbidden):
            service.history(actor, subject, ADDRESS, **WHY)
        with pytest.raises(Forbidden):
            service.value_as_of(actor, subject, ADDRESS, now, **WHY)
    assert not ReadLog.objects.exists()
    for bad in ({"purpose": " "}, {"code": "person.gone"}, {"when": now + timedelta(days=1)},
                {"when": now.replace(tzinfo=None)}):  # fmt: skip
        given_ = {"code": ADDRESS, "when": now, **WHY} | bad
        with pytest.raises(Invalid):
            service.value_as_of(SYSTEM, subject, given_.pop("code"), given_.pop("when"), **given_)
    assert not ReadLog.objects.exists()
    case = subject
    assert service.history(clerk.actor, subject, ADDRESS, purpose="复核", case_id=case)
    assert service.history(resident.actor, subject, ADDRESS, purpose="查看", case_id=None)
    assert sorted(ReadLog.objects.values_list("kind", "purpose")) == [("history", "复核"), ("own", "查看")]


@pytest.mark.django_db
def test_a_persons_page_shows_what_was_before_and_logs_the_look(
    put: Put, resident: Person, other_resident: Person
) -> None:
    put("gongan", {ADDRESS: "东街 1 号", "person.phone": "13900000001"}, days_old=9)
    put("gongan", {ADDRESS: "西街 2 号"}, days_old=1)
    page = resident.client.get("/my-data/").content.decode()
    assert f"/my-data/history/{ADDRESS}/" in page
    page = resident.client.get(f"/my-data/history/{ADDRESS}/").content.decode()
    assert page.index("西街 2 号") < page.index("东街 1 号")
    assert "13900000001" not in resident.client.get("/my-data/history/person.phone/").content.decode()
    assert "查看本人以前的数据" in resident.client.get("/my-data/reads/").content.decode()
    assert "西街" not in other_resident.client.get(f"/my-data/history/{ADDRESS}/").content.decode()
    assert resident.client.get("/my-data/history/person.gone/").status_code == 404


@pytest.mark.django_db
def test_nobody_who_is_not_a_resident_sees_the_page(client: Any, clerk: Any) -> None:
    assert client.get(f"/my-data/history/{ADDRESS}/").status_code == 302
    assert clerk.client.get(f"/my-data/history/{ADDRESS}/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_what_was_shown_while_merged_is_still_told_after_the_split(
    put: Put, resident: Person, other_resident: Person
) -> None:
    put("minzheng", {ADDRESS: "西街 2 号"}, days_old=9)
    put("gongan", {ADDRESS: "东街 1 号"}, days_old=9, subject=other_resident.subject.id)
    before = timezone.now()
    row = service.merge(SYSTEM, other_resident.subject.id, resident.subject.id, "户籍底册核对为同一人", "k")
    during = timezone.now()
    assert (was(resident, 1), was(other_resident, 1)) == ("东街 1 号", "东街 1 号")
    service.split(SYSTEM, row.id, "两人指纹不同，合并有误")
    assert (was(resident, 1), was(other_resident, 1)) == ("西街 2 号", "东街 1 号")
    assert was(resident, 1, known_at=during) == "东街 1 号"
    assert was(resident, 1, known_at=before) == "西街 2 号"
