"""Search by everyday words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.items import service as items
from tongban.kit.access import access, public
from tongban.portal.web import page_number

LONGEST = 100  # characters of a query that are looked at
FACETS = ("theme", "object", "division")


@access(public)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results with facets; every facet is a link, so it works without scripts."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    chosen = {name: request.GET.get(name, "").replace("\x00", "")[:60] for name in FACETS}
    found = items.search(
        words,
        theme=chosen["theme"] or None,
        service_object=chosen["object"] or None,
        division=chosen["division"] or None,
        page=page_number(request),
    )
    facets = [("theme", found.themes), ("object", found.service_objects)]
    context = {
        "q": words,
        "found": found,
        "chosen": chosen,
        "facets": facets,
        "narrowed": any(chosen.values()),
    }
    return render(request, "portal/search.html", context)
