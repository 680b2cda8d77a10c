"""A department's database, told by a browser: connected, a table chosen, the mapping tried, read at once."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, run_jobs

from tongban.conftest import staff_with  # noqa: F401  (fixture)
from tongban.resources.tests.conftest import (  # noqa: F401  (fixtures)
    department_database,
    sources,
    steward,
    theirs,
)
from tongban.resources.tests.department_database import Department

HOME = "/work/sources/huji/"


class DatabaseStory(Story):
    name = "database"


@pytest.fixture
def keeper(transactional_db: None, steward: Any, sources: dict[str, Any], staff_with: Any) -> Any:  # noqa: F811
    """The session of a steward of the department."""
    return staff_with("steward", sources["gongan"]).client.cookies["sessionid"].value


def connect(story: Story, given: Any) -> None:
    """A host that is not listed and a wrong password are refused in plain words; then it is connected."""
    page = story.page
    page.goto(HOME)
    story.seen(page, "not-linked")
    page.get_by_role("button", name="填写连接，选择表").click()
    for name in ("port", "database", "user"):
        page.locator(f"[name={name}]").fill(str(getattr(given, name)))
    page.locator("[name=tls]").select_option(given.tls)
    page.locator("[name=host]").fill("10.255.0.1")
    page.locator("[name=password]").fill("wrong")
    page.get_by_role("button", name="试连并保存").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("只能读取运维人员列出的数据库")
    story.seen(page, "not-listed")
    page.locator("[name=host]").fill(given.host)
    page.locator("[name=password]").fill("wrong")
    page.get_by_role("button", name="试连并保存").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("用户名或密码不对")
    page.locator("[name=password]").fill(given.password)
    page.get_by_role("button", name="试连并保存").click()
    expect(page.get_by_text("已连上，连接已保存")).to_be_visible()
    story.seen(page, "connected")


def choose(story: Story) -> None:
    """The table, its key and the column of the last change, from what is there."""
    page = story.page
    page.locator("[name=table]").select_option("public.户籍; 人")
    page.get_by_role("button", name="选这张表").click()
    page.locator("[name=key]").select_option("id")
    page.locator("[name=moment]").select_option("gxsj")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已选定，可以试读")).to_be_visible()
    story.seen(page, "chosen")
    page.get_by_role("link", name="写明各列对应什么，试读").click()
    page.get_by_role("button", name="从表里试读 2000 行").click()
    expect(page.get_by_text("读了 4 行：3 行可以采用，1 行要修正")).to_be_visible()
    story.seen(page, "tried")


def read(story: Story, given: Department) -> None:
    """Read now; what is wrong waits. The next reading fails because the table is gone, and says so."""
    page = story.page
    page.goto(HOME)
    page.get_by_role("button", name="立即读取").click()
    run_jobs()
    page.reload()
    expect(page.get_by_text("读取 4 = 入库 3 + 待修正 1，没有一行丢失。")).to_be_visible()
    story.seen(page, "read")
    given.admin.execute('DROP TABLE "户籍; 人"')
    page.goto(HOME)
    page.get_by_role("button", name="立即读取").click()
    run_jobs()
    page.reload()
    expect(page.get_by_text("表 户籍; 人 已不存在")).to_be_visible()
    story.seen(page, "gone")
    page.goto(f"{HOME}database/")
    expect(page.get_by_text("连续 1 次没有读成")).to_be_visible()
    story.seen(page, "failing")
    page.goto(HOME)
    story.seen(page, "source")


def test_a_database_is_connected_tried_and_read(  # noqa: PLR0917
    keeper: str, theirs: Department, page: Page, visitor: object, shot: Shot, axe: Check, live_server: Any  # noqa: F811
) -> None:  # fmt: skip
    for n in range(3):
        theirs.put(n)
    theirs.put(3, number="123")
    page.context.add_cookies([{"name": "sessionid", "value": keeper, "url": live_server.url}])
    story = DatabaseStory(page, visitor, shot, axe, live_server.url)  # type: ignore[arg-type]
    connect(story, theirs.given)
    choose(story)
    read(story, theirs)
