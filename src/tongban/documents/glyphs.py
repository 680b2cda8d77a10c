"""Make any text displayable: archival PDF allows no character without a glyph.

Rare characters of names that the packaged fonts lack are written as 〓 with their code point, so that a
document is never held up and nothing is silently left out.
"""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

import pylopdf_fonts_zh_cn

_LINE_ENDS = {"\r\n": "\n", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " "}


def displayable(value: Any) -> Any:
    """``value`` with every string in it, however deep, made displayable."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {key: displayable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [displayable(part) for part in value]
    return value


def _text(text: str) -> str:
    for old, new in _LINE_ENDS.items():
        text = text.replace(old, new)
    if text.isascii() and text.isprintable():
        return text
    known = covered()
    return "".join(_character(c, known) for c in unicodedata.normalize("NFC", text))


def _character(character: str, known: frozenset[int]) -> str:
    if character == "\n" or ord(character) in known:
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs") or category.startswith("M"):
        return ""  # invisible, or a mark that no glyph here can carry
    if category == "Zs":
        return " "
    return f"〓（U+{ord(character):04X}）"


@cache
def covered() -> frozenset[int]:
    """Code points with a glyph in one of the packaged fonts."""
    found: set[int] = set()
    for path in (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path()):
        for first, last in _groups(path.read_bytes()):
            found.update(range(first, last + 1))
    # These have entries in the fonts and yet no picture; the typesetter refuses them.
    return frozenset(c for c in found if unicodedata.category(chr(c)) not in ("Cc", "Cf", "Cs"))


def _groups(font: bytes) -> Iterator[tuple[int, int]]:
    """Ranges of an OpenType font's ``cmap`` table, format 12 (ISO/IEC 14496-22, 5.2.1)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    start = next(
        struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * tables, 16)
        if font[at : at + 4] == b"cmap"
    )
    (count,) = struct.unpack_from(">H", font, start + 2)
    for index in range(count):
        (offset,) = struct.unpack_from(">I", font, start + 4 + 8 * index + 4)
        table = start + offset
        if struct.unpack_from(">H", font, table)[0] == 12:
            (groups,) = struct.unpack_from(">I", font, table + 12)
            for group in range(groups):
                first, last, _glyph = struct.unpack_from(">III", font, table + 16 + 12 * group)
                yield first, last
            return
    raise ValueError("the font has no cmap of format 12")
