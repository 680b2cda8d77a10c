"""Access by declaration, and domain errors in plain words."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from tongban.kit.access import actor_of, rule_of
from tongban.kit.errors import DomainError, Forbidden, Invalid, SignInNeeded

Handler = Callable[[HttpRequest], HttpResponseBase]
# RFC 9110, 11.6.1: a 401 names how to prove who one is. Here that is the session's cookie.
CHALLENGE = 'Cookie realm="tongban"'


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


def problem_body(error: DomainError) -> dict[str, Any]:
    """A domain error as JSON: stable code, sentence, and the fields and rules it names."""
    body: dict[str, Any] = {"code": error.code, "message": str(error.message)}
    if isinstance(error, Invalid):
        body["problems"] = [
            {"field": p.field, "rule": p.rule, "message": str(p.message)} for p in error.problems
        ]
    return body


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page or JSON body for a domain error."""
    if wants_json(request):
        response = JsonResponse(problem_body(error), status=error.status)
        if error.status == SignInNeeded.status:
            response["WWW-Authenticate"] = CHALLENGE
        return response
    return render(request, "kit/error.html", {"error": error}, status=error.status)


def refusal(request: HttpRequest, *, may_sign_in: bool) -> HttpResponse:
    """Send an anonymous visitor to sign in, anybody else away; marked, so that tests know whose it was."""
    response: HttpResponse
    if may_sign_in and actor_of(request).kind == "anonymous":
        if wants_json(request):
            response = error_response(request, SignInNeeded())
        else:
            response = redirect_to_login(request.get_full_path())
    else:
        response = error_response(request, Forbidden())
    response["X-Access-Refused"] = "1"
    return response


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
        return refusal(request, may_sign_in=rule is not None)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return error_response(request, error) if isinstance(error, DomainError) else None
