"""A real site with its own PostgreSQL: the platform runs on it, starts no server and loads no demo."""

import os
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest
from platform_trial import Trial, trial
from psycopg import sql

pytestmark = pytest.mark.chaos
MAKE = (
    "CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An empty database on the server the tests use, as a site would make it."""
    server, name = os.environ["DATABASE_URL"], f"external_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(MAKE).format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def platform(url: str) -> Iterator[Trial]:
    with trial(TONGBAN_SANDBOX="0", TONGBAN_WEB_WORKERS="1", DATABASE_URL=url) as one:
        one.up()
        yield one


def test_it_serves_on_the_sites_own_server_and_starts_none(platform: Trial, url: str) -> None:
    answer = httpx.get(f"{platform.base}/readyz").json()
    assert answer == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok"}
    state = platform.state()
    assert state["embedded"] is False
    assert set(state["pids"]) == {"web", "worker"}
    below = psutil.Process(state["supervisor"]).children(recursive=True)
    assert not [process for process in below if process.name() == "postgres"]
    assert not list(platform.var.glob("pg*"))
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    assert found is not None
    assert found[0] > 0


def test_a_real_site_has_no_demo_and_no_sandbox(platform: Trial, url: str) -> None:
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM identity_account").fetchone() == (0,)
    assert httpx.get(f"{platform.base}/sandbox/inbox/").status_code == 404
    said = platform.command("up").stdout
    assert platform.base.replace("127.0.0.1", "localhost") in said
    assert "sandbox" not in said
    assert "Tongban-2026" not in said


def test_a_killed_worker_comes_back(platform: Trial) -> None:
    before = platform.state()["restarts"].get("worker", 0)
    platform.kill("worker")
    platform.wait_restart("worker", before)
    platform.wait_ready()


def test_demo_reset_leaves_a_sites_own_database_alone(platform: Trial) -> None:
    refused = platform.command("demo", "reset", "--yes", check=False)
    assert refused.returncode == 1
    assert "DATABASE_URL is set" in refused.stderr
    assert httpx.get(f"{platform.base}/readyz").status_code == 200


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with trial(TONGBAN_DEMO="0", DATABASE_URL="postgresql://someone:geheim@127.0.0.1:9/none") as one:
        refused = one.command("up", check=False)
        assert refused.returncode == 1
        assert "127.0.0.1:9/none" in refused.stderr
        assert "geheim" not in refused.stderr + refused.stdout
        assert "Traceback" not in refused.stderr


def test_a_database_that_cannot_tell_chinese_letters_is_refused_before_anything_is_made() -> None:
    server, name = os.environ["DATABASE_URL"], f"external_{secrets.token_hex(4)}"
    poor = MAKE.replace(" LOCALE 'C.UTF-8'", " LOCALE 'C'")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(poor).format(sql.Identifier(name)))
        try:
            poor_url = urlsplit(server)._replace(path=f"/{name}").geturl()
            with trial(TONGBAN_DEMO="0", DATABASE_URL=poor_url) as one:
                refused = one.command("up", check=False)
            assert refused.returncode == 1
            assert "BUILTIN_LOCALE 'C.UTF-8'" in refused.stderr
            with psycopg.connect(poor_url) as looked:
                assert looked.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
