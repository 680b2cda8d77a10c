"""The pages of sources, quarantine and elements."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tongban.conftest import DepartmentFactory, Person, run_due_jobs
from tongban.organisations.models import Department
from tongban.resources.models import Landed, Snapshot, Source
from tongban.resources.tests.test_snapshots import HEAD, LAYOUT, MAPPING, OLD, text, upload

pytestmark = pytest.mark.django_db
URL = "/work/sources/renkou/"


@pytest.fixture
def police(db: None) -> Department:
    return DepartmentFactory(code="gongan", name="福州市公安局", short_name="公安局")


@pytest.fixture
def client(police: Department, staff_with: Callable[..., Person], settings: Any, tmp_path: Path) -> Any:
    settings.VAR = tmp_path
    settings.FILES_ROOT = tmp_path / "files"
    found = staff_with("steward", police).client
    given = {"slug": "renkou", "name": "人口信息", "department": str(police.id), "kind": "person",
             "way": "file", "cycle": "daily"}  # fmt: skip
    assert "还没有数据源" in found.get("/work/sources/").content.decode()
    assert found.post("/work/sources/new/", given)["Location"] == URL
    assert found.post("/work/sources/new/", given).status_code == 422
    return found


def form(**more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {f"layout-{name}": value for name, value in LAYOUT.items()}
    for n, (column, how) in enumerate(MAPPING.items()):
        data |= {f"column-{n}": column} | {f"{name}-{n}": value for name, value in how.items()}
    return data | more


def test_columns_are_tried_saved_and_a_file_is_read(client: Any) -> None:
    tried = client.post(URL, form(act="try", file=upload(text())))
    page = tried.content.decode()
    assert "读了 5 行：2 行可以采用，3 行要修正" in page
    assert not Landed.objects.exists()
    assert Source.objects.get().mapping == {}
    wrong = client.post(URL, form(act="save", **{"element-0": "person.phone"}))
    assert wrong.status_code == 422
    assert "已经对应这个数据元" in wrong.content.decode()
    assert client.post(URL, form(act="save"))["Location"] == URL
    assert Source.objects.get().mapping == MAPPING
    refused = client.post(URL, {"act": "land", "file": upload("SFZH,XM\n1,2\n")})
    assert refused.status_code == 422
    assert "文件缺少这些列：GXSJ、CSRQ、SJH" in refused.content.decode()
    assert client.post(URL, {"act": "land"}).status_code == 422
    gone = client.post(URL, {"act": "land", "file": upload(text())})
    made = Snapshot.objects.get()
    assert gone["Location"] == f"{URL}files/{made.id}/"
    assert "正在排队" in client.get(gone["Location"]).content.decode()
    assert "HX-Refresh" not in client.get(f"{gone['Location']}progress/")
    run_due_jobs()
    assert client.get(f"{gone['Location']}progress/")["HX-Refresh"] == "true"
    assert "读取 5 = 入库 2 + 待修正 3" in client.get(gone["Location"]).content.decode()
    assert "3 待修正" in client.get("/work/sources/").content.decode()
    assert client.post(URL, {"act": "dance"}).status_code == 400


def test_a_key_is_shown_once(client: Any) -> None:
    page = client.post(URL, {"act": "key"})
    assert "只显示这一次" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "只显示这一次" not in client.get(URL).content.decode()
    assert Source.objects.get().key_hash


def test_a_row_is_repaired_or_given_up_by_the_form(client: Any) -> None:
    client.post(URL, form(act="save"))
    client.post(URL, {"act": "land", "file": upload(text())})
    run_due_jobs()
    listed = client.get(f"{URL}quarantine/").content.decode()
    assert "第 3 行" in listed
    row, other = Landed.objects.filter(outcome="quarantined").order_by("line")[:2]
    url = f"{URL}quarantine/{row.id}/"
    assert "19900230" in client.get(url).content.decode()
    send = {"act": "send", "subject": row.body["subject"], "as_of": OLD, "field-0": "林大", "field-2": ""}
    assert client.post(url, send | {"field-1": "19900231"}).status_code == 422
    assert client.post(url, send | {"field-1": "x", "as_of": "昨天"}).status_code == 422
    assert client.post(url, send | {"field-1": "19900228"})["Location"] == f"{URL}quarantine/"
    assert client.post(url, send | {"field-1": "19900228"}).status_code == 409
    assert "已采用" in client.get(url).content.decode()
    url = f"{URL}quarantine/{other.id}/"
    assert client.post(url, {"act": "discard", "reason": ""}).status_code == 422
    assert client.post(url, {"act": "discard", "reason": "号码无法核实"}).status_code == 302
    assert "号码无法核实" in client.get(url).content.decode()


def test_an_element_has_one_source_by_decision(client: Any, police: Department, staff_with: Any) -> None:
    client.post(URL, form(act="save"))
    civil = DepartmentFactory(code="minzheng", name="福州市民政局", short_name="民政局")
    office = staff_with("steward", DepartmentFactory(code="shuju", name="数据局")).client
    url = "/work/elements/person.phone/"
    given = {"act": "decide", "department": str(civil.id), "document_number": "闽数〔2026〕3号",
             "decided_on": "2026-01-05", "key": "k1"}  # fmt: skip
    assert client.post(url, given).status_code == 403
    assert office.post(url, given | {"document_number": ""}).status_code == 422
    assert office.post(url, given | {"decided_on": "x"}).status_code == 422
    assert office.post(url, given | {"department": "x"}).status_code == 422
    assert office.post(url, given)["Location"] == url
    listed = office.get("/work/elements/").content.decode()
    assert "闽数〔2026〕3号" in listed
    assert "公安局" in listed  # the checker
    again = given | {"department": str(police.id), "document_number": "闽数〔2026〕4号", "key": "k2"}
    refused = office.post(url, again)
    assert refused.status_code == 409
    assert "福州市民政局（闽数〔2026〕3号" in refused.content.decode()
    assert office.post(url, again | {"replace": "1"}).status_code == 302
    page = office.get(url).content.decode()
    assert page.index("闽数〔2026〕4号") < page.rindex("闽数〔2026〕3号")
    assert office.get("/work/elements/person.shoe/").status_code == 404
    assert client.get("/work/elements/?kind=legal").status_code == 200


def test_an_operator_sets_up_but_sees_no_rows(client: Any, police: Department, staff_with: Any) -> None:
    operator = staff_with("operator", police).client
    page = operator.get(URL).content.decode()
    assert "保存对应关系" in page
    assert "用样本试读" not in page
    assert operator.get(f"{URL}quarantine/").status_code == 403
    assert operator.post(URL, {"act": "land", "file": upload(text(head=HEAD))}).status_code == 403
    assert staff_with("clerk", police).client.get("/work/sources/").status_code == 403
