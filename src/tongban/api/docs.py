"""A readable list of the API's operations, made from the contract itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.api.site import api
from tongban.kit.access import access, public

METHODS = ("get", "post", "put", "patch", "delete")


@access(public)
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation by tag: method, path, what it does, and whether one must be signed in."""
    return render(request, "api/docs.html", {"groups": list(_groups().items())})


def _groups() -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in api.get_openapi_schema()["paths"].items():
        for method in METHODS:
            if found := operations.get(method):
                row = {
                    "method": method.upper(),
                    "path": path,
                    "text": found.get("description") or found["summary"],
                    "private": bool(found.get("security")),
                }
                groups.setdefault(found["tags"][0], []).append(row)
    return groups
