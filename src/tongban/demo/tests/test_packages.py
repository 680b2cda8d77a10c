"""The demo's packages stand: no rule finds an error in them, and they save questions."""

import pytest

from tongban.demo import offices, packages
from tongban.demo.loading import load_licence_types
from tongban.packages import service


@pytest.mark.django_db
def test_the_packages_are_published_without_findings() -> None:
    offices.load_departments()
    load_licence_types()
    for entry in packages.entries():
        for member in entry["definition"]["members"]:
            offices.load_item(member["item"])
        packages.load(entry)
    views = service.packages()
    assert len(views) == 2
    assert all(v.fields_after < v.fields_before and not v.problem for v in views)
