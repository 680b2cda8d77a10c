"""Guidance told by a browser on a phone: everyday words, at most five questions, a tailored list, a filing.

Somebody from elsewhere wants a residence permit. He looks it up in his own words, is asked what decides,
keeps the list under its link, signs in, sees what he need not bring, and files with his answers carried.
"""

import re

import pytest
from browser import sign_in
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, apart, load, run_jobs

from tongban.cases import service as cases
from tongban.demo import guidance
from tongban.demo.accounts import PASSWORD

ITEM = "居住证首次申领"
ANSWERS = {"months": "9", "ground": "work", "insured": "yes", "get": "online"}
MOST = 5


class GuidanceStory(Story):
    name = "guidance"


@pytest.fixture
def province(transactional_db: None) -> None:
    """The item, the people, and the item's decision table."""

    def make() -> None:
        load("residence-permit")
        guidance.load(next(e for e in guidance.entries() if e["item"] == "residence-permit"))

    apart(make)


def find(story: Story) -> None:
    """By everyday words, from the home page."""
    page = story.page
    page.goto("/")
    page.locator("input[name=q]").first.fill("外地人办暂住证")
    page.locator("input[name=q]").first.press("Enter")
    link = page.get_by_role("link", name=re.compile(f"看看我要带什么.*{ITEM}"))
    expect(link).to_be_visible()
    story.seen(page, "search")
    link.click()
    expect(page.get_by_text(re.compile(r"最多回答 [1-5] 个问题"))).to_be_visible()
    story.seen(page, "start")
    page.get_by_role("link", name="开始").last.click()


def answer(story: Story) -> int:
    """Every question as it comes; going back once loses nothing. How many were asked."""
    page, asked = story.page, 0
    while "/ask/" in page.url:
        asked += 1
        expect(page.get_by_text(f"第 {asked} 问")).to_be_visible()
        story.seen(page, "question")
        if asked == 1:
            page.get_by_role("button", name="下一步").click()
            expect(page.locator(".govuk-error-summary")).to_be_visible()
            story.seen(page, "unanswered")
        if asked == 2:
            page.get_by_role("link", name="上一步").click()
            expect(page.get_by_text("第 1 问")).to_be_visible()
            page.locator("input[name=months]").fill(ANSWERS["months"])
            page.get_by_role("button", name="下一步").click()
        name = next(name for name in ANSWERS if page.locator(f"main [name={name}]").count())
        choice = page.locator(f"main input[name={name}][value='{ANSWERS[name]}']")
        if choice.count():
            choice.check()
        else:
            page.locator(f"main input[name={name}]").fill(ANSWERS[name])
        page.get_by_role("button", name="下一步").click()
    return asked


def tailored(story: Story) -> str:
    """The list of whoever has the link, then of the one who signed in. Its address."""
    page = story.page
    expect(page.get_by_role("heading", name="要准备 2 份材料")).to_be_visible()
    expect(page.get_by_text("居住、就业或者就读证明")).to_be_hidden()  # folded away: not needed
    story.seen(page, "list")
    address = page.url
    sign_in(page, story.origin, "lin", PASSWORD)
    page.goto(address)
    expect(page.get_by_text("您有电子证照《居民身份证》")).to_be_visible()
    expect(page.get_by_role("heading", name="要准备 1 份材料")).to_be_visible()
    story.seen(page, "struck")
    return address


def file(story: Story) -> None:
    """The filing begins with the answers in it, and nobody asks for what is not needed."""
    page = story.page
    page.get_by_role("link", name="按此办理").click()
    expect(page.get_by_text("已经替您填好")).to_be_visible()
    story.seen(page, "carry")
    page.get_by_role("button", name="开始办理").click()
    expect(page.get_by_role("heading", name=ITEM)).to_be_visible()
    story.seen(page, "tasks")
    case = re.search(r"/cases/([^/]+)/", page.url)
    assert case
    story.case = case.group(1)
    page.goto(f"/cases/{story.case}/edit/ground/")
    expect(page.locator("input[name=ground][value=work]")).to_be_checked()
    story.seen(page, "form")
    page.goto(f"/cases/{story.case}/materials/")
    expect(page.locator("#material-residence-proof").get_by_text("不用交")).to_be_visible()
    story.seen(page, "materials")


def test_a_phone_is_led_from_everyday_words_to_a_filing(  # noqa: PLR0917
    province: None, phone: Page, visitor: object, shot: Shot, axe: Check, live_server: object
) -> None:
    story = GuidanceStory(phone, visitor, shot, axe, live_server.url)  # type: ignore[arg-type,attr-defined]
    find(story)
    assert 1 <= answer(story) <= MOST
    tailored(story)
    file(story)
    run_jobs()
    case = apart(lambda: cases.Case.objects.get(pk=story.case))
    assert case.answers["ground"] == "work"
    assert "residence-proof" in case.waived
    assert [pair[1] for pair in case.guidance["answers"]] == ["9 个月", "在福州上班", "是", "只要电子证"]
