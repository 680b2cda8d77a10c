"""The platform called by itself, under the name it takes requests for."""

from typing import Any

import pytest

from tongban.kit import inprocess

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("base", "hosts", "address"),
    [
        ("https://demo.example", ["demo.example"], "https://demo.example"),
        ("http://demo.example:8000", [".example"], "http://demo.example:8000"),
        ("http://[::1]:8000", ["[::1]"], "http://[::1]:8000"),
        ("https://elsewhere.example", ["localhost"], "http://localhost"),
        ("", ["localhost"], "http://localhost"),
    ],
)
def test_a_site_answers_itself_under_its_own_name(
    settings: Any, base: str, hosts: list[str], address: str
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = base, hosts
    assert inprocess.own_address() == address
    with inprocess.client(5) as client:
        assert client.get("/help/").status_code == 200


def test_a_page_that_is_not_there_is_answered_too() -> None:
    with inprocess.client(5) as client:
        assert client.get("/nowhere/").status_code == 404
