"""``tongban resources …`` for operators."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import click

from tongban.resources.batch.invent import generate
from tongban.resources.batch.reconcile import How, Link, Run, reconcile
from tongban.resources.batch.spark import reconcile_spark
from tongban.resources.runs.commands import progress, province_command, publish_command, told

_THERE = click.Path(path_type=Path, file_okay=False, exists=True)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("resources", help="Persons' and legal persons' data: invented departmental files.")
def commands() -> None:
    """The group that the ``tongban`` command collects."""


@commands.command("generate")
@click.option("--persons", type=int, required=True, help="How many people, up to 40 million.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option(
    "--hurried",
    type=click.FloatRange(0, 0.1),
    default=0,
    show_default=True,
    help="Share of rows too poor to be sure about, for the review.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def generate_command(persons: int, seed: int, out: Path, hurried: float, as_json: bool) -> None:
    """Write five departments' files about invented people, errors and all, and the truth beside them."""
    with told(as_json), progress(as_json, "generate") as report:
        made = generate(
            persons, seed, out, lambda done, total: report("generate", done, total), hurried=hurried
        )
    if as_json:
        click.echo(json.dumps(asdict(made)))
    else:
        click.echo(f"{made.persons} persons: " + ", ".join(f"{k} {v}" for k, v in made.rows.items()))


@commands.command("reconcile")
@click.option("--in", "folder", type=_THERE, required=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--threads", type=click.IntRange(0), default=0, help="0 takes every core (duckdb).")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--master", default="local[*]", show_default=True, help="Where Spark runs (spark).")
@click.option(
    "--link",
    type=click.Choice(get_args(Link)),
    default="model",
    show_default=True,
    help="How rows without a valid number find their persons.",
)
@click.option("--decisions", type=_FILE, help="What clerks decided about pairs (Parquet).")
@click.option("--truth", type=_THERE, help="The truth of invented files, to judge the run by.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def reconcile_command(
    *,
    folder: Path,
    out: Path,
    threads: int,
    engine: str,
    master: str,
    link: Link,
    decisions: Path | None,
    truth: Path | None,
    as_json: bool,
) -> None:
    """Choose the golden records of everybody in the departments' files under a folder."""
    from tongban.resources.runs.keeping import recorded

    how = How(link, decisions, truth)
    with (
        told(as_json),
        progress(as_json, "reconcile") as report,
        recorded(folder, out, engine, report) as (note, _row),
    ):
        if engine == "spark":
            run = reconcile_spark(folder, out, how=how, master=master, report=note)
        else:
            run = reconcile(folder, out, how=how, threads=threads, report=note)
    if as_json:
        click.echo(json.dumps(asdict(run)))
    else:
        click.echo(
            f"{run.rows_in} rows: {run.landed} landed, {run.quarantined} quarantined; {run.golden} persons, "
            f"{run.discrepancies} discrepancies; {run.residue} rows without a valid number, "
            f"{run.linked} linked, {run.review} pairs to review; {run.seconds} s"
        )
        for line in _judged(run):
            click.echo(line)


def _judged(run: Run) -> Iterator[str]:
    """The account of a run with a truth, in lines."""
    if run.accuracy is None:
        return
    yield f"links: precision {_percent(run.precision)}, recall {_percent(run.recall)}"
    for code, shares in run.accuracy.items():
        yield (
            f"{code:28} golden {_percent(shares['golden'])}, latest {_percent(shares['latest'])}, "
            f"majority {_percent(shares['majority'])}"
        )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


@commands.command("choose-again")
@click.argument("elements", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def choose_again_command(elements: tuple[str, ...], as_json: bool) -> None:
    """Have the golden values of all elements, or of those named, chosen anew by background jobs."""
    from tongban.resources.elements import element, registry
    from tongban.resources.tasks import choose_again

    with told(as_json):
        codes = [element(code).code for code in elements] or list(registry())
    for code in codes:
        choose_again.defer(element=code, after="")
    click.echo(json.dumps({"elements": codes}) if as_json else f"{len(codes)} elements will be chosen anew")


commands.add_command(publish_command)
commands.add_command(province_command)
