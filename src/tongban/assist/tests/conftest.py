"""A food licence with its guide, somebody's question handed over, and staff where it lands."""

from collections.abc import Callable

import pytest

from tongban.assist import service as assist
from tongban.conftest import Person
from tongban.items import service as items
from tongban.items.tests.factories import load
from tongban.kit.actors import ANONYMOUS
from tongban.organisations import service as organisations

Staffed = Callable[..., Person]


@pytest.fixture
def food(db: None) -> items.VersionDetail:
    """A licence whose fee, limit and address are told."""
    made = load(
        address="福州市鼓楼区温泉支路 1 号",
        fees=[{"name": "工本费", "amount_fen": 1000, "unit": "证"}],
        faqs=[],
    )
    items.rebuild_search()
    return made


@pytest.fixture
def handed(food: items.VersionDetail) -> assist.HandOver:
    """A question about the food licence that no guide answers, handed over without an account."""
    assist.reply("办食品经营许可证要什么材料", session="s1", actor=ANONYMOUS)
    return assist.hand_over(ANONYMOUS, session="s1", question="门口摆两张桌子要不要另外办手续")


@pytest.fixture
def staffed(staff_with: Callable[..., Person], food: items.VersionDetail) -> Staffed:
    """Staff of the food licence's department, by role."""

    def make(role: str = "clerk") -> Person:
        assert food.department_id is not None
        return staff_with(role, organisations.department(food.department_id))

    return make
