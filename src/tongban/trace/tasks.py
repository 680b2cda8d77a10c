"""Background work of the trace: a checkpoint each minute, coming months' partitions each day."""

from django.db import connection
from procrastinate.contrib.django import app

from tongban.trace.checkpoints import HEADS_AT_MOST, make_checkpoint
from tongban.trace.rights import PARTITIONED_BY_MONTH

MONTHS_AHEAD = 12


@app.periodic(cron="* * * * *")
@app.task(name="trace.checkpoint", queue="trace", queueing_lock="trace.checkpoint", pass_context=False)
def checkpoint(timestamp: int = 0) -> int:
    """Seal what was added since; answers with the number of checkpoints made."""
    made = 0
    while (latest := make_checkpoint()) is not None:
        made += 1
        if len(latest.heads) < HEADS_AT_MOST:
            break
    return made


@app.periodic(cron="17 3 * * *")
@app.task(name="trace.months", queue="trace", queueing_lock="trace.months", pass_context=False)
def months(timestamp: int = 0) -> int:
    """Make partitions for the coming year; answers with how many were new."""
    made = 0
    with connection.cursor() as cursor:
        for table in PARTITIONED_BY_MONTH:
            cursor.execute("SELECT tongban_ensure_months(%s, %s)", [table, MONTHS_AHEAD])
            made += cursor.fetchone()[0]
    return made
