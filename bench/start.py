"""Starting: ``tongban up`` on nothing (cold) and on kept data (warm), until ``/readyz`` is good.

Cold includes making the database and loading the demo province; the environment itself (``make setup``)
is not part of it. The reference is what no start can avoid: PostgreSQL alone, made, started and answering.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tools"), str(HERE.parent / "src")]

from import_rows import machine, write  # noqa: E402
from platform_trial import trial  # noqa: E402

from tongban.ops.postgres import Cluster  # noqa: E402

ROUNDS = 5
WARM_TARGET = 10.0  # seconds


def seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def database_alone() -> list[float]:
    """Start a database that exists already, five times."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "var")
        cluster.create()
        for _ in range(ROUNDS):

            def once() -> None:
                cluster.start()
                cluster.wait()

            found.append(seconds(once))
            cluster.stop()
    return found


def measure() -> dict[str, Any]:
    warm = []
    with trial() as platform:
        cold = seconds(platform.up)
        for _ in range(ROUNDS):
            platform.down()
            warm.append(seconds(platform.up))
    alone = database_alone()
    ours, reference = statistics.median(warm), statistics.median(alone)
    return {
        "name": "start",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "unit": "s",
        "better": "lower",
        "ours": round(ours, 2),
        "reference": {"name": "PostgreSQL alone, started until it answers", "value": round(reference, 2)},
        "ratio": round(ours / reference, 2),
        "target": WARM_TARGET,
        "met": ours <= WARM_TARGET,
        "detail": {"cold_with_demo_province_s": round(cold, 1), "warm_rounds_s": [round(w, 2) for w in warm]},
    }


if __name__ == "__main__":
    write(measure())
