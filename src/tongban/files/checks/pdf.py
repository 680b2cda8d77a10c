"""PDF: readable, open, and without anything that runs."""

from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from tongban.kit.errors import invalid

MAX_OBJECTS = 100_000
MAX_PAGES = 2_000
# Actions that start programs, run scripts or send the form somewhere (ISO 32000-2, 12.6.4).
_BAD_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition"}
_BAD_KEYS = {"/JS", "/XFA", "/RichMediaContent"}


def check_pdf(path: Path) -> None:
    """Refuse what is encrypted, scripted or not to be read through."""
    try:
        with path.open("rb") as file:
            _check(PdfReader(file, strict=False))
    # pypdf meets hostile bytes with whatever its parser trips over, so all of these mean "broken".
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise _broken() from error
    except (RecursionError, MemoryError, OSError, OverflowError, AssertionError, ZeroDivisionError) as error:
        raise _broken() from error


def _check(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise invalid("file", "encrypted", _("这份 PDF 加了密码或权限限制。请去掉后重新上传。"))
    for found in _objects(reader):
        _refuse_scripts(found)
    pages = len(reader.pages)
    if pages == 0:
        raise _broken()
    if pages > MAX_PAGES:
        raise _too_complex()


def _objects(reader: PdfReader) -> Iterator[PdfObject]:
    """Every object the file holds, reachable from a page or not."""
    wanted = {(number, generation) for generation, table in reader.xref.items() for number in table}
    wanted |= {(number, 0) for number in reader.xref_objStm}
    if len(wanted) > MAX_OBJECTS:
        raise _too_complex()
    yield reader.trailer
    for number, generation in sorted(wanted):
        if number == 0 or generation == 65535:
            continue  # the head of the list of free objects
        found = reader.get_object(IndirectObject(number, generation, reader))
        if found is not None:
            yield found


def _refuse_scripts(top: PdfObject) -> None:
    """Look through one object's own dictionaries and arrays; references are objects of their own."""
    stack: list[PdfObject] = [top]
    while stack:
        found = stack.pop()
        if isinstance(found, DictionaryObject):
            action = found.raw_get("/S") if "/S" in found else None
            if str(action) in _BAD_ACTIONS or _BAD_KEYS & found.keys():
                raise invalid(
                    "file",
                    "script",
                    _("这份 PDF 含有脚本或会启动程序的内容，不能接收。请重新导出或打印成 PDF 后上传。"),
                )
            stack.extend(found.raw_get(key) for key in found)
        elif isinstance(found, ArrayObject):
            stack.extend(list.__iter__(found))


def _broken() -> Exception:
    return invalid("file", "broken", _("这份 PDF 打不开，可能已损坏或没有传完整。请检查后重新上传。"))


def _too_complex() -> Exception:
    return invalid("file", "too_complex", _("这份 PDF 内容过多，无法安全检查。请拆分或重新导出后上传。"))
