import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongban.items import service as items
from tongban.items.cli import commands
from tongban.items.models import BasicItem, Item, ItemVersion
from tongban.kit.actors import ANONYMOUS, SYSTEM
from tongban.kit.errors import Forbidden, NotFound

SHARED = Path(os.environ.get("TONGBAN_SHARED", django_settings.ROOT.parent / "shared"))
REAL = SHARED / "data" / "guangdong-items.jsonl"

ROW: dict[str, Any] = {
    "TASK_CODE": "11440000006940116U2440102002003", "ORGCODE": "006940116", "TASK_TYPE": "01",
    "TASK_TYPE_TEXT": "行政许可", "matter_type": "行政许可", "DEPT_NAME": "广东省教育厅",
    "AREACODE": "440000",
    "CATAID": "440102002003", "matter_name": "教材审批", "subCatalogName": "教材审批",
    "TASK_NAME": "教材审批",
    "parentCatalogId": "44010200200Y", "parentCatalogName": "教材", "CATANAME": "教材",
    "matter_level": "省级",
    "district": "省级", "visit_number": "0", "LIMIT_SCENE_NUM": "0", "handle_time": "20(工作日)",
    "handle_time_limit": "10(工作日)", "accept_standard": "无", "consult_phone": "020-12345",
    "complain_phone": "020-12346", "handle_location": "办理地点：东风东路 723 号",
    "service_object_name": ["自然人"],
    "theme_category": ["教育科研"], "material_intro": ["申请表", "申请表", "承诺书"], "matter_code": "无",
    "courier_service": "是", "online_book": "否", "URL": "https://example.org/", "matter_daily": "无",
    "matter_short": "教材初审", "co_department": "无",
}  # fmt: skip


def row(**changes: Any) -> str:
    return json.dumps({**ROW, **changes}, ensure_ascii=False)


def run(tmp_path: Path, *lines: str | bytes, **options: Any) -> items.ImportResult:
    path = tmp_path / "items.jsonl"
    path.write_bytes(b"\n".join(x if isinstance(x, bytes) else x.encode() for x in lines) + b"\n")
    result = items.import_file(SYSTEM, path, "guangdong", report_folder=tmp_path / "reports", **options)
    assert result.read == result.imported + result.unchanged + result.flagged + result.rejected
    return result


@pytest.mark.django_db
def test_a_clean_row_becomes_a_guide(tmp_path: Path) -> None:
    assert run(tmp_path, row()).imported == 1
    detail = items.published(ROW["TASK_CODE"])
    assert (detail.statutory_days, detail.promised_days, detail.division) == (20, 10, "44")
    assert (detail.type_code, detail.service_objects, detail.delivery) == ("01", ("1",), True)
    assert [m.name for m in detail.materials] == ["申请表", "承诺书"]
    assert detail.address == "东风东路 723 号"
    assert detail.conditions == ()
    assert detail.basic_code == "440102002003"
    assert not detail.fileable


@pytest.mark.django_db
def test_bad_rows_are_rejected_with_line_and_reason_and_stop_nobody(tmp_path: Path) -> None:
    lines = [
        row(), "not json", "[1]", row(TASK_CODE=None), row(TASK_CODE="无"), row(TASK_NAME="  "), "", "NaN",
        row(TASK_CODE="11440000006940116U2440102002099", TASK_NAME="长" * 500),
        row(TASK_NAME="另一个名字"), row(), "[" * 100_000, b"\xff\xfe\xff",
        row(TASK_CODE="11440000006940116U2440102002001", CATAID="440102002001"),
    ]  # fmt: skip
    result = run(tmp_path, *lines)
    assert (result.read, result.imported, result.unchanged, result.rejected) == (13, 2, 1, 10)
    with Path(result.report).open(encoding="utf-8-sig") as stream:
        said = {int(r["line"]): r for r in csv.DictReader(stream) if r["outcome"] == "rejected"}
    assert {line: r["rule"] for line, r in said.items()} == {
        2: "not-json", 3: "not-an-object", 4: "no-code", 5: "no-code", 6: "no-name", 8: "not-json",
        9: "too_long", 10: "code-twice", 12: "not-json", 13: "encoding",
    }  # fmt: skip
    assert all(r["message"] for r in said.values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"TASK_CODE": "TE440000GD030003VV2440102002003"}, "item-code-temporary-agency"),
        ({"ORGCODE": "006940117"}, "item-code-parts"),
        ({"CATAID": "440102002004"}, "item-code-parts"),
        ({"matter_level": "市级", "district": "市级"}, "item-code-parts"),
        ({"handle_time_limit": "30(工作日)"}, "promised-longer-than-statutory"),
        ({"handle_time": "很快"}, "value-not-understood"),
        ({"service_object_name": ["外星人"]}, "value-not-understood"),
        ({"consult_phone": ""}, "required-element-empty"),
        ({"brand_new_key": "x"}, "unknown-key"),
        ({"LIMIT_SCENE_NUM": "1"}, "source-fields-differ"),
    ],
)
def test_doubtful_rows_are_kept_and_flagged(tmp_path: Path, changes: dict[str, Any], rule: str) -> None:
    result = run(tmp_path, row(**changes))
    assert result.flagged == 1
    assert rule in result.rules
    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_markup_is_cleaned_and_other_schemes_are_not_offered(tmp_path: Path) -> None:
    dirty = "<p>有<b>场所</b></p><script>alert(1)</script><p onclick='x'>有人员&nbsp;</p>"
    run(tmp_path, row(accept_standard=dirty, URL="javascript:alert(1)"))
    detail = items.published(ROW["TASK_CODE"])
    assert detail.conditions == ("有场所", "有人员")
    assert detail.online_url == ""


