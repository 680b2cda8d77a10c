"""Two departments, two items whose licences and fields meet, and a package of them."""

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from tongban.cases.tests.conftest import ITEM
from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences
from tongban.organisations.models import Department
from tongban.packages import service as packages
from tongban.resources import service as resources


def png(colour: str = "white") -> SimpleUploadedFile:
    """A real picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(buffer, "PNG")
    return SimpleUploadedFile("图纸.png", buffer.getvalue(), "image/png")


def _prop(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "maxLength": 100, **more}


def item_data(slug: str, number: int, department: str, result: str, materials: list[Any]) -> dict[str, Any]:
    name = _prop("姓名", **{"x-element": "person.name", "x-locked": True})
    own = _prop(f"{slug}说明")
    place = _prop("经营地点")
    data = copy.deepcopy(ITEM) | {
        "slug": slug,
        "basic_code": f"3501310{number:02d}000",
        "department": department,
        "name": f"{slug}办理",
        "case_kind": 1,
        "materials": materials,
        "results": [{"kind": "证照", "name": f"{slug}证", "licence_type": result}],
    }
    data["form"] = {
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["name", "place", "own"],
            "properties": {"name": name, "place": place, "own": own},
        },
        "layout": [
            {"key": "you", "title": "您的信息", "fields": ["name"]},
            {"key": "what", "title": "内容", "fields": ["place", "own"]},
        ],
    }
    return data


def paper(key: str, name: str, types: list[str] | None = None) -> dict[str, Any]:
    return {"key": key, "name": name, "kind": "原件", "form": 2, "necessity": 1, "source": 10,
            "accept": ["png"], "licence_types": types or []}  # fmt: skip


DEFINITION: dict[str, Any] = {
    "questions": [
        {"key": "more", "title": "要不要一起办 tail", "options": [{"value": "yes", "label": "要"},
                                                              {"value": "no", "label": "不要"}]},
    ],
    "members": [
        {"key": "second", "item": "second", "after": ["first"]},
        {"key": "first", "item": "first"},
        {"key": "tail", "item": "tail", "when": {"more": "yes"},
         "after": [{"member": "second", "on_failure": "free"}]},
    ],
    "fields": {"first.place": "place", "second.place": "place", "tail.place": "place"},
    "materials": {"first.plan": "plan", "second.plan": "plan"},
}  # fmt: skip


@pytest.fixture
def world(department: Department, other_department: Department, resident: Person) -> None:
    for slug, owner in (("first-card", department), ("second-card", other_department)):
        licences.ensure_type(
            slug=slug,
            name=slug,
            code21=owner.uscc + ("001" if slug == "first-card" else "002"),
            department_id=owner.id,
            elements=[{"key": "name", "label": "姓名", "from": "name"}],
            validity_months=12,
        )
    items.load_item(item_data("first", 11, "shichang", "first-card", [paper("plan", "平面图")]))
    items.load_item(
        item_data(
            "second",
            12,
            "gongan",
            "second-card",
            [paper("plan", "图"), paper("licence", "第一证", ["first-card"])],
        )
    )
    items.load_item(item_data("tail", 13, "shichang", "first-card", []))
    resources.put_values(
        other_department.id,
        [(resident.subject.id, "person.name", "林测试")],
        timezone.now(),  # type: ignore[union-attr]
    )


@pytest.fixture
def package(world: None, department: Department) -> packages.PackageVersion:
    return packages.ensure_package(
        SYSTEM,
        "shop",
        "开店一件事",
        summary="两件事一次办",
        data=copy.deepcopy(DEFINITION),
        department_id=department.id,
        division="3501",
    )


@pytest.fixture
def begin(package: packages.PackageVersion, resident: Person) -> Callable[..., packages.Filing]:
    def make(more: str = "no", *, whole: bool = True) -> packages.Filing:
        filing = packages.start(resident.actor, "shop", {"more": more}, key="k")
        if whole:
            fill(resident, filing)
        return filing

    return make


def fill(person: Person, filing: packages.Filing) -> None:
    form = packages.form(person.actor, filing.id)
    names = [f.name for p in form.pages for f in p.fields if not f.locked]
    packages.save_filing(person.actor, filing.id, dict.fromkeys(names, "东街1号"), page=None)
    packages.attach_upload(person.actor, filing.id, "all-plan", png())


@pytest.fixture
def clerks(
    staff_with: Callable[[str, Department], Person], department: Department, other_department: Department
) -> dict[str, dict[str, Person]]:
    """Staff who decide for each member's department."""
    roles = ("clerk", "approver")
    ours = {r: staff_with(r, department) for r in roles}
    theirs = {r: staff_with(r, other_department) for r in roles}
    return {"first": ours, "second": theirs, "tail": ours}
