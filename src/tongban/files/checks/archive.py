"""Zip-based documents: docx and OFD, with limits that stop zip bombs.

Archives inside the archive are counted as plain bytes and never opened.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from tongban.kit.errors import invalid

MAX_ENTRIES = 2_000
MAX_TOTAL = 200 * 1024 * 1024  # bytes, unpacked
MAX_RATIO = 150  # unpacked to packed, for entries above RATIO_FROM
RATIO_FROM = 1024 * 1024  # bytes
MAX_XML = 20 * 1024 * 1024  # bytes of the part that is parsed
_CHUNK = 256 * 1024
_MAIN = {"docx": "word/document.xml", "ofd": "OFD.xml"}
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError,
    NotImplementedError, RuntimeError, IndexError, OverflowError, MemoryError,
)  # fmt: skip


def looks_like(path: Path, extension: str) -> bool:
    """Whether the archive's directory names the main part of this kind of document."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.NameToInfo
            return _MAIN[extension] in names and (extension != "docx" or "[Content_Types].xml" in names)
    except _ZIP_ERRORS:
        return False


def check_docx(path: Path) -> None:
    """Refuse bombs, macros, encryption, odd paths and broken XML."""
    _check(path, "docx")


def check_ofd(path: Path) -> None:
    """The same for OFD (GB/T 33190-2016)."""
    _check(path, "ofd")


def _check(path: Path, extension: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL:
                raise _bomb()
            for entry in entries:
                _check_entry(entry)
            _read_through(archive, entries)
            _check_xml(archive.read(_MAIN[extension]))
    except _ZIP_ERRORS as error:
        raise _broken() from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 0x1:
        raise invalid("file", "encrypted", _("这份文件加了密码。请去掉密码后重新上传。"))
    if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/"):
        raise _broken()
    if name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")):
        raise invalid("file", "script", _("这份文件含有宏或程序，不能接收。请另存为不含宏的文件后上传。"))
    if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise _bomb()


def _read_through(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack everything into nothing: headers may lie about sizes, and check sums must agree."""
    budget = MAX_TOTAL
    for entry in entries:
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                budget -= len(chunk)
                if budget < 0:
                    raise _bomb()


def _check_xml(data: bytes) -> None:
    if len(data) > MAX_XML:
        raise _bomb()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _broken() from error
    about: Any = tree.getroottree().docinfo
    if about.doctype:
        raise _broken()


def _bomb() -> Exception:
    return invalid("file", "too_complex", _("这份文件解压后过大，无法安全检查。请精简内容后重新上传。"))


def _broken() -> Exception:
    return invalid("file", "broken", _("这份文件打不开，可能已损坏或没有传完整。请检查后重新上传。"))
