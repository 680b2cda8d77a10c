"""Background work that keeps background work going."""

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger("tongban.jobs")
STALLED_AFTER = 30  # seconds without a heartbeat of the worker that took the job


@app.periodic(cron="* * * * * */15")
@app.task(name="ops.rescue_stalled", queue="ops", queueing_lock="ops.rescue_stalled", pass_context=False)
async def rescue_stalled(timestamp: int) -> None:
    """Give jobs of dead workers back to the queue; every task is replayable."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        log.warning("job rescued", task=job.task_name, job=job.id)
        await app.job_manager.retry_job(job)
