"""The public catalogue of government information resources: who holds what, and who may have it."""

import csv
import io
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.inventory import service as inventory
from tongban.items.service import safe_cell
from tongban.kit.access import access, public
from tongban.portal.web import page_number


def _typed(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", " ").strip()[:100]


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {name: _typed(request, name) for name in inventory.FILTERS}


@access(public)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search with facets; every facet is a link."""
    words, chosen = _typed(request, "q"), _chosen(request)
    found = inventory.search(words, chosen, page=page_number(request))
    headings = {"class": _("类别"), "department": _("提供方"), "sharing": _("共享类型"),
                "opening": _("开放类型")}  # fmt: skip

    def address(name: str, value: str) -> str:
        after = chosen | {name: "" if chosen[name] == value else value, "q": words}
        return "?" + urlencode({k: v for k, v in after.items() if v})

    facets = [
        (words_, [(one, address(name, one.value), one.value == chosen[name]) for one in found.facets[name]])
        for name, words_ in headings.items()
    ]
    given = {k: v for k, v in (chosen | {"q": words}).items() if v}
    context = {"q": words, "chosen": chosen, "found": found, "query": urlencode(given),
               "facets": [one for one in facets if one[1]]}  # fmt: skip
    return render(request, "portal/catalogue.html", context)


@access(public)
@require_safe
def entry(request: HttpRequest, slug: str) -> HttpResponse:
    """One published entry with the guide's metadata; 410 with the reason when it was withdrawn."""
    version = inventory.published(slug)
    context = {
        "version": version, "entry": version.entry, "ways": inventory.said("ways", version.ways),
        "classification": inventory.classification(version.entry),
        "items": [(one, inventory.type_words(one["type"])) for one in version.items],
        "related": inventory.named(version.related),
    }  # fmt: skip
    return render(request, "portal/catalogue_entry.html", context)


@access(public)
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """What the search finds as CSV, under the guide's heads; texts cannot be formulas."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(inventory.heads())
    for row in inventory.table(_typed(request, "q"), _chosen(request)):
        lines.writerow([safe_cell(cell) for cell in row])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="catalogue.csv"'
    return response
