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
    return render(request, "workbench/adapters.html", {"states": _worst_first(), "section": "adapters"})


def _worst_first() -> list[plugins.AdapterState]:
    """Registries with something broken first, and within each what is broken first."""
    states = plugins.states()
    broken = {state.registry for state in states if not state.ok}
    return sorted(states, key=lambda s: (s.registry not in broken, s.registry, s.ok))
