"""National codes of local ones, for other programs."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_local_code_is_mapped_and_an_unknown_one_is_not_invented() -> None:
    browser = Client()
    assert {"key": "item_type", "name": "事项类型"} in browser.get("/api/v1/codes").json()
    found = browser.get("/api/v1/codes/item_type", {"site": "guangdong", "code": "21"}).json()
    assert found["national_code"] == "20"
    unknown = browser.get("/api/v1/codes/item_type", {"site": "guangdong", "code": "ZZ"}).json()
    assert unknown["national_code"] is None
    assert browser.get("/api/v1/codes/colours", {"site": "x", "code": "1"}).status_code == 404
    assert browser.get("/api/v1/codes/item_type").status_code == 422
