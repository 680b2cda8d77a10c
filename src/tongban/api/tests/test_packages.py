"""Packages by API."""

import pytest
from django.test import Client

from tongban.conftest import Person
from tongban.packages import service as packages
from tongban.packages.tests.conftest import package, world

__all__ = ["package", "world"]


@pytest.mark.django_db
def test_list_one_and_mine(package: packages.PackageVersion, resident: Person) -> None:
    packages.start(resident.actor, "shop", {"more": "no"}, key="k")
    assert resident.client.get("/api/v1/packages").json()[0]["code"] == "shop"
    assert resident.client.get("/api/v1/packages/shop").json()["members"][0]["key"] == "first"
    assert resident.client.get("/api/v1/packages/mine").json()[0]["state"] == "draft"
    assert Client().get("/api/v1/packages/mine").status_code == 401
