"""``tongban items …`` for operators."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tongban.items.checking.stored import check_all
from tongban.items.exporting import export_file
from tongban.items.importing import ImportResult, import_file
from tongban.items.searching.entries import rebuild
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import DomainError


@click.group("items", help="Service items: import, search index.")
def commands() -> None:
    """The group that the ``tongban`` command collects."""


@commands.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--profile", "profile_name", required=True, help="How the source is read, e.g. guangdong.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
@click.option("--dry-run", is_flag=True, help="Account for every row, change nothing.")
@click.option("--resume", is_flag=True, help="Go on where a killed import of this file stopped.")
@click.option(
    "--encoding", type=click.Choice(["auto", "utf-8", "gbk"]), default="auto", help="Encoding of the file."
)
def import_command(  # noqa: PLR0917 (one argument an option)
    file: Path, profile_name: str, as_json: bool, dry_run: bool, resume: bool, encoding: str
) -> None:
    """Import FILE; every row is imported, unchanged, flagged or rejected, with line and reason."""
    try:
        if not file.is_file():
            raise click.UsageError(f"no such file: {file}")
        result = _with_bar(file, profile_name, dry_run, encoding, resume=resume)
    except DomainError as error:
        click.echo(
            json.dumps({"error": error.message}, ensure_ascii=False) if as_json else error.message, err=True
        )
        sys.exit(2)
    if as_json:
        click.echo(json.dumps(result.as_dict(), ensure_ascii=False))
    else:
        _print(result)


@commands.command("reindex")
@click.option("--json", "as_json", is_flag=True)
def reindex_command(as_json: bool) -> None:
    """Make the search table anew from what is published."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task("reindex", total=None)
        entries = rebuild(lambda done, total: bar.update(task, completed=done, total=total))
    click.echo(json.dumps({"entries": entries}) if as_json else f"{entries} entries")


@commands.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--profile", "profile_name", default="national", show_default=True)
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--department", default="", help="Only the items of the department of this short code.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def export_command(file: Path, profile_name: str, form: str, department: str, as_json: bool) -> None:
    """Write the items in force to FILE as the national exchange table."""
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(file.name, total=None)
        try:
            count = export_file(
                SYSTEM,
                file,
                profile_name=profile_name,
                form=form,
                department=department,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except DomainError as error:
            click.echo(error.message, err=True)
            sys.exit(2)
    click.echo(json.dumps({"exported": count, "file": str(file)}) if as_json else f"{count} rows: {file}")


@commands.command("check")
@click.option("--department", default="", help="Only the items of the department of this short code.")
@click.option("--source", default="", help="Only items of this import profile, or `own`.")
@click.option("--rule", default="", help="Count and show only this rule's findings.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def check_command(department: str, source: str, rule: str, as_json: bool) -> None:
    """Check the guides in force by every rule and keep what is found beside them."""
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("check", total=None)
        try:
            result = check_all(
                department=department,
                source=source,
                rule=rule,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
                tell=None
                if as_json or not rule
                else lambda row, found: click.echo(f"{row.item.code}  {row.name}  {found['message']}"),
            )
        except DomainError as error:
            click.echo(error.message, err=True)
            sys.exit(2)
    if as_json:
        click.echo(json.dumps(result.as_dict(), ensure_ascii=False))
        return
    console = Console()
    console.print(f"{result.checked} checked, {result.checked - result.clean} with findings")
    for name, count in result.rules.most_common():
        console.print(f"{count:>7}  {name}")


def _with_bar(file: Path, profile_name: str, dry_run: bool, encoding: str, *, resume: bool) -> ImportResult:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(file.name, total=file.stat().st_size)
        return import_file(
            SYSTEM,
            file,
            profile_name,
            dry_run=dry_run,
            encoding=encoding,
            resume=resume,
            progress=lambda done: bar.update(task, completed=done),
        )


def _print(result: ImportResult) -> None:
    console = Console()
    table = Table("read", "imported", "unchanged", "flagged", "rejected", "seconds")
    table.add_row(
        *(str(n) for n in (result.read, result.imported, result.unchanged, result.flagged, result.rejected)),
        f"{result.seconds:.1f}",
    )
    console.print(table)
    for rule, count in sorted(result.rules.items(), key=lambda pair: -pair[1]):
        console.print(f"{count:>7}  {rule}")
    if result.lacks:
        console.print(f"not in this source: {'、'.join(result.lacks)}")
    console.print(f"report: {result.report}")
