"""The catalogue told by a browser: a standard changes, every county that lags shows, one of them catches up.

苏敏 of the province changes a fixed element of a standard, 何凯 puts it in force. The matrix turns red for
every county. 江涛 of Cangshan is asked to mend, takes the standard over in one click on a telephone, two
colleagues review his version, and his row is green.
"""

from collections.abc import Callable

import pytest
from browser import sign_in
from playwright.sync_api import Locator, Page, expect
from telling import Check, Shot, Story, apart, run_jobs

from tongban.demo import catalogue, loading
from tongban.demo.accounts import PASSWORD

SLUG = "simple-deregistration"
NEW = "公告期内没有人提出异议。"
PLACES = len(catalogue.COUNTIES) + 1


class CatalogueStory(Story):
    name = "catalogue"

    def person(self, user: str, *, phone: bool = False) -> Page:
        page = self.visitor(phone=phone)
        sign_in(page, self.origin, user, PASSWORD)
        return page


@pytest.fixture
def province(transactional_db: None) -> None:
    """One item with its counties' guides, and the people of the catalogue."""

    def make() -> None:
        for piece in loading.pieces():
            if piece.key in ("divisions", "departments", "licence-types", f"item:{SLUG}"):
                loading.do(piece)
        catalogue.load_departments()
        for start in range(0, 200, loading.STAFF_BATCH):
            loading.load_staff(start)
        catalogue.load_staff()
        catalogue.load_guides(SLUG)

    apart(make)


def model() -> tuple[str, str]:
    """The code of the standards' model, and its basic code."""
    entry = next(one for one in catalogue.models_of() if one["slug"] == SLUG)
    return catalogue.code_of(entry), entry["basic_code"]


def standard(story: CatalogueStory, first: Page, second: Page, lawyer: Page, condition: str = "") -> None:
    """Draft a standard from the model, change it where asked to, have it checked and published by others."""
    first.goto("/work/alignment/standards/")
    story.seen(first, "standards")
    first.get_by_role("link", name="起草标准").click()
    first.locator("[name=code]").fill(model()[0])
    story.seen(first, "standard-new")
    first.locator("main form button.govuk-button").first.click()
    expect(first.get_by_text("您是起草人，请另一位省级事项管理员发布。")).to_be_visible()
    if condition:
        field = first.locator("[name=conditions]")
        field.fill(f"{field.input_value()}\n{condition}")
        first.get_by_role("button", name="保存").click()
        expect(first.get_by_text("已保存")).to_be_visible()
    expect(first.get_by_role("button", name="发布标准")).to_have_count(0)
    story.seen(first, "standard-draft")
    lawyer.goto(first.url)
    lawyer.locator("[name=opinion]").fill("依据现行有效，要素完整")
    story.seen(lawyer, "standard-law")
    lawyer.get_by_role("button", name="通过").click()
    expect(lawyer.get_by_text("已通过法制审核")).to_be_visible()
    second.goto(first.url)
    second.get_by_role("button", name="发布标准").click()
    expect(second.get_by_text("标准已发布，正在与各地实施清单比较")).to_be_visible()
    story.seen(second, "standard-published")
    run_jobs()


def off(page: Page, county: str = "") -> Locator:
    """The red cells of the matrix, of one county or of all."""
    rows = page.locator("tbody tr", has_text=county) if county else page.locator("tbody tr")
    return rows.locator("td.tb-cell--off")


def drifting(story: CatalogueStory, page: Page) -> None:
    """The matrix before and after: some lag, then everybody."""
    page.goto("/work/alignment/")
    story.seen(page, "overview")
    page.locator("main table a").first.click()
    rows = page.locator("tbody tr:not(.tb-matrix__standard)")
    expect(rows).to_have_count(PLACES)
    expect(page.locator("tbody td.tb-cell--off", has_text=NEW[:6])).to_have_count(0)
    expect(rows.filter(has=page.locator("td.tb-cell--off"))).to_have_count(PLACES)
    story.seen(page, "matrix")


def ask(story: CatalogueStory, page: Page) -> None:
    page.locator("tbody tr", has_text="仓山区").get_by_role("link").first.click()
    expect(page.get_by_text(NEW).first).to_be_visible()
    story.seen(page, "difference")
    page.locator("[name=note]").fill("请在十个工作日内按新的标准改好")
    page.get_by_role("button", name="要求改正").click()
    expect(page.get_by_text("已要求改正")).to_be_visible()
    story.seen(page, "asked")


def take_over(story: CatalogueStory) -> tuple[Page, str]:
    """On a telephone: from the notice to a draft that is as the standard says, handed in."""
    page = story.person("county", phone=True)
    page.goto("/inbox/")
    story.seen(page, "notice")
    page.get_by_role("button", name="请改正事项要素").first.click()
    expect(page.get_by_role("button", name="一键采用标准")).to_be_visible()
    page.goto("/work/alignment/corrections/")
    story.seen(page, "corrections")
    page.get_by_role("link", name="看差别，采用标准").click()
    story.seen(page, "difference")
    page.get_by_role("button", name="一键采用标准").click()
    expect(page.get_by_text("固定要素已按标准填入草稿")).to_be_visible()
    expect(page.get_by_text(NEW).first).to_be_visible()
    story.seen(page, "draft")
    version = page.url
    page.get_by_role("button", name="送审").click()
    expect(page.get_by_text("已送审")).to_be_visible()
    expect(page.get_by_text("草稿须由编写人以外的人审核")).to_be_visible()
    return page, version


def review(story: CatalogueStory, user: str, title: str) -> None:
    """A colleague finds the notice and passes the version."""
    page = story.person(user)
    page.goto("/inbox/")
    story.seen(page, "notice")
    page.get_by_role("button", name=title).first.click()
    story.seen(page, "review")
    page.locator("[name=reason]").fill("属实，同意")
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_text("审核通过").first).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_a_changed_standard_shows_who_lags_and_one_county_catches_up(
    province: None, visitor: Callable[..., Page], shot: Shot, axe: Check, live_server: object
) -> None:
    story = CatalogueStory(visitor(), visitor, shot, axe, str(live_server))
    first, second = story.person("province"), story.person("province2")
    lawyer = story.person("province-legal")
    standard(story, first, second, lawyer)
    first.goto(f"/work/alignment/basic/{model()[1]}/")
    before = off(first).count()
    assert 0 < before < PLACES / 2  # some lag from the beginning
    standard(story, first, second, lawyer, NEW)
    drifting(story, first)
    ask(story, first)
    county, version = take_over(story)
    review(story, "county2", "请做业务审核")
    review(story, "county-legal", "请做法制审核")
    county.goto(version)
    county.get_by_role("button", name="发布").click()
    expect(county.get_by_text("已发布").first).to_be_visible()
    story.seen(county, "published")
    run_jobs()
    first.goto(f"/work/alignment/basic/{model()[1]}/")
    expect(off(first, "仓山区")).to_have_count(0)
    expect(off(first, "台江区")).not_to_have_count(0)
    story.seen(first, "caught-up")
    first.goto("/work/alignment/corrections/")
    expect(first.locator("section.tb-panel", has_text="仓山区").get_by_text("已改正")).to_be_visible()
    story.seen(first, "mended")
    for path in ("/work/alignment/", f"/work/alignment/basic/{model()[1]}/", "/work/items/"):
        county.goto(path)
        story.seen(county, "phone")
