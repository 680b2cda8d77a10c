"""Late sources, duplicates with their decisions, and lineage."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tongban.cases.tests.conftest import item, make_item  # noqa: F401  (fixtures)
from tongban.inventory import service as inventory
from tongban.inventory.models import Ruling
from tongban.inventory.tasks import tell_of_late_sources
from tongban.inventory.tests.conftest import described
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.notices.models import Notice
from tongban.resources import service as resources

pytestmark = pytest.mark.django_db


def received(source, **ago):
    source.last_received = timezone.now() - timedelta(**ago)
    source.save()


def test_late_sources_come_first_to_whom_they_concern(world, entry):
    received(world.renkou, hours=20)
    received(world.hunyin, days=20)
    found = inventory.monitor(world.supervisor.actor)
    assert [(one.source.slug, one.light) for one in found] == [("hunyin", "red"), ("renkou", "green")]
    assert found[0].late_days == 13
    assert found[1].entry == entry
    assert [one.source.slug for one in inventory.monitor(world.gongan.actor)] == ["renkou"]


def test_the_public_promise_counts_and_not_what_the_source_says(world, live):
    received(world.renkou, days=8)
    assert inventory.monitor(world.gongan.actor)[0].light == "red"  # daily
    inventory.edit(world.gongan.actor, live.id, described(cycle="tendays"))
    assert inventory.monitor(world.gongan.actor)[0].light == "red"  # a draft promises nothing
    inventory.submit(world.gongan.actor, live.id)
    inventory.review(world.office.actor, live.id, publish=True)
    found = inventory.monitor(world.gongan.actor)[0]
    assert (found.light, found.cycle_words, found.late) == ("green", "每旬", None)
    received(world.hunyin, hours=1)
    assert inventory.tell_late() == 0


def test_departments_that_are_told_of_changes_use_the_element(world, settings):
    settings.SUBSCRIBERS = ["https://data.example.gov.cn"]
    resources.subscribe(
        world.minzheng.actor, world.civil.id, "住址变化", ["person.address"], "https://data.example.gov.cn/x"
    )
    kinds = {kind: users for kind, _label, users in inventory.users_of("person.address")}
    assert [one.name for one in kinds["subscriptions"]] == ["省民政厅：住址变化"]
    assert "subscriptions" not in {kind for kind, _label, _users in inventory.users_of("person.sex")}


def test_stewards_are_told_once_per_lateness(world):
    received(world.renkou, hours=1)
    received(world.hunyin, days=10)
    assert inventory.tell_late() == 1
    tell_of_late_sources(0)
    told = Notice.objects.filter(kind="inventory.late")
    assert [one.account_id for one in told] == [world.minzheng.account.id]
    received(world.hunyin, days=15)
    inventory.tell_late()
    inventory.tell_late()
    assert told.filter(account_id=world.minzheng.account.id).count() == 2  # it came, and is late again
    assert told.filter(account_id=world.office.account.id).count() == 1  # a whole turn is missing
    assert not told.filter(account_id=world.gongan.account.id).exists()


def test_a_source_that_never_came_is_not_late_in_its_first_turn(world):
    assert inventory.tell_late() == 0
    assert inventory.tell_late(timezone.now() + timedelta(days=3)) == 1  # the daily one


def test_an_element_of_two_departments_is_found_and_decided(world):
    found = inventory.duplicates(world.office.actor, kind="element")
    assert [(one.key, one.source, one.department) for one in found] == [
        ("person.name", world.police, world.civil), ("person.address", world.police, world.civil),
    ]  # fmt: skip
    assert len(inventory.duplicates(world.minzheng.actor)) == 2
    given = ("element", "person.address", world.civil.id)
    for stranger in (world.gongan, world.minzheng, world.clerk):
        with pytest.raises(Forbidden):
            inventory.rule(stranger.actor, *given, "stop", "改用公安的地址")
    with pytest.raises(Invalid):
        inventory.rule(world.office.actor, *given, "stop", "短")
    with pytest.raises(Invalid):
        inventory.rule(world.office.actor, *given, "burn", "改用公安的地址")
    one = inventory.rule(world.office.actor, *given, "checker", "婚姻登记时核对住址")
    assert inventory.rule(world.office.actor, *given, "checker", "婚姻登记时核对住址") == one
    two = inventory.rule(world.supervisor.actor, *given, "stop", "改用公安的地址")
    assert Ruling.objects.get(ended_at=None) == two
    assert Notice.objects.filter(kind="inventory.ruled", account_id=world.minzheng.account.id).count() == 2
    last = inventory.duplicates(world.office.actor)[-1]
    assert last.ruling == two
    assert last.ignored
    assert [d.key for d in inventory.duplicates(world.office.actor, undecided=True)] == ["person.name"]
    world.hunyin.mapping = {"婚姻": "person.marital_status"}
    world.hunyin.save()
    with pytest.raises(Conflict):
        inventory.rule(world.office.actor, *given, "stop", "还要再停一次吗")


def test_entries_with_the_same_items_are_found_and_decided(world, entry):
    items = ("姓名", "person.name"), ("性别", "person.sex"), ("手机号", "person.phone"), ("合同号", "")
    given = described(items=tuple(inventory.ItemIn(name, "C", code) for name, code in items))
    other = inventory.create(world.minzheng.actor, world.civil.id, given)
    (one,) = inventory.duplicates(world.office.actor, kind="entries")
    assert (one.share, one.department) == (75, world.civil)
    assert one.common == ("姓名", "性别", "手机号码")
    assert [e for e, _name in one.entries] == [entry.id, other.id]
    inventory.rule(world.office.actor, "entries", one.key, world.civil.id, "stop", "改用公安的人口信息")
    fewer = described(items=tuple(inventory.ItemIn(name, "C", code) for name, code in items[2:]))
    inventory.edit(world.minzheng.actor, other.id, fewer)
    assert inventory.duplicates(world.office.actor, kind="entries") == []


def test_lineage_goes_from_sources_to_users(world, item):  # noqa: F811
    found = inventory.lineage("person.address")
    assert [(f.slug, f.column) for f in found.feeds] == [("renkou", "ZZ"), ("hunyin", "住址")]
    assert found.source == world.police
    assert [d.id for d in found.holders] == [world.police.id, world.civil.id]
    inventory.register_user("test", "测试", lambda _code: [inventory.User("甲", "/x/")] * 9)
    try:
        found = inventory.lineage("person.address")
        assert ("test", "测试", (inventory.User("甲", "/x/"),) * 9) in found.users
        picture = inventory.draw(found)
        assert "另有" in picture.boxes[-1].name
        assert len(picture.boxes) == 2 + 2 + 1 + 6
        assert len(picture.lines) == 2 + 2 + 6
        assert sum(line.weak for line in picture.lines) == 2
        assert all(0 <= b.x < picture.width and 0 <= b.y < picture.height for b in picture.boxes)
    finally:
        from tongban.inventory import users

        users._PROVIDERS.pop("test")
    with pytest.raises(NotFound):
        inventory.lineage("person.shoe")


def test_items_whose_forms_prefill_an_element_are_its_users(item):  # noqa: F811
    from tongban.items import service as items

    form = items.version(items.in_force()[0]).form
    codes = {p["x-element"] for p in form["schema"]["properties"].values() if "x-element" in p}
    assert codes
    for code in codes:
        kinds = {kind: users for kind, _label, users in inventory.users_of(code)}
        assert kinds["items"]


def test_elements_nobody_sends_still_have_a_lineage(world):
    found = inventory.lineage("person.email")
    assert found.feeds == ()
    assert inventory.draw(found).boxes
