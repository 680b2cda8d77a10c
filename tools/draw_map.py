#!/usr/bin/env python
"""Draw docs/map.md from the code: which room imports which, who hears which event. `--check` compares."""

import os
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "docs" / "map.md"
OUTSIDE = ("tongban.settings", "tongban.urls", "tongban.wsgi", "tongban.conftest", "tongban.tests")


def arrows() -> list[tuple[str, str]]:
    """Direct imports between rooms, tests left out."""
    graph = grimp.build_graph("tongban", cache_dir=None)
    found = set()
    for module in graph.modules:
        if ".tests" in module or module.startswith(OUTSIDE) or module.count(".") < 1:
            continue
        for other in graph.find_modules_directly_imported_by(module):
            here, there = module.split(".")[1], other.split(".")[1] if "." in other else ""
            if there and here != there and not other.startswith(OUTSIDE):
                found.add((here, there))
    return sorted(found)


def hearers() -> list[str]:
    """One line for each event."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    import django

    django.setup()
    from tongban.kit.events import who_hears

    return [
        f"| `{name}` | {teller} | {what} | {', '.join(who) or 'nobody yet'} |"
        for name, teller, what, who in who_hears()
    ]


def text() -> str:
    base = {"kit", "standards"}
    lines = [f"  {here} --> {there}" for here, there in arrows() if there not in base]
    return "\n".join(
        [
            "# The map",
            "",
            "Drawn from the code by `tools/draw_map.py`; `make check` compares. An arrow is a direct import.",
            "`kit` and `standards` lie below everything and are left out.",
            "",
            "```mermaid",
            "graph TD",
            *lines,
            "```",
            "",
            "## Events",
            "",
            "| event | teller | what it says | hearers |",
            "|---|---|---|---|",
            *hearers(),
            "",
        ]
    )


def main() -> int:
    new = text()
    if "--check" not in sys.argv:
        PATH.write_text(new, encoding="utf-8")
        return 0
    if not PATH.exists() or PATH.read_text(encoding="utf-8") != new:
        print("docs/map.md differs from the code: run tools/draw_map.py and commit it.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
