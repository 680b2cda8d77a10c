"""The pages of merging subjects."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person, SubjectFactory
from tongban.resources import service as resources
from tongban.resources.models import Merger

pytestmark = pytest.mark.django_db
URL = "/work/mergers/"


@pytest.fixture
def client(db: None, staff_with: Callable[..., Person]) -> Any:
    return staff_with("steward", DepartmentFactory(code="shuju", name="福州市数据管理局")).client


def test_two_numbers_are_compared_merged_and_split(client: Any) -> None:
    one, other = SubjectFactory(name="林一"), SubjectFactory(name="林二")
    police = DepartmentFactory(code="gongan")
    rows = [(one.id, "person.address", "东街 1 号"), (other.id, "person.address", "西街 2 号")]
    resources.put_values(police.id, rows, timezone.now())
    page = client.get(URL).content.decode()
    assert "没有合并过的主体" in page
    assert f'href="{URL}" aria-current="page"' in page
    wrong = client.post(URL, {"one": one.id_number, "other": "123"})
    assert wrong.status_code == 422
    assert "没有这个号码的主体" in wrong.content.decode()
    same = client.post(URL, {"one": one.id_number, "other": one.id_number})
    assert "两个号码是同一个主体" in same.content.decode()
    assert "请填写身份证号" in client.post(URL, {}).content.decode()
    found = client.post(URL, {"one": one.id_number, "other": other.id_number})["Location"]
    assert found == f"{URL}compare/{one.id}/{other.id}/"
    page = client.get(found).content.decode()
    assert page.index("东街 1 号") < page.index("西街 2 号")
    assert client.post(found, {"reason": "同", "key": "k"}).status_code == 422
    made = client.post(found, {"reason": "户籍底册核对为同一人", "key": "k"})["Location"]
    row = Merger.objects.get()
    assert made == f"{URL}{row.id}/"
    again = client.post(found, {"reason": "户籍底册核对为同一人", "key": "k2"})
    assert again.status_code == 409
    assert "请先拆分" in again.content.decode()
    assert "林一 并入 林二" in client.get(f"{URL}?q=林一&state=standing").content.decode()
    assert "没有合并过的主体" in client.get(f"{URL}?state=split").content.decode()
    assert client.post(made, {"reason": "错"}).status_code == 422
    assert client.post(made, {"reason": "两人指纹不同，合并有误"}).status_code == 302
    assert "已拆分" in client.get(made).content.decode()
    assert client.post(made, {"reason": "两人指纹不同，合并有误"}).status_code == 302  # told, not broken


def test_others_see_nothing_of_it(client: Any, staff_with: Callable[..., Person], clerk: Person) -> None:
    one, other = SubjectFactory(), SubjectFactory()
    row = Merger.objects.create(source=one, target=other, reason="x", by_name="x")
    police = staff_with("steward", DepartmentFactory(code="gongan")).client
    for path in (URL, f"{URL}compare/{one.id}/{other.id}/", f"{URL}{row.id}/"):
        for who in (police, clerk.client):
            assert who.get(path).status_code == 403
            assert who.post(path, {"one": one.id_number, "other": other.id_number}).status_code == 403
        assert client.get(path).status_code == 200
    assert URL not in police.get("/work/elements/").content.decode()
    assert client.get(f"{URL}{one.id}/").status_code == 404
