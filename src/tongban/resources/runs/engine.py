"""Which engine does a run, with what people decided about its pairs."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.kit.errors import invalid
from tongban.resources.batch.landing import Report
from tongban.resources.batch.reconcile import How, reconcile
from tongban.resources.batch.spark import reconcile_spark


def offered() -> dict[str, str]:
    """The engines of this site with their names; Spark where ``TONGBAN_SPARK_MASTER`` says where it is."""
    return {"duckdb": "DuckDB"} | ({"spark": "Spark"} if settings.SPARK_MASTER else {})


def run_engine(folder: Path, out: Path, engine: str, decisions: Path, report: Report | None = None) -> None:
    """Reconcile by the engine of this name.

    :param decisions: Parquet of what people decided about pairs (see :mod:`reviewing`)
    :raises Invalid: the site has no such engine, or a file is missing
    """
    require(engine)
    how = How(decisions=decisions)
    if engine == "spark":
        reconcile_spark(folder, out, how=how, master=settings.SPARK_MASTER, report=report)
    else:
        reconcile(folder, out, how=how, report=report)


def require(engine: str) -> None:
    """Refuse an engine that the site does not have. Raises Invalid."""
    if engine not in offered():
        raise invalid("engine", "choice", _("这里没有引擎“%(engine)s”") % {"engine": engine[:20]})
