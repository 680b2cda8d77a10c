"""``tongban trace …`` for operators."""

import json
import sys
from pathlib import Path

import click


@click.group("trace")
def commands() -> None:
    """The append-only trace: verify and export."""


@commands.command("verify")
@click.option("--json", "as_json", is_flag=True, help="machine-readable report")
@click.option("--anchor", type=click.Path(path_type=Path, exists=True), help="another anchor file")
def verify_command(as_json: bool, anchor: Path | None) -> None:
    """Check every row, chain and checkpoint; exit status 1 when anything was found."""
    from tongban.trace import service

    report = service.verify(anchor)
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(
            f"{report.rows} rows in {report.chains} chains, {report.checkpoints} checkpoints; "
            f"{report.uncovered_rows} rows not yet under a checkpoint"
        )
        for found in report.problems:
            where = f"{found.chain}#{found.seq}" if found.chain else f"{found.seq or ''}"
            click.echo(f"{found.kind}: {where}: {found.message}")
        click.echo("nothing found" if report.ok else f"{report.problems_found} problems")
    sys.exit(0 if report.ok else 1)


@commands.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def export_command(path: Path, as_json: bool) -> None:
    """Write the trace to PATH (a file or folder); tools/trace_verify.py checks it with no database."""
    from tongban.trace import service

    made = service.export(path)
    click.echo(json.dumps({"file": str(made)}) if as_json else str(made))


@commands.command("checkpoint")
@click.option("--json", "as_json", is_flag=True)
def checkpoint_command(as_json: bool) -> None:
    """Sign a checkpoint now instead of waiting for the worker."""
    from tongban.trace import service

    made = service.make_checkpoint()
    number = made.number if made else None
    click.echo(json.dumps({"number": number}) if as_json else f"checkpoint {number or '-'}")
