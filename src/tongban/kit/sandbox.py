"""Pages and servers that exist only where ``settings.SANDBOX`` is on."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def sandbox_only(view: View) -> View:
    """The page does not exist outside the sandbox."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SANDBOX:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped
