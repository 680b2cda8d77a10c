"""``tongban api``: the contract."""

import difflib
import json
import sys
from pathlib import Path

import click
from django.conf import settings


def contract() -> str:
    """The OpenAPI document as committed: sorted keys, two spaces."""
    from tongban.api.site import api

    return (
        json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n"
    )


@click.group("api")
def commands() -> None:
    """The HTTP API."""


@commands.command()
@click.option("--check", is_flag=True, help="Fail when the committed contract differs from the code.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
def schema(check: bool, as_json: bool) -> None:
    """Write (or check) docs/openapi.json."""
    path: Path = settings.ROOT / "docs" / "openapi.json"
    new = contract()
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if not check:
        path.write_text(new, encoding="utf-8")
    if as_json:
        click.echo(json.dumps({"path": str(path), "written": not check, "differed": old != new}))
    elif not check:
        click.echo(str(path))
    elif old != new:
        diff = difflib.unified_diff(old.splitlines(), new.splitlines(), "committed", "code", lineterm="")
        click.echo("\n".join(list(diff)[:80]))
    if check and old != new:
        click.echo(
            "docs/openapi.json differs from the code: run `tongban api schema` and commit it.", err=True
        )
        sys.exit(1)
