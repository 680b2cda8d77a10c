"""Rules for third-party views, named by URL prefix in ``settings.TONGBAN_URL_FAMILIES``."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tongban.kit import access


def rule_for(request: HttpRequest, view: Callable[..., Any]) -> access.Rule | None:
    """The rule of the longest prefix that covers the request's path."""
    return rule_for_path(request.path)


def rule_for_path(path: str) -> access.Rule | None:
    families: dict[str, str] = settings.TONGBAN_URL_FAMILIES
    best = max((p for p in families if path.startswith(p)), key=len, default=None)
    return getattr(access, families[best]) if best else None
