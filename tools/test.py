#!/usr/bin/env python
"""Run the tests on an embedded server of their own (or on ``DATABASE_URL``), with coverage shown.

Arguments go to pytest: ``make test ARGS="src/tongban/cases -x"``.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from tongban.ops.postgres import SUPERUSER, Cluster  # noqa: E402


def pytest(environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-n", os.environ.get("TONGBAN_TEST_WORKERS", "2")]
    command += ["--dist", "loadfile", "--cov", "--cov-report=term:skip-covered", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode


def main() -> int:
    if subprocess.run([ROOT / "tools" / "install-chromium.sh"], check=False).returncode:
        return 1
    if os.environ.get("DATABASE_URL"):
        return pytest({})
    var = ROOT / "var"
    cluster = Cluster(var, name="test-pg", fast=True)
    log = var / "log" / "test-postgres.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as handle:
        cluster.start(handle)
    try:
        cluster.wait()
        cluster.provision()
        return pytest({"DATABASE_URL": cluster.url(SUPERUSER)})
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
