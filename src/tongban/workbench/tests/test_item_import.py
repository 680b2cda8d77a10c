"""Uploading items, trying them, importing them as drafts, passing the batch on, taking it back."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tongban.conftest import Person, PostFactory, client_of
from tongban.items import service as items
from tongban.items.importing.profiles import profile
from tongban.items.importing.table import cells, headings
from tongban.items.models import ImportRun, Item, ItemVersion
from tongban.items.tests.factories import load
from tongban.organisations import service as organisations

pytestmark = pytest.mark.django_db
URL = "/work/items/import/"


@dataclass
class Place:
    """A department with the people who write and pass its guides, and its one item as a table's row."""

    editor: Client
    second: Client
    legal: Client
    stranger: Client
    code: str
    row: dict[str, str]
    others: str  # the code of the stranger's department


def _client(department: Any, role: str) -> Client:
    post = PostFactory(role=role, staff__department=department, division="35")
    return client_of(post.staff.account)


@pytest.fixture
def place(settings: Any, tmp_path: Any) -> Place:
    settings.VAR = tmp_path
    detail = load()
    department = organisations.department_by_code("shichang")
    stranger = PostFactory(role="item_editor")
    source = profile("national")
    version = ItemVersion.objects.select_related("item__basic").get(pk=detail.id)
    row = dict(zip(headings(source), cells(version, source), strict=True))
    people = [_client(department, role) for role in ("item_editor", "item_editor", "legal")]
    return Place(*people, client_of(stranger.staff.account), detail.code, row, stranger.department.uscc)


def table(*rows: dict[str, str], encoding: str = "utf-8", name: str = "事项.csv") -> SimpleUploadedFile:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile(name, out.getvalue().encode(encoding))


def upload(client: Client, file: Any, **data: str) -> Any:
    return client.post(URL, {"file": file, "profile": "national", "encoding": "auto", **data})


def changed(place: Place, n: int = 0, **more: str) -> dict[str, str]:
    return place.row | {"一句话说明": f"新的说明 {n}"} | more


def imported(place: Place, run_jobs: Callable[[], Any], *rows: dict[str, str]) -> str:
    """The page of a finished import."""
    tried = upload(place.editor, table(*rows)).url
    run_jobs()
    page = place.editor.post(f"{tried}start/").url
    run_jobs()
    return str(page)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_is_tried_first_and_changes_nothing(
    place: Place, run_jobs: Callable[[], Any], encoding: str
) -> None:
    bad = changed(place, 实施编码="", 短名="", 事项名称="没有编码的一行")
    answer = upload(place.editor, table(changed(place), bad, encoding=encoding))
    assert answer.status_code == 302
    page = place.editor.get(answer.url).content.decode()
    assert "正在排队" in page
    assert 'hx-trigger="every 2s"' in page
    run_jobs()
    page = place.editor.get(answer.url).content.decode()
    assert "没有编码的一行" in page
    assert "没有实施编码" in page
    assert "补上实施编码后重新导入" in page
    assert "no-code<" not in page
    assert "正式导入" in page
    assert place.editor.get(f"{answer.url}progress/")["HX-Refresh"] == "true"
    assert ItemVersion.objects.count() == 1
    report = b"".join(place.editor.get(f"{answer.url}report.csv").streaming_content).decode("utf-8-sig")
    assert [row["rule"] for row in csv.DictReader(io.StringIO(report)) if row["outcome"] == "rejected"] == [
        "no-code"
    ]
    only = place.editor.get(answer.url, {"outcome": "unchanged"}).content.decode()
    assert "没有编码的一行" not in only


def test_the_batch_needs_others_before_it_is_in_force(place: Place, run_jobs: Callable[[], Any]) -> None:
    page = imported(place, run_jobs, changed(place))
    assert items.published(place.code).summary != "新的说明 0"
    assert place.editor.post(f"{page}move/", {"state": "draft"}, follow=True).status_code == 200
    refused = place.editor.post(f"{page}move/", {"state": "submitted"}, follow=True).content.decode()
    assert "编写人以外的人" in refused
    assert "业务审核通过 1 份" in place.second.get(page).content.decode()
    place.second.post(f"{page}move/", {"state": "submitted"})
    place.legal.post(f"{page}move/", {"state": "business"})
    assert "发布 1 份" in place.second.get(page).content.decode()
    place.second.post(f"{page}move/", {"state": "reviewed"})
    assert items.published(place.code).summary == "新的说明 0"
    assert "已发布 <strong>1</strong>" in place.editor.get(page).content.decode()
    place.editor.post(f"{page}undo/")
    assert items.published(place.code).summary == "新的说明 0"


def test_what_nobody_published_is_taken_back(place: Place, run_jobs: Callable[[], Any]) -> None:
    new = changed(place, 2, 实施编码=place.code[:-1] + "9") | dict.fromkeys(
        ("短名", "基本编码", "基本目录名称", "基本目录类型", "基本目录国家编码", "主项编码", "主项名称"), ""
    )
    page = imported(place, run_jobs, changed(place), new)
    assert (Item.objects.count(), ItemVersion.objects.count()) == (2, 3)
    assert place.stranger.post(f"{page}undo/").status_code == 404
    place.second.post(f"{page}undo/")
    assert (Item.objects.count(), ItemVersion.objects.count()) == (1, 1)
    again = imported(place, run_jobs, changed(place, 3))
    assert "这一批草稿" in place.editor.get(again).content.decode()


