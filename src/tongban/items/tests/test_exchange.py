"""The exchange table both ways, the Sichuan district's file, and imports that are killed half-way."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings as django_settings
from django.db import connection

from tongban.items import service as items
from tongban.items.models import ImportRun, Item, ItemVersion
from tongban.items.tests.factories import load
from tongban.items.tests.test_import import REAL, ROW, row, run
from tongban.kit.actors import ANONYMOUS, SYSTEM
from tongban.kit.errors import Forbidden, Invalid

GUANGAN = (
    Path(os.environ.get("TONGBAN_SHARED", django_settings.ROOT.parent / "shared")) / "data/guangan-items.js"
)


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE items_basicitem, items_item, items_searchterm CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def sheet(path: Path) -> list[Any]:
    book = openpyxl.load_workbook(path, read_only=True)
    found = [list(one.iter_rows(values_only=True)) for one in book.worksheets]
    book.close()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_table_comes_back_as_it_went(tmp_path: Path, form: str) -> None:
    load()
    run(tmp_path, row(), row(TASK_CODE="11440000006940116U2440102002004", CATAID="440102002004",
        TASK_NAME="=教材|审定", accept_standard="长" * 40_000, courier_service="无"))  # fmt: skip
    first, second = tmp_path / f"a.{form}", tmp_path / f"b.{form}"
    assert items.export_file(SYSTEM, first, form=form) == 3
    again = items.import_file(SYSTEM, first, "national", report_folder=tmp_path)
    assert (again.read, again.unchanged) == (3, 3), again.findings
    emptied()
    made = items.import_file(SYSTEM, first, "national", report_folder=tmp_path)
    assert made.imported + made.flagged == 3, made.findings
    assert items.export_file(SYSTEM, second, form=form) == 3
    if form == "csv":
        assert first.read_bytes() == second.read_bytes()
    else:
        assert sheet(first) == sheet(second)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_in_any_encoding_and_bad_cells_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    good = "11440000006940116U2440102002003,教材审批,20"
    bad = "11440000006940116U2440102002004,教材审定,很快"
    path.write_bytes(f"实施编码,事项名称,法定办结时限\n{good}\n{bad}\n,无码,1\n".encode(encoding))
    result = items.import_file(SYSTEM, path, "national", report_folder=tmp_path)
    assert (result.read, result.rejected) == (3, 2)
    assert {(f.line, f.rule) for f in result.findings if f.outcome == "rejected"} == {
        (3, "cell-not-understood"),
        (4, "no-code"),
    }
    assert items.published("11440000006940116U2440102002003").statutory_days == 20
    page = Path(result.page).read_text(encoding="utf-8")
    assert "cell-not-understood" in page


@pytest.mark.django_db
def test_an_unknown_heading_stops_the_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("实施编码,事项名称,心情\n", encoding="utf-8")
    with pytest.raises(Invalid, match="心情"):
        items.import_file(SYSTEM, path, "national", report_folder=tmp_path)
    assert ImportRun.objects.get().state == "failed"
    with pytest.raises(Forbidden):
        items.export_file(ANONYMOUS, path)


@pytest.mark.django_db
def test_utf16_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes((row() + "\n").encode("utf-16"))
    assert items.import_file(SYSTEM, path, "guangdong", report_folder=tmp_path).imported == 1


@pytest.mark.django_db
def test_the_districts_file_keeps_its_codes_and_changes_nothing_twice(tmp_path: Path) -> None:
    first = items.import_file(SYSTEM, GUANGAN, "guangan", report_folder=tmp_path)
    assert first.read == first.imported + first.unchanged + first.flagged + first.rejected == 1135
    assert first.rejected == 0
    one = Item.objects.get(code="511A0138000000-511602000000-000-115113010833722043-1-00")
    assert (one.division, one.department_uscc, one.basic_id, one.national_code) == (
        "511602", "115113010833722043", None, "",
    )  # fmt: skip
    second = items.import_file(SYSTEM, GUANGAN, "guangan", report_folder=tmp_path)
    assert (second.read, second.unchanged) == (1135, 1135)


@pytest.mark.django_db
def test_a_row_without_code_gets_a_stable_number(tmp_path: Path) -> None:
    path = tmp_path / "x.js"
    path.write_text(
        "const a = [{department: '区局', items: [{main_item: '甲', sub_items: [{name: '乙', link: ''},]}]}];",
        encoding="utf-8",
    )
    first = items.import_file(SYSTEM, path, "guangan", report_folder=tmp_path)
    assert (first.flagged, first.rules["item-code-absent"]) == (1, 1)
    assert items.import_file(SYSTEM, path, "guangan", report_folder=tmp_path).unchanged == 1


KILLED = """
import django, os, signal, sys; django.setup()
from pathlib import Path
from tongban.items.importing import import_file, running
from tongban.kit.actors import SYSTEM
running.BATCH = 200
def progress(done):
    from tongban.items.models import ImportRun
    if ImportRun.objects.get().rows_done >= 400: os.kill(os.getpid(), signal.SIGKILL)
import_file(SYSTEM, Path(sys.argv[1]), "guangdong", report_folder=Path(sys.argv[2]), progress=progress)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_goes_on_and_doubles_nothing(tmp_path: Path) -> None:
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tongban.settings"}
    command = [sys.executable, "-c", KILLED, str(REAL), str(tmp_path)]
    done = subprocess.run(command, env=env, check=False, capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    before = Item.objects.count()
    assert 0 < before < 1595
    result = items.import_file(SYSTEM, REAL, "guangdong", report_folder=tmp_path, resume=True)
    assert (result.read, result.imported + result.flagged) == (1595, 1595)
    assert Item.objects.count() == ItemVersion.objects.count() == 1595
    assert ImportRun.objects.count() == 1
    lines = Path(result.report).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) - 1 == sum(result.rules.values())
    assert len(set(lines)) == len(lines)


@pytest.mark.django_db
def test_the_check_keeps_what_it_finds(tmp_path: Path) -> None:
    run(tmp_path, row(consult_phone="没有"))
    assert items.check_all().rules["phone-unreadable"] == 1
    assert items.check_all().changed == 0
    detail = items.published(ROW["TASK_CODE"])
    assert [f.rule for f in items.check_version(detail)] == ["phone-unreadable"]
    page = items.findings_page(SYSTEM, rule="phone-unreadable")
    assert [one.code for one in page.rows] == [ROW["TASK_CODE"]]
    with pytest.raises(Forbidden):
        items.findings_page(ANONYMOUS)
