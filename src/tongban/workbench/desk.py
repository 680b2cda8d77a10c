"""One case, everything on one page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.cases import service as cases
from tongban.kit.access import access, actor_of, staff


@access(staff)
@require_GET
def desk(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case desk; opening it is logged as a read of the applicant's data."""
    view = cases.desk(actor_of(request), case_id)
    return render(request, "workbench/desk.html", {"desk": view, "case": view.case, "section": "cases"})
