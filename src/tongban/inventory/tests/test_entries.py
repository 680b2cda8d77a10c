"""Entries: generated from sources, edited by their department, published by another person."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tongban.inventory import service as inventory
from tongban.inventory.models import Entry, State, Version
from tongban.inventory.reviewing import described as described_of
from tongban.inventory.tests.conftest import described
from tongban.kit.errors import Conflict, Forbidden, Invalid
from tongban.notices.models import Notice
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db


def fields(error):
    return {p.field for p in error.value.problems}


def test_sources_become_drafts_with_code_items_and_basis(world, entry):
    version = inventory.newest(entry)
    assert entry.code == "101001/000001"
    assert version.state == State.DRAFT
    assert [i["element"] for i in version.items] == [
        "person.id_number", "person.name", "person.sex", "person.address", "person.phone",
    ]  # fmt: skip
    assert version.sharing == "conditional"  # a phone is sensitive
    assert "《个人信息保护法》" in version.sharing_basis
    assert version.opening == "none"
    assert version.cycle == "daily"
    assert inventory.classification(entry) == "基础信息资源 / 人口信息 / 户籍和身份"
    married = Entry.objects.get(source=world.hunyin)
    assert married.code == "101002/000001"


def test_generating_again_changes_nothing(world, entry):
    before = list(Version.objects.order_by("id").values())
    again = inventory.generate_entries(world.office.actor)
    assert (again.made, again.updated, again.offered, again.same) == (0, 0, 0, 2)
    assert list(Version.objects.order_by("id").values()) == before


def test_a_department_generates_only_its_own(world):
    assert inventory.generate_entries(world.gongan.actor).made == 1
    with pytest.raises(Forbidden):
        inventory.generate_entries(world.clerk.actor)


def test_untouched_fields_follow_the_source_and_a_persons_stay(world, entry):
    mine = described_of(inventory.newest(entry))
    inventory.edit(world.gongan.actor, entry.id, replace(mine, abstract="由派出所登记的常住人口"))
    world.renkou.cycle, world.renkou.name = "weekly", "常住人口"
    world.renkou.save()
    assert inventory.generate_entries(world.office.actor).updated == 1
    version = inventory.newest(Entry.objects.get(pk=entry.id))
    assert (version.cycle, version.name) == ("weekly", "常住人口")
    assert version.abstract == "由派出所登记的常住人口"
    entry.refresh_from_db()
    shown = inventory.differences(entry)
    assert [one.field for one in shown] == ["abstract"]
    assert "每周更新" in shown[0].offered


def test_what_is_published_is_never_overwritten_only_offered(world, live):
    world.renkou.cycle = "monthly"
    world.renkou.save()
    assert inventory.generate_entries(world.office.actor).offered == 1
    live.refresh_from_db()
    assert inventory.published(live.slug).cycle == "daily"
    assert {one.field for one in inventory.differences(live)} == {"cycle", "abstract"}
    with pytest.raises(Forbidden):
        inventory.settle(world.minzheng.actor, live.id, ["cycle"], take=True)
    version = inventory.settle(world.gongan.actor, live.id, ["cycle"], take=True)
    assert (version.number, version.state, version.cycle) == (2, State.DRAFT, "monthly")
    inventory.settle(world.gongan.actor, live.id, ["abstract"], take=False)
    live.refresh_from_db()
    assert inventory.differences(live) == []
    with pytest.raises(Invalid):
        inventory.settle(world.gongan.actor, live.id, ["cycle"], take=True)


def test_the_department_edits_and_another_person_of_the_data_office_publishes(world, entry):
    given = described_of(inventory.newest(entry))
    for stranger in (world.office, world.minzheng, world.supervisor, world.clerk):
        with pytest.raises(Forbidden):
            inventory.edit(stranger.actor, entry.id, given)
        with pytest.raises(Forbidden):
            inventory.submit(stranger.actor, entry.id)
    inventory.submit(world.gongan.actor, entry.id)
    with pytest.raises(Conflict):
        inventory.edit(world.gongan.actor, entry.id, given)
    with pytest.raises(Forbidden):
        inventory.review(world.gongan.actor, entry.id, publish=True)
    with pytest.raises(Invalid):
        inventory.review(world.supervisor.actor, entry.id, publish=False)
    inventory.review(world.supervisor.actor, entry.id, publish=False, opinion="摘要写明范围")
    assert inventory.newest(entry).state == State.DRAFT
    inventory.submit(world.gongan.actor, entry.id)
    done = inventory.review(world.office.actor, entry.id, publish=True)
    assert done.state == State.PUBLISHED
    with pytest.raises(Conflict):
        inventory.review(world.office.actor, entry.id, publish=True)
    acts = [row.action for row in trace.rows(world.office.actor, f"inventory:{entry.id}")]
    assert acts == [
        "inventory.proposed", "inventory.submitted", "inventory.sent_back", "inventory.submitted",
        "inventory.published",
    ]  # fmt: skip
    kinds = set(Notice.objects.filter(account_id=world.gongan.account.id).values_list("title", flat=True))
    assert kinds == {"目录条目已发布", "目录条目被退回"}
    assert Notice.objects.filter(account_id=world.office.account.id, kind="inventory.submitted").exists()


def test_the_data_offices_own_entries_need_a_second_person(world):
    row = inventory.create(world.office.actor, world.data.id, described())
    inventory.submit(world.office.actor, row.id)
    with pytest.raises(Forbidden) as refused:
        inventory.review(world.office.actor, row.id, publish=True)
    assert refused.value.code == "own_work"
    version = inventory.newest(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(reviewer=version.submitter_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(state="published")
    inventory.review(world.supervisor.actor, row.id, publish=True)


def test_codes_go_on_and_move_only_before_publication(world, live):
    one = inventory.create(world.minzheng.actor, world.civil.id, described())
    two = inventory.create(world.minzheng.actor, world.civil.id, described(name="另一项"))
    assert (one.code, two.code) == ("335001/000001", "335001/000002")
    police = inventory.create(world.gongan.actor, world.police.id, described())
    assert police.code == "335002/000001"
    inventory.edit(world.minzheng.actor, one.id, described(), front="201001")
    one.refresh_from_db()
    assert one.code == "201001/000001"
    three = inventory.create(world.minzheng.actor, world.civil.id, described())
    assert three.code == "335001/000003"
    with pytest.raises(Conflict):
        inventory.edit(world.gongan.actor, live.id, described(), front="201001")
    with pytest.raises(Invalid):
        inventory.create(world.minzheng.actor, world.civil.id, described(), front="999999")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "x"}, "name"), ({"name": "字" * 51}, "name"), ({"abstract": "字" * 257}, "abstract"),
        ({"format": "paper"}, "format"), ({"sharing": "maybe"}, "sharing"), ({"cycle": "hourly"}, "cycle"),
        ({"sharing": "none", "sharing_basis": "不方便"}, "sharing_basis"),
        ({"sharing_basis": ""}, "sharing_basis"), ({"opening_basis": "x" * 301}, "opening_basis"),
        ({"ways": ()}, "ways"), ({"ways": ("fax",)}, "ways"), ({"items": ()}, "items"),
        ({"items": (inventory.ItemIn("姓名", "C", "person.shoe"),)}, "items"),
        ({"items": (inventory.ItemIn("姓名", "X"),)}, "items"),
        ({"items": (inventory.ItemIn("姓名", "C"), inventory.ItemIn("姓名", "C"))}, "items"),
        ({"items": (inventory.ItemIn("", "C"),)}, "items"), ({"related": ("101001/000009",)}, "related"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(world, more, field):
    with pytest.raises(Invalid) as refused:
        inventory.create(world.gongan.actor, world.police.id, described(**more))
    assert field in fields(refused)


def test_withdrawn_says_why_and_may_come_back(world, live):
    with pytest.raises(Invalid):
        inventory.withdraw(world.gongan.actor, live.id, " ")
    with pytest.raises(Forbidden):
        inventory.withdraw(world.minzheng.actor, live.id, "不再维护")
    inventory.withdraw(world.gongan.actor, live.id, "改由另一系统登记")
    with pytest.raises(inventory.Withdrawn) as gone:
        inventory.published(live.slug)
    assert "改由另一系统登记" in gone.value.message
    assert inventory.search().page.paginator.count == 0
    inventory.edit(world.gongan.actor, live.id, described())
    inventory.submit(world.gongan.actor, live.id)
    inventory.review(world.office.actor, live.id, publish=True)
    assert inventory.published(live.slug).number == 2


def test_a_draft_beside_what_is_published_may_be_given_up(world, live):
    inventory.edit(world.gongan.actor, live.id, described(name="改名"))
    assert inventory.published(live.slug).name == "常住人口登记"
    inventory.discard(world.gongan.actor, live.id)
    assert inventory.newest(live).name == "常住人口登记"
    with pytest.raises(Conflict):
        inventory.discard(world.gongan.actor, live.id)


def test_search_narrows_and_counts(world, live):
    row = inventory.create(world.minzheng.actor, world.civil.id, described())
    inventory.submit(world.minzheng.actor, row.id)
    inventory.review(world.office.actor, row.id, publish=True)
    assert inventory.search().page.paginator.count == 2
    assert inventory.search("房屋坐落").page[0].entry_id == row.id
    assert inventory.search("常住 person.phone").page[0].entry_id == live.id
    assert inventory.search(live.code).page.paginator.count == 1
    assert inventory.search("", {"class": "3"}).page[0].entry_id == row.id
    found = inventory.search("", {"department": "gongan", "sharing": "conditional"})
    assert found.page[0].entry_id == live.id
    assert [(c.value, c.count) for c in found.facets["class"]] == [("1", 1), ("3", 1)]
    assert inventory.search("\x00没有").page.paginator.count == 0


def test_items_are_read_as_they_are_written():
    text = "姓名 | 字符型 | person.name\n\n余额｜货币型\n备注"
    read = inventory.items_of(text)
    assert [(i.name, i.type, i.element) for i in read] == [
        ("姓名", "C", "person.name"), ("余额", "Y", ""), ("备注", "C", ""),
    ]  # fmt: skip
    again = inventory.lines_of([{"name": i.name, "type": i.type, "element": i.element} for i in read])
    assert inventory.items_of(again) == read
