"""Pages of plain words: help and how data is protected."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.kit.access import access, public


@access(public)
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Ways to get help and what the site does for readers with special needs."""
    return render(request, "portal/help.html")


@access(public)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What data is read, why, and what a person may ask for."""
    return render(request, "portal/privacy.html")
