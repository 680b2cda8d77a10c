"""Which engine does a run, with what people decided about its pairs."""

from pathlib import Path

from tongban.kit.errors import invalid
from tongban.resources.batch.landing import Report
from tongban.resources.batch.reconcile import How, reconcile


def run_engine(folder: Path, out: Path, engine: str, decisions: Path, report: Report | None = None) -> None:
    """Reconcile by the engine of this name.

    :param decisions: Parquet of what people decided about pairs (see :mod:`reviewing`)
    :raises Invalid: there is no such engine, or a file is missing
    """
    if engine != "duckdb":
        raise invalid("engine", "choice", f"没有引擎 {engine}")
    reconcile(folder, out, how=How(decisions=decisions), report=report)
