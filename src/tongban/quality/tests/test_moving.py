"""What a change has measured again, that this ends as a full measure does, and the marks of corrections."""

from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongban.conftest import Person, run_due_jobs
from tongban.quality import moving
from tongban.quality import service as quality
from tongban.quality.models import Mark, Measure, Run, Stale
from tongban.quality.rules import COUNTS, Share
from tongban.quality.tests.conftest import ADDRESS, GULOU, PHONE, SECURITY, SIMING, TAIJIANG, World
from tongban.resources import service as resources
from tongban.stewardship import service as stewardship

pytestmark = pytest.mark.django_db
HOME, OTHER = "福州市鼓楼区东街街道1号", "福州市鼓楼区水部街道7号"
SLUGS, CODES = ("gongan", "minzheng", "renshe"), (ADDRESS, PHONE, SECURITY)
COUNTIES = (GULOU, TAIJIANG, SIMING)
SAID = {ADDRESS: (HOME, OTHER), PHONE: ("13900000001", "13900000002"), SECURITY: ("A1", "A2")}
STEP = st.tuples(
    st.integers(0, 4), st.sampled_from(SLUGS), st.sampled_from(CODES), st.integers(0, 1), st.integers(0, 400)
)


def rows() -> dict[Any, Any]:
    """All of today's rows as they are, without when they were measured."""
    found = Measure.objects.filter(day=timezone.localdate())
    return {
        (row.department_id, row.element, row.division): tuple(getattr(row, name) for name in COUNTS)
        for row in found
    }


def example(body: Callable[..., None]) -> Callable[..., None]:
    """Twenty examples, each undone before the next."""

    def run(world: World, steps: list[Any]) -> None:
        with transaction.atomic():
            body(world, steps)
            transaction.set_rollback(True)

    return settings(
        max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )(given(steps=st.lists(STEP, min_size=1, max_size=12))(run))


def _measured_again_as_in_full(world: World, steps: list[Any]) -> None:
    people = [world.person(COUNTIES[n % 3]) for n in range(5)]
    quality.measure()
    for number, (who, slug, code, which, days) in enumerate(steps):
        world.put(slug, people[who], {code: SAID[code][which]}, days_old=days)
        stewardship.settle(people[who], [code])
        moving.note_stale(COUNTIES[who % 3], [code])
        if number % 3 == 2:
            moving.sweep()
    moving.sweep()
    changed = rows()
    quality.measure()
    assert rows() == changed
    assert not Stale.objects.exists()


def _counties_sum_up(world: World, steps: list[Any]) -> None:
    """What the counties' rows sum up to, beside the same counted one by one in plain Python."""
    people = [world.person(COUNTIES[n % 3]) for n in range(5)]
    said: dict[tuple[int, str, str], tuple[str, int]] = {}
    for who, slug, code, which, days in steps:
        world.put(slug, people[who], {code: SAID[code][which]}, days_old=days)
        held = said.get((who, slug, code))
        if held is None or days <= held[1]:  # an older statement never replaces a newer one
            said[who, slug, code] = (SAID[code][which], days)
    quality.measure()
    for slug, code in product(SLUGS, CODES):
        mine = {who: v for (who, s, c), v in said.items() if (s, c) == (slug, code)}
        others = {who for (who, s, c) in said if c == code and s != slug}
        found = world.tally(slug, code)
        about = resources.element(code)
        values = Counter(value for value, _days in mine.values())
        assert found.filled == len(mine)
        assert found.fresh == sum(days < about.fresh_days for _value, days in mine.values())
        assert found.compared == len(mine.keys() & others)
        assert found.repeated == (sum(n for n in values.values() if n > 1) if about.unique else 0)
        if about.source == slug:
            known = {who for (who, _s, c) in said if c == code}
            assert found.share("complete") == Share(len(mine), 5 if about.everyone else len(known))


