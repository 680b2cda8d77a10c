"""Tables as CSV downloads, line by line."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from tongban.items import service as items


class _Echo:
    """What a csv writer writes to: gives each line back."""

    def write(self, value: str) -> str:
        return value


def csv_lines(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """A download with a byte order mark for spreadsheets; no cell can be a formula."""

    def lines() -> Iterator[str]:
        table = csv.writer(_Echo())
        yield "\ufeff" + table.writerow(heads)
        for row in rows:
            yield table.writerow([items.safe_cell(cell) for cell in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
