"""The platform called by itself: for the sandbox servers that live beside it under the same addresses."""

import contextvars
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http.request import split_domain_port, validate_host
from django.utils.translation import get_language, override

ADDRESS = "sandbox:"  # an address that begins so means this platform itself


class InProcess(BaseHandler):
    """The platform's application for a call out of its own process.

    It announces no start or end of a request: those close database connections, also the caller's in
    the middle of its transaction. The caller keeps its language and what it has bound for its log.
    """

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with override(get_language()):
            response = contextvars.copy_context().run(self.get_response, WSGIRequest(environ))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [getattr(response, "content", b"")]


@cache
def platform() -> InProcess:
    """The platform's whole application, middleware and all; made once a process."""
    return InProcess()


def client(timeout: float) -> httpx.Client:
    """An HTTP client whose every request for a path is answered by this platform in this process.

    Args:
        timeout: seconds; nothing interrupts a call within one process, so the caller measures it.
    """
    transport = httpx.WSGITransport(app=platform(), raise_app_exceptions=False)
    return httpx.Client(transport=transport, timeout=timeout, base_url=own_address())


def own_address() -> str:
    """The address to call oneself by: the site's own where it takes requests for that name."""
    parts = urlsplit(settings.BASE_URL)
    host, _port = split_domain_port(parts.netloc)
    known = bool(host) and validate_host(host, settings.ALLOWED_HOSTS)
    return f"{parts.scheme}://{parts.netloc}" if known else "http://localhost"
