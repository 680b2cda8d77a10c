"""A dataset's people: a steward who makes, a supervisor who reviews, in one department."""

from types import SimpleNamespace

import pytest

from tongban.divisions.models import Division
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.opendata import service as opendata
from tongban.opendata import sources
from tongban.opendata.shapes import Column, Source
from tongban.organisations import service as organisations

CELLS = {("a", "x"): 2, ("a", "y"): 30, ("b", "x"): 40, ("b", "y"): 50, ("c", "x"): 60, ("c", "y"): 70}


def counted(cells):
    return lambda: [(a, f"地区{a}", b, n) for (a, b), n in cells.items()]


COLUMNS = (
    Column("area", "地区代码", "Area", role="dimension"),
    Column("area_name", "地区", "Area name", role="label", of="area"),
    Column("kind", "类别", "Kind", role="dimension"),
    Column("n", "件数", "Number", "integer", role="count"),
)
COUNTS = Source(
    "test-counts", "测试统计", "Counts", "", "counts", COLUMNS, counted(CELLS),
    margins=(("area",), ("kind",), ()), chart=("area_name", "n"),
)  # fmt: skip
REGISTER = Source(
    "test-register", "测试名录", "Register", "", "register",
    (
        Column("code", "代码", "Code"), Column("name", "名称", "Name"),
        Column("size", "大小", "Size", "integer"), Column("since", "日期", "Since", "date"),
        Column("open", "开放", "Open", "boolean"), Column("share", "比例", "Share", "number"),
    ),
    lambda: [
        (f"{n:03d}", "=SUM(A1)" if n == 0 else f"名称{n % 4}", n if n != 5 else None, None, n % 2 == 0, n / 4)
        for n in range(25)
    ],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _sources(monkeypatch):
    monkeypatch.setitem(sources.ALL, COUNTS.key, COUNTS)
    monkeypatch.setitem(sources.ALL, REGISTER.key, REGISTER)


def staff(role, department, number):
    account = identity.create_account("staff", f"人员{number}", username=f"od{number}", password_hash="!")
    row = organisations.ensure_staff(account.id, department.id, f"人员{number}", f"OD{number:05d}")
    from tongban.kit.actors import SYSTEM

    organisations.ensure_post(SYSTEM, row.id, role, department.id, department.division)
    return identity.own_actor(account)


@pytest.fixture
def people(db, department_factory=None):
    from tongban.conftest import DepartmentFactory

    Division.objects.get_or_create(code="35", defaults={"name": "福建省", "level": 1, "full_name": "福建省"})
    department = DepartmentFactory(division="35", code="data", name="福建省数据局")
    resident = identity.create_account("resident", "林一", username="odlin", password_hash="!")
    return SimpleNamespace(
        department=department,
        steward=staff("steward", department, 1),
        other=staff("steward", department, 2),
        supervisor=staff("supervisor", department, 3),
        clerk=staff("clerk", department, 4),
        resident=Actor("resident", "林一", resident.id),
    )


def given(people, source="test-counts", code="", **more):
    values = {
        "code": code or source, "source": source, "title": "测试数据集", "title_en": "A test dataset",
        "description": "用于测试的数据集", "theme": "GOVE", "department_id": people.department.id,
        "contact_name": "数据局", "contact": "data@example.org", "keywords": ("测试", "开放"),
    }  # fmt: skip
    return opendata.DatasetIn(**{**values, **more})


@pytest.fixture
def publish(people):
    def made(source="test-counts", code="", **more):
        row = opendata.create(people.steward, given(people, source, code, **more))
        release = opendata.submit(people.steward, opendata.build(people.steward, row.id).id)
        opendata.review(people.supervisor, release.id, publish=True)
        return opendata.published(row.code)

    return made
