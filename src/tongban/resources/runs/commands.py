"""``tongban resources publish`` and ``province``, and progress bars."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tongban.kit.errors import DomainError
from tongban.resources.batch.landing import Report


@contextlib.contextmanager
def progress(as_json: bool, first: str) -> Iterator[Report]:
    """A progress bar on the terminal's error channel; none where JSON was asked for."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task(first, total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)


@contextlib.contextmanager
def told(as_json: bool) -> Iterator[None]:
    """An error as one line (or one JSON object) and status 2."""
    try:
        yield
    except DomainError as error:
        text = json.dumps({"error": error.message}, ensure_ascii=False) if as_json else error.message
        click.echo(text, err=True)
        sys.exit(2)


@click.command("publish")
@click.option("--in", "out", type=click.Path(path_type=Path, file_okay=False, exists=True), required=True,
              help="What a run of reconcile wrote.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def publish_command(out: Path, as_json: bool) -> None:
    """Bring a finished run's people, values and golden records into the platform. Safe to repeat."""
    from tongban.resources.runs import keeping, publishing

    with told(as_json), progress(as_json, "publish") as report:
        row = keeping.registered(out)
        account = publishing.publish(row, keeping.Noting(row.id, report))
    if as_json:
        click.echo(json.dumps({"run": str(row.id), **account}))
    else:
        click.echo(published_words(account))


def published_words(account: dict[str, Any]) -> str:
    """The account of publishing in one line."""
    return (
        f"{account['persons']} persons ({account['made']} new): {account['taken']} values taken, "
        f"{account['unchanged']} unchanged, {account['stale']} older than what is held, "
        f"{account['withdrawn']} withdrawn, {account['refused']} refused; {account['seconds']} s"
    )


@click.command("province")
@click.option("--persons", type=int, default=20_000, show_default=True, help="How many people.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False),
              help="Where the files go; below var/ when not given.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def province_command(persons: int, seed: int, folder: Path | None, as_json: bool) -> None:
    """Invent a province's files, reconcile them and publish the outcome. Only in a sandbox."""
    from django.conf import settings

    from tongban.resources.runs.province import province

    with told(as_json), progress(as_json, "generate") as report:
        made = province(persons, seed, folder, report)
    base, account = settings.BASE_URL.rstrip("/"), made.run.account
    screens = {
        "run": f"{base}/work/runs/{made.run.id}/", "runs": f"{base}/work/runs/",
        "review": f"{base}/work/review/", "checks": f"{base}/work/data-checks/",
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps({
            "persons": made.persons, "rows": made.rows, "run": account, "pairs": made.pairs,
            "published": made.published, "screens": screens,
        }))  # fmt: skip
        return
    click.echo(
        f"{made.persons} invented persons, {made.rows} rows: {account['landed']} landed, "
        f"{account['quarantined']} quarantined, {account['golden']} golden records, "
        f"{account['discrepancies']} disagreements, {made.pairs} pairs to review; {account['seconds']} s"
    )
    click.echo(published_words(made.published))
    for name, address in screens.items():
        click.echo(f"  {name:8} {address}")
