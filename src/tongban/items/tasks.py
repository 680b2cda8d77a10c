"""Background work of the items room."""

from pathlib import Path
from uuid import UUID

from procrastinate.contrib.django import app

from tongban.items.importing import import_file
from tongban.items.importing.uploading import clear_uploads
from tongban.items.models import ImportRun, ImportState
from tongban.items.publishing import put_due_in_force
from tongban.items.searching.entries import count_words
from tongban.kit.actors import Actor
from tongban.kit.errors import DomainError, Forbidden
from tongban.organisations import service as organisations


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


@app.periodic(cron="41 3 * * *", periodic_id="items.clear_uploads")
@app.task(name="items.clear_uploads", queue="default", queueing_lock="items.clear_uploads", retry=2)
def clear_old_uploads(timestamp: int) -> None:
    """Delete, once a night, uploaded files that were kept long enough. Running it twice is harmless."""
    clear_uploads()


@app.task(name="items.import", queue="imports", retry=2)
def import_items(run_id: str) -> None:
    """Import an uploaded file for the person who uploaded it, with the posts that person holds now.

    Run again after a worker was killed it goes on where it stopped. What is wrong with the file as a whole
    is kept on the run for its page to say, and is no failure of the worker.
    """
    run = ImportRun.objects.get(pk=UUID(run_id))
    if run.state == ImportState.DONE:
        return
    try:
        actor = _person(run)
        import_file(actor, Path(run.path), run.profile, dry_run=run.dry_run, encoding=run.encoding, run=run)
    except DomainError as error:
        run.state, run.problem = ImportState.FAILED, error.message
        run.save(update_fields=["state", "problem"])


def _person(run: ImportRun) -> Actor:
    if run.account_id is None:
        raise Forbidden
    posts = organisations.posts_of(run.account_id)
    return Actor("staff", run.actor_name, run.account_id, posts=posts)
