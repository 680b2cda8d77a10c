"""Puts the actor on the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from tongban.kit.actors import ANONYMOUS


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = ANONYMOUS  # type: ignore[attr-defined]
        return self.get_response(request)
