#!/usr/bin/env python
"""Take a picture of a page of a running server.

    .venv/bin/python tools/shot.py http://localhost:8000/ var/shots/home.png [--phone] [--login USER]

Prints what the browser complains about (console errors, failed requests) beside the path of the picture.
"""

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from browser import browser, new_context, sign_in


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("url")
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--phone", action="store_true", help="390 pixels wide instead of 1280")
    arguments.add_argument("--login", metavar="USER", help="sign in first")
    arguments.add_argument("--password", default=os.environ.get("TONGBAN_DEMO_PASSWORD", "Tongban-2026"))
    arguments.add_argument("--fold", action="store_true", help="only the first screen, not the whole page")
    arguments.add_argument("--large", action="store_true", help="large-print mode")
    arguments.add_argument("--lang", choices=["zh-hans", "en"], help="interface language")
    arguments.add_argument("--axe", action="store_true", help="report accessibility violations too")
    chosen = arguments.parse_args()
    parts = urlsplit(chosen.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    problems: list[str] = []
    with browser() as started:
        context = new_context(started, phone=chosen.phone)
        cookies = {"large_print": "1" if chosen.large else None, "django_language": chosen.lang}
        for name, value in cookies.items():
            if value:
                context.add_cookies([{"name": name, "value": value, "url": origin}])
        page = context.new_page()
        page.on("console", lambda m: problems.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: problems.append(f"script: {e}"))
        page.on("requestfailed", lambda r: problems.append(f"failed: {r.url}"))
        if chosen.login:
            sign_in(page, origin, chosen.login, chosen.password)
        answer = page.goto(chosen.url)
        page.wait_for_load_state("networkidle")
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=chosen.out, full_page=not chosen.fold, caret="initial")
        print(f"{answer.status if answer else '?'} {page.url} -> {chosen.out}")
        if chosen.axe:
            from axe_playwright_python.sync_playwright import Axe

            result = Axe().run(page)
            print(result.generate_report() if result.violations_count else "axe: no violations")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
