"""Puts the actor on the request."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from tongban.identity.acting import actor_for
from tongban.kit.actors import ANONYMOUS
from tongban.kit.errors import Forbidden
from tongban.kit.middleware import error_response

SAFE = {"GET", "HEAD", "OPTIONS"}
# An agent who may only read still signs out, goes back to himself and reads his inbox.
OWN_BUSINESS = ("/account/", "/inbox/", "/settings/")


class ActorMiddleware:
    """Who acts is decided once per request; a visitor without a session costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        request.actor = actor_for(request) if known else ANONYMOUS  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Hold an agency that is for reading only to that, on every face."""
        if not getattr(request, "acting_reads_only", False) or request.method in SAFE:
            return None
        if request.path.startswith(OWN_BUSINESS):
            return None
        return error_response(request, Forbidden(_("您的授权只能查看，不能办理")))
