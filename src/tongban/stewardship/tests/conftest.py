"""Four departments that hold a resident's data, their stewards, and the data office."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person
from tongban.organisations.models import Department
from tongban.resources import service as resources
from tongban.stewardship import service as stewardship

HOME, SHORT, NEW = "福州市鼓楼区东街街道1号", "鼓楼东街1号", "福州市鼓楼区东街街道9号2单元301室"
SLUGS = ("gongan", "minzheng", "renshe", "shichang", "shuiwu", "shuju")
ADDRESS, PHONE = "person.address", "person.phone"
WHY = "已核对户籍底册，按租赁登记更正"


@dataclass
class Scene:
    """The departments by slug, a steward of each, and the resident the data is about."""

    departments: dict[str, Department]
    stewards: dict[str, Person]
    resident: Person

    @property
    def subject_id(self) -> UUID:
        assert self.resident.subject is not None
        return self.resident.subject.id

    def put(self, slug: str, values: dict[str, Any], days_old: int = 0, subject: UUID | None = None) -> None:
        rows = [(subject or self.subject_id, code, value) for code, value in values.items()]
        resources.put_values(
            self.departments[slug].id, rows, timezone.now() - timedelta(days=days_old, seconds=1)
        )  # fmt: skip

    def differ(self) -> stewardship.Discrepancy:
        """Police and civil affairs write the address differently."""
        self.put("gongan", {ADDRESS: HOME, PHONE: "13900000001"}, 3)
        self.put("minzheng", {ADDRESS: SHORT}, 9)
        stewardship.settle(self.subject_id, [ADDRESS])
        return stewardship.Discrepancy.objects.get(subject_id=self.subject_id, element=ADDRESS)

    def ask(self, said: str = NEW, element: str = ADDRESS, **more: Any) -> stewardship.Correction:
        return stewardship.ask(self.resident.actor, self.subject_id, element, said, "去年搬的家", **more)


@pytest.fixture
def scene(resident: Person, staff_with: Callable[[str, Department], Person]) -> Scene:
    departments = {
        slug: DepartmentFactory(code=slug, name=f"省{slug}", short_name=slug, division="35") for slug in SLUGS
    }
    stewards = {slug: staff_with("steward", one) for slug, one in departments.items()}
    return Scene(departments, stewards, resident)
