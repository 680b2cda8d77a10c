"""The public catalogue of information resources."""

import csv
import io

import pytest

from tongban.inventory import service as inventory
from tongban.inventory.tests.conftest import described, entry, live, world  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


def test_anybody_searches_what_is_published(client, world, live):  # noqa: F811
    page = client.get("/catalogue/").content.decode()
    assert "常住人口登记" in page
    assert "婚姻登记" not in page  # a draft
    assert "基础信息资源（1）" in page
    assert "常住人口登记" not in client.get("/catalogue/", {"q": "没有的词"}).content.decode()
    assert "常住人口登记" not in client.get("/catalogue/", {"class": "3"}).content.decode()
    assert client.get("/catalogue/", {"q": "\x00", "page": "x", "sharing": "?"}).status_code == 200


def test_an_entry_has_the_guides_metadata(client, live):  # noqa: F811
    page = client.get(f"/catalogue/{live.slug}/").content.decode()
    for words in ("101001/000001", "福建省公安厅", "有条件共享", "不予开放", "每日", "手机号码", "第 1 版"):
        assert words in page
    assert client.get("/catalogue/999999-000001/").status_code == 404


def test_drafts_are_not_there_and_withdrawn_say_why(client, world, entry):  # noqa: F811
    assert client.get(f"/catalogue/{entry.slug}/").status_code == 404
    inventory.submit(world.gongan.actor, entry.id)
    inventory.review(world.office.actor, entry.id, publish=True)
    inventory.withdraw(world.office.actor, entry.id, "登记有误")
    gone = client.get(f"/catalogue/{entry.slug}/")
    assert gone.status_code == 410
    assert "登记有误" in gone.content.decode()


def test_related_entries_are_linked(client, world, live):  # noqa: F811
    row = inventory.create(world.minzheng.actor, world.civil.id, described(related=(live.code,)))
    inventory.submit(world.minzheng.actor, row.id)
    inventory.review(world.office.actor, row.id, publish=True)
    assert f"/catalogue/{live.slug}/" in client.get(f"/catalogue/{row.slug}/").content.decode()


def test_the_catalogue_is_a_table(client, live):  # noqa: F811
    response = client.get("/catalogue/catalogue.csv")
    assert response["Content-Type"].startswith("text/csv")
    head, row = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert len(head) == len(row) == 16
    assert row[2] == live.code
    assert len(client.get("/catalogue/catalogue.csv", {"q": "没有"}).content.decode().splitlines()) == 1
