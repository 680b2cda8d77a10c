"""Linking the residue: precision and recall on provinces no setting was tuned on, beside plain rules only.

For each seed a province is made, reconciled, and its rows without a valid number linked twice by fresh
processes: by plain rules only (the reference), and by rules and the model. The truth that the generator
writes judges both. Ours is the lowest recall of the seeds; the target is met where every seed has precision
0.99 and recall 0.95. Golden values are judged in the same run (``detail``). Tuning used seeds 1 to 5.
``--persons N`` makes smaller provinces, ``--seeds 6,7`` others; only a full run is written as a result.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PERSONS = 1_000_000
SEEDS = (101, 102, 103)
TUNED = range(1, 6)
PRECISION, RECALL = 0.99, 0.95


def child(folder: Path, how: str) -> None:
    """One step in this process, its account as JSON."""
    import duckdb

    from tongban.resources.batch.accuracy import judge
    from tongban.resources.batch.linking import link
    from tongban.resources.batch.reconcile import How, reconcile
    from tongban.resources.batch.spec import read

    out = folder / "truth" / "out"
    started = time.perf_counter()
    if how == "reconcile":
        run = reconcile(folder, out, how=How(link="none"))
        print(json.dumps({"rows": run.rows_in, "residue": run.residue, "seconds": run.seconds}))
        return
    spec = read(folder / "sources.yaml")
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '3500MB'; SET preserve_insertion_order = false")
        connection.execute(f"SET temp_directory = '{out / 'spill'}'")
        if how.startswith("judge"):
            print(json.dumps(judge(connection, spec, out, folder, values=how == "judge-all")))
            return
        (out / "links" / "receipt.json").unlink(missing_ok=True)
        made = link(connection, spec, out, model=how == "model")
        said = {name: getattr(made, name) for name in made.__slots__}
        said["seconds"] = round(time.perf_counter() - started, 3)
        said["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(said))


def step(folder: Path, how: str) -> dict[str, Any]:
    """One step in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, "--folder", str(folder), "--how", how]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    # The program's own warnings at its end go to the other channel; the last line is the account.
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def province(persons: int, seed: int) -> dict[str, Any]:
    """Everything about one seed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    import django

    django.setup()  # the generator asks the divisions' room for the province's places
    from tongban.resources.batch.invent import generate

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(persons, seed, folder)
        found: dict[str, Any] = {"reconcile": step(folder, "reconcile")}
        for how in ("rules", "model"):
            found[how] = step(folder, how)
            judged = step(folder, "judge-all" if how == "model" else "judge-links")
            found[how] |= {"precision": judged["precision"], "recall": judged["recall"]}
        found["by_source"] = judged["linkage"]
        found["accuracy"] = judged["accuracy"]
    print(seed, json.dumps({how: found[how] for how in ("rules", "model")}), file=sys.stderr, flush=True)
    return found


def measure(persons: int, seeds: tuple[int, ...]) -> dict[str, Any]:
    """All seeds, and the result."""
    found = {seed: province(persons, seed) for seed in seeds}
    recall = {how: min(one[how]["recall"] for one in found.values()) for how in ("rules", "model")}
    precision = min(one["model"]["precision"] for one in found.values())
    seconds = {how: statistics.median(one[how]["seconds"] for one in found.values()) for how in recall}
    return {
        "name": "linkage",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "unit": "recall",
        "better": "higher",
        "ours": recall["model"],
        "reference": {"name": "plain rules only", "value": recall["rules"]},
        "ratio": round(recall["model"] / recall["rules"], 4),
        "target": RECALL,
        "met": precision >= PRECISION and recall["model"] >= RECALL,
        "detail": {
            "persons": persons,
            "precision": precision,
            "precision_target": PRECISION,
            "seconds": seconds,
            "seeds": {str(seed): one for seed, one in found.items()},
        },
    }


def main() -> None:
    """Measure, or be the process of one step."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--persons", type=int, default=PERSONS)
    asked.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--how", default="")
    options = asked.parse_args()
    if options.folder:
        child(options.folder, options.how)
        return
    seeds = tuple(int(seed) for seed in options.seeds.split(","))
    if tuned := sorted(set(seeds) & set(TUNED)):
        sys.exit(f"Seeds {tuned} were used in tuning")
    result = measure(options.persons, seeds)
    text = json.dumps(result, ensure_ascii=False, indent=2)
    if options.persons == PERSONS and seeds == SEEDS:
        folder = ROOT / "bench" / "results"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "linkage.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    main()
