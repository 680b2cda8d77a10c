"""A published item with every kind of field, a resident whose name the police hold, and a filed case."""

import copy
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.kit.ids import uuid7
from tongban.licences import service as licences
from tongban.organisations.models import Department
from tongban.resources import service as resources

SCRIPT = "<script>alert(1)</script>"
ITEM: dict[str, Any] = {
    "slug": "street-stall",
    "basic_code": "350131001000",
    "department": "shichang",
    "level": 4,
    "division": "350102",
    "name": "夜市摊位登记",
    "summary": "在划定的夜市里摆摊，先登记一个摊位。",
    "type": "01",
    "legal_basis": [{"law": "中华人民共和国行政许可法", "article": "第十二条", "text": "可以设定行政许可。"}],
    "power_source": "法定本级行使",
    "case_kind": 2,
    "service_objects": [1],
    "applicant": "person",
    "themes": ["经营"],
    "keywords": ["摆摊"],
    "conditions": ["年满十八周岁。"],
    "statutory_days": 20,
    "promised_days": 8,
    "extension_days": 10,
    "visits": 0,
    "handling_forms": [2],
    "online_depth": [5],
    "cross_region": 2,
    "address": "福州市鼓楼区测试路1号",
    "hours": "工作日 9:00-17:00",
    "enquiry": "0591-00000000",
    "complaint": "12345",
    "appointment": False,
    "online_payment": False,
    "delivery": False,
    "materials": [
        {"key": "health", "name": "健康证", "kind": "证照", "form": 2, "necessity": 1, "source": 20,
         "licence_types": ["health-card"], "accept": ["pdf", "png"]},
        {"key": "photo", "name": "近照", "kind": "原件", "form": 2, "necessity": 3, "source": 10,
         "accept": ["png"]},
    ],
    "steps": [
        {"name": "受理", "kind": "accept", "role": "clerk", "limit_days": 1},
        {"name": "审查", "kind": "review", "role": "reviewer", "limit_days": 4},
        {"name": "决定", "kind": "decide", "role": "approver", "limit_days": 2},
        {"name": "送达", "kind": "deliver", "role": "clerk", "limit_days": 1},
    ],
    "faqs": [{"q": "下雨天怎么办？", "a": "照常登记。"}],
    "form": {
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["name", "goods", "cooked"],
            "properties": {
                "name": {"type": "string", "title": "姓名", "maxLength": 50, "x-element": "person.name",
                         "x-locked": True},
                "goods": {"type": "string", "title": "经营品种", "maxLength": 100},
                "opens": {"type": "string", "title": "开业日期", "format": "date"},
                "rent": {"type": "integer", "title": "租金", "x-widget": "money"},
                "cooked": {"type": "string", "title": "是否熟食", "enum": ["yes", "no"],
                           "x-labels": {"yes": "是", "no": "否"}},
                "kitchen": {"type": "string", "title": "厨房地址", "x-show-if": {"cooked": "yes"}},
            },
        },
        "layout": [
            {"key": "you", "title": "您的信息", "fields": ["name"]},
            {"key": "stall", "title": "摊位", "fields": ["goods", "opens", "rent", "cooked", "kitchen"]},
        ],
    },
}  # fmt: skip


def png(name: str = "近照.png") -> SimpleUploadedFile:
    """A real picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


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
