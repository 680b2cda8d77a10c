"""Print a sample of findings on the real items beside the rows' own words, for people to judge.

Usage: python tools/findings_sample.py [RULE [NUMBER [SEED]]]. What people judged is in docs/guide-report.md.
The sample is drawn with a fixed seed: the same edition of rules and rows gives the same sample.
"""

import json
import os
import random
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TONGBAN_SHARED", ROOT.parent / "shared"))
SHOWN = (
    "TASK_NAME", "accept_standard", "material_intro", "consult_phone", "complain_phone", "handle_location",
    "handle_time", "handle_time_limit", "URL", "TASK_TYPE_TEXT", "visit_number", "service_object_name",
)  # fmt: skip


def found() -> dict[str, list[tuple[dict[str, Any], dict[str, str]]]]:
    """Findings by rule, each with its row, over Guangdong's file; nothing is stored."""
    from tongban.items.importing.profiles import Rejected, prepare_row, profile
    from tongban.items.importing.sources import rows

    source, by_rule = profile("guangdong"), defaultdict(list)
    for line in rows(SHARED / "data" / "guangdong-items.jsonl", source):
        try:
            one = prepare_row(line.value, line.number, source, {})
        except Rejected:
            continue
        for finding in one.findings:
            by_rule[finding["rule"]].append((line.value | {"line": line.number}, finding))
    return by_rule


def main() -> None:
    """Print the sample, or how many there are of each rule."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    by_rule = found()
    if len(sys.argv) < 2:
        for rule, all_of in sorted(by_rule.items(), key=lambda pair: -len(pair[1])):
            print(f"{len(all_of):>5}  {rule}")
        return
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    all_of = by_rule[sys.argv[1]]
    drawn = random.Random(seed).sample(all_of, min(number, len(all_of)))  # noqa: S311 (no secret)
    for row, finding in drawn:
        print(f"--- line {row['line']}: {finding['field']}: {finding['message']}")
        for key in SHOWN:
            if row.get(key):
                print(f"    {key}: {json.dumps(row[key], ensure_ascii=False)[:400]}")


if __name__ == "__main__":
    main()
