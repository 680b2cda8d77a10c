"""Implementations inherit what the standard fixes."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.alignment import service as alignment
from tongban.alignment.inheriting import differences, elements_of, take
from tongban.alignment.standards import ELEMENT_LABELS, StandardDetail
from tongban.alignment.tests.conftest import BASIC, COUNTIES, Scene, editor_of
from tongban.items import service as items
from tongban.items.tests.factories import item_data
from tongban.kit.errors import Invalid
from tongban.organisations import service as organisations

names = st.lists(st.sampled_from(["营业执照", "身份证", "平面图", "委托书", "照片"]), unique=True)
days = st.none() | st.integers(0, 60)
fixed = st.sets(st.sampled_from(sorted(ELEMENT_LABELS)), min_size=1)


def version_of(materials: list[str], statutory: int | None, laws: list[str]) -> tuple[Any, Any]:
    columns = {
        "name": "事项", "statutory_days": statutory,
        "legal_basis": [{"law": law, "article": "第一条", "text": ""} for law in laws],
    }  # fmt: skip
    parts = {"materials": [{"key": f"k{n}", "name": name, "copies": 2} for n, name in enumerate(materials)]}
    return columns, parts


@given(st.tuples(names, days, names), st.tuples(names, days, names), fixed)
def test_after_taking_over_nothing_fixed_differs_and_nothing_free_moved(
    one: tuple[Any, Any, Any], other: tuple[Any, Any, Any], fixed: set[str]
) -> None:
    model_columns, model_parts = version_of(*one)
    content = {**model_parts, "legal_basis": model_columns["legal_basis"]}
    held = StandardDetail(
        uuid4(), BASIC, 1, "事项", elements_of(model_columns, model_parts), frozenset(fixed), None, content
    )
    columns, parts = version_of(*other)
    new_columns, new_parts = take(held, columns, parts)
    assert differences(held, columns | new_columns, parts | new_parts) == []
    assert {*new_columns, *new_parts} <= fixed
    keys = [row["key"] for row in (parts | new_parts)["materials"]]
    assert len(set(keys)) == len(keys)
    assert take(held, columns | new_columns, parts | new_parts) == ({}, {})


@pytest.mark.django_db
def test_a_draft_takes_what_is_fixed_and_may_change_only_what_is_free(
    scene: Scene, run_jobs: Callable[[], Any]
) -> None:
    scene.standard(statutory_days=15, materials=["营业执照", "场所平面图"])
    county, editor = COUNTIES[1], scene.editors[COUNTIES[1]]
    draft = items.new_draft(editor, scene.codes[county])
    assert (draft.statutory_days, [m.name for m in draft.materials]) == (15, ["营业执照", "场所平面图"])
    assert draft.materials[0].licence_types == ("business-licence",)  # the county's own row is kept
    with pytest.raises(Invalid) as caught:
        items.edit_draft(editor, draft.id, {"statutory_days": 20})
    assert caught.value.problems[0].rule == alignment.FIXED_RULE
    assert items.edit_draft(editor, draft.id, {"promised_days": 3}).promised_days == 3


@pytest.mark.django_db
def test_a_draft_that_lags_is_held_up_and_brought_in_line_with_one_click(
    scene: Scene, run_jobs: Callable[[], Any]
) -> None:
    scene.standard()
    county, editor = COUNTIES[1], scene.editors[COUNTIES[1]]
    draft = items.new_draft(editor, scene.codes[county])
    items.submit_draft(editor, draft.id)
    scene.standard(statutory_days=15)
    colleague = editor_of(organisations.department_by_code(f"shichang-{county}"), county)
    with pytest.raises(Invalid):
        items.review(colleague, draft.id)
    items.take_over(editor, scene.codes[county])
    assert items.version(draft.id).statutory_days == 15
    items.submit_draft(editor, draft.id)
    assert items.review(colleague, draft.id).state == "business"


@pytest.mark.django_db
def test_what_is_loaded_is_compared_without_a_rebuild(scene: Scene, run_jobs: Callable[[], Any]) -> None:
    scene.standard()
    run_jobs()
    items.load_item(
        item_data(
            slug=f"food-{COUNTIES[0]}", division=COUNTIES[0], department=f"shichang-{COUNTIES[0]}",
            basic_code=BASIC, statutory_days=12,
        )
    )  # fmt: skip
    run_jobs()
    assert alignment.matrix(BASIC).drifting == 1
    items.set_state(scene.editors[COUNTIES[0]], scene.codes[COUNTIES[0]], "2", "系统维护")
    run_jobs()
    assert alignment.matrix(BASIC).total == 2
