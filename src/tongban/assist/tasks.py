"""What the worker does for this room."""

from procrastinate.contrib.django import app

from tongban.assist import conversing, handovers, tickets


@app.periodic(cron="*/5 * * * *")
@app.task(name="assist.warn_late", queue="default", queueing_lock="assist.warn_late")
def warn_late(timestamp: int) -> None:
    """Tell supervisors of what is late. Running again tells nothing twice."""
    handovers.warn_late()
    tickets.warn_late()


@app.periodic(cron="23 * * * *")
@app.task(name="assist.sweep", queue="default", queueing_lock="assist.sweep")
def sweep(timestamp: int) -> None:
    """Forget conversations whose time is over; end tickets whose answer nobody objected to."""
    conversing.sweep()
    handovers.fade()
    tickets.end_answered()
