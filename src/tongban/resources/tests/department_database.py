"""The scene of tests that read a department's database: a second database of the test cluster plays it."""

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tongban.conftest import Person, invented_id_number, run_due_jobs
from tongban.resources import service
from tongban.resources.databases import linking
from tongban.resources.models import Snapshot, Value

MAPPING = {
    "XM": {"element": "person.name", "clean": "name"},
    "手机": {"element": "person.phone", "clean": "phone"},
}
LAYOUT = {"id": "SFZH"}
TABLE = (
    'CREATE TABLE "户籍; 人"(id bigint PRIMARY KEY, "SFZH" text, "XM" text, "手机" text, photo bytea,'
    " gxsj timestamptz)"
)
PEOPLE = [invented_id_number(700 + n) for n in range(8)]


class Department(NamedTuple):
    """The department's side: its database, its administrator's connection, what the platform was given."""

    admin: "psycopg.Connection[Any]"
    given: linking.LinkIn

    def put(self, n: int, name: str = "陈小明", *, ago: float = 60, number: str = "", key: int = 0) -> None:
        """A row, changed ``ago`` minutes ago."""
        self.admin.execute(
            'INSERT INTO "户籍; 人" VALUES (%s, %s, %s, %s, NULL, now() - %s)'
            ' ON CONFLICT (id) DO UPDATE SET "SFZH" = excluded."SFZH", "XM" = excluded."XM",'
            " gxsj = excluded.gxsj",
            [key or n, number or PEOPLE[n], name, f"1390000000{n}", timedelta(minutes=ago)],
        )


@pytest.fixture(scope="session")
def department_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    with django_db_blocker.unblock():
        known = connection.get_connection_params()
    server = {name: known[name] for name in ("host", "port", "user", "password")}
    name, user, password = f"dept_{secrets.token_hex(4)}", f"reader_{secrets.token_hex(4)}", "只读 pass'word"
    with psycopg.connect(**server, dbname=known["dbname"], autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(user), sql.Literal(password))
        )
    yield {**server, "dbname": name, "reader": user, "secret": password}
    with psycopg.connect(**server, dbname=known["dbname"], autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(user)))


@pytest.fixture
def theirs(department_database: dict[str, Any], settings: Any) -> Iterator[Department]:
    at = department_database
    settings.SOURCE_DATABASES = [f"{at['host']}:{at['port']}"]
    settings.SOURCE_LOOK_SECONDS = settings.SOURCE_READ_SECONDS = 5.0
    given = linking.LinkIn(at["host"], int(at["port"]), at["dbname"], at["reader"], at["secret"], "disable")
    server = {name: at[name] for name in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**server, autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")
        admin.execute(TABLE)
        reader = sql.Identifier(at["reader"])
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(reader))
        admin.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(reader))
        admin.execute("CREATE TABLE secret_things (id bigint PRIMARY KEY)")
        yield Department(admin, given)


@pytest.fixture
def steward(sources: dict[str, Any], staff_with: Callable[[str, Any], Person], settings: Any, tmp_path: Path):
    settings.VAR = tmp_path
    settings.FILES_ROOT = tmp_path / "files"
    actor = staff_with("steward", sources["gongan"]).actor
    service.ensure_source(
        actor, "huji", "户籍库", sources["gongan"].id, way="database", cycle="daily", mapping=MAPPING,
        layout=LAYOUT,
    )  # fmt: skip
    return actor


@pytest.fixture
def linked(theirs: Department, steward: Any) -> Department:
    service.connect_database(steward, "huji", theirs.given)
    service.choose_table(steward, "huji", "public", "户籍; 人")
    service.choose_order(steward, "huji", "id", "gxsj")
    return theirs


def read(actor: Any) -> Snapshot:
    made = service.begin_reading(actor, "huji")
    run_due_jobs()
    made.refresh_from_db()
    return made


def names() -> list[str]:
    return sorted(Value.objects.filter(element="person.name").values_list("value", flat=True))


def counts(row: Snapshot) -> tuple[int, int, int, int, int]:
    return row.rows_read, row.taken, row.unchanged, row.stale, row.quarantined
