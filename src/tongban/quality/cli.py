"""``tongban quality …`` for operators."""

import json
import sys
from dataclasses import asdict
from datetime import date, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from tongban.kit.errors import DomainError
from tongban.quality.measuring import measure


@click.group("quality", help="Data quality: measure what the departments hold.")
def commands() -> None:
    """The group that the ``tongban`` command collects."""


def _day(_context: click.Context, _param: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


@commands.command("measure")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), callback=_day,
    help="Today, or yesterday for a run that went past midnight.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def measure_command(day: date | None, as_json: bool) -> None:
    """Measure every county anew and replace what was measured for the day."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, console=Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task("measure", total=None)
        try:
            done = measure(day, lambda n, most: bar.update(task, completed=n, total=most))
        except DomainError as error:
            words = "；".join(str(p.message) for p in getattr(error, "problems", ())) or error.message
            click.echo(json.dumps({"error": words}, ensure_ascii=False) if as_json else words, err=True)
            sys.exit(2)
    if as_json:
        click.echo(json.dumps(asdict(done), default=str))
        return
    rate = done.values / done.seconds if done.seconds else 0
    click.echo(
        f"{done.day}: {done.cells} cells in {done.counties} counties, {done.values} values in "
        f"{done.seconds:.1f} s ({rate:,.0f} values/s)"
    )
