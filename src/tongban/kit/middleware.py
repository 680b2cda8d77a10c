"""Access by declaration, and domain errors in plain words."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from tongban.kit.access import actor_of, rule_of
from tongban.kit.errors import DomainError, Forbidden, Invalid

Handler = Callable[[HttpRequest], HttpResponseBase]
# Third-party URL families whose views cannot carry our decorator; each maps to one rule in settings.
FAMILIES = "TONGBAN_URL_FAMILIES"


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page or JSON body for a domain error."""
    if wants_json(request):
        body: dict[str, Any] = {"code": error.code, "message": str(error.message)}
        if isinstance(error, Invalid):
            body["problems"] = [
                {"field": p.field, "rule": p.rule, "message": str(p.message)} for p in error.problems
            ]
        return JsonResponse(body, status=error.status)
    return render(request, "kit/error.html", {"error": error}, status=error.status)


class AccessMiddleware:
    """Refuse every view that declares no rule, and every actor its rule does not allow."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        from tongban.kit.urlrules import rule_for

        rule = rule_of(view) or rule_for(request, view)
        if rule is not None and rule.allows(actor_of(request)):
            return None
        if rule is not None and actor_of(request).kind == "anonymous" and not wants_json(request):
            return redirect_to_login(request.get_full_path())
        return error_response(request, Forbidden())

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return error_response(request, error) if isinstance(error, DomainError) else None
