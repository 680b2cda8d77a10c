"""An import told by a browser: a file is tried, a bad row is named, the rest becomes drafts, is undone."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import sign_in
from playwright.sync_api import Page, expect
from telling import Check, Shot, Story, apart, run_jobs

from tongban.conftest import PostFactory
from tongban.items.importing.profiles import profile
from tongban.items.importing.table import cells, headings
from tongban.items.models import ItemVersion
from tongban.items.tests.factories import load
from tongban.organisations import service as organisations

PASSWORD = "Invented-2026"  # of people this test makes


class ImportStory(Story):
    name = "import"


@pytest.fixture
def table(transactional_db: None, settings: Any, tmp_path: Path) -> dict[str, object]:
    """A table of two rows: an item of the editor's department changed, and one without a code."""
    settings.VAR = tmp_path

    def make() -> bytes:
        detail = load()
        department = organisations.department_by_code("shichang")
        post = PostFactory(role="item_editor", staff__department=department, division="35")
        account = post.staff.account
        account.username = "importer"
        account.set_password(PASSWORD)
        account.save()
        source = profile("national")
        version = ItemVersion.objects.select_related("item__basic").get(pk=detail.id)
        row = dict(zip(headings(source), cells(version, source), strict=True))
        good = row | {"一句话说明": "卖吃的之前先办这个"}
        bad = row | {"实施编码": "", "短名": "", "事项名称": "没有编码的一行"}
        out = io.StringIO()
        writer = csv.DictWriter(out, list(row))
        writer.writeheader()
        writer.writerows([good, bad])
        return out.getvalue().encode("gb18030")

    return {"name": "实施清单.csv", "mimeType": "text/csv", "buffer": apart(make)}


def upload(story: ImportStory, page: Page, file: Any) -> None:
    page.goto("/work/items/import/")
    story.seen(page, "empty")
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=profile]").select_option("national")
    page.get_by_role("button", name="上传并试运行").click()
    expect(page.get_by_text("正在排队，马上开始")).to_be_visible()
    story.seen(page, "waiting")
    run_jobs()
    expect(page.get_by_role("button", name="正式导入")).to_be_visible()  # the page found out by itself
    expect(page.get_by_text("试运行，没有写入任何事项")).to_be_visible()


def report(story: ImportStory, page: Page) -> None:
    """The bad row is named with its reason; filters and the table agree."""
    expect(page.get_by_text("没有编码的一行").first).to_be_visible()
    expect(page.get_by_text("没有实施编码").first).to_be_visible()
    story.seen(page, "report")
    answer = page.request.get(f"{page.url.split('?')[0].split('#')[0]}report.csv")
    rows = list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert [row["name"] for row in rows if row["outcome"] == "rejected"] == ["没有编码的一行"]
    page.locator("[name=outcome]").select_option("unchanged")
    page.locator("form[action='#rows'] button").click()
    expect(page.get_by_text("没有编码的一行")).to_have_count(0)
    story.seen(page, "filtered")


def take_in_and_undo(story: ImportStory, page: Page) -> None:
    page.get_by_role("button", name="正式导入").click()
    expect(page.get_by_text("正在排队，马上开始")).to_be_visible()
    run_jobs()
    expect(page.get_by_role("heading", name="这一批草稿")).to_be_visible()
    story.seen(page, "drafts")
    page.get_by_role("button", name="送审 1 份").click()
    expect(page.get_by_text("已处理 1 份")).to_be_visible()
    expect(page.get_by_text("草稿须由编写人以外的人审核").first).to_be_visible()
    page.get_by_text("撤销这次导入").click()
    story.seen(page, "undo")
    page.get_by_role("button", name="撤销未发布的草稿").click()
    expect(page.get_by_text("已撤销 1 份未发布的草稿")).to_be_visible()
    expect(page.get_by_role("heading", name="这一批草稿")).to_have_count(0)
    page.goto("/work/items/import/")
    expect(page.get_by_role("link", name="实施清单.csv")).to_have_count(2)
    story.seen(page, "list")
    page.goto("/work/items/findings/")
    story.seen(page, "findings")


@pytest.mark.django_db(transaction=True)
def test_a_file_is_tried_imported_and_undone(  # noqa: PLR0917
    table: dict[str, object], page: Page, visitor: Callable[..., Page], shot: Shot, axe: Check,
    live_server: object,
) -> None:  # fmt: skip
    story = ImportStory(page, visitor, shot, axe, str(live_server))
    sign_in(page, str(live_server), "importer", PASSWORD)
    upload(story, page, table)
    report(story, page)
    take_in_and_undo(story, page)
    assert ItemVersion.objects.count() == 1
