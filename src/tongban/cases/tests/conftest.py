"""A real item of the department, a resident whose data the police hold, and ways to move cases along."""

import copy
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tongban.cases import service as cases
from tongban.conftest import Person
from tongban.items import service as items
from tongban.kit.ids import uuid7
from tongban.organisations.models import Department
from tongban.resources import service as resources

SHANGHAI = ZoneInfo("Asia/Shanghai")
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
    "conditions": ["年满十八周岁。"],
    "statutory_days": 20,
    "promised_days": 8,
    "extension_days": 10,
    "special_procedures": [{"kind": "site_inspection", "name": "现场核查", "days": 5}],
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
        {"key": "plan", "name": "摊位平面图", "kind": "原件", "form": 2, "necessity": 1, "source": 10,
         "accept": ["pdf", "jpg", "png"]},
        {"key": "photo", "name": "近照", "kind": "原件", "form": 2, "necessity": 3, "source": 10,
         "accept": ["jpg", "png"]},
    ],
    "steps": [
        {"name": "受理", "kind": "accept", "role": "clerk", "limit_days": 1},
        {"name": "审查", "kind": "review", "role": "reviewer", "limit_days": 4},
        {"name": "决定", "kind": "decide", "role": "approver", "limit_days": 2},
        {"name": "送达", "kind": "deliver", "role": "clerk", "limit_days": 1},
    ],
    "form": {
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["name", "goods"],
            "properties": {
                "name": {"type": "string", "title": "姓名", "maxLength": 50, "x-element": "person.name",
                         "x-locked": True},
                "phone": {"type": "string", "title": "电话", "format": "phone"},
                "goods": {"type": "string", "title": "经营品种", "maxLength": 100},
                "cooked": {"type": "string", "title": "是否熟食", "enum": ["yes", "no"],
                           "x-labels": {"yes": "是", "no": "否"}},
                "health": {"type": "string", "title": "健康证编号", "x-show-if": {"cooked": "yes"}},
            },
        },
        "layout": [
            {"key": "you", "title": "您的信息", "fields": ["name", "phone"]},
            {"key": "stall", "title": "摊位", "fields": ["goods", "cooked", "health"]},
        ],
    },
}  # fmt: skip


def png(colour: str = "white") -> SimpleUploadedFile:
    """A real picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(buffer, "PNG")
    return SimpleUploadedFile("图纸.png", buffer.getvalue(), "image/png")


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
