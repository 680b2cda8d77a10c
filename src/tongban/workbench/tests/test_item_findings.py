"""The page and the table of findings: who may, filters, regions, nothing found."""

import csv
import io
from dataclasses import dataclass

import pytest
from django.test import Client

from tongban.conftest import Person, PostFactory, actor_of_account, client_of
from tongban.items import service as items
from tongban.items.models import ItemVersion
from tongban.items.tests.factories import item_data, load
from tongban.organisations import service as organisations

pytestmark = pytest.mark.django_db
URL, TABLE = "/work/items/findings/", "/work/items/findings.csv"
ERROR = {"rule": "item-code-uscc", "field": "code", "message": "代码的校验码不符", "severity": "error"}
WARNING = {"rule": "address-not-precise", "field": "address", "message": "地址不具体", "severity": "warning"}


@dataclass
class Office:
    editor: Client
    far: Client
    supervisor: Client
    here: items.VersionDetail
    there: items.VersionDetail


@pytest.fixture
def office() -> Office:
    here = load()
    there = items.version(
        items.load_item(
            item_data(slug="there", division="350203", code=_code(here), name="厦门的事项")
        ).version_id
    )
    for detail, found in ((here, [ERROR, WARNING]), (there, [WARNING])):
        ItemVersion.objects.filter(pk=detail.id).update(findings=found)
    department = organisations.department_by_code("shichang")

    def staff(role: str, division: str) -> Client:
        post = PostFactory(role=role, staff__department=department, department=department, division=division)
        return client_of(post.staff.account)

    return Office(
        staff("item_editor", "350102"), staff("item_editor", "3502"), staff("supervisor", "35"), here, there
    )


def _code(detail: items.VersionDetail) -> str:
    return f"{detail.code[:19]}350131099000"


def rows(client: Client, **query: str) -> list[dict[str, str]]:
    answer = client.get(TABLE, query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_an_editor_sees_the_own_region_and_a_supervisor_all(office: Office) -> None:
    page = office.editor.get(URL).content.decode()
    assert office.here.name in page
    assert "厦门的事项" not in page
    assert "1 个事项有提示" in page
    far = office.far.get(URL).content.decode()
    assert "厦门的事项" in far
    assert office.here.name not in far
    assert "2 个事项有提示" in office.supervisor.get(URL).content.decode()


def test_filters_narrow_page_and_table_alike(office: Office) -> None:
    grave = office.supervisor.get(URL, {"severity": "error"}).content.decode()
    assert "代码的校验码不符" in grave
    assert "厦门的事项" not in grave
    assert [row["说明"] for row in rows(office.supervisor, severity="error")] == ["代码的校验码不符"]
    by_rule = rows(office.supervisor, rule="address-not-precise")
    assert {row["事项"] for row in by_rule} == {"厦门的事项", office.here.name}
    assert {row["说明"] for row in by_rule} == {"地址不具体"}
    assert [row["编码"] for row in rows(office.supervisor, q="厦门")] == [office.there.code]
    assert [row["编码"] for row in rows(office.supervisor, q=office.here.code)] == [office.here.code] * 2
    assert len(rows(office.supervisor, department=office.here.department_name)) == 3
    assert rows(office.supervisor, department="没有的部门") == []
    assert office.supervisor.get(URL, {"severity": "odd", "page": "99"}).status_code == 200


def test_the_table_names_how_to_mend_and_is_bound_like_the_page(office: Office) -> None:
    found = rows(office.editor)
    assert {row["编码"] for row in found} == {office.here.code}
    assert all(row["怎样改"] for row in found)


def test_nothing_found_says_so(office: Office) -> None:
    ItemVersion.objects.update(findings=[])
    assert "没有找到问题" in office.editor.get(URL).content.decode()
    assert rows(office.editor) == []


def test_wildcards_and_nul_in_the_search_are_text(office: Office) -> None:
    for text in ("%", "_", "\\", "厦门\x00"):
        answer = office.supervisor.get(URL, {"q": text})
        assert answer.status_code == 200
    assert "0 个事项有提示" in office.supervisor.get(URL, {"q": "%"}).content.decode()


@pytest.mark.parametrize("state", ["draft", "submitted", "business", "reviewed", "scheduled"])
def test_versions_on_their_way_are_counted(office: Office, state: str) -> None:
    post = PostFactory(
        role="item_editor",
        staff__department=organisations.department_by_code("shichang"),
        department=organisations.department_by_code("shichang"),
        division="350102",
    )
    draft = items.new_draft(actor_of_account(post.staff.account), office.here.code)
    ItemVersion.objects.filter(pk=draft.id).update(state=state, findings=[ERROR])
    assert len(rows(office.editor, severity="error")) == 2


def test_who_may_not(office: Office, resident: Person, client: Client) -> None:
    clerk = client_of(PostFactory(role="clerk").staff.account)
    for url in (URL, TABLE):
        assert clerk.get(url).status_code == 403
        assert resident.client.get(url).status_code == 403
        assert client.get(url).status_code in (302, 403)
