"""Find out what a file really is and refuse what is broken, hostile or not asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path

import puremagic
from django.utils.translation import gettext as _

from tongban.files.checks.archive import check_docx, check_ofd, looks_like
from tongban.files.checks.image import check_jpeg, check_png
from tongban.files.checks.pdf import check_pdf
from tongban.files.rules import KINDS, Kind
from tongban.kit.errors import invalid

_BEGINNINGS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
HEAD = 8192  # bytes that decide on the family
_CHECKS: dict[str, Callable[[Path], None]] = {
    "pdf": check_pdf,
    "jpg": check_jpeg,
    "png": check_png,
    "docx": check_docx,
    "ofd": check_ofd,
}


def sniff(path: Path) -> Kind | None:
    """The kind of the content at ``path``, from its bytes alone."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    # The usual beginnings are told apart at once; whatever else may be a known kind is looked up.
    for beginning, extension in _BEGINNINGS.items():
        if head.startswith(beginning):
            return KINDS[extension]
    try:
        types = {match.mime_type for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return None
    for extension in ("pdf", "jpg", "png"):
        if KINDS[extension].media_type in types:
            return KINDS[extension]
    if head.startswith(b"PK\x03\x04"):
        return next((KINDS[e] for e in ("docx", "ofd") if looks_like(path, e)), None)
    return None


def inspect(path: Path, accept: Sequence[str]) -> Kind:
    """The kind of a sound file of one of the accepted kinds.

    Raises:
        Invalid: field ``file``; rules ``type``, ``encrypted``, ``script``, ``broken``, ``too_complex``.
    """
    kind = sniff(path)
    if kind is None or kind.extension not in accept:
        labels = "、".join(KINDS[e].label for e in accept if e in KINDS)
        raise invalid(
            "file",
            "type",
            _("不能接收这种文件。请上传 %(labels)s 格式的文件（按文件内容判断，与文件名无关）。")
            % {"labels": labels},
        )
    _CHECKS[kind.extension](path)
    return kind
