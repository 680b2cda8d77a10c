"""Setting up a department's database: tried, sealed, chosen from what is there."""

from dataclasses import replace
from typing import Any

import pytest

from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.resources import service
from tongban.resources.databases.base import CannotRead
from tongban.resources.models import DatabaseLink, Landed
from tongban.resources.tests.department_database import (
    LAYOUT,
    MAPPING,
    Department,
    read,
)

pytestmark = pytest.mark.django_db


def test_the_connection_is_tried_sealed_and_kept_out_of_other_hands(
    theirs: Department, steward: Any, sources: dict[str, Any], staff_with: Any
) -> None:
    given = theirs.given
    for wrong, field in (
        ({"host": "10.0.0.1"}, "host"), ({"port": 1}, "host"), ({"host": "127.0.0.1,10.0.0.1"}, "host"),
        ({"host": "/tmp"}, "host"), ({"password": ""}, "password"), ({"user": ""}, "user"),
        ({"tls": "maybe"}, "tls"), ({"kind": "oracle"}, "kind"), ({"database": "x" * 64}, "database"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            service.connect_database(steward, "huji", replace(given, **wrong))  # type: ignore[arg-type]
        assert refused.value.problems[0].field == field
    for wrong, words in (
        ({"password": "x"}, "密码不对"), ({"database": "nowhere"}, "没有这个数据库"),
        ({"tls": "require"}, "加密连接没有建立"),
    ):  # fmt: skip
        with pytest.raises(CannotRead) as unread:
            service.connect_database(steward, "huji", replace(given, **wrong))  # type: ignore[arg-type]
        assert words in unread.value.message
    assert not DatabaseLink.objects.exists()
    link = service.connect_database(steward, "huji", given)
    assert given.password not in link.password
    service.connect_database(steward, "huji", replace(given, password=""))  # nothing else has changed
    with pytest.raises(Invalid):  # nobody sends the kept password elsewhere
        service.connect_database(steward, "huji", replace(given, password="", database="postgres"))
    other = staff_with("steward", sources["minzheng"]).actor
    for act in (
        lambda: service.connect_database(other, "huji", given),
        lambda: service.database_tables(other, "huji"),
        lambda: service.begin_reading(other, "huji"),
        lambda: service.try_database(other, "huji", MAPPING, LAYOUT),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(NotFound):
        service.database_tables(steward, "nothing")


def test_a_database_no_longer_listed_is_not_called(linked: Department, steward: Any, settings: Any) -> None:
    settings.SOURCE_DATABASES = []
    assert "TONGBAN_SOURCE_DATABASES" in read(steward).problem


def test_nothing_of_the_platforms_own_environment_is_used(
    theirs: Department, steward: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("PGPASSWORD", theirs.given.password)
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=off")
    with pytest.raises(CannotRead):
        service.connect_database(steward, "huji", replace(theirs.given, password="wrong"))


def test_table_key_and_moment_are_chosen_from_what_is_there(theirs: Department, steward: Any) -> None:
    with pytest.raises(Conflict):
        service.database_tables(steward, "huji")
    service.connect_database(steward, "huji", theirs.given)
    assert [one.name for one in service.database_tables(steward, "huji")] == ["户籍; 人"]
    for schema, table in (("public", "secret_things"), ("pg_catalog", "pg_authid"), ("public", "x")):
        with pytest.raises(Invalid):
            service.choose_table(steward, "huji", schema, table)
    with pytest.raises(Conflict):
        service.begin_reading(steward, "huji")
    link = service.choose_table(steward, "huji", "public", "户籍; 人")
    uses = {one.name: one.use for one in service.known_columns(link)}
    assert uses == {"id": "plain", "SFZH": "plain", "XM": "plain", "手机": "plain", "photo": "none",
                    "gxsj": "moment"}  # fmt: skip
    for key, moment, field in (("gxsj", "gxsj", "key"), ("id", "XM", "moment"), ("id", "x", "moment")):
        with pytest.raises(Invalid) as refused:
            service.choose_order(steward, "huji", key, moment)
        assert field in {p.field for p in refused.value.problems}
    theirs.put(0, key=1)
    theirs.put(0, key=2)
    with pytest.raises(Invalid) as twice:
        service.choose_order(steward, "huji", "SFZH", "gxsj")
    assert twice.value.problems[0].rule == "unique"
    service.choose_order(steward, "huji", "id", "gxsj")
    DatabaseLink.objects.update(position={"at": "2026-01-01", "key": "1"})
    service.choose_order(steward, "huji", "id", "gxsj")
    assert DatabaseLink.objects.get().position is not None
    service.choose_table(steward, "huji", "public", "户籍; 人")
    assert DatabaseLink.objects.get().position is not None


def test_a_mapping_is_tried_on_the_table_before_it_is_used(linked: Department, steward: Any) -> None:
    linked.put(0)
    linked.put(1, number="123")
    found = service.try_database(steward, "huji", MAPPING, LAYOUT)
    assert (found.rows, found.good) == (2, 1)
    assert found.unused == ("id", "gxsj")
    assert found.preview[0][1] == "陈小明"
    assert not Landed.objects.exists()
    with pytest.raises(CannotRead) as missing:
        service.try_database(steward, "huji", {**MAPPING, "没有": {"element": "person.sex"}}, LAYOUT)
    assert "没有" in missing.value.message
    with pytest.raises(Invalid):
        service.try_database(steward, "huji", MAPPING, {})


def test_a_source_of_another_way_has_no_database(steward: Any, sources: dict[str, Any]) -> None:
    service.ensure_source(steward, "wenjian", "文件", sources["gongan"].id, way="file", mapping=MAPPING)
    with pytest.raises(Conflict):
        service.database_tables(steward, "wenjian")
