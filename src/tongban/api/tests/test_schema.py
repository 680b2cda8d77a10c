"""The contract: valid, committed, and readable."""

import json

import pytest
from django.conf import settings
from django.test import Client
from openapi_spec_validator import validate

from tongban.api.cli import contract

pytestmark = pytest.mark.django_db


def test_the_contract_is_valid_and_committed() -> None:
    made = contract()
    validate(json.loads(made))
    assert (settings.ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == made


def test_anybody_may_read_it(client: Client) -> None:
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Tongban 通办"
    page = client.get("/api/v1/docs").content.decode()
    assert "/api/v1/cases/{case_id}/submit" in page
