"""Papers for the demo's uploads: drawn, so that nobody's real paper is needed. Pure."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw


@cache
def floor_plan() -> bytes:
    """A floor plan as JPEG: rooms, a counter and a door."""
    page = Image.new("RGB", (1200, 850), "white")
    pen = ImageDraw.Draw(page)
    for box in ((80, 80, 1120, 770), (80, 80, 480, 420), (480, 80, 1120, 300), (80, 420, 480, 770)):
        pen.rectangle(box, outline="black", width=5)
    for left in range(560, 1060, 160):
        for top in (380, 560):
            pen.rectangle((left, top, left + 90, top + 90), outline="gray", width=3)
    pen.rectangle((620, 100, 1000, 150), fill="lightgray", outline="black")
    pen.line((700, 770, 820, 770), fill="white", width=9)
    return _jpeg(page)


@cache
def scanned_page() -> bytes:
    """A page of text seen from afar, as JPEG: what a phone makes of a contract."""
    page = Image.new("RGB", (1240, 1754), "#fdfcf8")
    pen = ImageDraw.Draw(page)
    pen.rectangle((420, 140, 820, 190), fill="#333333")
    for row in range(28):
        pen.rectangle((140, 280 + row * 46, 1100 - (row * 137) % 300, 296 + row * 46), fill="#555555")
    pen.ellipse((820, 1440, 1020, 1640), outline="#c22222", width=8)
    return _jpeg(page)


def _jpeg(page: Image.Image) -> bytes:
    out = BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()
