"""Periodic work of the identity room."""

from procrastinate.contrib.django import app

from tongban.identity import codes, throttle


@app.periodic(cron="17 * * * *")
@app.task(name="identity.sweep", queue="default")
def sweep(timestamp: int) -> None:
    """Drop old codes and counters once an hour."""
    codes.sweep()
    throttle.sweep()
