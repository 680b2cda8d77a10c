"""The catalogue of resources, told by a browser: a steward has an entry proposed and makes it exact,
another person publishes it, anybody finds it; lineage is drawn, a duplicate is named and decided."""

import pytest
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, apart, load

from tongban.demo import inventory, loading, sources
from tongban.kit.actors import SYSTEM
from tongban.organisations import service as organisations
from tongban.resources import service as resources

NAME, BETTER = "特种设备使用单位", "在用特种设备的使用单位和联系方式，登记和变更当日更新。"


class InventoryStory(Story):
    name = "inventory"


@pytest.fixture
def province(transactional_db: None) -> None:
    def put() -> None:
        load("residence-permit")
        for piece in (*sources.pieces(), *inventory.pieces()):
            loading.do(piece)
        market = organisations.department_by_code("shichang")
        resources.ensure_source(
            SYSTEM, "tezhong", NAME, market.id, way="file", cycle="daily", kind="legal",
            mapping={"单位": "legal.name", "地址": "legal.address", "联系人": "legal.representative"},
        )  # fmt: skip

    apart(put)


def propose(story: Story) -> None:
    """The department's steward has the entry proposed, makes the abstract exact and hands it in."""
    page = story.staff("shichang-steward")
    page.goto("/work/inventory/")
    page.get_by_role("button", name="从数据源生成草稿").click()
    expect(page.get_by_text("新建 1 个草稿")).to_be_visible()
    story.seen(page, "list")
    page.get_by_role("link", name=NAME).click()
    story.seen(page, "draft")
    page.locator("summary", has_text="修改条目").click()
    page.locator("[name=items]").fill("单位名称 | 怪型")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("没有数据类型")
    story.seen(page, "refused")
    page.locator("[name=items]").fill(
        "统一社会信用代码 | 字符型 | legal.uscc\n名称 | 字符型 | legal.name\n设备台数 | 数值型"
    )
    page.locator("[name=abstract]").fill(BETTER)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("和数据源不同的地方").first).to_be_visible()
    story.seen(page, "edited")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("等待数据管理部门的另一位同事审核")).to_be_visible()


def publish(story: Story) -> None:
    """Somebody of the data office does not get by without a reason, then publishes."""
    page = story.staff("supervisor")
    page.goto("/work/inventory/?state=in_review")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name="退回").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    story.seen(page, "review")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("link", name="查看公开页面")).to_be_visible()
    page.goto("/work/inventory/monitor/")
    expect(page.get_by_text("已晚").first).to_be_visible()
    story.seen(page, "monitor")


def find(story: Story) -> None:
    """Anybody finds it, without signing in."""
    page = story.page
    page.goto("/catalogue/")
    story.seen(page, "public")
    page.locator("main [name=q]").fill("特种设备")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_text(BETTER)).to_be_visible()
    story.seen(page, "public-entry")


def decide(story: Story) -> None:
    """The data office follows an element from sources to users, and decides who stops collecting it."""
    page = story.staff("steward")
    page.goto("/work/inventory/lineage/")
    story.seen(page, "elements")
    page.get_by_role("link", name="现居住地址").first.click()
    expect(page.locator("svg[role=img]")).to_be_visible()
    expect(page.get_by_text("采用值以福建省公安厅为准")).to_be_visible()
    story.seen(page, "lineage")
    page.goto("/work/inventory/duplicates/?kind=entries")
    expect(page.get_by_text("住房租赁备案人员").first).to_be_visible()
    row = page.locator("li", has_text="住房租赁备案人员").last
    row.locator("summary").click()
    row.get_by_role("button", name="记录决定").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    row = page.locator("li", has_text="住房租赁备案人员").last
    row.locator("[name=outcome]").select_option("stop")
    row.locator("[name=reason]").fill("改用公安厅的常住人口登记")
    story.seen(page, "duplicate")
    row.get_by_role("button", name="记录决定").click()
    expect(page.get_by_text("决定停止，仍在采集").first).to_be_visible()
    story.seen(page, "decided")


def test_an_entry_from_a_source_to_the_public_and_a_duplicate_decided(  # noqa: PLR0917
    province: None, page: Page, visitor: object, shot: Shot, axe: Check, live_server: object
) -> None:
    story = InventoryStory(page, visitor, shot, axe, live_server.url)  # type: ignore[arg-type,attr-defined]
    propose(story)
    publish(story)
    find(story)
    decide(story)
