"""What the worker does for guidance."""

from procrastinate.contrib.django import app


@app.periodic(cron="35 3 * * *")
@app.task(name="guidance.forget", queue="default", queueing_lock="guidance.forget")
def forget(timestamp: int) -> None:
    """Delete outcomes whose link has run out."""
    from tongban.guidance import outcomes

    outcomes.forget_expired()
