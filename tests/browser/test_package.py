"""A theme package told by a browser: filed once, decided by two departments in their order, one result.

林晓梅's fish-ball shop becomes a restaurant with a tea corner: the food licence of the market regulator comes
first, then the health bureau's hygiene licence, which is filed by itself when the first is granted.
"""

import re
from collections.abc import Callable

import pytest
from browser import sign_in
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, apart, choose_firm, load, picture, run_jobs

from tongban.demo import packages
from tongban.demo.accounts import PASSWORD
from tongban.identity.models import Account

FIRM = "林记鱼丸店"
FOOD, HYGIENE = "食品经营许可", "公共场所卫生许可"
STAFF = {"reviewer": "weijian-gulou-reviewer1", "approver": "weijian-gulou-approver3"}
ANSWERS = {
    "food__business_type": "catering",
    "food__operating_items": "hot",
    "food__seats": "24",
    "food__delivery_online": "no",
    "food__safety_officer": "林晓梅",
    "food__safety_officer_id": "11010519491231002X",
    "food__promise": "yes",
    "hygiene__reason": "茶座二十座，申请公共场所卫生许可",
}


class PackageStory(Story):
    name = "package"


@pytest.fixture
def province(transactional_db: None) -> None:
    """The two items, the people and the package; the health bureau's staff may sign in here."""

    def make() -> None:
        load("food-business-licence", "public-place-licence")
        packages.load(next(e for e in packages.entries() if e["code"] == "restaurant"))
        for login in STAFF.values():
            account = Account.objects.get(username=login)
            account.set_password(PASSWORD)
            account.save()

    apart(make)


def begin(story: Story) -> None:
    page = story.page
    page.goto("/packages/")
    story.seen(page, "list")
    page.get_by_role("link", name=re.compile("开餐馆一件事")).click()
    expect(page.get_by_text(re.compile("分开办 .* 项，一次办 .* 项"))).to_be_visible()
    story.seen(page, "package")
    page.get_by_role("button", name="开始办理").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()  # the question first
    page.locator("input[name=seats][value=yes]").check()
    page.get_by_role("button", name="开始办理").click()
    expect(page.get_by_text("这次一起办：")).to_be_visible()
    story.seen(page, "tasks")
    page.goto("/")
    expect(page.get_by_role("link", name="继续填写：开餐馆一件事")).to_have_count(1)
    expect(page.get_by_role("link", name=re.compile(f"继续填写：{FOOD}"))).to_have_count(0)
    story.seen(page, "home")
    page.get_by_role("link", name="继续填写：开餐馆一件事").click()


def fill(story: Story) -> None:
    """Every page of the merged form; nothing that is prefilled or was asked is asked again."""
    page, asked = story.page, []
    page.locator(".tb-tasks a, .govuk-task-list__link").first.click()
    expect(page.get_by_text("来自").first).to_be_visible()
    while "/edit/" in page.url:
        asked += [name for name in ANSWERS if page.locator(f"[name={name}]").count()]
        for name, value in ANSWERS.items():
            choice = page.locator(f"input[name={name}][value='{value}']")
            if choice.count():
                choice.first.check()
            elif page.locator(f"select[name={name}]").count():
                page.locator(f"select[name={name}]").select_option(value)
            elif page.locator(f"[name={name}]").count():
                page.locator(f"[name={name}]").fill(value)
        story.seen(page, "form")
        page.get_by_role("button", name="保存并继续").click()
        expect(page.locator(".govuk-error-summary")).to_have_count(0)
    assert sorted(asked) == sorted(ANSWERS)


def hand_in(story: Story) -> None:
    page = story.page
    expect(page.get_by_text("每份材料只交一次")).to_be_visible()
    story.seen(page, "materials")
    page.locator("#material-all-business-licence").get_by_role("button", name="使用这本证照").click()
    expect(page.locator("#material-all-business-licence").get_by_text("已具备")).to_be_visible()
    while True:
        open_ = page.locator("section.tb-card", has_text="还需要")
        if not open_.count():
            break
        key = open_.first.get_attribute("id")
        section = page.locator(f"#{key}")
        section.locator("input[type=file]").set_input_files(picture(f"{key}.png", "white"))  # type: ignore[arg-type]
        expect(page.locator(f"#{key}").get_by_text("已具备")).to_be_visible()
    story.seen(page, "materials-done")
    page.get_by_role("link", name="继续").click()
    story.seen(page, "check")
    page.get_by_role("button", name="确认并一次提交").click()
    expect(page.get_by_role("heading", name="各事项的顺序和进度")).to_be_visible()
    run_jobs()
    story.seen(page, "joined")
    expect(page.get_by_text("等待前一件事办成")).to_be_visible()


def number_of(story: Story, item: str) -> str:
    """The number of one item's case, from the joined view."""
    story.page.reload()
    entry = story.page.locator(".tb-timeline__entry", has=story.page.locator("strong", has_text=item))
    found = re.search(r"·\s*(\S+)", entry.inner_text())
    assert found is not None
    return found.group(1)


def granted(story: Story, clerk: Page, reviewer: Page, approver: Page) -> None:
    """The way of one case through its department."""
    story.claim(clerk)
    expect(clerk.get_by_text("开餐馆一件事").first).to_be_visible()
    story.seen(clerk, "desk")
    story.act(clerk, "受理", note="材料齐全")
    run_jobs()
    story.page.reload()
    expect(story.page.get_by_text(re.compile("最迟.*办结")).first).to_be_visible()
    story.claim(reviewer)
    story.act(reviewer, "完成审查", opinion="现场和材料均符合条件")
    story.claim(approver)
    story.choose(approver, "作出决定")
    approver.locator("input[name=granted][value=yes]").check()
    approver.locator("main form button.govuk-button").first.click()
    expect(approver.get_by_text("已完成：作出决定")).to_be_visible()
    run_jobs()


@pytest.mark.django_db(transaction=True)
def test_a_restaurant_by_two_departments(  # noqa: PLR0917
    province: None, page: Page, visitor: Callable[..., Page], shot: Shot, axe: Check, live_server: object
) -> None:
    origin = str(live_server)
    story = PackageStory(page, visitor, shot, axe, origin)
    sign_in(page, origin, "lin", PASSWORD)
    choose_firm(page, FIRM)
    begin(story)
    fill(story)
    hand_in(story)
    joined = page.url
    clerk = story.staff("clerk")
    story.number = number_of(story, FOOD)
    granted(story, clerk, story.staff("reviewer"), story.staff("approver"))
    page.goto(joined)
    expect(page.get_by_text("等待前一件事办成")).to_have_count(0)
    story.seen(page, "successor-filed")
    story.number = number_of(story, HYGIENE)
    granted(story, clerk, story.staff(STAFF["reviewer"]), story.staff(STAFF["approver"]))
    page.goto(joined)
    expect(page.get_by_text("全部办完了")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("许可证 "))).to_have_count(2)
    story.seen(page, "done")
    result = page.request.get(f"{joined}result/")
    assert result.ok
    assert result.body().startswith(b"%PDF")
    expect(page.get_by_role("link", name="下载合并的办理结果（PDF）")).to_be_visible()
