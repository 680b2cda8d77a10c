"""A province's item implemented by three counties."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from tongban.alignment import service as alignment
from tongban.conftest import PostFactory, actor_of_account, invented_uscc
from tongban.items import service as items
from tongban.items.tests.factories import item_data
from tongban.kit.actors import SYSTEM, Actor
from tongban.organisations import service as organisations
from tongban.organisations.models import Department

COUNTIES = ("350102", "350103", "350104")
BASIC = "350131001000"


@dataclass
class Scene:
    """The counties' items and the people who look after them."""

    codes: dict[str, str]
    item_ids: dict[str, UUID]
    keeper: Actor
    second: Actor
    editors: dict[str, Actor]
    lawyer: Actor

    def standard(self, **changes: object) -> None:
        """Draft the standard from the first county, change it, and put it in force."""
        draft = alignment.draft_standard(self.keeper, self.codes[COUNTIES[0]])
        if changes:
            alignment.edit_standard(self.keeper, draft.id, changes, draft.fixed)
        alignment.check_standard(self.lawyer, draft.id, passed=True)
        alignment.publish_standard(self.second, draft.id)


def editor_of(department: Department, division: str, role: str = "item_editor") -> Actor:
    post = PostFactory(role=role, staff__department=department, department=department, division=division)
    return actor_of_account(post.staff.account)


@pytest.fixture
def scene(run_jobs: Callable[[], object]) -> Scene:
    codes, ids, editors = {}, {}, {}
    for county in COUNTIES:
        department = organisations.ensure_department(
            f"shichang-{county}", invented_uscc(), f"{county} 市场监管局", division=county
        )
        loaded = items.load_item(
            item_data(slug=f"food-{county}", division=county, department=department.code, basic_code=BASIC)
        )
        codes[county], ids[county] = loaded.code, loaded.item_id
        editors[county] = editor_of(department, county)
    province = organisations.ensure_department(
        "shichang-35", invented_uscc(), "福建省市场监管局", division="35"
    )
    keeper, second = editor_of(province, "35"), editor_of(province, "35")
    assert keeper.account_id != second.account_id
    assert SYSTEM.kind == "system"
    return Scene(codes, ids, keeper, second, editors, editor_of(province, "35", "legal"))
