"""Which engine does a run, with what people decided about its pairs."""

import inspect
import json
from pathlib import Path
from typing import Any

import duckdb

from tongban.kit.errors import invalid
from tongban.resources.batch.landing import Report
from tongban.resources.batch.linking import link
from tongban.resources.batch.reconcile import reconcile
from tongban.resources.batch.spec import read


def run_engine(folder: Path, out: Path, engine: str, decisions: Path, report: Report | None = None) -> None:
    """Reconcile by the engine of this name.

    :param decisions: Parquet of what people decided about pairs (see :mod:`reviewing`)
    :raises Invalid: there is no such engine, or a file is missing
    """
    if engine != "duckdb":
        raise invalid("engine", "choice", f"没有引擎 {engine}")
    more: dict[str, Any] = {}
    if "decisions" in inspect.signature(reconcile).parameters:
        more["decisions"] = decisions
    reconcile(folder, out, report=report, **more)
    if not (out / "review" / "pairs.parquet").exists():
        _link(folder, out, decisions, report)


def _link(folder: Path, out: Path, decisions: Path, report: Report | None) -> None:
    """Link the rows without a valid number, where the engine's run did not; the account says how many."""
    with duckdb.connect() as connection:
        made = link(connection, read(folder / "sources.yaml"), out, decisions=decisions, report=report)
    path = out / "run.json"
    account = json.loads(path.read_text(encoding="utf-8"))
    account["linked"] = made.linked_by_rule + made.linked_by_model + made.linked_by_clerk
    account["review"] = made.review
    path.write_text(json.dumps(account, ensure_ascii=False, indent=1), encoding="utf-8")
