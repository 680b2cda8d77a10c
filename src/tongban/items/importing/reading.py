"""Reading a file line by line, whatever its encoding, without holding it in memory."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

MAX_LINE = 4 * 1024 * 1024  # bytes; a longer line is no item
ENCODINGS = ("utf-8", "gb18030")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, the value read from it, or what is wrong with it."""

    number: int
    end: int  # bytes read so far
    value: Any = None
    problem: str = ""
    rule: str = ""


def lines(path: Path, encoding: str = "auto") -> Iterator[Line]:
    """Every line that is not blank. A byte-order mark is passed over.

    ``encoding`` is ``utf-8``, ``gbk`` or ``auto``: UTF-8 where a line is valid UTF-8, GB 18030 otherwise.
    """
    end = 0
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and encoding == "auto":
            yield from _wide_lines(path)
            return
        stream.seek(0)
        number = 0
        while raw := stream.readline(MAX_LINE + 1):
            number += 1
            end += len(raw)
            if len(raw) > MAX_LINE:
                while raw and not raw.endswith(b"\n"):
                    raw = stream.readline(MAX_LINE)
                    end += len(raw)
                yield Line(number, end, problem=_("这一行超过 4 MB"), rule="line-too-long")
                continue
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if raw.strip():
                yield _line(number, end, raw, encoding)


def _wide_lines(path: Path) -> Iterator[Line]:
    """UTF-16 as some editors save it; each line is judged as its UTF-8 would be."""
    with path.open(encoding="utf-16", errors="replace", newline="\n") as stream:
        number = 0
        while text := stream.readline(MAX_LINE + 1):
            number += 1
            end = stream.buffer.tell()  # type: ignore[attr-defined]
            if len(text) > MAX_LINE:
                while text and not text.endswith("\n"):
                    text = stream.readline(MAX_LINE)
                yield Line(number, end, problem=_("这一行超过 4 MB"), rule="line-too-long")
            elif "\ufffd" in text:
                yield Line(number, end, problem=_("这一行的文字编码无法识别"), rule="encoding")
            elif text.strip():
                yield _line(number, end, text.encode(), "utf-8")


def _line(number: int, end: int, raw: bytes, encoding: str) -> Line:
    try:
        text = _decoded(raw, encoding)
    except UnicodeDecodeError:
        return Line(number, end, problem=_("这一行的文字编码无法识别"), rule="encoding")
    try:
        return Line(number, end, value=json.loads(text, parse_constant=_no_constant))
    except RecursionError:
        return Line(number, end, problem=_("这一行的 JSON 嵌套过深"), rule="not-json")
    except ValueError as error:
        message = _("这一行不是 JSON：%(what)s") % {"what": str(error)[:120]}
        return Line(number, end, problem=message, rule="not-json")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _decoded(raw: bytes, encoding: str) -> str:
    if encoding in ("gbk", "gb18030", "gb2312"):
        return raw.decode("gb18030")
    if encoding == "utf-8":
        return raw.decode("utf-8")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")
