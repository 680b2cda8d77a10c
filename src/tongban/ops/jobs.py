"""How background jobs behave here, beyond what each task says of itself.

A job deferred while a request is answered carries that request's id, and so do the jobs it defers in turn:
one id leads through the logs of the web server and the worker.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection
from procrastinate import App
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

log = structlog.get_logger("tongban.jobs")
PATIENCE = 60.0  # seconds a running job waits for the database to come back
PAUSE = 1.0  # seconds between two tries
REQUEST = "_request_id"  # beside a job's arguments in its row; the task never sees it


class Jobs(JobManager):
    """Defers jobs with the id of the request, and always in the transaction of whoever defers.

    The worker gives procrastinate connections of its own for fetching jobs. Left to itself, a job that
    defers another would use them too: the other would be there before the transaction it belongs to ends,
    and would run and find nothing, or stay after a rollback.
    """

    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self._joining = JobManager(DjangoConnector())

    def batch_defer_jobs(self, jobs: list[Job], connection: Any | None = None) -> list[Job]:
        return self._joining.batch_defer_jobs([with_request(job) for job in jobs], connection)

    async def batch_defer_jobs_async(self, jobs: list[Job], connection: Any | None = None) -> list[Job]:
        return await super().batch_defer_jobs_async([with_request(job) for job in jobs], connection)


def with_request(job: Job) -> Job:
    """The job with the id of the request (or of the job's own request) that is answered now, if any."""
    identifier = structlog.contextvars.get_contextvars().get("request_id")
    return job.evolve(task_kwargs={**job.task_kwargs, REQUEST: identifier}) if identifier else job


def take_request(arguments: dict[str, Any]) -> str | None:
    """Take the request's id out of a job's arguments; what is left is the task's own."""
    identifier: str | None = arguments.pop(REQUEST, None)
    return identifier


async def logged(call_next: Callable[[], Awaitable[Any]], context: Any, worker: Any) -> Any:
    """Bind the job and its request to everything logged while it runs, and write one line a job.

    Nothing is unbound at the end: every job runs in a context of its own, and procrastinate's line about a
    failure, written afterwards, shall carry the ids too.
    """
    identifier = take_request(context.job.task_kwargs)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        job=context.job.id, task=context.job.task_name, **({"request_id": identifier} if identifier else {})
    )
    begun, outcome = time.perf_counter(), "failed"
    try:
        result = await call_next()
        outcome = "succeeded"
    finally:
        ms = round((time.perf_counter() - begun) * 1000, 1)
        log.info("job", outcome=outcome, attempt=context.job.attempts + 1, ms=ms)
    return result


def replay_after_lost_connection(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Run the task again where the database went away under it.

    Every task is replayable, its transaction was rolled back with the connection, and a database that
    restarts is no reason to count a job as failed.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call_next()
        except (OperationalError, InterfaceError):
            if connection_lives() or time.monotonic() > deadline:
                raise
            log.warning("job replayed", task=context.job.task_name, job=context.job.id)
            connection.close()
            time.sleep(PAUSE)


def connection_lives() -> bool:
    """Whether the trouble is something else than a lost connection (a lock timeout, for example)."""
    return connection.connection is not None and connection.is_usable()


def configure(app: App) -> None:
    """Called by procrastinate when its application is ready."""
    app.job_manager = Jobs(app.connector)
    app.worker_defaults.setdefault("task_middleware", []).append(replay_after_lost_connection)
    app.worker_defaults.setdefault("worker_middleware", []).append(logged)
