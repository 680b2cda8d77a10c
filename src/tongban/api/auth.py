"""Who calls: the session of the signed-in person, with the CSRF token on every change."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from tongban.kit.access import actor_of
from tongban.kit.actors import Actor


class SessionActor(APIKeyCookie):
    """Cookie authentication; ninja checks the CSRF token for every cookie scheme."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor = actor_of(request)
        return actor if actor.kind in ("resident", "staff") else None


session_actor: Any = SessionActor()
