"""Deferred work of the notice room."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tongban.notices.delivery import MAX_ATTEMPTS, TryAgain, attempt

QUEUE = "notices"


@app.task(
    name="notices.deliver",
    queue=QUEUE,
    priority=10,
    retry=RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=3, retry_exceptions={TryAgain}),
)
def deliver(delivery_id: str) -> None:
    """Send one delivery; repeated with growing pauses (3 s, 9 s, 27 s …) while the provider is away.

    A provider that says when to come again (a used-up quota) is left alone until then.
    """
    try:
        attempt(UUID(delivery_id))
    except TryAgain as again:
        if not again.wait:
            raise
        deliver.configure(schedule_in={"seconds": again.wait}).defer(delivery_id=delivery_id)
