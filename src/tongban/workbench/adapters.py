"""The operators' page: every adapter and its state."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.kit.access import access, role
from tongban.plugins import service as plugins


@access(role("operator"))
@require_GET
def adapters(request: HttpRequest) -> HttpResponse:
    """State of every adapter, worst first, with what to do about it."""
    return render(request, "workbench/adapters.html", {"states": plugins.states(), "section": "adapters"})
