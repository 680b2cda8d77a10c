#!/usr/bin/env python
"""Everything ``make check`` looks at. Runs all of it, then names what failed."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LONGEST = 400  # lines of a source file, template or stylesheet
# Hosts of package registries, written apart so that this file passes its own check.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npmmirror", "com"),
        ("pypi", "tuna", "tsinghua"),
    )
]
COMMANDS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "layers": ["lint-imports"],
    "templates": ["djlint", "src", "--lint", "--quiet"],
    "types": ["mypy"],
    "django": ["python", "manage.py", "check"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": ["tongban", "messages", "check"],
    "openapi": ["tongban", "api", "schema", "--check"],
    "map": ["python", "tools/draw_map.py", "--check"],
}


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def long_files() -> list[str]:
    """Source files that have grown past what one reads at a sitting."""
    problems = []
    for path in tracked():
        generated = "migrations" in path.parts
        if path.suffix in (".py", ".html", ".scss", ".js", ".mjs", ".typ", ".sql") and not generated:
            count = len((text_of(path) or "").splitlines())
            if count > LONGEST:
                problems.append(f"{path.relative_to(ROOT)}: {count} lines, at most {LONGEST}")
    return problems


def registry_hosts() -> list[str]:
    """Committed files that name a host of a package registry."""
    problems = []
    for path in tracked():
        text = text_of(path) or ""
        problems += [f"{path.relative_to(ROOT)}: names {host}" for host in HOSTS if host in text]
    return problems


def run(name: str, command: list[str]) -> bool:
    begun = time.monotonic()
    result = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    report(name, result.returncode == 0, begun, result.stdout + result.stderr)
    return result.returncode == 0


def report(name: str, good: bool, begun: float, output: str) -> None:
    print(f"{'ok  ' if good else 'FAIL'} {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    if not good:
        print("\n".join(f"     {line}" for line in output.strip().splitlines()[-80:]), flush=True)


def main() -> int:
    failed = []
    for name, find in (("file length", long_files), ("registry hosts", registry_hosts)):
        begun = time.monotonic()
        problems = find()
        report(name, not problems, begun, "\n".join(problems))
        failed += [name] if problems else []
    chosen = set(sys.argv[1:]) or set(COMMANDS)
    failed += [name for name, command in COMMANDS.items() if name in chosen and not run(name, command)]
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
