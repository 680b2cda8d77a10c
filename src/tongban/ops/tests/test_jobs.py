"""Jobs outlive the database's restarts; other trouble is not hidden; the request's id goes with them."""

import asyncio
import json
import logging
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import structlog
from django.db import OperationalError, connection, transaction
from django.test import Client
from procrastinate.contrib.django import app

from tongban.conftest import Person
from tongban.identity.models import Account
from tongban.ops import jobs

CONTEXT = SimpleNamespace(job=SimpleNamespace(task_name="trial", id=1))


@pytest.mark.django_db(transaction=True)
def test_a_task_whose_connection_was_cut_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAUSE", 0)
    runs = []

    def task() -> int:
        runs.append(1)
        if len(runs) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return Account.objects.count()

    assert jobs.replay_after_lost_connection(task, CONTEXT, None) == 0
    assert len(runs) == 2


@pytest.mark.django_db(transaction=True)
def test_a_lock_timeout_is_left_to_the_tasks_own_rules() -> None:
    runs = []

    def task() -> None:
        runs.append(1)
        Account.objects.count()
        raise OperationalError("canceling statement due to lock timeout")

    with pytest.raises(OperationalError):
        jobs.replay_after_lost_connection(task, CONTEXT, None)
    assert len(runs) == 1


def test_the_worker_uses_it() -> None:
    assert jobs.replay_after_lost_connection in app.worker_defaults["task_middleware"]
    assert jobs.logged in app.worker_defaults["worker_middleware"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kept", [True, False])
def test_a_job_deferred_by_a_job_is_there_when_its_transaction_ends_and_not_before(kept: bool) -> None:
    """As the worker runs, with connections of its own for fetching jobs."""
    with app.replace_connector(app.connector.get_worker_connector()):
        with transaction.atomic():
            app.configure_task("notices.deliver").defer(delivery_id="x")
            assert seen_by_others("notices.deliver") == 0
            transaction.set_rollback(not kept)
        assert seen_by_others("notices.deliver") == (1 if kept else 0)


def seen_by_others(name: str) -> int:
    """How many jobs of a task another connection sees."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        row = other.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [name]).fetchone()
    return int(row[0])


REQUEST = "trial-of-an-id"


def waiting(name: str) -> list[dict[str, Any]]:
    """The arguments of the jobs of a task."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = %s", [name])
        return [json.loads(row[0]) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_a_job_carries_the_id_of_the_request_that_deferred_it(resident: Person) -> None:
    Client().post(
        "/account/login/code/", {"phone": resident.account.phone}, headers={"X-Request-ID": REQUEST}
    )
    (arguments,) = waiting("notices.deliver")
    assert arguments[jobs.REQUEST] == REQUEST
    assert jobs.take_request(arguments) == REQUEST
    assert set(arguments) == {"delivery_id"}  # what is left is what the task takes


@pytest.mark.django_db
def test_a_job_deferred_outside_a_request_carries_none() -> None:
    structlog.contextvars.clear_contextvars()
    app.configure_task("notices.deliver").defer(delivery_id="x")
    assert waiting("notices.deliver") == [{"delivery_id": "x"}]


def run(arguments: dict[str, Any], task: Any) -> None:
    """One job as the worker runs it, in a context of its own."""
    context = SimpleNamespace(job=SimpleNamespace(task_name="trial", id=7, attempts=0, task_kwargs=arguments))

    async def call() -> None:
        task(**arguments)

    asyncio.run(jobs.logged(call, context, None))


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What was logged, with the ids bound to it."""
    return [record.msg for record in caplog.records if isinstance(record.msg, dict)]


def test_what_a_job_logs_carries_its_own_and_its_requests_id(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = structlog.get_logger("tongban.trial")
    run({jobs.REQUEST: REQUEST, "number": 3}, lambda number: log.info("at work", number=number))
    at_work, line = lines(caplog)
    assert (at_work["event"], at_work["number"]) == ("at work", 3)
    assert (line["event"], line["outcome"], line["attempt"]) == ("job", "succeeded", 1)
    for one in (at_work, line):
        assert (one["request_id"], one["job"], one["task"]) == (REQUEST, 7, "trial")


def test_a_failed_job_says_so_and_the_next_one_does_not_inherit_its_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    def fail() -> None:
        raise ValueError("trial")

    with pytest.raises(ValueError, match="trial"):
        run({jobs.REQUEST: REQUEST}, fail)
    run({}, lambda: None)
    failed, after = lines(caplog)
    assert (failed["outcome"], failed["request_id"]) == ("failed", REQUEST)
    assert after["outcome"] == "succeeded"
    assert "request_id" not in after