test_what_changed_measured_again_is_what_a_full_measure_finds = example(_measured_again_as_in_full)
test_counties_sum_up_to_what_is_there_counted_one_by_one = example(_counties_sum_up)


def test_a_correction_is_counted_at_once_and_leaves_its_mark(world: World, resident: Person) -> None:
    subject = resident.subject.id
    world.put("gongan", subject, {ADDRESS: HOME}, days_old=400)
    quality.measure()
    assert world.tally("gongan", ADDRESS).share("consistent") == Share(0, 0)
    row = stewardship.ask(resident.actor, subject, ADDRESS, OTHER, "去年搬的家")
    assert "quality.measure_stale" in run_due_jobs()
    assert world.tally("gongan", ADDRESS).share("consistent") == Share(0, 1)
    assert world.tally("gongan", ADDRESS).share("fresh") == Share(0, 1)
    stewardship.answer(
        world.stewards["gongan"].actor, "correction", row.id, "corrected", "已按租赁登记核对更正", OTHER
    )
    run_due_jobs()
    after = world.tally("gongan", ADDRESS)
    assert after.share("consistent") == Share(0, 0)
    assert (after.share("fresh"), after.corrected) == (Share(1, 1), 1)
    mark = Mark.objects.get()
    assert mark.before is not None
    assert mark.after is not None
    assert (mark.before["doubted"], mark.before["fresh"]) == (1, 0)
    assert (mark.after["doubted"], mark.after["fresh"], mark.after["corrected"]) == (0, 1, 1)


def test_a_correction_told_of_after_it_was_counted_has_the_counts_around_it_all_the_same(
    world: World, resident: Person
) -> None:
    """The change of the value is heard first and measured, the answer only then."""
    subject = resident.subject.id
    world.put("gongan", subject, {ADDRESS: HOME}, days_old=400)
    quality.measure()
    row = stewardship.ask(resident.actor, subject, ADDRESS, OTHER, "去年搬的家")
    run_due_jobs()
    stewardship.answer(
        world.stewards["gongan"].actor, "correction", row.id, "corrected", "已按租赁登记核对更正", OTHER
    )
    moving.note_stale(GULOU, [ADDRESS])
    moving.sweep()
    assert not Mark.objects.exists()
    run_due_jobs()
    mark = Mark.objects.get()
    assert mark.before is not None
    assert mark.after is not None
    assert (mark.before["doubted"], mark.after["doubted"]) == (1, 0)


def test_a_disagreement_put_right_counts_for_the_department_that_had_differed(world: World) -> None:
    one = world.person()
    world.put("gongan", one, {ADDRESS: HOME}, days_old=2)
    world.put("minzheng", one, {ADDRESS: OTHER}, days_old=9)
    run_due_jobs()
    assert world.tally("minzheng", ADDRESS).share("consistent") == Share(0, 1)
    row = stewardship.Discrepancy.objects.get()
    stewardship.answer(
        world.stewards["minzheng"].actor, "discrepancy", row.id, "corrected", "已核对户籍登记", HOME
    )
    run_due_jobs()
    after = world.tally("minzheng", ADDRESS)
    assert (after.share("consistent"), after.corrected, after.closed) == (Share(1, 1), 1, 1)


def test_many_changes_wait_for_one_sweep_and_a_long_one_is_followed_by_rest(world: World) -> None:
    for code in (ADDRESS, PHONE, ADDRESS):
        moving.note_stale(GULOU, [code, "no.such"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs "
            "WHERE task_name = 'quality.measure_stale' AND status = 'todo'"
        )
        assert cursor.fetchone() == (1,)
    assert Stale.objects.count() == 2
    assert moving._rest() == 2
    Run.objects.create(kind="changed", day=timezone.localdate(), cells=1, values=1, seconds=30)
    assert moving._rest() == 150
    Run.objects.create(kind="changed", day=timezone.localdate(), cells=1, values=1, seconds=3000)
    assert moving._rest() == moving.LONGEST_REST
