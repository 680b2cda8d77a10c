"""Departments, subjects in three counties, and what the departments say about them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from tongban.conftest import DepartmentFactory, EnterpriseFactory, Person, SubjectFactory
from tongban.kit.actors import SYSTEM
from tongban.organisations.models import Department
from tongban.quality.models import Measure
from tongban.quality.rules import COUNTS, Tally, total
from tongban.resources import service as resources
from tongban.resources.service import Change, take_change

GULOU, TAIJIANG, SIMING = "350102", "350103", "350203"
ADDRESS, PHONE, SECURITY = "person.address", "person.phone", "person.social_security_no"


@dataclass
class World:
    departments: dict[str, Department]
    stewards: dict[str, Person]
    supervisor: Person
    subjects: list[Any] = field(default_factory=list)

    def person(self, county: str = GULOU) -> UUID:
        made = SubjectFactory(division=county)
        self.subjects.append(made)
        return made.id

    def firm(self, county: str = GULOU) -> UUID:
        made = EnterpriseFactory(division=county)
        self.subjects.append(made)
        return made.id

    def put(self, slug: str, subject: UUID, values: dict[str, Any], days_old: float = 0) -> None:
        at = timezone.now() - timedelta(days=days_old, seconds=1)
        rows = [(subject, code, value) for code, value in values.items()]
        resources.put_values(self.departments[slug].id, rows, at)

    def withdraw(self, slug: str, subject: UUID, code: str) -> None:
        """The department says nothing about this element any more, over a feed of its own."""
        source = resources.ensure_source(SYSTEM, f"withdraw-{slug}", "撤回", self.departments[slug].id)
        number = next(one.id_number for one in self.subjects if one.id == subject)
        change = Change(
            f"{subject}:{code}:{timezone.now()}", 1, number, "upsert", timezone.now(), {code: None}
        )
        assert take_change(source, change).outcome == "taken"

    def tally(self, slug: str, element: str, county: str | None = None) -> Tally:
        """Today's counts of a cell, over all counties unless one is named."""
        rows = Measure.objects.filter(
            day=timezone.localdate(), department=self.departments[slug], element=element
        )
        if county is not None:
            rows = rows.filter(division=county)
        return total(Tally.of(row) for row in rows.values(*COUNTS))


@pytest.fixture
def world(db: None, staff_with: Callable[[str, Department], Person]) -> World:
    departments = {
        slug: DepartmentFactory(code=slug, name=f"福建省{slug}", short_name=slug, division="35")
        for slug in ("gongan", "minzheng", "renshe", "shuju")
    }
    stewards = {slug: staff_with("steward", one) for slug, one in departments.items()}
    return World(departments, stewards, staff_with("supervisor", departments["shuju"]))
