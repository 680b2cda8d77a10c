"""Searching told by a browser: everyday words, suggestions, wrong characters, first letters, a place, a hall.

Somebody in Xiamen wants to open a restaurant. She types as she speaks, narrows to her county, sees the
nearest hall, and lets her phone say where she is; another visitor does the same without scripts.
"""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect
from telling import Check, Shot, Story, apart

from tongban.demo import catalogue, loading
from tongban.items import service as items

FOOD = "食品经营许可证核发（新办）"
WANTED = {
    "divisions", "departments", "licence-types",
    "item:food-business-licence", "item:residence-permit", "item:company-registration",
    "catalogue:departments", "catalogue:halls", "catalogue:guides:food-business-licence",
}  # fmt: skip
SIMING = {"longitude": 118.0891, "latitude": 24.4472}  # a street corner in Siming


class SearchStory(Story):
    name = "search"


@pytest.fixture
def province(transactional_db: None) -> None:
    """Three items, one of them in two dozen counties, with their halls."""

    def make() -> None:
        for piece in (*loading.pieces(), *catalogue.pieces()):
            if piece.key in WANTED:
                loading.do(piece)
        items.rebuild_search()

    apart(make)


def suggested(story: Story) -> None:
    """Suggestions come while typing; the arrow keys choose one."""
    page = story.page
    page.goto("/")
    box = page.locator("main input[name=q]")
    box.press_sequentially("食品")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_contain_text("食品经营许可证")
    story.seen(page, "suggestions")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(options.first).to_be_hidden()
    box.fill("我想开个饭店")
    box.press("Enter")


def found(story: Story) -> None:
    """By everyday words, by a wrong character, by first letters."""
    page = story.page
    expect(page.get_by_role("link", name=FOOD)).to_be_visible()
    expect(page.get_by_text("个地区办理")).to_be_visible()
    story.seen(page, "everyday")
    page.goto("/search/?q=食品径营许可")
    expect(page.get_by_text("您是不是要找：")).to_be_visible()
    expect(page.get_by_role("link", name=FOOD)).to_be_visible()
    story.seen(page, "wrong-character")
    page.get_by_role("link", name="食品经营许可", exact=True).click()
    expect(page.get_by_role("heading", name="与“食品经营许可”有关的事项")).to_be_visible()
    page.goto("/search/?q=jzz")
    expect(page.get_by_role("link", name="居住证首次申领")).to_be_visible()
    story.seen(page, "first-letters")


def narrowed(story: Story) -> None:
    """To a city, to a county, to its hall; and back."""
    page = story.page
    page.goto("/search/?q=开饭店")
    if story.phone:
        page.get_by_role("link", name="按地区、主题等筛选").click()
    page.get_by_role("link", name=re.compile("^厦门市（")).click()
    page.get_by_role("link", name=re.compile("^思明区（")).click()
    expect(page.get_by_text("思明区行政服务中心").first).to_be_visible()
    expect(page.get_by_text("就在您选的地区")).to_be_visible()
    story.seen(page, "county")
    page.get_by_role("link", name=FOOD).click()
    expect(page.get_by_role("heading", name="就近办")).to_be_visible()
    expect(page.get_by_text("在福建省厦门市任何一个办事大厅都可以办")).to_be_visible()
    expect(page.locator("#division option:checked")).to_have_text("思明区")
    story.seen(page, "item")
    page.go_back()
    page.get_by_role("link", name=re.compile("地区：福建省厦门市思明区")).click()
    expect(page.get_by_text("就在您选的地区")).to_be_hidden()


def located(story: Story) -> None:
    """Only on asking, and nothing of it stands in an address."""
    page = story.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(unquote(request.url)))
    page.goto("/search/?q=开饭店")
    page.context.clear_permissions()
    page.get_by_role("button", name="用我现在的位置找大厅").click()
    expect(page.get_by_text("没有得到位置，请改为选择地区。")).to_be_visible()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(SIMING)
    page.get_by_role("button", name="用我现在的位置找大厅").click()
    expect(page.get_by_text("就近办：思明区行政服务中心")).to_be_visible()
    expect(page.get_by_text(re.compile("离您约 .+(米|公里)"))).to_be_visible()
    story.seen(page, "located")
    assert not [url for url in sent if "118.0" in url or "24.4" in url]
    assert not [one for one in page.context.cookies() if "118.0" in str(one.get("value"))]


def nothing(story: Story) -> None:
    """What finds nothing says what else to do."""
    page = story.page
    page.goto("/search/?q=qqqqxx&theme=餐饮")
    expect(page.get_by_text("没有找到这样的事项")).to_be_visible()
    expect(page.get_by_role("link", name="不限“主题：餐饮”")).to_be_visible()
    story.seen(page, "nothing")


def test_somebody_finds_the_matter_and_the_nearest_hall(  # noqa: PLR0917
    province: None, page: Page, visitor: object, shot: Shot, axe: Check, live_server: object
) -> None:
    story = SearchStory(page, visitor, shot, axe, live_server.url)  # type: ignore[arg-type,attr-defined]
    suggested(story)
    found(story)
    narrowed(story)
    located(story)
    nothing(story)


def test_a_hall_is_found_without_scripts(province: None, chromium: Browser, live_server: object) -> None:
    context = chromium.new_context(
        base_url=live_server.url,  # type: ignore[attr-defined]
        locale="zh-CN",
        java_script_enabled=False,
        viewport={"width": 390, "height": 844},
    )
    try:
        page = context.new_page()
        page.goto("/search/?q=开饭店")
        expect(page.get_by_role("button", name="用我现在的位置找大厅")).to_be_hidden()
        page.get_by_role("link", name=FOOD).click()
        page.locator("#division").select_option(label="思明区")
        page.get_by_role("button", name="找最近的大厅").click()
        expect(page.get_by_text("思明区行政服务中心").first).to_be_visible()
        expect(page.get_by_role("link", name="看这个大厅的办事指南")).to_be_visible()
    finally:
        context.close()
