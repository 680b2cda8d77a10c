"""A published item with every kind of field, a resident whose name the police hold, and a filed case."""

import copy
from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tongban.assist.tests.conftest import food, handed, staffed
from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.items import service as items
from tongban.items.tests import scene
from tongban.kit.actors import SYSTEM
from tongban.kit.ids import uuid7
from tongban.licences import service as licences
from tongban.organisations.models import Department
from tongban.resources import service as resources

__all__ = ["food", "handed", "staffed"]
SCRIPT = "<script>alert(1)</script>"
ITEM = scene.stall(
    keywords=["摆摊"],
    faqs=[{"q": "下雨天怎么办？", "a": "照常登记。"}],
    materials=[
        {"key": "health", "name": "健康证", "kind": "证照", "form": 2, "necessity": 1, "source": 20,
         "licence_types": ["health-card"], "accept": ["pdf", "png"]},
        {"key": "photo", "name": "近照", "kind": "原件", "form": 2, "necessity": 3, "source": 10,
         "accept": ["png"]},
    ],
    required=["name", "goods", "cooked"],
    fields={
        "name": scene.NAME,
        "goods": scene.GOODS,
        "opens": {"type": "string", "title": "开业日期", "format": "date"},
        "rent": {"type": "integer", "title": "租金", "x-widget": "money"},
        "cooked": scene.COOKED,
        "kitchen": {"type": "string", "title": "厨房地址", "x-show-if": {"cooked": "yes"}},
    },
    pages=[
        ("you", "您的信息", ["name"]),
        ("stall", "摊位", ["goods", "opens", "rent", "cooked", "kitchen"]),
    ],
)  # fmt: skip


def png(name: str = "近照.png") -> SimpleUploadedFile:
    """A real picture."""
    return SimpleUploadedFile(name, scene.picture(), "image/png")


@pytest.fixture
def item(department: Department) -> items.VersionDetail:
    return items.version(items.load_item(copy.deepcopy(ITEM)).version_id)


@pytest.fixture
def known(resident: Person, other_department: Department) -> Person:
    """The resident, whose name the police hold."""
    rows = [(resident.subject.id, "person.name", "林测试")]
    resources.put_values(other_department.id, rows, timezone.now())
    return resident


@pytest.fixture
def draft(item: items.VersionDetail, known: Person) -> cases.Case:
    return cases.start_draft(known.actor, item.id, key="draft")


@pytest.fixture
def health_card(known: Person, department: Department) -> licences.Licence:
    """A valid licence that meets the first material."""
    licences.ensure_type(
        slug="health-card",
        name="食品从业人员健康证明",
        code21=department.uscc + "001",
        department_id=department.id,
        elements=[{"key": "name", "label": "姓名", "from": "name"}],
        validity_months=12,
    )
    return licences.issue(
        SYSTEM,
        "health-card",
        known.subject.id,
        {"name": "林测试"},
        case_id=None,
        department_id=department.id,
        key="card",
    )


@pytest.fixture
def filed(draft: cases.Case, known: Person) -> cases.Case:
    """A submitted case."""
    actor = known.actor
    cases.save_draft(actor, draft.id, {"goods": "鱼丸", "cooked": "no"})
    cases.attach_upload(actor, draft.id, "health", png())
    cases.attach_upload(actor, draft.id, "photo", png())
    return cases.submit(actor, draft.id, key=str(uuid7()))


@pytest.fixture
def asked(filed: cases.Case, clerk: Person) -> cases.Case:
    """The case with a supplement asked for one field and one material."""
    task = next(t for t in cases.desk(clerk.actor, filed.id).tasks)
    cases.claim(clerk.actor, task.id)
    cases.ask_supplement(clerk.actor, filed.id, "请写明具体品种", ["goods"], ["photo"])
    return cases.access_case(clerk.actor, filed.id, purpose="测试")


@pytest.fixture
def url() -> Callable[[UUID, str], str]:
    return lambda case_id, part="": f"/cases/{case_id}/{part}"
