"""What the guide rules found, by department, rule and item."""

import csv
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.actors import Actor
from tongban.workbench.paging import page_number, plain

readers = role("item_editor", "legal", "operator", "steward", "supervisor", "leader")
SECTION = {"section": "item_findings"}
MANY = 1000


def _filters(request: HttpRequest) -> dict[str, str]:
    severity = plain(request, "severity")
    return {
        "rule": plain(request, "rule")[:60],
        "department": plain(request, "department")[:100],
        "severity": severity if severity in ("error", "warning") else "",
        "text": plain(request, "q")[:100],
    }


@access(readers)
@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """Counts by rule with the remedy, then the items, those with most findings first."""
    chosen = _filters(request)
    found = items.findings_page(actor_of(request), page=page_number(request), **chosen)  # type: ignore[arg-type]
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "found": found,
        "chosen": chosen,
        "query": query.urlencode(),
        "severities": [("error", _("发布前必须改正")), ("warning", _("建议改正"))],
        "most": max((one.findings for one in found.rules), default=1),
    }
    return render(request, "workbench/item_findings.html", context | SECTION)


@access(readers)
@require_GET
def findings_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same findings as a table, one line a finding, whatever their number."""
    actor, chosen = actor_of(request), _filters(request)
    items.findings_page(actor, **chosen)  # type: ignore[arg-type]  # refused before the first byte
    answer = StreamingHttpResponse(_lines(actor, chosen), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="findings.csv"'
    return answer


class _Echo:
    """What a csv writer writes to: gives each line back."""

    def write(self, value: str) -> str:
        return value


def _lines(actor: Actor, chosen: dict[str, str]) -> Iterator[str]:
    table = csv.writer(_Echo())
    heads = (_("编码"), _("事项"), _("部门"), _("级别"), _("问题"), _("字段"), _("说明"), _("怎样改"))
    yield "\ufeff" + table.writerow(heads)
    number, pages = 1, 1
    while number <= pages:
        found = items.findings_page(actor, page=number, size=MANY, **chosen)
        pages = found.pages
        for row in found.rows:
            for finding, rule in row.findings:
                cells = (
                    row.code, row.name, row.department_name, finding.severity, str(rule.title),
                    finding.field, finding.message, str(rule.mend),
                )  # fmt: skip
                yield table.writerow([items.safe_cell(cell) for cell in cells])
        number += 1
