"""The chat told by a browser: sourced answers that lead on, and a question that people answer for everybody.

A visitor asks in his own words, asks on without naming the matter again, and is led by the item's card into
guidance and filing. What no guide knows goes to the duty desk; somebody there answers it with a source, the
asker sees the answer, a second person publishes it, and the next one who asks is answered at once.
"""

import re
from collections.abc import Callable

import pytest
from browser import sign_in
from playwright.sync_api import Locator, Page, expect
from telling import Check, Shot, Story, apart, load, run_jobs

from tongban.assist import service as assist
from tongban.demo import assist as demo
from tongban.demo import guidance
from tongban.demo.accounts import PASSWORD
from tongban.items import service as items

ITEM = "居住证首次申领"
UNKNOWN = "和室友合租，房东不肯给合同，拿水电费单子行不行"
ANSWER = "可以用近三个月的水电费单和合租人的书面说明代替租赁合同。"
GENERAL = "合租没有租房合同，能用水电费单证明住处吗"


class AssistStory(Story):
    name = "assist"


@pytest.fixture
def province(transactional_db: None) -> None:
    """The item with its guidance, the people, the duty desk and the general answers."""

    def make() -> None:
        load("residence-permit", "food-business-licence")
        guidance.load(next(e for e in guidance.entries() if e["item"] == "residence-permit"))
        demo.hire_duty()
        for entry in demo.faqs():
            assist.seed_faq(entry["q"], entry["a"], department_id=None, by=demo.WRITERS)

    apart(make)


def log(page: Page) -> Locator:
    return page.locator("[role=log]").last


def open_panel(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="问一问").click()
    expect(page.get_by_role("dialog", name="问一问")).to_be_visible()


def say(page: Page, words: str) -> None:
    """Type into the open panel or the chat's page, and send."""
    panel = page.locator("#tb-chat")
    field = panel.locator("textarea") if panel.is_visible() else page.locator("#q")
    before = log(page).locator(".tb-chat__said").count() if panel.is_visible() else None
    field.fill(words)
    field.locator("xpath=ancestor::form").get_by_role("button", name="提问").click()
    if before is not None:
        expect(log(page).locator(".tb-chat__said")).to_have_count(before + 1)
    expect(log(page).get_by_text(words).last).to_be_visible()


def in_the_panel(story: Story) -> None:
    """On any page: a sourced answer, a question that follows it, a general answer, one that is not known."""
    page = story.page
    open_panel(page)
    story.seen(page, "panel")
    say(page, f"{ITEM}要什么材料")
    expect(log(page).get_by_text("居民身份证").first).to_be_visible()
    expect(log(page).get_by_role("link", name=ITEM).first).to_be_visible()
    story.seen(page, "answer")
    say(page, "那要多久")
    expect(log(page).locator(".tb-chat__said").last.get_by_text(re.compile("工作日"))).to_be_visible()
    story.seen(page, "follow-up")
    say(page, "12345 热线几点有人接")
    expect(log(page).get_by_text("每天 24 小时").last).to_be_visible()
    say(page, "火星上的天气怎么样")
    expect(log(page).get_by_text("不清楚，转人工").last).to_be_visible()
    story.seen(page, "honest")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="问一问")).to_be_focused()


def card_leads_on(story: Story) -> None:
    """The source opens the very element; the card starts guidance, then filing."""
    page = story.page
    page.goto(f"/assist/?q={ITEM}要什么材料")
    source = page.locator(".tb-chat__said .tb-quiet a").first
    expect(source).to_have_attribute("href", re.compile(r"/items/residence-permit/\?version=\d+#materials"))
    source.click()
    expect(page.locator("#materials")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name=f"看看我要带什么 {ITEM}").click()
    expect(page.get_by_text(re.compile(r"最多回答 [1-5] 个问题"))).to_be_visible()
    story.seen(page, "guidance")
    sign_in(page, story.origin, "lin", PASSWORD)
    page.goto(f"/assist/?q={ITEM}要什么材料")
    page.get_by_role("link", name=f"在线办理 {ITEM}").click()
    expect(page.get_by_role("heading", name=ITEM)).to_be_visible()
    story.seen(page, "filing")


