"""A release from draft to the public, and what it may not hold."""

import csv
import io
from dataclasses import replace

import pytest
from django.db import IntegrityError

from tongban.files import service as files
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.opendata import service as opendata
from tongban.opendata import sources
from tongban.opendata.models import Release
from tongban.opendata.tests.conftest import CELLS, COUNTS, counted, given
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db


def table_of(release):
    return list(csv.DictReader(io.StringIO(files.read(release.csv_id).decode())))


def test_a_release_goes_through_two_people(people):
    row = opendata.create(people.steward, given(people))
    release = opendata.build(people.steward, row.id)
    assert release.passed
    with pytest.raises(NotFound):
        opendata.published(row.code)
    opendata.submit(people.steward, release.id)
    with pytest.raises(Forbidden):
        opendata.review(people.steward, release.id, publish=True)
    with pytest.raises(Forbidden):
        opendata.review(people.clerk, release.id, publish=True)
    opendata.review(people.supervisor, release.id, publish=True)
    assert opendata.release_of(opendata.published(row.code)).number == 1
    actions = [r.action for r in trace.rows(people.steward, f"opendata:{row.id}")]
    assert actions == ["opendata.drafted", "opendata.built", "opendata.submitted", "opendata.published"]


def test_the_maker_cannot_be_the_reviewer_in_the_database_either(people, publish):
    release = opendata.release_of(publish())
    with pytest.raises(IntegrityError):
        Release.objects.filter(pk=release.id).update(reviewer_id=release.maker_id)


def test_small_counts_are_hidden_with_company(publish):
    rows = table_of(opendata.release_of(publish()))
    by_key = {(r["area"], r["kind"]): r for r in rows}
    assert by_key["a", "x"]["n"] == ""
    assert by_key["a", "x"]["suppressed"] == "true"
    assert by_key["_T", "_T"]["n"] == str(sum(CELLS.values()))
    assert by_key["_T", "_T"]["area_name"] == "合计"
    hidden = [key for key, r in by_key.items() if r["suppressed"] == "true"]
    assert len(hidden) >= 4
    assert all(int(r["n"]) >= 5 for r in rows if r["n"])


def test_what_is_too_small_is_not_published_where_nothing_is_hidden(people):
    row = opendata.create(people.steward, given(people, treatment="measure"))
    release = opendata.build(people.steward, row.id)
    assert not release.passed
    assert release.report["problems"] == ["small"]
    assert release.report["lowest"] == 2
    with pytest.raises(Conflict, match="披露检查"):
        opendata.submit(people.steward, release.id)


def test_a_stricter_rule_after_submission_stops_publication(people):
    row = opendata.create(people.steward, given(people))
    release = opendata.submit(people.steward, opendata.build(people.steward, row.id).id)
    opendata.Dataset.objects.filter(pk=row.id).update(k=45)
    with pytest.raises(Conflict, match="披露检查"):
        opendata.review(people.supervisor, release.id, publish=True)
    release.refresh_from_db()
    assert release.state == "in_review"


def test_rows_of_small_groups_are_left_out_of_a_register(people):
    row = opendata.create(people.steward, given(people, "test-register", quasi=("name",)))
    release = opendata.build(people.steward, row.id)
    assert release.passed
    assert release.report["rows_removed"] == 1  # the single one called like a formula
    assert release.report["lowest_before"] == 1
    assert release.report["lowest"] >= 5


def test_a_text_cannot_be_a_formula(publish):
    release = opendata.release_of(publish("test-register"))
    assert table_of(release)[0]["name"] == "'=SUM(A1)"
    assert opendata.first_rows(release)[0][1] == "=SUM(A1)"  # Parquet has types and needs no such care
    assert files.read(release.csv_bom_id).startswith(b"\xef\xbb\xbf")


def test_sent_back_with_a_reason_and_built_again(people):
    row = opendata.create(people.steward, given(people))
    release = opendata.submit(people.steward, opendata.build(people.steward, row.id).id)
    with pytest.raises(Conflict):
        opendata.build(people.steward, row.id)
    with pytest.raises(Invalid):
        opendata.review(people.other, release.id, publish=False)
    opendata.review(people.other, release.id, publish=False, opinion="说明不清楚")
    assert opendata.seen(people.steward, row.id).state == "draft"
    assert opendata.build(people.steward, row.id).number == 1


def test_a_new_version_replaces_the_old_one_which_stays_readable(people, publish, monkeypatch):
    row = publish()
    grown = replace(COUNTS, rows=counted(CELLS | {("d", "x"): 80, ("d", "y"): 90}))
    monkeypatch.setitem(sources.ALL, "test-counts", grown)
    release = opendata.submit(people.steward, opendata.build(people.steward, row.id, note="增加一个地区").id)
    opendata.review(people.supervisor, release.id, publish=True)
    assert [r.number for r in opendata.releases_of(row)] == [2, 1]
    assert opendata.release_of(row).rows > opendata.release_of(row, 1).rows


def test_withdrawn_says_why_and_can_come_back(people, publish):
    row = publish()
    with pytest.raises(Invalid):
        opendata.withdraw(people.steward, row.id, " ")
    opendata.withdraw(people.steward, row.id, "口径有误")
    with pytest.raises(opendata.Withdrawn, match="口径有误"):
        opendata.published(row.code)
    release = opendata.submit(people.steward, opendata.build(people.steward, row.id).id)
    opendata.review(people.supervisor, release.id, publish=True)
    assert opendata.published(row.code).withdrawn_reason == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "Not A Code"), ("title", ""), ("theme", "NONE"), ("contact", "nobody"), ("source", "no"),
        ("division", "99"), ("k", 1), ("quasi", ("nothing",)), ("keywords", ("x" * 41,)), ("terms", "mine"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(people, field, value):
    with pytest.raises(Invalid) as caught:
        opendata.create(people.steward, given(people, **{"code": "fine", field: value}) if field != "source"
                        else given(people, "no", code="fine"))  # fmt: skip
    assert field in [p.field for p in caught.value.problems]


def test_only_stewards_make(people):
    for actor in (people.supervisor, people.clerk, people.resident):
        with pytest.raises(Forbidden):
            opendata.create(actor, given(people))
