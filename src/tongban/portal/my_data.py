"""My data, where it comes from, and who looked at it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.kit.access import access, resident
from tongban.portal.web import page_number, subject_of
from tongban.resources import service as resources


@access(resident)
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Every value with its source, its date and who confirms it."""
    actor, subject_id = subject_of(request)
    context = {"values": resources.my_values(actor, subject_id), "nav": "my_data"}
    return render(request, "portal/my_data.html", context)


@access(resident)
@require_safe
def reads(request: HttpRequest) -> HttpResponse:
    """谁看过我的数据."""
    actor, subject_id = subject_of(request)
    found = resources.reads_of(actor, subject_id, page_number(request))
    # The number of all reads is not counted: the log is large. The next page is known to exist or not.
    page = {"number": found.page, "pages": found.page + found.has_next}
    return render(request, "portal/reads.html", {"reads": found, "page": page, "nav": "my_data"})
