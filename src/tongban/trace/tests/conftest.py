from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from tongban.kit.actors import Actor
from tongban.trace import service

CLERK = Actor(kind="staff", name="林受理")
Sql = Callable[..., None]


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path: Path) -> None:
    settings.KEYS_ROOT = tmp_path / "keys"
    settings.TRACE_ANCHORS = tmp_path / "anchors"


@pytest.fixture
def chains(db) -> None:
    """Three chains of five rows each; the one checkpoint covers three rows of each."""
    for upto in (3, 5):
        for chain in ("甲", "乙", "丙"):
            for n in range(3 if upto == 3 else 2):
                service.append(CLERK, chain, "case.step", {"n": n, "中文": "值", "x": 0.25}, about="第 1 步")
        if upto == 3:
            assert service.make_checkpoint() is not None


@pytest.fixture
def tamper(db) -> Sql:
    """Run SQL as a superuser who has switched triggers off for his connection."""

    def run(sql: str, params: list[object] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, params)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run
