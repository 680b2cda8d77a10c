"""Operators' commands of the notice room."""

import json

import click


@click.group("notices")
def commands() -> None:
    """Notices: what was not delivered."""


@commands.command("replay")
@click.option("--older-than", default=60, show_default=True, help="Only what has waited this many seconds.")
@click.option("--only-waiting", is_flag=True, help="Leave alone what was given up.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(older_than: int, only_waiting: bool, as_json: bool) -> None:
    """Queue undelivered messages again."""
    from tongban.notices import service

    count = service.replay(failed=not only_waiting, older_than_seconds=older_than)
    click.echo(json.dumps({"queued": count}) if as_json else f"{count} deliveries queued again")


@commands.command("failed")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def failed(as_json: bool) -> None:
    """List deliveries in trouble."""
    from tongban.notices import service

    rows = [
        {
            "id": str(r.id),
            "channel": r.channel,
            "state": r.state,
            "attempts": r.attempts,
            "problem": r.last_problem,
        }
        for r in service.failed_deliveries()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo("  ".join(str(value) for value in row.values()))