def hand_over(story: Story) -> str:
    """The signed-in asker hands a question over from the panel; the address of his answer."""
    page = story.page
    open_panel(page)
    say(page, f"{ITEM}要什么材料")
    say(page, UNKNOWN)
    last = log(page).locator(".tb-chat__said").last
    last.get_by_role("button", name=re.compile("转给工作人员答复|转人工")).click()
    expect(page.get_by_role("heading", name="工作人员的答复")).to_be_visible()
    expect(page.get_by_text(re.compile("已转给工作人员，最迟 .* 答复"))).to_be_visible()
    story.seen(page, "handed-over")
    return page.url


def at_the_desk(story: Story) -> None:
    """Somebody on duty claims it, reads the talk before it, answers with a source and proposes it."""
    page = story.staff("duty")
    page.goto("/work/assist/")
    story.seen(page, "queue")
    page.get_by_role("link", name=UNKNOWN).click()
    expect(page.get_by_text(f"{ITEM}要什么材料").first).to_be_visible()
    page.get_by_role("button", name="认领").click()
    expect(page.get_by_text("已记录")).to_be_visible()
    page.get_by_label("答复", exact=True).fill(ANSWER)
    page.get_by_label(re.compile("依据的事项")).fill("no-such-item")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text("没有找到编码或简称为“no-such-item”的已发布事项")).to_be_visible()
    expect(page.get_by_label("答复", exact=True)).to_have_value(ANSWER)
    story.seen(page, "wrong-source")
    page.get_by_label(re.compile("依据的事项")).fill("residence-permit")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text(ANSWER).first).to_be_visible()
    page.get_by_text("提出作为常见问题").click()
    page.get_by_label("问题", exact=True).fill(GENERAL)
    page.get_by_role("button", name="提出").click()
    expect(page.get_by_text("已提出作为常见问题")).to_be_visible()
    story.seen(page, "proposed")
    page.goto("/work/assist/faqs/")
    expect(page.get_by_text(GENERAL)).to_be_visible()
    expect(page.get_by_role("button", name="发布")).to_be_hidden()  # never by the one who proposed it


def seen_by_the_asker(story: Story, address: str) -> None:
    run_jobs()
    page = story.page
    page.goto("/inbox/")
    page.get_by_role("button", name="去看看 您的问题已有答复").click()
    expect(page).to_have_url(address)
    expect(page.get_by_text(ANSWER)).to_be_visible()
    expect(page.locator("main").get_by_role("link", name=ITEM)).to_be_visible()
    story.seen(page, "answered")


def published(story: Story) -> None:
    """A second person, here the supervisor, publishes it; whoever asks next is answered at once."""
    page = story.staff("supervisor")
    page.goto("/work/assist/faqs/")
    expect(page.get_by_label("问题", exact=True)).to_have_value(GENERAL)
    story.seen(page, "review")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已记录")).to_be_visible()
    visitor = story.visitor(phone=story.phone)
    visitor.goto("/assist/")
    say(visitor, f"请问{GENERAL}？")
    expect(log(visitor).get_by_text(ANSWER)).to_be_visible()
    story.seen(visitor, "general-answer")
    visitor.locator(".tb-chat__said .tb-quiet a").first.click()
    expect(visitor.get_by_role("heading", name=GENERAL)).to_be_visible()
    story.seen(visitor, "general-source")


def test_answers_with_sources_and_people_where_nobody_knows(  # noqa: PLR0917
    province: None, page: Page, visitor: Callable[..., Page], shot: Shot, axe: Check, live_server: object
) -> None:
    story = AssistStory(page, visitor, shot, axe, live_server.url)  # type: ignore[attr-defined]
    in_the_panel(story)
    card_leads_on(story)
    address = hand_over(story)
    at_the_desk(story)
    seen_by_the_asker(story, address)
    published(story)
    row = apart(assist.HandOver.objects.get)
    assert (row.state, row.sources) == ("answered", [["/items/residence-permit/", ITEM]])
    assert apart(lambda: items.published("residence-permit").department_id) == row.department_id
