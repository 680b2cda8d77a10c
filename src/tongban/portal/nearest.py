"""就近办: the nearest hall, from a division the visitor chose or from where his browser says he is.

A position comes in the body of a request, so that it stands in no address and no access log; it is used
for the answer and forgotten.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.divisions import service as divisions
from tongban.items import service as items
from tongban.kit.access import access, public
from tongban.kit.errors import invalid

MOST = 20  # items of one page of results
DIGITS = (2, 4, 6, 9)


def chosen_division(request: HttpRequest) -> str:
    """The division in the address, if there is one of this code; otherwise none."""
    code = request.GET.get("division", "")
    right = code.isascii() and code.isdigit() and len(code) in DIGITS
    return code if right and divisions.names([code]) else ""


def nearest_context(request: HttpRequest, detail: items.VersionDetail) -> dict[str, Any]:
    """What an item's page says about where to go: scope, nearest hall or halls, places to choose from."""
    here = chosen_division(request)
    shown = detail.department_id is not None and detail.item_state == "1"
    near = items.nearest([detail.item_id], items.Place(here)).get(detail.item_id) if shown and here else None
    at_window = shown and items.at_window(detail.item_id)
    return {
        "reach": items.reach_words(detail.cross_region, detail.division) if shown and at_window else "",
        "near": near,
        "at_window": at_window,
        "here": here,
        "place": divisions.full_name(here) if here else "",
        "halls": items.halls_of(detail.item_id) if at_window and not near else [],
        "regions": divisions.regions(detail.division[:2]) if at_window and detail.division else (),
    }


@access(public)
@require_POST
def nearest(request: HttpRequest) -> HttpResponse:
    """The nearest hall for each of the items of a page, from a position: pieces to put into that page."""
    place = items.Place.at(request.POST.get("lon", ""), request.POST.get("lat", ""))
    wanted = request.POST.getlist("item")[:MOST]
    try:
        ids = [UUID(one) for one in wanted]
    except ValueError:
        raise invalid("item", "format", _("事项编号不正确")) from None
    found = items.nearest(ids, place)
    rows = [(item_id, found.get(item_id)) for item_id in ids]
    return render(request, "portal/_nearest_found.html", {"rows": rows})