@pytest.mark.django_db
def test_byte_order_mark_and_gbk_are_read(tmp_path: Path) -> None:
    assert run(tmp_path, b"\xef\xbb\xbf" + row().encode()).imported == 1
    assert run(tmp_path, row().encode("gb18030")).unchanged == 1
    assert run(tmp_path, row().encode("gb18030"), encoding="gbk").unchanged == 1
    assert run(tmp_path, row().encode("gb18030"), encoding="utf-8").rejected == 1


@pytest.mark.django_db
def test_a_changed_row_makes_a_version_and_a_dry_run_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, row(), dry_run=True).imported == 1
    assert not Item.objects.exists()
    assert not BasicItem.objects.exists()
    run(tmp_path, row())
    assert run(tmp_path, row(consult_phone="020-12399"), dry_run=True).imported == 1
    assert run(tmp_path, row(consult_phone="020-12399")).imported == 1
    assert [v.number for v in items.versions_of(ROW["TASK_CODE"])] == [2, 1]


@pytest.mark.django_db
def test_a_cell_of_the_report_is_never_a_formula(tmp_path: Path) -> None:
    result = run(tmp_path, row(TASK_NAME="=1+1", consult_phone=""))
    assert "'=1+1" in Path(result.report).read_text(encoding="utf-8-sig")


@pytest.mark.django_db
def test_who_may_and_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with pytest.raises(NotFound):
        items.import_file(SYSTEM, path, "guangdong", report_folder=tmp_path)
    path.write_text(row(), encoding="utf-8")
    with pytest.raises(Forbidden):
        items.import_file(ANONYMOUS, path, "guangdong", report_folder=tmp_path)
    with pytest.raises(NotFound, match="guangdong"):
        items.import_file(SYSTEM, path, "../guangdong", report_folder=tmp_path)


VALUES = st.none() | st.text(max_size=30) | st.integers() | st.lists(st.text(max_size=10), max_size=3)
LINES = st.one_of(
    st.text(max_size=40).map(lambda text: text.replace("\n", " ").replace("\r", " ")),
    st.dictionaries(st.sampled_from(sorted(ROW)), VALUES, max_size=4).map(lambda change: row(**change)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(LINES, max_size=6))
@pytest.mark.django_db(transaction=False)
def test_every_row_is_accounted_for_whatever_it_is(tmp_path: Path, lines: list[str]) -> None:
    first = run(tmp_path, *lines)
    versions = ItemVersion.objects.count()
    second = run(tmp_path, *lines)
    assert (second.imported, second.flagged, second.rejected) == (0, 0, first.rejected)
    assert ItemVersion.objects.count() == versions


@pytest.mark.django_db
def test_the_real_file_is_accounted_for_and_a_second_import_changes_nothing(tmp_path: Path) -> None:
    first = items.import_file(SYSTEM, REAL, "guangdong", report_folder=tmp_path)
    assert first.read == first.imported + first.flagged == 1595
    assert first.rules["item-code-temporary-agency"] == 2
    assert Item.objects.count() == ItemVersion.objects.count() == 1595
    second = items.import_file(SYSTEM, REAL, "guangdong", report_folder=tmp_path)
    assert (second.read, second.unchanged) == (1595, 1595)
    assert ItemVersion.objects.count() == 1595
    assert items.search("律师执业").hits[0].item.name.startswith(("专职律师", "律师", "兼职律师"))


@pytest.mark.django_db
def test_the_command_prints_the_account(tmp_path: Path, settings: Any) -> None:
    settings.VAR = tmp_path
    path = tmp_path / "x.jsonl"
    path.write_text(row() + "\noops\n", encoding="utf-8")
    done = CliRunner().invoke(commands, ["import", str(path), "--profile", "guangdong", "--json"])
    said = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (said["read"], said["imported"], said["rejected"]) == (2, 1, 1)
    assert Path(said["report"]).is_file()
    wrong = CliRunner().invoke(commands, ["import", str(path), "--profile", "nope", "--json"])
    assert wrong.exit_code == 2
    assert "guangdong" in wrong.stderr
