"""Typesetting with typst: data goes in as JSON text, a PDF/A comes out.

One compiler lives in each process: its caches make the second page of a kind far quicker than the first.
"""

import json
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst
from django.conf import settings
from django.utils import timezone

from tongban.documents.glyphs import displayable
from tongban.documents.templates import checked

FOLDER = Path(__file__).parent / "typst"
# Archival and accessible at once (ISO 19005-2 level a with ISO 14289-1).
STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]
_A4_HEIGHT_MM = 297.0
_POINTS_PER_MM = 72 / 25.4
SEAL_MM = 42.0
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class FieldBox:
    """Where a seal stands: page from 0, corners in PDF points from the page's lower left."""

    page: int
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A typeset document and the place its template keeps for the seal."""

    pdf: bytes
    seal_box: FieldBox | None


@cache
def compiler() -> typst.Compiler:
    folder = pylopdf_fonts_zh_cn.serif_path().parent
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    return typst.Compiler(root=str(FOLDER), font_paths=fonts)


def render(template: str, data: dict[str, Any], *, made_at: datetime | None = None) -> Rendered:
    """Typeset ``template`` with ``data`` (see :mod:`tongban.documents.templates`).

    Args:
        made_at: time written into the file; the same data and time give the same bytes.

    Raises:
        Invalid: the data does not fit the template.
    """
    values = displayable(checked(template, data))
    values["qr_svg"] = qr_svg(values["check_url"]) if values.get("check_url") else ""
    values["demo"] = settings.SANDBOX
    inputs = {"data": json.dumps(values, ensure_ascii=False)}
    path = str(FOLDER / f"{template}.typ")
    moment = (made_at or timezone.now()).replace(microsecond=0)
    with _lock:
        pdf = compiler().compile(
            path, sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=int(moment.timestamp())
        )
        places = json.loads(compiler().query("<seal>", field="value"))
    assert isinstance(pdf, bytes)
    return Rendered(pdf, _box(places[-1]) if places else None)


def qr_svg(text: str) -> str:
    """A QR code (level M) as SVG text."""
    code: str = segno.make(text, error="m", micro=False).svg_inline(border=0, scale=4, omitsize=True)
    return code.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


@cache
def seal_pdf(name: str, words: str) -> bytes:
    """The picture of a round seal as a one-page PDF with a transparent ground."""
    with _lock:
        pdf = compiler().compile(
            str(FOLDER / "seal.typ"), sys_inputs={"name": name, "words": words}, pdf_standards=["1.7"]
        )
    assert isinstance(pdf, bytes)
    return pdf


def seal_png(name: str, words: str = "", ppi: float = 300) -> bytes:
    """The same picture for pages."""
    with _lock:
        png = compiler().compile(
            str(FOLDER / "seal.typ"), format="png", ppi=ppi, sys_inputs={"name": name, "words": words}
        )
    assert isinstance(png, bytes)
    return png


def _box(place: dict[str, float]) -> FieldBox:
    """A square of the seal's size centred on the point (mm from the page's upper left) the template told."""
    half = SEAL_MM / 2
    x, y = place["x"], place.get("height", _A4_HEIGHT_MM) - place["y"]
    corners = (x - half, y - half, x + half, y + half)
    x1, y1, x2, y2 = (round(value * _POINTS_PER_MM) for value in corners)
    return FieldBox(int(place["page"]) - 1, x1, y1, x2, y2)
