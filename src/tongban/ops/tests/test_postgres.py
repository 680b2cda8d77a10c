"""The embedded server is made, started, killed and found again."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psutil
import psycopg
import pytest

from tongban.ops.postgres import APP, OWNER, SUPERUSER, Cluster, DataGone, PostgresError


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder that every user may enter, as ``/tmp`` itself; pytest's own folders are closed."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "var"


@pytest.fixture
def cluster(var: Path) -> Iterator[Cluster]:
    made = Cluster(var)
    made.start()
    made.wait()
    made.provision()
    yield made
    made.stop()


def test_the_server_is_made_for_chinese_text_and_keeps_its_passwords_to_itself(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("create extension pg_trgm")
        (similar,) = connection.execute("select similarity('食品经营许可证', '食品经营许可')").fetchone()  # type: ignore[misc]
        assert similar > 0.5
    for key in (cluster.var / "keys").iterdir():
        assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://{OWNER}:wrong@127.0.0.1:{cluster.port}/tongban")


def test_the_serving_role_is_no_superuser_and_owns_nothing(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(APP)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table intruder (id int)")


def test_as_root_the_server_runs_as_an_unprivileged_user(cluster: Cluster) -> None:
    assert cluster.process is not None
    owner = psutil.Process(cluster.process.pid).username()
    expected = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    assert owner == os.environ.get("TONGBAN_PG_USER", expected)


def test_kill_9_loses_nothing_committed(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept select generate_series(1, 1000)")
    assert cluster.process is not None
    cluster.process.kill()
    cluster.process.wait()
    cluster.start()
    cluster.wait()
    with psycopg.connect(cluster.url(OWNER)) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)


def test_a_server_nobody_supervises_is_taken_over(cluster: Cluster) -> None:
    first = cluster.process
    assert first is not None
    port = cluster.port
    second = Cluster(cluster.var)
    second.start()
    second.wait()
    try:
        assert first.wait(30) == 0
        assert second.port == port
        assert second.process is not None
        assert second.process.pid != first.pid
    finally:
        second.stop()


def test_a_pid_file_naming_a_stranger_does_not_stop_the_start(cluster: Cluster) -> None:
    cluster.stop()
    path = cluster.data / "postmaster.pid"
    path.write_text(f"{os.getpid()}\n{cluster.data}\n0\n{cluster.port}\n\n127.0.0.1\n")
    assert cluster.server() is None
    cluster.start()
    cluster.wait()
    assert cluster.answers()


def test_a_first_run_cut_short_is_made_anew(var: Path) -> None:
    (var / "pg").mkdir(parents=True)
    (var / "pg" / "PG_VERSION").write_text("18\n")
    made = Cluster(var)
    made.start()
    try:
        made.wait()
        assert made.answers()
    finally:
        made.stop()


def test_data_that_vanished_is_not_replaced_by_an_empty_database(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("create table kept (n int)")
    cluster.stop()
    away = cluster.data.with_name("away")
    cluster.data.rename(away)
    for make in (True, False):
        with pytest.raises(DataGone, match="restore a backup"):
            Cluster(cluster.var).start(make=make)
    assert not (cluster.var / "pg" / "PG_VERSION").exists()
    shutil.rmtree(cluster.var / "pg", ignore_errors=True)
    away.rename(cluster.var / "pg")
    back = Cluster(cluster.var)
    back.start()
    try:
        back.wait()
        with psycopg.connect(back.url(OWNER)) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
    finally:
        back.stop()


def test_a_folder_with_parts_missing_is_left_as_it_is(cluster: Cluster) -> None:
    cluster.stop()
    (cluster.data / "global" / "pg_control").unlink()
    with pytest.raises(DataGone):
        Cluster(cluster.var).start()
    assert (cluster.data / "base").is_dir()


def test_an_empty_platform_is_made_again_once_the_old_one_is_given_up(cluster: Cluster) -> None:
    cluster.stop()
    shutil.rmtree(cluster.data)
    cluster.mark.unlink()
    anew = Cluster(cluster.var)
    anew.start()
    try:
        anew.wait()
    finally:
        anew.stop()


def test_data_lies_where_the_servers_user_can_reach_it(var: Path) -> None:
    """Under a folder only its owner may enter: as root the data lies elsewhere, ``var/pg`` points there."""
    closed = var.parent / "closed"
    closed.mkdir(mode=0o700)
    made = Cluster(closed / "var")
    made.start()
    try:
        made.wait()
        made.provision()
        with psycopg.connect(made.url(SUPERUSER)) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        assert made.link.is_symlink() == (os.geteuid() == 0)
    finally:
        made.stop()
        shutil.rmtree(made.data)


def test_data_that_the_servers_user_can_no_longer_reach_is_named(cluster: Cluster) -> None:
    """Somebody closed the folder above: root is told what to open; another user is the server's own."""
    cluster.stop()
    cluster.var.parent.chmod(0o700)
    root = os.geteuid() == 0
    with pytest.raises(PostgresError, match="cannot reach the data") if root else nullcontext():
        cluster.start()
    cluster.var.parent.chmod(0o755)
    if root:
        cluster.start()
    cluster.wait()
