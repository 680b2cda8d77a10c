"""Reading rows from what sources send: JSON lines, a JavaScript literal, CSV and XLSX."""

import codecs
import csv
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import yaml
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from tongban.items.importing.profiles import Profile
from tongban.items.importing.reading import MAX_LINE, Line, lines
from tongban.items.importing.table import headings
from tongban.kit.errors import invalid

LONG_SHEET = "长文本"  # cells longer than a spreadsheet's cell may be: [row, column, part, text]
MAX_LITERAL = 64 * 1024 * 1024  # bytes; a literal is read whole
_COMMENT = re.compile(r"^\s*//[^\n]*$", re.MULTILINE)
csv.field_size_limit(MAX_LINE)


def rows(path: Path, source: Profile, encoding: str = "auto") -> Iterator[Line]:
    """Every row of a file in the way its profile says; a table's way is told by the file's first bytes."""
    form = source.spec["format"]
    if form == "jsonl":
        yield from lines(path, encoding)
    elif form == "javascript":
        yield from _literal(path, source.spec, encoding)
    elif zipfile.is_zipfile(path):
        yield from _sheet(path, source)
    else:
        yield from _comma_separated(path, source, encoding)


def file_encoding(path: Path, encoding: str = "auto") -> str:
    """The encoding of a whole file: its byte-order mark, else UTF-8 where all of it is, else GB 18030."""
    with path.open("rb") as stream:
        head = stream.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if encoding in ("gbk", "gb18030", "gb2312"):
            return "gb18030"
        if encoding == "utf-8" or head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        stream.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := stream.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def _literal(path: Path, spec: Mapping[str, Any], encoding: str) -> Iterator[Line]:
    if path.stat().st_size > MAX_LITERAL:
        raise invalid("file", "too_large", _("这个文件超过 64 MB，请拆开后再导入"))
    text = path.read_text(encoding=file_encoding(path, encoding), errors="replace")
    start, end = text.find("["), text.rfind("]")
    if start < 0 or end < start:
        raise invalid("file", "not-a-literal", _("文件里没有找到列表"))
    body = text[start : end + 1]
    try:
        data = json.loads(body)
    except ValueError:
        try:  # names without quotes, single quotes, a comma at the end: YAML reads JavaScript's literals
            data = yaml.load(_COMMENT.sub("", body).replace("\t", " "), Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            message = _("文件不是可以读取的列表：%(what)s") % {"what": str(error)[:160]}
            raise invalid("file", "not-a-literal", message) from error
    size = path.stat().st_size
    found = list(_flat(data, spec["nested"], {}))
    for number, value in enumerate(found, 1):
        yield Line(number, size * number // len(found), value=_derived(value, spec))


def _flat(data: Any, nested: list[str], above: Mapping[str, Any]) -> Iterator[Any]:
    for entry in data if isinstance(data, list) else [data]:
        if not nested or not isinstance(entry, dict):
            yield {**above, **entry} if isinstance(entry, dict) else entry
            continue
        outer = {key: value for key, value in entry.items() if key != nested[0]}
        yield from _flat(entry.get(nested[0]) or [], nested[1:], {**above, **outer})


def _derived(row: Any, spec: Mapping[str, Any]) -> Any:
    """The row with the parts of its link and of its code as keys of their own."""
    if not isinstance(row, dict):
        return row
    if how := spec.get("query"):
        try:
            parts = parse_qsl(urlsplit(str(row.get(how["key"]) or "")).query)
        except ValueError:
            parts = []
        row |= {f"{how['prefix']}{key}": value for key, value in parts}
    if how := spec.get("split"):
        found = re.match(how["pattern"], str(row.get(how["key"]) or ""))
        row |= {f"{how['prefix']}{key}": value for key, value in (found.groupdict() if found else {}).items()}
    return row


def _comma_separated(path: Path, source: Profile, encoding: str) -> Iterator[Line]:
    size = path.stat().st_size
    with path.open(encoding=file_encoding(path, encoding), errors="replace", newline="") as stream:
        table = csv.reader(stream)
        names = _head(next(table, []), source)
        number = 1
        while True:
            number += 1
            try:
                row = next(table)
            except StopIteration:
                return
            except csv.Error as error:
                yield Line(number, 0, problem=_("这一行不是 CSV：%(what)s") % {"what": error}, rule="not-csv")
                continue
            if any(cell.strip() for cell in row):
                yield _row(number, _done(stream, size), row, names)


def _done(stream: TextIO, size: int) -> int:
    return min(stream.buffer.tell(), size)


def _row(number: int, end: int, row: list[str], names: list[str]) -> Line:
    if len(row) > len(names) and any(row[len(names) :]):
        message = _("这一行有 %(n)s 格，表头只有 %(most)s 格") % {"n": len(row), "most": len(names)}
        return Line(number, end, problem=message, rule="too-many-cells")
    if any("\ufffd" in cell for cell in row):
        return Line(number, end, problem=_("这一行的文字编码无法识别"), rule="encoding")
    return Line(number, end, value=dict(zip(names, row, strict=False)))


def _head(row: list[str], source: Profile) -> list[str]:
    names = [str(name or "").strip() for name in row]
    while names and not names[-1]:
        names.pop()
    known = set(headings(source))
    if unknown := [name for name in names if name not in known]:
        message = _("表头有不认识的列：%(names)s") % {"names": "、".join(unknown)[:200]}
        raise invalid("file", "unknown-column", message)
    if len(set(names)) < len(names):
        raise invalid("file", "column-twice", _("表头有重复的列"))
    if missing := [name for name in ("实施编码", "事项名称") if name not in names]:
        message = _("表头缺少：%(names)s") % {"names": "、".join(missing)}
        raise invalid("file", "column-missing", message)
    return names


def _sheet(path: Path, source: Profile) -> Iterator[Line]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise invalid("file", "not-xlsx", _("这个文件不是可以读取的 XLSX 表格")) from error
    try:
        long: dict[tuple[int, str], str] = {}
        if LONG_SHEET in book.sheetnames:
            for row, column, _part, text in book[LONG_SHEET].iter_rows(
                min_row=2, max_col=4, values_only=True
            ):
                key = (int(str(row)), str(column))
                long[key] = long.get(key, "") + str(text or "")
        sheet = book.worksheets[0]
        size, most = path.stat().st_size, max(sheet.max_row or 1, 1)
        table = sheet.iter_rows(values_only=True)
        names = _head([str(cell or "") for cell in next(table, ())], source)
        for number, row in enumerate(table, 2):
            texts = [_cell(cell) for cell in row]
            if not any(text.strip() for text in texts):
                continue
            line = _row(number, size * min(number, most) // most, texts, names)
            if line.value is not None:
                line.value.update({name: long[number, name] for name in names if (number, name) in long})
            yield line
    finally:
        book.close()


def _cell(value: Any) -> str:
    """A cell's text; people's spreadsheets turn codes into numbers and yes into TRUE."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
