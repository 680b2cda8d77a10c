"""Run every measurement in this folder, or one: ``make bench NAME=case_filing``.

Each is a script of its own that writes ``bench/results/<name>.json``. They run one after another on an
embedded server made for them, unless ``DATABASE_URL`` names one. Results are figures, never a pass or fail;
the status is 1 only where a measurement itself broke.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "src"))

from tongban.ops.postgres import SUPERUSER, Cluster  # noqa: E402

KEYS = {"name", "at", "machine", "unit", "better", "ours", "reference", "ratio", "target", "met", "detail"}
NOT_MEASUREMENTS = {"run", "__init__"}


def scripts(wanted: list[str]) -> list[Path]:
    """The scripts asked for, or all of them."""
    known = {p.stem: p for p in sorted(HERE.glob("*.py")) if p.stem not in NOT_MEASUREMENTS}
    if unknown := set(wanted) - set(known):
        sys.exit(f"No measurement {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    return [known[name] for name in wanted or known]


def result_problem(result: dict[str, Any]) -> str:
    """What is wrong with a result's form, or nothing."""
    if missing := KEYS - set(result):
        return f"lacks {', '.join(sorted(missing))}"
    if result["better"] not in ("higher", "lower"):
        return "better must be higher or lower"
    return "" if {"name", "value"} <= set(result["reference"]) else "reference needs name and value"


def run(environment: dict[str, str], chosen: list[Path]) -> int:
    broken = []
    for script in chosen:
        print(f"== {script.stem}", flush=True)
        status = subprocess.run(
            [sys.executable, str(script)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
            check=False,
        ).returncode
        if status:
            broken.append(script.stem)
    for path in sorted((HERE / "results").glob("*.json")):
        result = json.loads(path.read_text())
        if problem := result_problem(result):
            print(f"{path.name}: {problem}")
            broken.append(path.stem)
            continue
        reference = result["reference"]
        print(
            f"{result['name']:16} {result['ours']:>10} {result['unit']:10} beside {reference['value']}"
            f" ({reference['name']}), target {result['target']}: {'met' if result['met'] else 'missed'}"
        )
    if broken:
        print(f"Broken: {', '.join(broken)}")
    return 1 if broken else 0


def main() -> int:
    chosen = scripts(sys.argv[1:])
    if os.environ.get("DATABASE_URL"):
        return run({}, chosen)
    cluster = Cluster(ROOT / "var", name="bench-pg")  # with fsync: figures are of the real thing
    log = ROOT / "var" / "log" / "bench-postgres.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as handle:
        cluster.start(handle)
    try:
        cluster.wait()
        cluster.provision()
        return run({"DATABASE_URL": cluster.url(SUPERUSER)}, chosen)
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
