"""What broke unexpectedly, through Django's own handling and the site's addresses."""

import json
from collections.abc import Callable

import pytest
from django.core.handlers.exception import convert_exception_to_response
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory


def answer(error: Exception, path: str) -> HttpResponse:
    def fails(request: HttpRequest) -> HttpResponse:
        raise error

    handle: Callable[[HttpRequest], HttpResponse] = convert_exception_to_response(fails)
    return handle(RequestFactory().get(path))


@pytest.mark.parametrize("error", [OperationalError("the server is gone"), InterfaceError("closed")])
def test_without_its_database_the_site_asks_to_come_again(error: Exception) -> None:
    page, body = answer(error, "/"), answer(error, "/api/v1/me")
    assert (page.status_code, body.status_code) == (503, 503)
    assert page["Retry-After"] == body["Retry-After"]
    assert int(body["Retry-After"]) > 0
    assert json.loads(body.content)["code"] == "unavailable"
    assert "gone" not in page.content.decode() + body.content.decode()


def test_any_other_breakage_is_a_500_that_tells_nothing_of_the_inside() -> None:
    page, body = answer(RuntimeError("inside"), "/"), answer(RuntimeError("inside"), "/api/v1/me")
    assert (page.status_code, body.status_code) == (500, 500)
    assert "Retry-After" not in page
    assert json.loads(body.content)["code"] == "internal"
    assert "inside" not in page.content.decode() + body.content.decode()
