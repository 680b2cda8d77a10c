"""Local codes beside national ones: looking up, and reading a table from a file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import FieldProblem, Forbidden, Invalid
from tongban.workbench.catalogue import keepers
from tongban.workbench.paging import page_number, plain

SECTION = {"section": "codes"}
MOST = 5_000_000


@access(keepers)
@require_GET
def codes(request: HttpRequest) -> HttpResponse:
    """Pairs of local and national codes, and the codes of items."""
    names = ("q", "system", "site")
    filters = {name: plain(request, name) for name in names}
    rows, page = items.pairs(
        query=filters["q"], system=filters["system"], site=filters["site"], page=page_number(request)
    )
    context = {
        "rows": rows,
        "page": page,
        "filters": filters,
        "found": items.item_codes(filters["q"]),
        "systems": items.systems(),
        "sites": items.sites(),
        "may_map": items.may_map(actor_of(request)),
    }
    return render(request, "workbench/codes.html", context | SECTION)


@access(role("steward", "item_editor"))
@require_http_methods(["GET", "POST"])
def codes_import(request: HttpRequest) -> HttpResponse:
    """Read pairs from a CSV file; all of it or nothing."""
    actor = actor_of(request)
    if not items.may_map(actor):
        raise Forbidden
    problems: list[FieldProblem] = []
    if request.method == "POST":
        upload = request.FILES.get("file")
        data = upload.read(MOST + 1) if upload else b""
        try:
            done = items.import_mappings(actor, data, (upload.name or "")[:200] if upload else "")
        except Invalid as error:
            problems = list(error.problems)
        else:
            said = _("读入 %(read)s 行：新增 %(added)s，更改 %(changed)s，不变 %(unchanged)s")
            numbers = {
                "read": done.read,
                "added": done.added,
                "changed": done.changed,
                "unchanged": done.unchanged,
            }
            messages.success(request, said % numbers, extra_tags="good")
            return redirect("workbench:codes")
    context = {"problems": problems, "systems": items.systems()}
    return render(request, "workbench/codes_import.html", context | SECTION, status=422 if problems else 200)
