"""The pages of a source that is read from a database."""

from typing import Any

import pytest

from tongban.conftest import run_due_jobs
from tongban.resources import service as resources
from tongban.resources.models import DatabaseLink, Landed, Snapshot
from tongban.resources.tests.conftest import sources  # noqa: F401  (fixture)
from tongban.resources.tests.department_database import (  # noqa: F401  (fixtures)
    LAYOUT,
    MAPPING,
    Department,
    department_database,
    linked,
    steward,
    theirs,
)

pytestmark = pytest.mark.django_db
SOURCE = "/work/sources/huji/"
URL = f"{SOURCE}database/"


@pytest.fixture
def people(steward: Any, sources: dict[str, Any], staff_with: Any) -> dict[str, Any]:  # noqa: F811
    """A steward of the department, one of another, an operator, a clerk."""
    police, civil = sources["gongan"], sources["minzheng"]
    return {
        "steward": staff_with("steward", police).client, "other": staff_with("steward", civil).client,
        "operator": staff_with("operator", civil).client, "clerk": staff_with("clerk", police).client,
    }  # fmt: skip


def form(given: Any, **more: Any) -> dict[str, Any]:
    names = ("host", "port", "database", "user", "password", "tls")
    return {"act": "connect", **{name: getattr(given, name) for name in names}, **more}


def columns(**more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {f"layout-{name}": value for name, value in LAYOUT.items()}
    for n, (column, how) in enumerate(MAPPING.items()):
        data |= {f"column-{n}": column} | {f"{name}-{n}": value for name, value in how.items()}
    return data | more


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return str(response.content.decode())


def test_from_a_connection_to_rows(people: dict[str, Any], theirs: Department) -> None:  # noqa: F811
    client = people["steward"]
    assert "还没有填写连接" in text(client.get(SOURCE))
    assert "立即读取" not in text(client.get(SOURCE))
    assert "主机" in text(client.post(URL, form(theirs.given, host="")), 422)
    page = text(client.post(URL, form(theirs.given, host="10.9.9.9")), 422)
    assert "只能读取运维人员列出的数据库" in page
    page = text(client.post(URL, form(theirs.given, password="no")), 409)
    assert "用户名或密码不对" in page
    assert theirs.given.password not in page
    assert client.post(URL, form(theirs.given))["Location"] == URL
    page = text(client.get(URL))
    assert "已连上" in page
    assert "public.户籍; 人" in page
    assert "secret_things" not in page
    assert theirs.given.password not in page
    assert "没有这张表" in text(client.post(URL, {"act": "table", "table": "public.secret_things"}), 422)
    assert client.post(URL, {"act": "table", "table": "public.户籍; 人"}).status_code == 302
    page = text(client.get(URL))
    assert "id · bigint · 不重复" in page
    assert "photo" not in page
    assert "日期时间列" in text(client.post(URL, {"act": "order", "key": "id", "moment": "XM"}), 422)
    assert client.post(URL, {"act": "order", "key": "id", "moment": "gxsj"}).status_code == 302
    theirs.put(0)
    theirs.put(1, number="123")
    tried = text(client.post(SOURCE, columns(act="try")))
    assert "读了 2 行：1 行可以采用，1 行要修正" in tried
    assert '<option value="SFZH">' in tried
    assert "没有" in text(client.post(SOURCE, columns(act="try", **{"column-0": "没有"})), 409)
    assert not Landed.objects.exists()
    assert client.post(SOURCE, columns(act="save"))["Location"] == SOURCE
    gone = client.post(SOURCE, {"act": "read"})
    made = Snapshot.objects.get()
    assert gone["Location"] == f"{SOURCE}files/{made.id}/"
    run_due_jobs()
    page = text(client.get(gone["Location"]))
    assert "读取 2 = 入库 1 + 待修正 1" in page
    assert "读到的行存为 Parquet" in page
    assert "户籍; 人" in text(client.get(f"{SOURCE}quarantine/"))
    assert "历次读取" in text(client.get(SOURCE))


def test_reading_is_stopped_resumed_and_begun_anew(people: dict[str, Any], linked: Department) -> None:  # noqa: F811
    linked.put(0)
    client = people["operator"]
    assert client.post(SOURCE, {"act": "read"}).status_code == 302
    run_due_jobs()
    assert "id = 0" in text(client.get(URL))
    assert client.post(URL, {"act": "stop"}).status_code == 302
    assert "已停止定时读取" in text(client.get(URL))
    assert client.post(URL, {"act": "go"}).status_code == 302
    assert client.post(URL, {"act": "over"}).status_code == 302
    assert DatabaseLink.objects.get().position is None
    assert client.post(URL, {"act": "burn"}).status_code == 400
    assert client.post(URL, {"act": "table", "table": "\x00"}).status_code == 422


def test_a_failed_reading_says_why_and_so_does_the_page_when_nobody_answers(
    people: dict[str, Any], linked: Department, settings: Any  # noqa: F811
) -> None:  # fmt: skip
    linked.admin.execute('DROP TABLE "户籍; 人"')
    client = people["steward"]
    client.post(SOURCE, {"act": "read"})
    run_due_jobs()
    assert "表 户籍; 人 已不存在" in text(client.get(f"{SOURCE}files/{Snapshot.objects.get().id}/"))
    assert "连续 1 次没有读成" in text(client.get(URL))
    settings.SOURCE_DATABASES = ["127.0.0.1:9"]
    DatabaseLink.objects.update(port=9)
    assert "连接被拒绝" in text(client.get(URL))


def test_who_may(people: dict[str, Any], linked: Department) -> None:  # noqa: F811
    for name, status in (("steward", 200), ("operator", 200), ("other", 403), ("clerk", 403)):
        assert people[name].get(URL).status_code == status
    for act in ("connect", "table", "order", "over", "stop", "go"):
        assert people["other"].post(URL, {"act": act}).status_code == 403
    assert people["other"].post(SOURCE, {"act": "read"}).status_code == 403
    # An operator sets it up and sees no rows.
    assert people["operator"].post(SOURCE, columns(act="try")).status_code == 403
    assert people["steward"].get("/work/sources/nothing/database/").status_code == 404


def test_a_source_of_files_has_no_database_page(
    people: dict[str, Any], steward: Any, sources: dict[str, Any]  # noqa: F811
) -> None:  # fmt: skip
    resources.ensure_source(steward, "wenjian", "文件", sources["gongan"].id, way="file", mapping=MAPPING)
    for ask in (people["steward"].get, people["steward"].post):
        assert ask("/work/sources/wenjian/database/", {"act": "stop"}).status_code == 404
    page = text(people["steward"].post("/work/sources/wenjian/", {"act": "read"}), 409)
    assert "不是从数据库读取的" in page
