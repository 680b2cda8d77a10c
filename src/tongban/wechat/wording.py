"""Replies of the platform as WeChat texts. Pure: sizes are the protocol's."""

from collections.abc import Iterable

LONGEST = 2000  # bytes of a text message; the protocol takes 2,048


def size(text: str) -> int:
    """Bytes of a text on the wire."""
    return len(text.encode())


def shortened(text: str, most: int) -> str:
    """The beginning of a text in at most ``most`` bytes, with an ellipsis where something was cut."""
    return text if size(text) <= most else text.encode()[: most - 3].decode(errors="ignore") + "…"


def cut(text: str, tail: str = "") -> str:
    """A text with a last line, in one message; what is too long is cut before that line."""
    ending = f"\n{tail}" if tail else ""
    return shortened(text, LONGEST - size(ending)) + ending


def parts(text: str, most: int = LONGEST) -> list[str]:
    """A text in pieces of at most ``most`` bytes, broken between lines, within a line only where it must."""
    found: list[str] = []
    held: list[str] = []
    for line in _short_lines(text.splitlines(), most):
        if held and size("\n".join([*held, line])) > most:
            found.append("\n".join(held))
            held = []
        held.append(line)
    return [*found, "\n".join(held)] if held else found


def _short_lines(lines: Iterable[str], most: int) -> Iterable[str]:
    for whole in lines:
        line = whole
        while size(line) > most:
            head = line.encode()[:most].decode(errors="ignore")
            at = max(head.rfind(mark) for mark in "。；！？") + 1 or len(head)
            yield line[:at]
            line = line[at:]
        yield line
