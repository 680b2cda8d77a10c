"""Changes, told by a browser: a department is told of one, two numbers become one and two again, and a person
sees what was before."""

from datetime import timedelta

import pytest
from browser import sign_in
from django.utils import timezone
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, apart, load, run_jobs

from tongban.demo import loading
from tongban.demo.accounts import PASSWORD
from tongban.identity import service as identity
from tongban.organisations import service as organisations
from tongban.resources import service as resources

ADDRESS = "person.address"
OLD, NEW = "福建省福州市台江区洋中街道达道路11号", "福建省福州市晋安区岳峰街道连江北路20号"
NAME = "居住地变化"


class ChangesStory(Story):
    name = "changes"


@pytest.fixture
def province(transactional_db: None) -> None:
    apart(lambda: load("residence-permit"))


def say(number: int, value: str, days: int = 0) -> None:
    """The police state an address of one of the demo's persons."""

    def put() -> None:
        person = identity.find_subject(loading.everybody().persons[number].id_number)
        assert person is not None
        police = organisations.department_by_code("gongan")
        as_of = timezone.now() - timedelta(days=days)
        resources.put_values(police.id, [(person.id, ADDRESS, value)], as_of)

    apart(put)


def subscribe(story: Story) -> Page:
    """A steward subscribes, a change is told, a fault holds the next one up until it is mended."""
    page = story.staff("minzheng-steward")
    page.goto("/work/subscriptions/")
    story.seen(page, "subscriptions")
    page.get_by_role("link", name="新建订阅").click()
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=url]").fill("http://169.254.169.254/latest/")
    page.get_by_label("现居住地址（自然人）").check()
    page.get_by_role("button", name="新建").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    story.seen(page, "not-listed")
    page.locator("[name=url]").fill("sandbox:/sandbox/subscriber/minzheng/")
    page.get_by_role("button", name="新建").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    say(20, NEW)
    run_jobs()
    page.goto("/work/subscriptions/")
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_text("已送达 1，")).to_be_visible()
    story.seen(page, "delivered")
    page.get_by_role("link", name="看沙箱收到了什么").click()
    page.locator("summary").first.click()
    expect(page.get_by_text('"specversion": "1.0"')).to_be_visible()
    expect(page.get_by_text("连江北路")).to_have_count(0)
    story.seen(page, "received")
    page.locator("[name=fault]").select_option("down")
    page.get_by_role("button", name="设定").click()
    say(21, NEW)
    run_jobs()
    page.goto("/work/subscriptions/")
    expect(page.get_by_text("HTTP 503")).to_be_visible()
    story.seen(page, "held-up")
    page.goto("/sandbox/subscriber/minzheng/received/")
    page.locator("[name=fault]").select_option("")
    page.get_by_role("button", name="设定").click()
    page.goto("/work/subscriptions/")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name="暂停").click()
    page.get_by_role("button", name="恢复推送").click()
    run_jobs()
    page.reload()
    expect(page.get_by_text("已送达 2，")).to_be_visible()
    return page


def merge(story: Story) -> None:
    """The data office looks at two numbers side by side, merges them, and splits them again."""
    one, other = (loading.everybody().persons[n] for n in (20, 21))
    page = story.staff("steward")
    page.goto("/work/mergers/")
    page.locator("[name=one]").fill("1")
    page.get_by_role("button", name="并排比较").click()
    expect(page.locator(".govuk-error-summary, .govuk-error-message").first).to_be_visible()
    page.locator("[name=one]").fill(one.id_number)
    page.locator("[name=other]").fill(other.id_number)
    page.get_by_role("button", name="并排比较").click()
    story.seen(page, "side-by-side")
    page.locator("[name=reason]").fill("户籍底册核对为同一人")
    page.get_by_role("button", name="合并").click()
    expect(page.get_by_text("已合并")).to_be_visible()
    story.seen(page, "merged")
    page.locator("[name=reason]").fill("两人指纹不同，合并有误")
    page.get_by_role("button", name="拆分").click()
    expect(page.get_by_text("各自恢复原来的数据")).to_be_visible()
    page.goto("/work/mergers/")
    expect(page.get_by_text("已拆分").last).to_be_visible()
    story.seen(page, "mergers")


def look_back(story: Story) -> None:
    """The person sees what was before, and that the look was noted."""
    say(0, OLD, days=900)
    page = story.page
    sign_in(page, story.origin, "lin", PASSWORD)
    page.goto("/my-data/")
    page.locator(f"a[href='/my-data/history/{ADDRESS}/']").click()
    expect(page.get_by_text(OLD)).to_be_visible()
    story.seen(page, "history")
    page.goto("/my-data/reads/")
    expect(page.get_by_text("查看本人以前的数据").first).to_be_visible()


def test_a_change_is_told_two_numbers_become_one_and_a_person_looks_back(  # noqa: PLR0917
    province: None, page: Page, visitor: object, shot: Shot, axe: Check, live_server: object
) -> None:
    story = ChangesStory(page, visitor, shot, axe, live_server.url)  # type: ignore[arg-type,attr-defined]
    subscribe(story)
    merge(story)
    look_back(story)
