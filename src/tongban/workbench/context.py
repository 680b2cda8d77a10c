"""What the workbench's pages may use beside what every page may."""

from typing import Any

from django.http import HttpRequest

from tongban.kit.access import actor_of
from tongban.resources import service as resources


def page(request: HttpRequest) -> dict[str, Any]:
    """``data_office``: whether the visitor is a steward of the data office; looked up where it is used."""
    if not request.path.startswith("/work/"):
        return {}
    return {"data_office": lambda: resources.data_office(actor_of(request))}
