"""The whole platform under its supervisor: start, second start, kill -9 of each part, clean stop."""

import json
import time
from collections.abc import Iterator

import httpx
import psutil
import psycopg
import pytest
from platform_trial import TOKEN, Trial, trial

from tongban.standards import codes

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


def test_the_worker_logs_the_id_of_the_request_a_job_comes_from(platform: Trial) -> None:
    """From the browser's answer through the job to the gateway's own line: one id."""
    identifier = "trial-of-the-whole-way"
    number = "350102199001019912"[:17]
    number += codes.id_check_character(number)
    with httpx.Client(base_url=platform.base, headers={"Referer": platform.base}) as client:
        page = client.get("/account/signup/")
        token = TOKEN.search(page.text)
        assert token
        form = {"name": "林试", "id_number": number, "phone": "15400000099", "password": "Korrekt-Pferd-7"}
        form["csrfmiddlewaretoken"] = token[1]
        answer = client.post("/account/signup/", data=form, headers={"X-Request-ID": identifier})
    assert answer.headers["X-Request-ID"] == identifier
    log = platform.var / "log" / "worker.log"
    deadline, found = time.monotonic() + 60, []
    while not any(line.get("event") == "job" for line in found):
        assert time.monotonic() < deadline, f"{answer.status_code} {answer.text[:500]}\n{platform.logs()}"
        written = [json.loads(line) for line in log.read_text().splitlines() if identifier in line]
        found = [line for line in written if line["request_id"] == identifier]
        time.sleep(0.1)
    (job,) = (line for line in found if line["event"] == "job")
    assert (job["task"], job["outcome"]) == ("notices.deliver", "succeeded")
    assert any(line["event"] == "request" and line["route"] == "sandbox/sms/messages/" for line in found)


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


RIGHTS = """SELECT table_name, string_agg(privilege_type, ',' ORDER BY privilege_type)
            FROM information_schema.role_table_grants WHERE grantee = 'tongban_app' GROUP BY 1"""


def rights(platform: Trial) -> dict[str, str]:
    """What the serving role may do with each table."""
    with psycopg.connect(platform.url()) as connection:
        return dict(connection.execute(RIGHTS).fetchall())


def test_demo_reset_empties_everything_and_gives_the_serving_role_its_rights_again(platform: Trial) -> None:
    before = rights(platform)
    with psycopg.connect(platform.url()) as connection:
        connection.execute("INSERT INTO notices_sandboxfault VALUES ('mail', 'down')")
    upload = platform.var / "files" / "aa" / "left"
    upload.parent.mkdir(parents=True, exist_ok=True)
    upload.write_bytes(b"of the old province")
    answer = json.loads(platform.command("demo", "reset", "--yes", "--json").stdout)
    assert answer == {"reset": True, "running": True}
    platform.wait_ready()
    with psycopg.connect(platform.url()) as connection:
        assert connection.execute("SELECT count(*) FROM notices_sandboxfault").fetchone() == (0,)
    assert not upload.exists()
    after = rights(platform)
    assert after == before
    assert after["trace_row"] == "INSERT,SELECT"
    served = platform.command("db", "url", "--app").stdout.strip()
    with psycopg.connect(served) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM trace_row")


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
