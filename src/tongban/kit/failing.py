"""The answer when something broke that nobody raised on purpose."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from tongban.kit.middleware import wants_json

RETRY_AFTER = 5  # seconds; the supervisor has brought a killed database back by then


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with ``Retry-After`` while the database is away, 500 otherwise; JSON for programs.

    A client may repeat what was answered with 503: with the same idempotency key nothing is done twice.
    """
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    response: HttpResponse
    if wants_json(request):
        message = "系统正在恢复，请稍后重试" if away else "系统出错了，请稍后重试"
        response = JsonResponse({"code": "unavailable" if away else "internal", "message": message})
    else:
        response = defaults.server_error(request)
    response.status_code = 503 if away else 500
    if away:
        response["Retry-After"] = str(RETRY_AFTER)
    return response
