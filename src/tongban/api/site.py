"""The API object: errors as JSON problems, one place for every router."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from tongban.api import (
    assist,
    cases,
    catalogue,
    codes,
    data,
    divisions,
    filings,
    items,
    licences,
    me,
    open_data,
    packages,
    quality,
    sources,
    subscriptions,
)
from tongban.api.auth import session_actor
from tongban.kit.errors import DomainError, SignInNeeded
from tongban.kit.middleware import error_response, problem_body

api = NinjaAPI(
    title="Tongban 通办",
    version="1.0.0",
    description="One case from search to licence. Sign in for a session; send its CSRF token with changes.",
    auth=session_actor,
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)
api.add_router("/items", items.router, auth=None, tags=["items"])
api.add_router("/codes", codes.router, auth=None, tags=["codes"])
api.add_router("/catalogue", catalogue.router, auth=None, tags=["catalogue"])
api.add_router("/divisions", divisions.router, auth=None, tags=["divisions"])
api.add_router("/licences", licences.router, auth=None, tags=["licences"])
api.add_router("/assist", assist.router, tags=["assist"])
api.add_router("/cases", cases.router, tags=["cases"])
api.add_router("/packages", filings.router, tags=["packages"])
api.add_router("/packages", packages.router, tags=["packages"])
api.add_router("/open", open_data.router, auth=None, tags=["open"])
api.add_router("/sources", sources.router, auth=None, tags=["sources"])
api.add_router("/subscriptions", subscriptions.router, tags=["subscriptions"])
api.add_router("/quality", quality.router, tags=["quality"])
api.add_router("/me", me.router, tags=["me"])
api.add_router("/me", data.router, tags=["me"])


@api.exception_handler(DomainError)
def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal in plain words, with the fields and rules it names."""
    return api.create_response(request, problem_body(error), status=error.status)


@api.exception_handler(ValidationError)
def bad_body(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A body that does not fit the contract: each place, each rule."""
    problems = [
        {"field": ".".join(str(p) for p in e["loc"][1:]), "rule": e["type"], "message": e["msg"]}
        for e in error.errors
    ]
    body: dict[str, Any] = {"code": "invalid", "message": "请求内容不符合接口约定", "problems": problems}
    return api.create_response(request, body, status=422)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Nobody is signed in, or the CSRF token is missing."""
    return error_response(request, SignInNeeded())
