"""Keeping the basic catalogue's standards, and seeing who lags behind them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tongban.alignment import service as alignment
from tongban.alignment.tests.conftest import BASIC, COUNTIES, Scene
from tongban.items import service as items
from tongban.kit.errors import Conflict, Forbidden, Invalid
from tongban.notices.models import Notice

pytestmark = pytest.mark.django_db
Jobs = Callable[[], Any]


def publish_anew(scene: Scene, county: str, **changes: Any) -> None:
    """The county's editor changes his item; a colleague of his reviews it."""
    editor = scene.editors[county]
    draft = items.new_draft(editor, scene.codes[county])
    items.edit_draft(editor, draft.id, changes)
    from tongban.alignment.tests.conftest import editor_of
    from tongban.organisations import service as organisations

    department = organisations.department_by_code(f"shichang-{county}")
    colleague = editor_of(department, county)
    items.submit_draft(editor, draft.id)
    items.review(colleague, draft.id)
    items.review(editor_of(department, county, "legal"), draft.id)
    items.publish(colleague, draft.id)


def test_equal_implementations_are_aligned(scene: Scene, run_jobs: Jobs) -> None:
    scene.standard()
    run_jobs()
    matrix = alignment.matrix(BASIC)
    assert (matrix.total, matrix.drifting, matrix.score) == (3, 0, 100.0)
    assert {row.item_id for row in matrix.rows} == set(scene.item_ids.values())


def test_a_changed_fixed_element_shows_every_county_that_lags(scene: Scene, run_jobs: Jobs) -> None:
    scene.standard()
    run_jobs()
    scene.standard(statutory_days=15)
    run_jobs()
    matrix = alignment.matrix(BASIC)
    assert (matrix.standard_number, matrix.drifting) == (2, 3)
    column = next(column for column in matrix.columns if column.element == "statutory_days")
    assert (column.fixed, column.standard, column.differing) == (True, "15", 3)
    publish_anew(scene, COUNTIES[1], statutory_days=15)
    run_jobs()
    matrix = alignment.matrix(BASIC)
    assert matrix.drifting == 2
    assert scene.item_ids[COUNTIES[1]] not in {row.item_id for row in matrix.rows if row.deviating}


def test_free_elements_may_vary(scene: Scene, run_jobs: Jobs) -> None:
    scene.standard()
    publish_anew(scene, COUNTIES[2], promised_days=5)
    run_jobs()
    matrix = alignment.matrix(BASIC)
    assert matrix.drifting == 0
    cells = {cell.element: cell for row in matrix.rows for cell in row.cells if cell.state == "varied"}
    assert cells["promised_days"].own == "5"


def test_scores_by_region_and_department(scene: Scene, run_jobs: Jobs) -> None:
    publish_anew(scene, COUNTIES[2], statutory_days=18)
    scene.standard()
    run_jobs()
    by_department = {score.key: score for score in alignment.by_department(region="3501")[0]}
    assert by_department[f"{COUNTIES[2]} 市场监管局"].score == 87.5  # one of eight fixed elements
    assert by_department[f"{COUNTIES[0]} 市场监管局"].score == 100.0
    worst = alignment.by_region(region="3501")[0][0]
    assert (worst.key, worst.drifting) == (COUNTIES[2], 1)
    assert alignment.by_basic_item()[0][0].deviating == 1


def test_trend_keeps_each_day_once(scene: Scene, run_jobs: Jobs) -> None:
    scene.standard()
    run_jobs()
    day = timezone.localdate()
    assert alignment.keep_day(day) == alignment.keep_day(day)
    assert alignment.trend("3501") == [(day, 100.0)]
    assert alignment.trend("3502") == []


def test_only_the_province_keeps_standards_and_two_people_publish(scene: Scene) -> None:
    with pytest.raises(Forbidden):
        alignment.draft_standard(scene.editors[COUNTIES[0]], scene.codes[COUNTIES[0]])
    draft = alignment.draft_standard(scene.keeper, scene.codes[COUNTIES[0]])
    with pytest.raises(Conflict):
        alignment.draft_standard(scene.second, scene.codes[COUNTIES[0]])
    with pytest.raises(Conflict) as unchecked:
        alignment.publish_standard(scene.second, draft.id)
    assert unchecked.value.code == "not_checked"
    alignment.check_standard(scene.lawyer, draft.id, passed=True, opinion="依据现行有效")
    with pytest.raises(Forbidden):
        alignment.publish_standard(scene.keeper, draft.id)
    with pytest.raises(Invalid):
        alignment.edit_standard(scene.keeper, draft.id, {"colour": "red"}, ["name"])
    assert alignment.publish_standard(scene.second, draft.id).lawyer_name == scene.lawyer.name
    with pytest.raises(Conflict):
        alignment.edit_standard(scene.keeper, draft.id, {}, ["name"])


def test_the_lawyer_checks_what_stands_there(scene: Scene) -> None:
    draft = alignment.draft_standard(scene.keeper, scene.codes[COUNTIES[0]])
    for stranger in (scene.second, scene.editors[COUNTIES[0]]):
        with pytest.raises(Forbidden):
            alignment.check_standard(stranger, draft.id, passed=True)
    with pytest.raises(Invalid):
        alignment.check_standard(scene.lawyer, draft.id, passed=False)
    back = alignment.check_standard(scene.lawyer, draft.id, passed=False, opinion="条款已修订")
    assert (back.checked_at, back.legal_opinion) == (None, "条款已修订")
    assert alignment.check_standard(scene.lawyer, draft.id, passed=True).checked_at
    with pytest.raises(Conflict):
        alignment.check_standard(scene.lawyer, draft.id, passed=True)
    alignment.edit_standard(scene.keeper, draft.id, {"statutory_days": 12}, draft.fixed)
    with pytest.raises(Conflict):
        alignment.publish_standard(scene.second, draft.id)  # the edit took the check back
    with pytest.raises(Forbidden):
        alignment.publish_standard(scene.lawyer, draft.id)


def test_correction_is_asked_answered_and_found_mended(scene: Scene, run_jobs: Jobs) -> None:
    publish_anew(scene, COUNTIES[2], statutory_days=18)
    scene.standard()
    run_jobs()
    item_id, editor = scene.item_ids[COUNTIES[2]], scene.editors[COUNTIES[2]]
    with pytest.raises(Forbidden):
        alignment.ask(editor, item_id, ["statutory_days"], "")
    with pytest.raises(Invalid):
        alignment.ask(scene.keeper, item_id, ["name"], "")  # does not deviate
    asked = alignment.ask(scene.keeper, item_id, ["statutory_days"], "请按标准改正", 5)
    with pytest.raises(Conflict):
        alignment.ask(scene.second, item_id, ["statutory_days"], "")
    assert Notice.objects.filter(account_id=editor.account_id, kind="alignment.asked").count() == 1
    with pytest.raises(Forbidden):
        alignment.answer(scene.editors[COUNTIES[0]], asked.id, "不归我管")
    alignment.answer(editor, asked.id, "本周改正")
    publish_anew(scene, COUNTIES[2], statutory_days=20)
    run_jobs()
    asked.refresh_from_db()
    assert asked.state == alignment.CorrectionState.MENDED
    with pytest.raises(Conflict):
        alignment.withdraw(scene.keeper, asked.id)


def test_a_cancelled_item_leaves_the_matrix(scene: Scene, run_jobs: Jobs) -> None:
    scene.standard()
    run_jobs()
    items.set_state(scene.editors[COUNTIES[0]], scene.codes[COUNTIES[0]], "3", "并入其他事项")
    run_jobs()
    assert alignment.matrix(BASIC).total == 2
