"""Background work of the items room."""

from procrastinate.contrib.django import app

from tongban.items.publishing import put_due_in_force
from tongban.items.searching.entries import count_words


@app.periodic(cron="17 3 * * *", periodic_id="items.count_words")
@app.task(name="items.count_words", queue="default", queueing_lock="items.count_words", retry=2)
def count_search_words(timestamp: int) -> None:
    """Count anew, once a night, how common each word is; publishing single items does not wait for it.

    ``timestamp`` is when it was due (UNIX seconds). Running it twice is harmless.
    """
    count_words()


@app.periodic(cron="*/10 * * * *", periodic_id="items.put_in_force")
@app.task(name="items.put_in_force", queue="default", queueing_lock="items.put_in_force", retry=2)
def put_in_force(timestamp: int) -> None:
    """Put versions in force whose day has come, soon after midnight or whenever a worker is there again.

    ``timestamp`` is when it was due (UNIX seconds). Running it twice changes nothing.
    """
    put_due_in_force()
