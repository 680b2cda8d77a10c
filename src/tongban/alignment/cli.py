"""``tongban alignment …`` for operators."""

import json

import click
from django.utils import timezone

from tongban.alignment.comparing import keep_day, rebuild


@click.group("alignment", help="Items beside their standards.")
def commands() -> None:
    """The group that the ``tongban`` command collects."""


@commands.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def rebuild_command(as_json: bool) -> None:
    """Compare every implementation with its standard and keep today's scores."""
    compared = rebuild()
    keep_day(timezone.localdate())
    click.echo(json.dumps({"compared": compared}) if as_json else f"{compared} implementations compared")
