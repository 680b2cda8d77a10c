"""What is counted, cell by cell, and what a day's rows are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tongban.conftest import run_due_jobs
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Invalid
from tongban.quality import service as quality
from tongban.quality import tasks
from tongban.quality.models import Measure
from tongban.quality.rules import COUNTS
from tongban.quality.tests.conftest import ADDRESS, GULOU, PHONE, SECURITY, SIMING, TAIJIANG, World
from tongban.resources import service as resources
from tongban.resources.models import Source
from tongban.resources.service import Change, take_change
from tongban.stewardship import service as stewardship

pytestmark = pytest.mark.django_db
HOME, OTHER = "福州市鼓楼区东街街道1号", "福州市鼓楼区水部街道7号"


def share(
    world: World, slug: str, element: str, dimension: str, county: str | None = None
) -> tuple[int, int]:
    found = world.tally(slug, element, county).share(dimension)
    return found.good, found.of


def test_the_source_is_expected_to_have_everybody_and_others_nobody(world: World) -> None:
    one, two, far = world.person(), world.person(), world.person(SIMING)
    world.put("gongan", one, {ADDRESS: HOME})
    world.put("minzheng", one, {ADDRESS: HOME})
    world.put("minzheng", two, {ADDRESS: HOME})
    quality.measure()
    assert share(world, "gongan", ADDRESS, "complete", GULOU) == (1, 2)
    assert share(world, "gongan", ADDRESS, "complete", SIMING) == (0, 1)
    assert share(world, "gongan", ADDRESS, "complete") == (1, 3)
    assert share(world, "minzheng", ADDRESS, "complete") == (0, 0)
    assert far


def test_where_not_everybody_has_one_only_those_somebody_knows_one_of_are_expected(world: World) -> None:
    one, two, _three = world.person(), world.person(), world.person()
    world.put("renshe", one, {"person.employer": "第一医院"})
    world.put("gongan", two, {"person.employer": "第二小学"})
    quality.measure()
    assert share(world, "renshe", "person.employer", "complete") == (1, 2)


def test_a_value_is_fresh_for_the_days_of_its_element(world: World) -> None:
    one, two = world.person(), world.person()
    days = resources.element(ADDRESS).fresh_days
    world.put("gongan", one, {ADDRESS: HOME}, days_old=days - 1)
    world.put("gongan", two, {ADDRESS: HOME}, days_old=days + 1)
    quality.measure()
    assert share(world, "gongan", ADDRESS, "fresh") == (1, 2)


def test_who_differs_from_the_golden_value_answers_for_it_not_its_source(world: World) -> None:
    one, two, alone = world.person(), world.person(), world.person()
    for subject in (one, two, alone):
        world.put("gongan", subject, {ADDRESS: HOME})
    world.put("minzheng", one, {ADDRESS: HOME})
    world.put("minzheng", two, {ADDRESS: OTHER})
    quality.measure()
    assert share(world, "gongan", ADDRESS, "consistent") == (2, 2)
    assert share(world, "minzheng", ADDRESS, "consistent") == (1, 2)


def test_a_disagreement_handed_on_to_the_source_counts_against_it(world: World) -> None:
    one = world.person()
    world.put("gongan", one, {ADDRESS: HOME})
    world.put("minzheng", one, {ADDRESS: OTHER})
    stewardship.settle(one, [ADDRESS])
    row = stewardship.Discrepancy.objects.get()
    stewardship.answer(world.stewards["minzheng"].actor, "discrepancy", row.id, "right", "已核对原始登记")
    quality.measure()
    assert share(world, "gongan", ADDRESS, "consistent") == (1, 2)


def test_numbers_that_two_subjects_share_are_found_across_counties(world: World) -> None:
    one, two, three = world.person(GULOU), world.person(SIMING), world.person(GULOU)
    world.put("renshe", one, {SECURITY: "A1"})
    world.put("renshe", two, {SECURITY: "A1"})
    world.put("renshe", three, {SECURITY: "A2"})
    world.put("gongan", three, {SECURITY: "A1"})  # another department's: its own affair
    quality.measure()
    assert share(world, "renshe", SECURITY, "unique", GULOU) == (1, 2)
    assert share(world, "renshe", SECURITY, "unique") == (1, 3)
    assert share(world, "gongan", SECURITY, "unique") == (1, 1)
    assert share(world, "gongan", PHONE, "unique") == (0, 0)


def feed(world: World) -> Source:
    return resources.ensure_source(
        SYSTEM, "renkou", "常住人口", world.departments["gongan"].id, mapping={"ZZ": ADDRESS, "SJ": PHONE}
    )


def test_what_waits_in_quarantine_is_refused_in_its_subject_s_county(world: World) -> None:
    source = feed(world)
    world.person(TAIJIANG)
    number, now = world.subjects[0].id_number, timezone.now() - timedelta(hours=1)
    take_change(source, Change("1", 1, number, "upsert", now, {"ZZ": HOME, "SJ": "13900000000"}))
    take_change(source, Change("2", 2, number, "upsert", now, {"ZZ": HOME, "SJ": "没有"}))
    take_change(
        source, Change("3", 3, "350102199001011234", "upsert", now, {"ZZ": HOME, "SJ": "13900000001"})
    )
    quality.measure()
    assert share(world, "gongan", PHONE, "valid", TAIJIANG) == (1, 2)
    assert share(world, "gongan", ADDRESS, "valid", TAIJIANG) == (1, 1)
    # Nobody is known by the third row's number: it is wrong as a whole, and nowhere in particular.
    assert share(world, "gongan", PHONE, "valid", "") == (0, 1)
    assert share(world, "gongan", ADDRESS, "valid", "") == (0, 1)
    waiting = next(iter(resources.quarantine(world.stewards["gongan"].actor, "renkou")))
    resources.discard(world.stewards["gongan"].actor, "renkou", waiting.id, "无法核实，退回重新采集")
    quality.measure()
    assert world.tally("gongan", PHONE).refused == 1


def test_withdrawn_values_and_subjects_merged_away_are_not_counted(world: World) -> None:
    one, old = world.person(), world.person()
    world.put("gongan", one, {ADDRESS: HOME, PHONE: "13900000000"}, days_old=2)
    world.put("gongan", old, {ADDRESS: HOME}, days_old=2)
    world.withdraw("gongan", one, PHONE)
    resources.merge(SYSTEM, old, one, "户籍底册核对为同一人", "k")
    quality.measure()
    assert share(world, "gongan", ADDRESS, "complete") == (1, 1)
    assert world.tally("gongan", PHONE).filled == 0


def test_measuring_again_replaces_the_day_s_rows_and_keeps_what_they_were(world: World) -> None:
    one = world.person()
    world.put("minzheng", one, {ADDRESS: HOME}, days_old=3)
    quality.measure()
    first = Measure.objects.get(department=world.departments["minzheng"], element=ADDRESS)
    quality.measure()
    again = Measure.objects.get(pk=first.pk)
    assert (again.changed_at, again.was) == (first.changed_at, None)
    assert again.measured_at > first.measured_at
    world.put("gongan", one, {ADDRESS: OTHER}, days_old=2)
    quality.measure()
    again.refresh_from_db()
    assert (again.compared, again.agreeing) == (1, 0)
    assert again.was is not None
    assert again.was["compared"] == 0
    world.withdraw("minzheng", one, ADDRESS)
    quality.measure()
    assert not Measure.objects.filter(pk=first.pk).exists()


def test_only_today_and_yesterday_can_be_measured(world: World) -> None:
    world.person()
    today = timezone.localdate()
    assert quality.measure(today - timedelta(days=1)).day == today - timedelta(days=1)
    for wrong in (today - timedelta(days=2), today + timedelta(days=1)):
        with pytest.raises(Invalid) as caught:
            quality.measure(wrong)
        assert caught.value.problems[0].field == "day"


def test_the_night_s_parts_together_are_the_whole(world: World) -> None:
    for county in (GULOU, TAIJIANG, SIMING, "350924", "350782"):
        world.put("gongan", world.person(county), {ADDRESS: HOME})
    tasks.measure_all(0)
    assert run_due_jobs().count("quality.measure_part") == tasks.PARTS
    columns = ("department", "element", "division", *COUNTS)
    night = list(Measure.objects.order_by("division", "element", "department").values_list(*columns))
    Measure.objects.all().delete()
    assert quality.measure().counties == 5
    assert list(Measure.objects.order_by("division", "element", "department").values_list(*columns)) == night


def test_an_empty_platform_is_measured_too(db: None) -> None:
    done = quality.measure()
    assert (done.counties, done.cells, done.values) == (0, 0, 0)
