"""A real item of the department, a resident whose data the police hold, and ways to move cases along."""

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.items import service as items
from tongban.items.tests import scene
from tongban.kit.ids import uuid7
from tongban.organisations.models import Department
from tongban.resources import service as resources

SHANGHAI = ZoneInfo("Asia/Shanghai")
ITEM = scene.stall(
    special_procedures=[{"kind": "site_inspection", "name": "现场核查", "days": 5}],
    materials=[
        {"key": "plan", "name": "摊位平面图", "kind": "原件", "form": 2, "necessity": 1, "source": 10,
         "accept": ["pdf", "jpg", "png"]},
        {"key": "photo", "name": "近照", "kind": "原件", "form": 2, "necessity": 3, "source": 10,
         "accept": ["jpg", "png"]},
    ],
    fields={
        "name": scene.NAME,
        "phone": {"type": "string", "title": "电话", "format": "phone"},
        "goods": scene.GOODS,
        "cooked": scene.COOKED,
        "health": {"type": "string", "title": "健康证编号", "x-show-if": {"cooked": "yes"}},
    },
    pages=[("you", "您的信息", ["name", "phone"]), ("stall", "摊位", ["goods", "cooked", "health"])],
)  # fmt: skip


def png(colour: str = "white") -> SimpleUploadedFile:
    """A real picture."""
    return SimpleUploadedFile("图纸.png", scene.picture(colour), "image/png")


def when(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=SHANGHAI)


@pytest.fixture
def make_item(department: Department) -> Callable[..., items.VersionDetail]:
    """Publish the item, with some of its fields changed."""

    def make(**changes: Any) -> items.VersionDetail:
        data = copy.deepcopy(ITEM) | changes
        return items.version(items.load_item(data).version_id)

    return make


@pytest.fixture
def item(make_item: Callable[..., items.VersionDetail]) -> items.VersionDetail:
    return make_item()


@pytest.fixture
def known(resident: Person, other_department: Department) -> Person:
    """The resident, with a name that the police hold."""
    resources.put_values(
        other_department.id, [(resident.subject.id, "person.name", "林测试")], when("2026-01-05")
    )
    return resident


@pytest.fixture
def draft(known: Person, item: items.VersionDetail) -> cases.Case:
    """A draft with everything in it."""
    return fill(known, item)


def fill(person: Person, item: items.VersionDetail) -> cases.Case:
    case = cases.start_draft(person.actor, item.id)
    cases.save_draft(person.actor, case.id, {"goods": "鱼丸", "cooked": "no"}, page="stall")
    cases.attach_upload(person.actor, case.id, "plan", png())
    cases.attach_later(person.actor, case.id, "photo")
    case.refresh_from_db()
    return case


@pytest.fixture
def filed(known: Person, draft: cases.Case) -> cases.Case:
    return cases.submit(known.actor, draft.id, key=str(uuid7()))


@pytest.fixture
def accepted(filed: cases.Case, clerk: Person) -> cases.Case:
    return cases.accept(clerk.actor, filed.id)


@pytest.fixture
def reviewed(accepted: cases.Case, reviewer: Person, known: Person) -> cases.Case:
    """Reviewed and complete: only the decision is left."""
    cases.attach_upload(known.actor, accepted.id, "photo", png("blue"))
    pass_review(accepted, reviewer)
    accepted.refresh_from_db()
    return accepted


def pass_review(case: cases.Case, reviewer: Person, outcome: str = "pass") -> None:
    task = cases.Task.objects.get(case=case, kind="review", state="open")
    cases.claim(reviewer.actor, task.id)
    cases.complete_step(reviewer.actor, task.id, outcome, "材料齐全，符合条件")
