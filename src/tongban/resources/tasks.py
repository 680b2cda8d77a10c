"""Background work of the resource centre."""

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from tongban.resources.databases.reading import read_database, read_due
from tongban.resources.deciding import choose_batch
from tongban.resources.hooks.delivering import deliver, sweep
from tongban.resources.runs import clearing, keeping, publishing
from tongban.resources.snapshots import read_snapshot


@app.task(name="resources.choose_again", queue="default", retry=5)
def choose_again(element: str, after: str) -> None:
    """Choose an element's golden values anew after a decision, some subjects in each job.

    Each job defers the next in its transaction; run again it chooses the same.
    """
    with transaction.atomic():
        following = choose_batch(element, after)
        if following:
            choose_again.defer(element=element, after=following)


@app.task(name="resources.deliver_changes", queue="events", retry=3)
def deliver_changes(subscription: str, subject: str) -> None:
    """Send what waits for a subscriber, about one subject or (empty) about all. Safe to repeat."""
    deliver(UUID(subscription), UUID(subject) if subject else None)


@app.periodic(cron="*/10 * * * *")
@app.task(name="resources.sweep_deliveries", queue="default", queueing_lock="resources.sweep_deliveries")
def sweep_deliveries(timestamp: int) -> None:
    """Find what waits though its job was lost, and drop what is older than 90 days."""
    sweep()


@app.task(name="resources.read_snapshot", queue="imports", retry=3)
def read_file(snapshot_id: str) -> None:
    """Read an uploaded file's rows. Run again after a worker was killed it goes on where it stopped."""
    read_snapshot(UUID(snapshot_id))


@app.task(name="resources.read_database", queue="imports", retry=3)
def read_table(snapshot_id: str) -> None:
    """Read what changed in a department's database. Run again it goes on where it stopped."""
    read_database(UUID(snapshot_id))


@app.periodic(cron="*/5 * * * *", periodic_id="resources.read_databases")
@app.task(name="resources.read_databases", queue="default", queueing_lock="resources.read_databases")
def read_databases(timestamp: int) -> None:
    """Begin to read the databases whose cycle has come."""
    read_due()


@app.task(name="resources.run_reconcile", queue="imports", retry=3)
def run_reconcile(run_id: str) -> None:
    """Do a run that was started from the page. Run again after a worker was killed it goes on."""
    keeping.perform(UUID(run_id))


@app.periodic(cron="20 3 * * *", periodic_id="resources.clear_runs")
@app.task(name="resources.clear_runs", queue="default", queueing_lock="resources.clear_runs", retry=2)
def clear_runs(timestamp: int) -> None:
    """Each night: remove the folders of older runs. Safe to repeat."""
    clearing.clear()


@app.task(name="resources.publish_run", queue="imports", retry=3)
def publish_run(run_id: str) -> None:
    """Publish a run; what is published already is passed over."""
    publishing.perform(UUID(run_id))
