"""Jobs outlive the database's restarts; other trouble is not hidden."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django import app

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
