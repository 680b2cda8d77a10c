"""Starting Spark so that the carried SQL gives there what DuckDB gives."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tongban.kit.errors import invalid
from tongban.resources.batch import java
from tongban.resources.batch.carrying import FUNCTIONS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SAME_RESULTS = {
    "spark.sql.ansi.enabled": "true",  # overflow is an error, as in DuckDB
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.compression.codec": "snappy",
}
_ON_ONE_MACHINE = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
_QUIET = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


@contextmanager
def session(master: str, memory: str = "2g", **more: str) -> Iterator["SparkSession"]:
    """A Spark session under which the carried SQL gives what DuckDB gives.

    :param master: as Spark writes it: ``local[2]``, ``spark://host:7077``, ``yarn``, ``k8s://…``
    :param memory: of the driver, on one machine; a cluster's sizes are in Spark's own files
    :param more: further settings of Spark
    :raises Invalid: where Spark or a Java for it is missing
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise invalid("engine", "missing", "没有安装 Spark，请安装 tongban[spark]") from None
    logging.getLogger("py4j").setLevel(logging.WARNING)
    settings: dict[str, bool | float | int | str | None] = {**_SAME_RESULTS, **_QUIET, **more}
    if one_machine := master.startswith("local"):
        settings = {"spark.driver.memory": memory, **_ON_ONE_MACHINE, **settings}
    builder = SparkSession.builder.appName("tongban reconcile").master(master)
    with _environment(one_machine):
        try:
            spark = builder.config(map=settings).getOrCreate()
        except Exception as error:
            raise invalid("master", "start", f"Spark（{master}）没有启动：{_first_line(error)}") from error
    try:
        for statement in FUNCTIONS:
            spark.sql(statement)
        yield spark
    finally:
        spark.stop()


@contextmanager
def _environment(one_machine: bool) -> Iterator[None]:
    """What the Java processes are to find in their environment; what was there is there again afterwards."""
    wanted = {"JAVA_HOME": str(java.home())}
    if one_machine:
        wanted["SPARK_LOCAL_IP"] = "127.0.0.1"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
