"""Background work of the inventory."""

from procrastinate.contrib.django import app

from tongban.inventory.monitoring import tell_late


@app.periodic(cron="20 8 * * *", periodic_id="inventory.tell_late")
@app.task(name="inventory.tell_late", queue="default", queueing_lock="inventory.tell_late", retry=2)
def tell_of_late_sources(timestamp: int) -> None:
    """Each morning: tell the stewards of sources that are late. Run again it tells nobody twice."""
    tell_late()
