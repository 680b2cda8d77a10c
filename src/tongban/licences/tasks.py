"""Background work of the licences room. Every task may run again without harm."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tongban.licences import faces


@app.task(
    name="licences.make_face",
    queue="documents",
    retry=RetryStrategy(max_attempts=8, exponential_wait=3),
)
def make_face(licence_id: str) -> None:
    """Typeset and seal the face of a licence."""
    faces.make_face(UUID(licence_id))
