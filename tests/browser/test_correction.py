"""A wrong address, told by a browser: seen, asked about, corrected, right in the next filing; and how the
chart of quality moves."""

import re

import pytest
from browser import sign_in
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, apart, load, picture, run_jobs

from tongban.demo.accounts import PASSWORD
from tongban.items import service as items
from tongban.quality import service as quality

NEW = "福建省福州市鼓楼区东街街道观风亭街8号3座502室"
WHY = "去年 5 月搬家，租赁合同已经登记"
ADDRESS = "/my-data/correct/person.address/"
CELL = "/work/quality/gongan/person.address/?region=350102"


class CorrectionStory(Story):
    name = "correction"


@pytest.fixture
def province(transactional_db: None) -> None:
    apart(lambda: load("residence-permit"))
    apart(quality.measure)


def ask(story: Story) -> None:
    """From my data; an empty form is named, then a reason and a picture."""
    page = story.page
    sign_in(page, story.origin, "lin", PASSWORD)
    page.goto("/my-data/")
    story.seen(page, "my-data")
    page.locator(f"a[href='{ADDRESS}']").click()
    story.seen(page, "form")
    page.get_by_role("button", name="申请更正").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    story.seen(page, "empty")
    page.locator("[name=said]").fill(NEW)
    page.locator("[name=why]").fill(WHY)
    page.locator("[name=evidence]").set_input_files([picture("租赁合同.png", "ivory")])  # type: ignore[list-item]
    page.get_by_role("button", name="申请更正").click()
    expect(page.get_by_text("已收到，结果会通知您")).to_be_visible()
    expect(page.get_by_text("答复您").first).to_be_visible()
    story.seen(page, "asked")
    page.goto("/my-data/")
    expect(page.get_by_text("您已申请更正")).to_be_visible()
    story.seen(page, "my-data-asked")


def correct(story: Story) -> None:
    """The source department's steward finds it, sees who says what, and puts it right."""
    page = story.staff("gongan-steward")
    page.goto("/work/data-checks/")
    story.seen(page, "desk")
    page.locator("tr", has_text="林晓梅").get_by_role("link").first.click()
    expect(page.get_by_text(NEW).first).to_be_visible()
    expect(page.get_by_text("现在采用").first).to_be_visible()
    story.seen(page, "check")
    page.get_by_role("button", name="认领").click()
    page.get_by_label("已更正").check()
    page.get_by_role("button", name="答复").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    story.seen(page, "no-reason")
    page.locator("[name=reason]").fill("已核对租赁登记，按新地址更正")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text("已记录")).to_be_visible()
    story.seen(page, "corrected")


def figure(story: Story, page: Page, name: str) -> tuple[int, int]:
    """How many of how many addresses are consistent, as the source department's page says now."""
    page.goto(CELL)
    words = page.locator("[data-dimension=consistent] [data-figure]").inner_text()
    story.seen(page, name)
    good, of = words.split("/")
    return int(good), int(of)


def moves(story: Story, desk: Page, before: tuple[int, int], asked: tuple[int, int]) -> None:
    """The doubt counted against the department is gone; the chart has a mark with the figures around it."""
    good, of = before
    assert asked == (good, of + 1)
    assert figure(story, desk, "quality-after") == before
    expect(desk.locator("#effects")).to_contain_text(f"{good}/{of + 1} → {good}/{of}")
    assert desk.locator(".tb-chart__mark").count() >= 1
    desk.goto("/work/quality/")
    expect(desk.get_by_role("heading", name="更正的效果")).to_be_visible()
    story.seen(desk, "quality")


def told(story: Story) -> None:
    """The person reads the answer; it is right in my data."""
    page = story.page
    page.goto("/inbox/")
    expect(page.get_by_text("更正申请有了答复").first).to_be_visible()
    story.seen(page, "inbox")
    page.goto("/my-data/corrections/")
    story.seen(page, "mine")
    page.locator("main .tb-rows a").first.click()
    expect(page.get_by_text("已经更正，以后办事都用新的")).to_be_visible()
    story.seen(page, "answer")
    page.goto("/my-data/")
    expect(page.get_by_text(NEW)).to_be_visible()


def file(story: Story) -> None:
    """The next filing begins with the corrected address."""
    page = story.page
    item = apart(lambda: items.published("residence-permit"))
    page.goto(f"/file/{item.code}/")
    page.get_by_role("button", name="开始办理").click()
    case = re.search(r"/cases/([^/]+)/", page.url)
    assert case
    part = next(one for one in item.form["layout"] if "residence_address" in one["fields"])
    page.goto(f"/cases/{case.group(1)}/edit/{part['key']}/")
    expect(page.locator("[name=residence_address]")).to_have_value(NEW)
    story.seen(page, "prefilled")


def test_a_wrong_address_is_corrected_right_in_the_next_filing_and_moves_the_chart(  # noqa: PLR0917
    province: None, page: Page, visitor: object, shot: Shot, axe: Check, live_server: object
) -> None:
    story = CorrectionStory(page, visitor, shot, axe, live_server.url)  # type: ignore[arg-type,attr-defined]
    desk = story.staff("gongan-steward")
    before = figure(story, desk, "quality-before")
    ask(story)
    run_jobs()
    asked = figure(story, desk, "quality-asked")
    correct(story)
    run_jobs()
    moves(story, desk, before, asked)
    told(story)
    file(story)
