"""Pure rules: what kinds of file there are, and what a name may look like."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file the platform takes in."""

    extension: str
    media_type: str
    label: str
    aliases: tuple[str, ...] = ()
    inline: bool = False  # may be shown inside the browser


KINDS = {
    kind.extension: kind
    for kind in (
        Kind("pdf", "application/pdf", "PDF", inline=True),
        Kind("jpg", "image/jpeg", "JPG", ("jpeg", "jpe"), inline=True),
        Kind("png", "image/png", "PNG", inline=True),
        Kind(
            "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word (docx)"
        ),
        Kind("ofd", "application/ofd", "OFD"),
    )
}
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS.values()}

# Path separators, characters that Windows refuses, and everything invisible that could turn a name round.
_BAD = re.compile(r'[\\/:*?"<>|]')
_MAX_STEM = 100


def display_name(client_name: str, kind: Kind | None) -> str:
    """A name fit to be shown and offered for download; never used as a path.

    The extension is that of the sniffed ``kind``, whatever the client called it.
    """
    name = unicodedata.normalize("NFC", client_name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = _BAD.sub("_", name).strip(" .")
    if kind is None:
        return name[:_MAX_STEM] or "文件"
    stem, dot, extension = name.rpartition(".")
    known = extension.lower() in (kind.extension, *kind.aliases)
    stem = stem if dot and (known or 1 <= len(extension) <= 5) else name
    return f"{stem[:_MAX_STEM].strip(' .') or '文件'}.{kind.extension}"


def megabytes(size: int) -> str:
    """Bytes in words: ``20 MB``."""
    value = size / (1024 * 1024)
    return f"{value:.0f} MB" if value >= 10 or value == int(value) else f"{value:.1f} MB"
