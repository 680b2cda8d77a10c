"""Files of departments as rows: CSV in UTF-8 or GB 18030, XLSX and Parquet; told by their content."""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from tongban.kit.errors import Invalid, invalid

MOST_UNPACKED = 400 * 1024 * 1024  # bytes of a spreadsheet's parts
MOST_ROWS = 2_000_000
_FOREIGN = ((b"%PDF", "PDF"), (b"\xd0\xcf\x11\xe0", "XLS/DOC"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPG"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row. ``problem``: why it is none as a whole; ``cells`` then has what could be told apart."""

    number: int  # in the file, from 1 with the heading
    cells: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read: its heading, about how many rows, and the rows as often as asked for."""

    format: str  # csv | xlsx | parquet
    encoding: str
    header: tuple[str, ...]
    rows: int
    lines: Callable[[], Iterator[Line]]


def open_table(data: bytes) -> Table:
    """Look at a file. Raises Invalid (field ``file``) for what is no table, or no clear one."""
    if not data.strip():
        raise invalid("file", "required", _("这份文件是空的，请重新选择"))
    if data.startswith(b"PAR1"):
        return _parquet(data)
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data)
    kind = next((name for start, name in _FOREIGN if data.startswith(start)), "")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if kind or (b"\x00" in data[:4096] and not wide):
        words = _("这是 %(kind)s 文件，请换成 CSV、XLSX 或 Parquet") % {"kind": kind or _("二进制")}
        raise invalid("file", "type", words)
    return _comma_separated(data)


def encoding_of(data: bytes) -> str:
    """The encoding of all of a text; Invalid, naming lines, where it is written in two.

    Single lines that no encoding explains stay for their row to answer for.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8-sig"
    utf, other, first_utf, first_other = 0, 0, 0, 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.isascii():
            continue
        if _is_utf8(line):
            utf, first_utf = utf + 1, first_utf or number
        elif _is_gb(line):
            other, first_other = other + 1, first_other or number
    if utf and other:
        words = _("文件混用了两种编码：第 %(utf)s 行是 UTF-8，第 %(gb)s 行是 GB 18030。请统一编码后再上传")
        raise invalid("file", "mixed-encodings", words % {"utf": first_utf, "gb": first_other})
    return "utf-8-sig" if utf else "gb18030"


def _is_utf8(line: bytes) -> bool:
    """UTF-8 with a Chinese letter in it: by chance GB 18030 looks like the shorter forms only."""
    try:
        return any("\u2e80" <= one <= "\uffee" for one in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is_gb(line: bytes) -> bool:
    try:
        text = line.decode("gb18030")
    except UnicodeDecodeError:
        return False
    # Bytes cut out of UTF-8 decode as well, into letters nobody writes.
    return all(ord(one) < 0x80 or _usual(one) for one in text)


def _usual(letter: str) -> bool:
    try:
        return len(letter.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _comma_separated(data: bytes) -> Table:
    encoding = encoding_of(data)
    text = data.decode(encoding, errors="replace")
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;|", key=first.count)
    with io.StringIO(text, newline="") as stream:
        header = _header(next(csv.reader(stream, delimiter=delimiter), []))

    def lines() -> Iterator[Line]:
        with io.StringIO(text, newline="") as stream:
            table = csv.reader(stream, delimiter=delimiter)
            next(table, [])
            while True:
                number = table.line_num + 1
                try:
                    row = next(table)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Line(number, {}, _("这一行不是 CSV：%(what)s") % {"what": error})
                    continue
                if any(cell.strip() for cell in row):
                    yield _line(number, row, header)

    label = {"utf-8-sig": "UTF-8", "gb18030": "GB 18030", "utf-16": "UTF-16"}[encoding]
    return Table("csv", label, header, max(0, len(text.splitlines()) - 1), lines)


def _line(number: int, row: list[Any], header: tuple[str, ...]) -> Line:
    cells = dict(zip(header, row, strict=False))
    if len(row) != len(header):
        words = _("这一行有 %(n)s 格，表头有 %(most)s 格") % {"n": len(row), "most": len(header)}
        return Line(number, cells, words)
    return Line(number, cells)


def _header(row: list[Any]) -> tuple[str, ...]:
    names = [str(cell or "").replace("\x00", "").strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise invalid("file", "header", _("文件第一行应是列名"))
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise invalid("file", "column-twice", _("列名重复：%(names)s") % {"names": "、".join(twice)[:200]})
    return tuple(names)


def _workbook(data: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED or any(part.flag_bits & 1 for part in parts):
            raise invalid("file", "type", _("这个表格解开后过大或已加密，无法读取"))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        header = _header(list(next(sheet.iter_rows(values_only=True), ())))
        rows = max(0, (sheet.max_row or 1) - 1)
    except Invalid:
        raise
    except (InvalidFileException, KeyError, ValueError, OSError, IndexError, zipfile.BadZipFile) as error:
        raise invalid("file", "type", _("这个文件不是可以读取的 XLSX 表格")) from error

    def lines() -> Iterator[Line]:
        table = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        for number, row in enumerate(table.iter_rows(min_row=2, values_only=True), 2):
            cells = [_plain(cell) for cell in row]
            while len(cells) > len(header) and cells[-1] in (None, ""):
                cells.pop()
            cells += [None] * (len(header) - len(cells))
            if any(cell not in (None, "") for cell in cells):
                yield _line(number, cells, header)

    return Table("xlsx", "", header, rows, lines)


def _parquet(data: bytes) -> Table:
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise invalid("file", "type", _("这个文件不是完整的 Parquet 文件")) from error
    if rows > MOST_ROWS:
        raise invalid("file", "rows", _("文件超过 200 万行，请拆开"))
    if nested := [f.name for f in schema if pa.types.is_nested(f.type) or pa.types.is_binary(f.type)]:
        words = _("这些列不是文字、数字或日期：%(names)s") % {"names": "、".join(nested)[:200]}
        raise invalid("file", "schema", words)

    def lines() -> Iterator[Line]:
        number = 1
        for batch in pq.ParquetFile(io.BytesIO(data)).iter_batches(batch_size=1_000):
            for row in batch.to_pylist():
                number += 1
                yield Line(number, {name: _plain(cell) for name, cell in row.items()})

    return Table("parquet", "", _header(schema.names), rows, lines)


def _plain(cell: Any) -> Any:
    """A cell as JSON can keep it; dates as ISO writes them."""
    if isinstance(cell, datetime):
        midnight = cell.time() == datetime.min.time() and cell.tzinfo is None
        return cell.date().isoformat() if midnight else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (bool, Decimal)):
        return str(cell)
    if isinstance(cell, float):
        return cell if abs(cell) < float("inf") else None
    if cell is None or isinstance(cell, (int, str)):
        return cell.replace("\x00", "") if isinstance(cell, str) else cell
    return str(cell)
