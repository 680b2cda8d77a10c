"""Writing the exchange table as CSV or XLSX, row by row, whatever the number of items."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
from django.utils.translation import gettext as _

from tongban.items.importing.profiles import Profile, profile
from tongban.items.importing.sources import LONG_SHEET
from tongban.items.importing.table import cells, headings
from tongban.items.models import ItemVersion, VersionState
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, invalid
from tongban.organisations import service as organisations

MOST_IN_CELL = 32_000  # characters; a spreadsheet's cell takes 32,767
_CHUNK = 500
FORMATS = ("csv", "xlsx")
Progress = Callable[[int, int], None]  # rows written, rows in all


def export_file(
    actor: Actor,
    path: Path,
    *,
    profile_name: str = "national",
    form: str = "csv",
    department: str = "",
    progress: Progress | None = None,
) -> int:
    """Write the versions in force, by code; returns how many. ``department`` is a department's short code.

    Guides are public, the bulk of them is for staff. Importing the file into an empty platform and
    exporting again gives the same rows.
    """
    if actor.kind not in ("system", "staff"):
        raise Forbidden
    source = profile(profile_name)
    if "table" not in source.spec:
        raise invalid("profile", "not-a-table", _("方案“%(name)s”只能导入") % {"name": profile_name})
    if form not in FORMATS:
        raise invalid("format", "choice", _("格式只有 csv 和 xlsx"))
    found = ItemVersion.objects.filter(state=VersionState.PUBLISHED)
    if department:
        found = found.filter(item__department=organisations.department_by_code(department))
    total = found.count()
    rows = (
        found.select_related("item__basic")
        .prefetch_related("materials", "fees", "steps", "faqs", "outcomes")
        .order_by("item__code")
        .iterator(chunk_size=_CHUNK)
    )
    write = _csv if form == "csv" else _xlsx
    return write(path, source, _counted((cells(row, source) for row in rows), total, progress))


def _counted(rows: Iterator[list[str]], total: int, progress: Progress | None) -> Iterator[list[str]]:
    for number, row in enumerate(rows, 1):
        yield row
        if progress is not None and (number % 100 == 0 or number == total):
            progress(number, total)


def _csv(path: Path, source: Profile, rows: Iterator[list[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(headings(source))
        for row in rows:
            table.writerow(row)
            count += 1
    return count


def _xlsx(path: Path, source: Profile, rows: Iterator[list[str]]) -> int:
    book = openpyxl.Workbook(write_only=True)
    sheet, long = book.create_sheet("事项"), book.create_sheet(LONG_SHEET)
    names = headings(source)
    sheet.append(names)
    long.append(["行", "列", "序", "文字"])
    count = 0
    for row in rows:
        count += 1
        sheet.append([_short(long, count + 1, names[n], cell) for n, cell in enumerate(row)])
    book.save(path)
    return count


def _short(long: Any, row: int, column: str, cell: str) -> str | None:
    if len(cell) <= MOST_IN_CELL:
        return cell or None
    for part, start in enumerate(range(0, len(cell), MOST_IN_CELL)):
        long.append([str(row), column, str(part), cell[start : start + MOST_IN_CELL]])
    return cell[:60] + "…"
