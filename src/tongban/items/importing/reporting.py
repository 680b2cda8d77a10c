"""The report of an import: every finding in a CSV, and a page for people made from it."""

import csv
import html
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TextIO

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.items.checking import guide_rule
from tongban.items.importing.outcome import OUTCOMES, RowReport
from tongban.items.models import ImportRun

_HEAD = ("line", "code", "name", "outcome", "rule", "field", "message")
MOST_ROWS = 2_000  # rows on the page; the CSV has them all
_STYLE = (
    "body{font:16px/1.6 sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:"
    "collapse;width:100%;margin:1rem 0}th,td{border-bottom:1px solid #b1b4b6;padding:.4rem .6rem;"
    "text-align:left;"
    "vertical-align:top}th{background:#f3f2f1}code{word-break:break-all}"
)


class Report:
    """The CSV, written as rows come. A resumed import goes on in it where it is known to be right."""

    def __init__(self, folder: Path, name: str, journal: ImportRun) -> None:
        self._journal = journal
        self._goes_on = journal.rows_done > 0 or journal.report_bytes > 0
        if not self._goes_on:
            folder.mkdir(parents=True, exist_ok=True)
            stamp = f"{timezone.localtime():%Y%m%d-%H%M%S-%f}"
            journal.report = str(folder / f"items-{name}-{stamp}.csv")
            journal.save(update_fields=["report"])
        self.path = Path(journal.report)

    def __enter__(self) -> "Report":
        if self._goes_on:
            with self.path.open("r+b") as stream:
                stream.truncate(self._journal.report_bytes)
        new = not self._goes_on
        self._stream: TextIO = self.path.open(
            "w" if new else "a", encoding="utf-8-sig" if new else "utf-8", newline=""
        )
        self._table = csv.writer(self._stream)
        if new:
            self._table.writerow(_HEAD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def length(self) -> int:
        """Bytes that are surely in the file."""
        self._stream.flush()
        return self.path.stat().st_size

    def write(self, row: RowReport) -> None:
        """One finding."""
        texts = (row.code, row.name, row.outcome, row.rule, row.field, row.message)
        self._table.writerow([row.line, *map(safe_cell, texts)])


def safe_cell(text: str) -> str:
    """A spreadsheet must not take a cell from outside for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_page(journal: ImportRun) -> Path:
    """The HTML report beside the CSV: the account, counts by rule with how to mend, the first rows."""
    source = Path(journal.report)
    where = source.with_suffix(".html")
    account = journal.account
    with where.open("w", encoding="utf-8") as out:
        title = html.escape(_("导入报告：%(file)s") % {"file": journal.file_name})
        out.write(f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>{title}</title>")
        out.write(f"<meta name=viewport content='width=device-width'><style>{_STYLE}</style><h1>{title}</h1>")
        if journal.dry_run:
            out.write(f"<p>{html.escape(_('这是试运行，没有写入任何事项。'))}</p>")
        labels = (_("读取"), _("导入"), _("未变"), _("导入并有提示"), _("拒收"))
        _table(out, labels, [[str(account.get(name, 0)) for name in ("read", *OUTCOMES)]])
        rules = Counter(account.get("rules", {})).most_common()
        rows = [
            [str(count), str((rule := guide_rule(name)).title), name, str(rule.mend)] for name, count in rules
        ]
        out.write(f"<h2>{html.escape(_('按规则'))}</h2>")
        _table(out, (_("条数"), _("问题"), _("规则"), _("怎样改")), rows)
        out.write(f"<h2>{html.escape(_('逐行'))}</h2>")
        with source.open(encoding="utf-8-sig", newline="") as stream:
            found = csv.reader(stream)
            next(found, None)
            shown = [row for row, _n in zip(found, range(MOST_ROWS), strict=False)]
        _table(out, (_("行"), _("编码"), _("事项"), _("结果"), _("规则"), _("字段"), _("说明")), shown)
        if len(shown) == MOST_ROWS:
            out.write(f"<p>{html.escape(_('只显示前 %(n)s 条，其余见 CSV。') % {'n': MOST_ROWS})}</p>")
    return where


def _table(out: TextIO, heads: tuple[str, ...], rows: list[list[str]]) -> None:
    out.write(
        "<table><thead><tr>" + "".join(f"<th scope=col>{html.escape(h)}" for h in heads) + "</thead><tbody>"
    )
    out.writelines("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row) for row in rows)
    out.write("</tbody></table>")
