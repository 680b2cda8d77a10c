"""The whole platform under its supervisor: start, second start, kill -9 of each part, clean stop."""

import json
from collections.abc import Iterator

import httpx
import psutil
import pytest
from platform_trial import Trial, trial

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def platform() -> Iterator[Trial]:
    with trial(TONGBAN_DEMO="0", TONGBAN_WEB_WORKERS="1") as one:
        one.up()
        yield one


def test_it_serves_and_says_so(platform: Trial) -> None:
    answer = httpx.get(f"{platform.base}/readyz").json()
    assert answer == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok"}
    status = json.loads(platform.command("status", "--json").stdout)
    assert status["ready"] is True
    assert set(status["pids"]) == {"web", "worker", "postgres"}


def test_a_second_up_changes_nothing(platform: Trial) -> None:
    before = platform.state()
    answer = platform.up()
    assert answer["started"] is False
    assert platform.state()["pids"] == before["pids"]


@pytest.mark.parametrize("name", ["web", "worker", "postgres"])
def test_what_dies_is_restarted(platform: Trial, name: str) -> None:
    before = platform.state()["restarts"].get(name, 0)
    killed = platform.kill(name)
    psutil.wait_procs([p for p in [_process(killed)] if p], timeout=10)
    platform.wait_restart(name, before)
    platform.wait_ready()
    assert platform.state()["pids"][name] != killed


def test_a_killed_supervisor_leaves_nothing_that_hinders_the_next_start(platform: Trial) -> None:
    before = platform.state()
    platform.kill("supervisor")
    answer = platform.up()
    assert answer["started"] is True
    platform.wait_ready()
    for name, pid in before["pids"].items():
        assert platform.state()["pids"][name] != pid
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_down_stops_every_process_and_the_data_stays(platform: Trial) -> None:
    pids = platform.state()["pids"].values()
    platform.down()
    for pid in pids:
        assert not psutil.pid_exists(pid)
    assert platform.command("status", check=False).returncode == 1
    platform.up()
    platform.wait_ready()


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def test_a_database_that_vanishes_stops_the_platform_and_is_not_replaced(platform: Trial) -> None:
    """The last test of this file: afterwards the platform is down."""
    before = platform.state()
    data = platform.data()
    away = data.with_name(f"{data.name}-away")
    data.rename(away)
    try:
        platform.kill("postgres")
        _gone, alive = psutil.wait_procs([p for p in [_process(before["supervisor"])] if p], timeout=60)
        assert not alive
        assert not data.exists() or not (data / "PG_VERSION").exists()
        state = platform.state()
        assert state["stage"] == "failed"
        assert "restore a backup" in state["message"]
        for pid in before["pids"].values():
            assert not psutil.pid_exists(pid)
        refused = platform.command("up", "--json", check=False)
        assert refused.returncode != 0
        assert "restore a backup" in refused.stdout + refused.stderr
    finally:
        away.rename(data)
    platform.up()
    platform.wait_ready()
