"""Request ids and one log line a request. No query strings and no names: the log is not about people."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from tongban.kit.access import actor_of
from tongban.kit.ids import uuid7

HEADER = "X-Request-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
log = structlog.get_logger("tongban.request")


def request_id(request: HttpRequest) -> str:
    """The caller's id where it is harmless, otherwise a new one."""
    given = request.headers.get(HEADER, "")
    return given if ACCEPTABLE.match(given) else uuid7().hex


class RequestLogMiddleware:
    """Bind an id to everything logged during the request and return it as ``X-Request-ID``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        identifier = request_id(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identifier)
        begun = time.perf_counter()
        response = self.get_response(request)
        response.headers[HEADER] = identifier
        if not request.path.startswith(QUIET):
            match = request.resolver_match
            log.info(
                "request",
                method=request.method,
                route=match.route if match else "",
                status=response.status_code,
                ms=round((time.perf_counter() - begun) * 1000, 1),
                actor=actor_of(request).kind,
            )
        return response
