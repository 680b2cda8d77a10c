from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person
from tongban.resources import service
from tongban.resources.tests.department_database import (  # noqa: F401  (fixtures)
    department_database,
    linked,
    steward,
    theirs,
)

Put = Callable[..., int]


@pytest.fixture
def sources(db) -> dict[str, Any]:
    """The source departments by short code."""
    return {
        slug: DepartmentFactory(code=slug, name=name)
        for slug, name in [
            ("gongan", "福州市公安局"),
            ("minzheng", "福州市民政局"),
            ("renshe", "福州市人社局"),
        ]
    }


@pytest.fixture
def put(sources: dict[str, Any], resident: Person) -> Put:
    """Put values of one department about the resident: ``put("gongan", {"person.name": …}, days_old=0)``."""

    def run(slug: str, values: dict[str, Any], *, days_old: int = 0, subject: Any = None) -> int:
        about = subject or resident.subject.id
        as_of: datetime = timezone.now() - timedelta(days=days_old)
        rows = [(about, code, value) for code, value in values.items()]
        return service.put_values(sources[slug].id, rows, as_of)

    return run
