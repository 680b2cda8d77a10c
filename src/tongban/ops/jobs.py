"""How background jobs behave here, beyond what each task says of itself."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection
from procrastinate import App

log = structlog.get_logger("tongban.jobs")
PATIENCE = 60.0  # seconds a running job waits for the database to come back
PAUSE = 1.0  # seconds between two tries


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
    middleware = app.worker_defaults.setdefault("task_middleware", [])
    middleware.append(replay_after_lost_connection)
