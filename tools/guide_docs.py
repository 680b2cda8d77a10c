"""Write docs/guide-rules.md from the register of guide rules, and docs/guide-report.md from the real items.

The report imports both real files into a scratch database that is gone afterwards.
Usage: python tools/guide_docs.py [--report]
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TONGBAN_SHARED", ROOT.parent / "shared"))
FILES = (("guangdong", "guangdong-items.jsonl"), ("guangan", "guangan-items.js"))


def rules() -> str:
    """The table of rules."""
    from tongban.items.service import GUIDE_RULES

    rows = [f"| `{r.id}` | {r.title} | {r.severity} | {r.why} | {r.mend} |" for r in GUIDE_RULES.values()]
    head = (
        "# Guide rules\n\nMade by `tools/guide_docs.py` from the register `items/checking/register.py`.\n\n"
    )
    return (
        head
        + "| id | finds | severity | why | how to mend |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def report() -> str:
    """The findings on all real items."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from tongban.items import service as items
    from tongban.kit.actors import SYSTEM

    made = setup_databases(verbosity=0, interactive=False)
    out = ["# Findings on the real items", "", "Made by `tools/guide_docs.py --report`."]
    try:
        for profile, name in FILES:
            with tempfile.TemporaryDirectory() as folder:
                path = SHARED / "data" / name
                done = items.import_file(SYSTEM, path, profile, report_folder=Path(folder))
                again = items.import_file(SYSTEM, path, profile, report_folder=Path(folder))
            found = items.check_all(source=profile)
            out += ["", f"## {profile}", ""]
            out.append(
                f"{done.read} rows read: {done.imported} imported, {done.unchanged} unchanged, "
                f"{done.flagged} flagged, {done.rejected} rejected. {found.findings} findings. "
                f"Imported a second time: {again.unchanged} of {again.read} rows unchanged."
            )
            out += ["", "| rule | finds | findings | items | share of items |", "|---|---|---:|---:|---:|"]
            for rule, count in found.rules.most_common():
                with_it = found.items_by_rule[rule]
                title = items.guide_rule(rule).title
                share = f"{with_it / found.checked:.1%}"
                out.append(f"| `{rule}` | {title} | {count} | {with_it} | {share} |")
    finally:
        connection.close()
        teardown_databases(made, verbosity=0)
    return "\n".join([*out, *judged()]) + "\n"


def judged() -> list[str]:
    """What people said of samples of the findings."""
    rows = yaml.safe_load((ROOT / "tools" / "guide_judged.yaml").read_text(encoding="utf-8"))
    total, wrong = sum(row["sampled"] for row in rows), sum(len(row["wrong"]) for row in rows)
    out = ["", "## How often the rules are right", ""]
    out.append(
        f"{total} findings of the most frequent rules were read beside the real rows (Guangdong's file) by "
        f"one reader: {total - wrong} right, {wrong} wrong, before the rules were mended. The samples come "
        "from `tools/findings_sample.py`, the judgements from `tools/guide_judged.yaml`. Rules below 0.8 "
        "were mended; the tables above count findings of the mended rules."
    )
    out += _table(rows)
    fresh = [{"rule": row["rule"], **row["again"]} for row in rows if "again" in row]
    out += ["", "Fresh samples of the mended rules, before what they showed was mended in turn:"]
    return out + _table(fresh)


def _table(rows: list[dict[str, Any]]) -> list[str]:
    out = ["", "| rule | sampled | right | wrong | precision | why wrong | mended |"]
    out.append("|---|---:|---:|---:|---:|---|---|")
    for row in rows:
        number, bad = row["sampled"], len(row["wrong"])
        why = "；".join(f"第 {one['line']} 行：{one['why']}" for one in row["wrong"])
        why = "。".join(text for text in (why, row.get("note", "")) if text)
        right = number - bad
        cells = (f"`{row['rule']}`", number, right, bad, f"{right / number:.2f}", why, row["mended"])
        out.append("| " + " | ".join(map(str, cells)) + " |")
    return out


def main() -> None:
    """Write the pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    os.environ["TONGBAN_TEST_DB"] = "guide_docs"
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    docs = ROOT / "docs"
    (docs / "guide-rules.md").write_text(rules(), encoding="utf-8")
    if "--report" in sys.argv:
        (docs / "guide-report.md").write_text(report(), encoding="utf-8")


if __name__ == "__main__":
    main()
