"""Which value is chosen, who confirms it, who differs."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tongban.conftest import Person
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Invalid, NotFound
from tongban.resources import choice, service
from tongban.resources.models import Value
from tongban.trace import service as trace

from .conftest import Put

ADDRESS = "person.address"


@pytest.fixture(autouse=True, params=[choice.AT_ONCE, 0], ids=["at once", "in steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few subjects are chosen by one statement, many in steps: the law is one."""
    monkeypatch.setattr(choice, "AT_ONCE", request.param)


def chosen(person: Person, code: str = ADDRESS) -> service.Prefilled:
    return service.prefill(SYSTEM, person.subject.id, [code], purpose="检查", case_id=None)[code]


@pytest.mark.django_db
def test_the_source_department_wins_over_newer_values_and_others_confirm_or_differ(
    put: Put, resident: Person
) -> None:
    put("gongan", {ADDRESS: "东街 1 号"}, days_old=100)
    put("minzheng", {ADDRESS: "东街 1 号"}, days_old=5)
    put("renshe", {ADDRESS: "西街 2 号"}, days_old=1)
    found = chosen(resident)
    assert (found.value, found.source_name, found.from_source) == ("东街 1 号", "福州市公安局", True)
    assert found.confirmers == ("福州市民政局",)
    assert found.dissenters == ("福州市人社局",)


@pytest.mark.django_db
def test_without_the_source_the_newest_stands_in(put: Put, resident: Person) -> None:
    put("renshe", {ADDRESS: "旧址"}, days_old=10)
    put("minzheng", {ADDRESS: "新址"}, days_old=2)
    found = chosen(resident)
    assert (found.value, found.from_source, found.dissenters) == ("新址", False, ("福州市人社局",))
    put("gongan", {ADDRESS: "登记地址"}, days_old=300)
    assert (chosen(resident).value, chosen(resident).from_source) == ("登记地址", True)


@pytest.mark.django_db
def test_an_older_statement_of_the_same_department_changes_nothing(put: Put, resident: Person) -> None:
    put("gongan", {ADDRESS: "新址"}, days_old=1)
    put("gongan", {ADDRESS: "旧址"}, days_old=30)
    assert chosen(resident).value == "新址"
    assert Value.objects.count() == 1


@pytest.mark.django_db
def test_different_spellings_confirm_each_other(put: Put, resident: Person) -> None:
    put("gongan", {"person.id_number": "11010519491231002X"})
    put("minzheng", {"person.id_number": "11010519491231002x"})
    assert chosen(resident, "person.id_number").confirmers == ("福州市民政局",)


@pytest.mark.django_db
def test_a_load_with_bad_rows_takes_nothing_and_names_each(sources: dict[str, Any], resident: Person) -> None:
    rows = [
        (resident.subject.id, ADDRESS, "东街 1 号"),
        (resident.subject.id, "person.shoe_size", "42"),
        (resident.subject.id, "person.birth_date", "2026-02-30"),
    ]
    with pytest.raises(Invalid) as refused:
        service.put_values(sources["gongan"].id, rows, timezone.now())
    assert [(p.field, p.rule) for p in refused.value.problems] == [
        ("person.shoe_size", "element-unknown"), ("person.birth_date", "value-malformed"),
    ]  # fmt: skip
    assert "第 3 行" in refused.value.problems[1].message
    assert not Value.objects.exists()


@pytest.mark.django_db
def test_an_unknown_department_is_refused() -> None:
    with pytest.raises(NotFound):
        service.put_values(uuid4(), [], timezone.now())


@pytest.mark.django_db
def test_a_load_leaves_a_row_in_the_trace(put: Put, sources: dict[str, Any]) -> None:
    assert put("gongan", {ADDRESS: "甲", "person.name": "乙"}) == 2
    (row,) = trace.rows(SYSTEM, f"resources:{sources['gongan'].id}")
    assert (row.action, row.data["values"]) == ("resources.values_put", 2)


@pytest.mark.django_db
def test_a_pair_that_comes_twice_keeps_the_later(sources: dict[str, Any], resident: Person) -> None:
    rows = [(resident.subject.id, ADDRESS, text) for text in ("先", "后")]
    service.put_values(sources["gongan"].id, rows, timezone.now())
    assert chosen(resident).value == "后"


@pytest.mark.django_db(transaction=True)
def test_departments_that_write_at_once_both_count(sources: dict[str, Any], resident: Person) -> None:
    now = timezone.now()

    def load(slug: str) -> None:
        try:
            for n in range(8):
                rows = [(resident.subject.id, ADDRESS, f"{n}")]
                service.put_values(sources[slug].id, rows, now + timedelta(seconds=n))
        finally:
            connection.close()

    threads = [threading.Thread(target=load, args=(slug,)) for slug in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = chosen(resident)
    assert (found.value, found.source_name, len(found.confirmers)) == ("7", "福州市公安局", 2)
