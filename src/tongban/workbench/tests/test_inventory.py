"""The desk's pages of the inventory."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from tongban.inventory import service as inventory
from tongban.inventory.models import Entry, Ruling
from tongban.inventory.tests.conftest import described, entry, live, world  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
HOME = "/work/inventory/"
FORM = {
    "name": "租赁备案人员", "abstract": "办理租赁备案时登记的承租人信息", "format": "database",
    "items": "姓名 | 字符型 | person.name\n房屋坐落", "sharing": "conditional",
    "sharing_basis": "说明依据、场景和范围", "ways": ["query"], "opening": "none",
    "opening_basis": "《个人信息保护法》第十三条", "cycle": "monthly", "related": "", "front": "",
}  # fmt: skip

ITEMS = tuple(inventory.ItemIn(name, "C") for name in ("姓名", "住址", "电话", "单位"))


def page_of(person, path, **data):
    response = person.client.get(path, data)
    assert response.status_code == 200
    return response.content.decode()


def test_drafts_are_generated_listed_and_exported(world):  # noqa: F811
    assert "没有这样的条目" in page_of(world.office, HOME)
    assert world.office.client.post(f"{HOME}generate/").status_code == 302
    page = page_of(world.office, HOME)
    assert "新建 2 个草稿" in page
    assert "常住人口登记" in page
    assert "婚姻登记" not in page_of(world.gongan, HOME)
    assert "婚姻登记" not in page_of(world.office, HOME, department="gongan")
    assert "常住人口登记" not in page_of(world.office, HOME, q="person.marital_status", state="draft")
    text = b"".join(world.office.client.get(f"{HOME}inventory.csv", {"q": "常住"}).streaming_content)
    head, row = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    assert head[1:4] == ["信息资源名称", "信息资源代码", "信息资源提供方"]
    assert row[1:4] == ["常住人口登记", "101001/000001", "福建省公安厅"]


def test_a_page_for_each_act_from_draft_to_withdrawal(world, entry):  # noqa: F811
    path = f"{HOME}{entry.id}/"
    assert world.gongan.client.post(path, FORM | {"act": "save", "name": ""}).status_code == 422
    wrong = world.gongan.client.post(path, FORM | {"act": "save", "sharing": "none", "sharing_basis": "不便"})
    assert "名称用书名号" in wrong.content.decode()
    assert world.gongan.client.post(path, FORM | {"act": "save"}).status_code == 302
    entry.refresh_from_db()
    assert entry.code.startswith("335001/")
    assert "和数据源不同的地方" in page_of(world.gongan, path)
    assert world.gongan.client.post(path, {"act": "take"}).status_code == 422
    assert world.gongan.client.post(path, {"act": "take", "fields": ["name"]}).status_code == 302
    rest = [one.field for one in inventory.differences(entry)]
    assert world.gongan.client.post(path, {"act": "keep", "fields": rest}).status_code == 302
    assert world.office.client.post(path, FORM | {"act": "save"}).status_code == 403
    assert world.gongan.client.post(path, {"act": "submit"}).status_code == 302
    assert "等待数据管理部门的另一位同事审核" in page_of(world.gongan, path)
    assert world.gongan.client.post(path, {"act": "publish"}).status_code == 403
    assert world.supervisor.client.post(path, {"act": "back"}).status_code == 422
    assert world.supervisor.client.post(path, {"act": "publish"}).status_code == 302
    assert world.supervisor.client.post(path, {"act": "publish"}).status_code == 409
    page = page_of(world.gongan, path)
    assert "查看公开页面" in page
    assert 'name="front"' not in page
    assert world.gongan.client.post(path, FORM | {"act": "save", "name": "又改了"}).status_code == 302
    assert world.gongan.client.post(path, {"act": "discard"}).status_code == 302
    assert world.gongan.client.post(path, {"act": "withdraw"}).status_code == 422
    assert world.gongan.client.post(path, {"act": "withdraw", "words": "不再登记"}).status_code == 302
    assert "撤回的原因：不再登记" in page_of(world.gongan, path)
    assert world.gongan.client.post(path, {"act": "burn"}).status_code == 400


def test_who_may_see_what(world, entry):  # noqa: F811
    path = f"{HOME}{entry.id}/"
    for person, status in (
        (world.gongan, 200), (world.office, 200), (world.supervisor, 200), (world.minzheng, 403),
        (world.clerk, 403),
    ):  # fmt: skip
        assert person.client.get(path).status_code == status
    rest = ("monitor/", "duplicates/", "lineage/", "lineage/person.name/", "inventory.csv", "")
    for part in rest:
        assert world.clerk.client.get(HOME + part).status_code == 403
        assert world.supervisor.client.get(HOME + part).status_code == 200
    assert world.supervisor.client.get(f"{HOME}new/").status_code == 403
    assert world.supervisor.client.post(f"{HOME}generate/").status_code == 403
    assert world.gongan.client.get(f"{HOME}generate/").status_code == 405


def test_an_entry_is_drafted_by_hand_for_ones_own_department(world):  # noqa: F811
    assert "福建省民政厅" not in page_of(world.gongan, f"{HOME}new/")
    assert world.gongan.client.post(f"{HOME}new/", FORM).status_code == 422  # no department
    other = FORM | {"department": str(world.civil.id)}
    assert world.gongan.client.post(f"{HOME}new/", other).status_code == 422
    wrong = FORM | {"department": str(world.police.id), "items": "姓名 | 怪型"}
    assert "没有数据类型“怪型”" in world.gongan.client.post(f"{HOME}new/", wrong).content.decode()
    given = FORM | {"department": str(world.police.id), "front": "209001"}
    assert world.gongan.client.post(f"{HOME}new/", given).status_code == 302
    assert Entry.objects.get().code == "209001/000001"


def test_the_monitor_shows_late_sources_first(world, entry):  # noqa: F811
    for source, days in ((world.renkou, 0.5), (world.hunyin, 30)):
        source.last_received = timezone.now() - timedelta(days=days)
        source.save()
    page = page_of(world.office, f"{HOME}monitor/")
    assert page.index("婚姻登记") < page.index("常住人口登记")
    assert "已晚 23 天" in page
    assert "逾期未更新 1" in page


def test_duplicates_are_shown_and_decided(world):  # noqa: F811
    path = f"{HOME}duplicates/"
    assert "2 处重复，2 处等待决定" in page_of(world.office, path)
    assert "作出决定" not in page_of(world.minzheng, path)
    given = {"kind": "element", "key": "person.address", "department": str(world.civil.id),
             "outcome": "stop", "reason": "改用公安的地址"}  # fmt: skip
    refused = world.office.client.post(path, given | {"reason": "短"})
    assert refused.status_code == 422
    kept = refused.content.decode()
    assert 'value="短"' in kept
    assert kept.count('class="govuk-details" open') == 1
    assert world.office.client.post(path, given | {"key": "person.shoe"}).status_code == 409
    assert world.office.client.post(path, given | {"department": "x"}).status_code == 400
    assert world.minzheng.client.post(path, given).status_code == 403
    assert world.office.client.post(path, given).status_code == 302
    assert Ruling.objects.get().by_id == world.office.account.id
    assert "决定停止，仍在采集" in page_of(world.minzheng, path, kind="element")


def test_lineage_is_drawn_and_told_in_tables(world):  # noqa: F811
    assert "现居住地址（2）" in page_of(world.office, f"{HOME}lineage/")
    page = page_of(world.office, f"{HOME}lineage/person.address/")
    assert 'role="img"' in page
    assert "style=" not in page.split("<svg", 1)[1].split("</svg>")[0]
    assert page.count("核对部门") >= 2  # in the drawing and in the table
    assert world.office.client.get(f"{HOME}lineage/person.shoe/").status_code == 404


def test_formulas_do_not_leave_as_such(world):  # noqa: F811
    inventory.create(world.gongan.actor, world.police.id, described(name="=SUM(A1)"))
    text = b"".join(world.gongan.client.get(f"{HOME}inventory.csv").streaming_content).decode()
    assert "'=SUM(A1)" in text


def test_a_department_has_no_way_into_anothers_draft(world):  # noqa: F811
    mine = inventory.create(world.gongan.actor, world.police.id, described(items=ITEMS, name="公安的人员"))
    other = inventory.create(world.minzheng.actor, world.civil.id, described(items=ITEMS, name="民政的人员"))
    page = page_of(world.gongan, f"{HOME}duplicates/", kind="entries")
    assert f"{HOME}{mine.id}/" in page
    assert "民政的人员" in page
    assert f"{HOME}{other.id}/" not in page
    assert f"{HOME}{other.id}/" in page_of(world.office, f"{HOME}duplicates/", kind="entries")
