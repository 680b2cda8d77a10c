"""All cases I may see, with filters that lead to the rows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongban.cases import service as cases
from tongban.kit.access import access, actor_of, staff
from tongban.workbench import filtering
from tongban.workbench.paging import page_number, plain


@access(staff)
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases by state, light and words (number, applicant, item)."""
    names = ("state", "light", "q")
    filters: dict[str, Any] = {n: v for n in names if (v := plain(request, n))}
    listing = cases.case_list(actor_of(request), filters=filters, page=page_number(request))
    context = {
        "listing": listing,
        "filters": filters,
        "selects": [
            filtering.select("state", _("状态"), cases.State.choices, filters),
            filtering.select("light", _("时限"), cases.Light.choices, filters),
        ],
        "section": "cases",
    }
    return render(request, "workbench/case_list.html", context)
