"""An item with a decision table, its editor, the second person, and people who walk through it."""

import copy
from typing import Any

import pytest
from django.utils import timezone

from tongban.cases.tests.conftest import ITEM
from tongban.conftest import Person
from tongban.guidance import service as guidance
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences
from tongban.organisations.models import Department
from tongban.resources import service as resources

PAPERS = [
    {"key": "plan", "name": "摊位平面图", "kind": "原件", "form": 2, "necessity": 1, "source": 10,
     "accept": ["png"]},
    {"key": "health", "name": "健康证明", "kind": "证照", "form": 3, "necessity": 1, "source": 20,
     "accept": ["png"], "licence_types": ["health-card"]},
    {"key": "work", "name": "就业证明", "kind": "原件", "form": 2, "necessity": 1, "source": 10,
     "accept": ["png"]},
]  # fmt: skip
TABLE: dict[str, Any] = {
    "hit": "UNIQUE",
    "questions": [
        {
            "key": "cooked",
            "text": "卖熟食吗？",
            "help": "现做现卖的都算",
            "kind": "boolean",
            "field": "cooked",
        },
        {"key": "size", "text": "摊位多大？", "kind": "number", "unit": "平方米", "high": 500},
        {
            "key": "own",
            "text": "摊位是谁的？",
            "kind": "choice",
            "options": [{"value": "own", "label": "自己的"}, {"value": "rent", "label": "租的"}],
        },
    ],
    "rules": [
        {
            "when": {"cooked": {"in": ["no"]}},
            "materials": ["work"],
            "fee_fen": 0,
            "days": 1,
            "answers": {"goods": "干货"},
        },
        {
            "when": {"cooked": {"in": ["yes"]}, "size": {"high": 9}},
            "materials": ["health", "work"],
            "place": "夜市服务台",
        },
        {
            "when": {"cooked": {"in": ["yes"]}, "size": {"low": 10}, "own": {"in": ["own"]}},
            "materials": ["plan", "health"],
            "fee_fen": 2050,
        },
        {
            "when": {"cooked": {"in": ["yes"]}, "size": {"low": 10}, "own": {"in": ["rent"]}},
            "materials": ["plan", "health", "work"],
            "note": "租的摊位要带合同。",
        },
    ],
    "shared": {"work": {"element": "person.social_security_state", "values": ["参保缴费"]}},
}


def data(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(TABLE) | changes


@pytest.fixture
def item(department: Department) -> items.VersionDetail:
    return items.version(items.load_item(copy.deepcopy(ITEM) | {"materials": PAPERS}).version_id)


@pytest.fixture
def table(item: items.VersionDetail) -> guidance.Table:
    return guidance.ensure_table(SYSTEM, item.code, data())


@pytest.fixture
def draft(item: items.VersionDetail, item_editor: Person) -> guidance.Table:
    row = guidance.draft(item_editor.actor, item.code)
    return guidance.save(item_editor.actor, row.id, data())


@pytest.fixture
def second(staff_with: Any, department: Department) -> Person:
    """Another editor of the same department."""
    made: Person = staff_with("item_editor", department)
    return made


@pytest.fixture
def known(resident: Person, other_department: Department, department: Department) -> Person:
    """A resident who pays social insurance and holds a health card."""
    assert resident.subject is not None
    rows = [
        (resident.subject.id, "person.name", "林测试"),
    ]
    resources.put_values(other_department.id, rows, timezone.now())
    return resident


@pytest.fixture
def insured(known: Person) -> Person:
    from tongban.conftest import DepartmentFactory

    assert known.subject is not None
    renshe = DepartmentFactory(code="renshe", name="福州市人力资源和社会保障局")
    rows = [(known.subject.id, "person.social_security_state", "参保缴费")]
    resources.put_values(renshe.id, rows, timezone.now())
    return known


@pytest.fixture
def card(known: Person, department: Department) -> licences.Licence:
    assert known.subject is not None
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


def reach(code: str, **answers: str) -> str:
    """Walk with these answers; the token of the outcome."""
    walk = guidance.walk(code)
    while walk.question is not None:
        walk = guidance.answer(code, walk.state, answers[walk.question.key])
    return guidance.finish(walk)