def test_two_presses_begin_one_import(place: Place, run_jobs: Callable[[], Any]) -> None:
    tried = upload(place.editor, table(changed(place))).url
    early = place.editor.post(f"{tried}start/", follow=True).content.decode()
    assert "请先完成试运行" in early
    run_jobs()
    first, second = (place.editor.post(f"{tried}start/").url for _ in range(2))
    assert first == second
    run_jobs()
    assert ItemVersion.objects.count() == 2


def test_an_import_that_broke_off_goes_on(place: Place, run_jobs: Callable[[], Any]) -> None:
    tried = upload(place.editor, table(changed(place))).url
    run = ImportRun.objects.get()
    run_jobs()
    assert "没有中断" in place.editor.post(f"{tried}resume/", follow=True).content.decode()
    ImportRun.objects.filter(pk=run.pk).update(state="failed", problem="断电", rows_done=0)
    assert "从中断处继续" in place.editor.get(tried).content.decode()
    place.editor.post(f"{tried}resume/")
    run_jobs()
    run.refresh_from_db()
    assert (run.state, run.account["read"]) == ("done", 1)


def test_rows_of_others_and_heads_that_differ_are_refused(place: Place, run_jobs: Callable[[], Any]) -> None:
    rows = (
        changed(
            place, 1, 实施主体编码="11350000MB0000029K", 实施编码="11350000MB0000029K4350123001000", 短名="x"
        ),
        changed(place, 2, 行使层级="3"),
        changed(place, 3, 实施编码=place.code[:-1] + "8", 短名="", 基本编码="990000000000"),
    )
    tried = upload(place.editor, table(*rows)).url
    run_jobs()
    said = {
        row.line: row for row in items.import_report(ImportRun.objects.get())[0] if row.outcome == "rejected"
    }
    assert said[2].rule == "not-yours"
    assert "level" in said[3].message
    assert "990000000000" in said[4].message
    assert place.editor.get(tried).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "profile_name", "words"),
    [
        ("a.csv", b"", "national", "空的"),
        ("a.csv", b"%PDF-1.7 ...", "national", "PDF"),
        ("a.xls", b"\xd0\xcf\x11\xe0 old", "national", "XLS"),
        ("a.csv", b"\xef\xbb\xbf<!DOCTYPE html><html><body>", "national", "网页"),
        ("a.csv", b"a\x00b", "national", "二进制"),
        ("a.csv", "实施编码,事项名称".encode(), "no-such", "导入方案"),
        ("a.csv", "实施编码,事项名称".encode(), "../national", "导入方案"),
    ],
)
def test_what_is_no_table_is_refused_at_once(
    place: Place, name: str, content: bytes, profile_name: str, words: str
) -> None:
    answer = upload(place.editor, SimpleUploadedFile(name, content), profile=profile_name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_no_file_too_large_a_file_and_another_encoding(place: Place, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    assert "请选择要导入的文件" in place.editor.post(URL, {"profile": "national"}).content.decode()
    large = upload(place.editor, SimpleUploadedFile("a.csv", b"x" * 5000))
    assert (large.status_code, "超过" in large.content.decode()) == (422, True)
    odd = upload(place.editor, SimpleUploadedFile("a.csv", b"x"), encoding="ebcdic")
    assert odd.status_code == 422


def test_an_unknown_heading_is_said_on_the_page(place: Place, run_jobs: Callable[[], Any]) -> None:
    file = SimpleUploadedFile("../../x\x07.csv", "实施编码,事项名称,心情\n1,2,3\n".encode())
    tried = upload(place.editor, file).url
    run_jobs()
    page = place.editor.get(tried).content.decode()
    assert "表头有不认识的列：心情" in page
    assert ImportRun.objects.get().file_name == "x.csv"


def test_markup_in_cells_is_shown_as_text(place: Place, run_jobs: Callable[[], Any]) -> None:
    row = changed(place, 事项名称="<script>alert(1)</script>" + "长" * 300)
    tried = upload(place.editor, table(row)).url
    run_jobs()
    assert "<script>alert" not in place.editor.get(tried).content.decode()


def test_who_may(place: Place, run_jobs: Callable[[], Any], resident: Person, client: Client) -> None:
    page = imported(place, run_jobs, changed(place))
    for path in (URL, page, f"{page}progress/", f"{page}report.csv"):
        assert place.editor.get(path).status_code == 200, path
        assert resident.client.get(path).status_code == 403, path
        assert client.get(path).status_code in (302, 403), path
    for path in (page, f"{page}progress/", f"{page}report.csv"):
        assert place.stranger.get(path).status_code == 404, path
    assert upload(place.legal, table(changed(place))).status_code == 403
    for act in ("start", "resume", "undo", "move"):
        assert place.stranger.post(f"{page}{act}/").status_code == 404
        assert resident.client.post(f"{page}{act}/").status_code == 403
    assert place.editor.post(f"{page}nonsense/").status_code == 404
    assert place.editor.post(f"{page}move/", {"state": "published"}).status_code == 404
