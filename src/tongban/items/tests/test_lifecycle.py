"""Reviews by two people, the day of effect, comparing, splitting and merging, and who did what."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tongban.conftest import invented_uscc
from tongban.items import service as items
from tongban.items.differing import pieces
from tongban.items.tests.factories import editor, load, through
from tongban.items.tests.factories import item_data as data
from tongban.kit.errors import Conflict, Forbidden, Invalid
from tongban.organisations import service as organisations

texts = st.text(alphabet="许可证申请材料 ，。\n食品abc12", max_size=60)


@given(texts, texts)
def test_pieces_joined_are_the_texts_and_what_is_not_marked_is_shared(before: str, after: str) -> None:
    left, right = pieces(before, after)
    assert "".join(p.text for p in left) == before
    assert "".join(p.text for p in right) == after
    assert "".join(p.text for p in left if not p.changed) == "".join(p.text for p in right if not p.changed)
    assert (before == after) == (not any(p.changed for p in (*left, *right)))


def test_a_text_of_many_words_is_shown_whole() -> None:
    left, right = pieces("材料，" * 5000, "材料。" * 5000)
    assert [len(left), len(right)] == [1, 1]
    assert left[0].changed


@pytest.mark.django_db
def test_a_version_waits_for_its_day_and_then_replaces_the_one_before() -> None:
    first = load()
    author = editor(first)
    draft = items.new_draft(author, first.code)
    items.edit_draft(author, draft.id, {"hours": "周末也办"})
    through(draft)
    today = timezone.localdate()
    for day in (today - timedelta(days=1), today + timedelta(days=400)):
        with pytest.raises(Invalid):
            items.publish(author, draft.id, effective_from=day)
    waiting = items.publish(author, draft.id, effective_from=today + timedelta(days=3))
    assert (waiting.state, items.published(first.code).id) == ("scheduled", first.id)
    with pytest.raises(Conflict):
        items.new_draft(author, first.code)
    assert items.put_due_in_force() == 0
    assert items.put_due_in_force(today + timedelta(days=3)) == 1
    assert items.put_due_in_force(today + timedelta(days=3)) == 0
    assert items.published(first.code).id == draft.id
    assert items.version(first.id).state == "retired"


@pytest.mark.django_db
def test_a_reviewer_gives_back_with_a_reason_and_both_reviews_start_over() -> None:
    first = load()
    author, other = editor(first), editor(first)
    draft = items.new_draft(author, first.code)
    items.submit_draft(author, draft.id)
    items.review(other, draft.id)
    with pytest.raises(Invalid):
        items.send_back(other, draft.id, " ")
    assert items.send_back(editor(first, role="legal"), draft.id, "依据不准确").state == "draft"
    assert [act.act for act in items.acts(draft.id)] == ["drafted", "submitted", "business", "returned"]
    assert items.acts(draft.id)[-1].reason == "依据不准确"
    with pytest.raises(Forbidden):
        items.send_back(editor(first, role="clerk"), draft.id, "不行")


@pytest.mark.django_db
def test_nobody_who_wrote_may_review_and_nobody_passes_both() -> None:
    first = load()
    author, second, chief = editor(first), editor(first), editor(first, role="chief")
    draft = items.new_draft(author, first.code)
    items.edit_draft(second, draft.id, {"hours": "周末也办"})
    items.submit_draft(author, draft.id)
    for writer in (author, second):
        with pytest.raises(Forbidden):
            items.review(writer, draft.id)
    items.review(chief, draft.id)
    with pytest.raises(Forbidden, match="两个人"):
        items.review(chief, draft.id)


@pytest.mark.django_db
def test_of_two_editors_the_one_who_saves_later_is_told() -> None:
    first = load()
    author, other = editor(first), editor(first)
    draft = items.new_draft(author, first.code)
    items.edit_draft(author, draft.id, {"hours": "上午"}, revision=0)
    with pytest.raises(Conflict) as caught:
        items.edit_draft(other, draft.id, {"hours": "下午"}, revision=0)
    assert caught.value.code == "revision"
    assert items.version(draft.id).hours == "上午"


@pytest.mark.django_db
def test_compare_marks_the_words_that_differ() -> None:
    first = load()
    author = editor(first)
    draft = items.new_draft(author, first.code)
    items.edit_draft(author, draft.id, {"conditions": ["有与经营的食品品种相适应的场所"], "promised_days": 5})
    found = items.compare(first.id, draft.id)
    assert [change.element for change in found.changes] == ["conditions", "promised_days"]
    before = found.changes[0].before
    assert "数量" in "".join(piece.text for piece in before if piece.changed)
    assert "场所" in "".join(piece.text for piece in before if not piece.changed)
    other = load(slug="other", basic_code="350131002000", name="另一事项")
    with pytest.raises(Conflict):
        items.compare(first.id, other.id)


@pytest.mark.django_db
def test_split_takes_effect_when_every_follower_is_in_force_and_old_links_lead_on() -> None:
    first = load()
    author = editor(first)
    head = first.code[:19]
    names = {"350131005000": "食品销售许可", "350131006000": "餐饮服务许可"}
    with pytest.raises(Invalid):
        items.split(author, first.code, [items.Follower("nonsense", "甲"), items.Follower("x", "乙")], "改革")
    followers = [items.Follower(head + basic, name) for basic, name in names.items()]
    items.split(author, first.code, followers, "分类管理")
    with pytest.raises(Conflict):
        items.split(author, first.code, followers, "再来一次")
    for basic, name in names.items():
        assert items.published(first.code).item_state == "1"
        draft = items.versions_of(head + basic)[0]
        assert (draft.name, draft.materials) == (name, first.materials)
        through(draft)
        items.publish(author, draft.id)
    assert items.published(first.code).item_state == "3"
    assert [s.name for s in items.successors(first.item_id)] == list(names.values())
    labels = [entry.label for entry in items.history(author, first.code)]
    assert labels[0] == "改变状态"
    assert "拆分或合并" in labels


@pytest.mark.django_db
def test_merge_into_one_of_them_is_done_at_once_and_may_be_called_off_before() -> None:
    first = load()
    second = load(slug="other", basic_code="350131002000", name="另一事项")
    author = editor(first)
    new = items.Follower(first.code[:19] + "350131009000", "合并后")
    plan = items.merge(author, [first.code, second.code], new, "合并")
    items.call_off(author, plan.id)
    with pytest.raises(Conflict):
        items.call_off(author, plan.id)
    items.merge(author, [first.code, second.code], items.Follower(first.code), "合并")
    assert items.published(second.code).item_state == "3"
    assert items.published(first.code).item_state == "1"
    assert [(s.code, s.kind) for s in items.successors(second.item_id)] == [(first.code, "merge")]
    with pytest.raises(Forbidden):
        items.merge(editor(first, role="clerk"), [first.code, second.code], items.Follower(first.code), "合")


@pytest.mark.django_db
def test_editors_see_their_departments_items_and_the_province_sees_all() -> None:
    mine = load()
    organisations.ensure_department("renshe", invented_uscc(), "省人社厅")
    card = data(slug="card", department="renshe", basic_code="350114001000", name="社保卡")
    other = items.version(items.load_item(card).version_id)
    author = editor(mine, division="3501")
    assert [row.title for row in items.catalogue(author)] == [mine.name]
    assert {row.title for row in items.catalogue(editor(mine, role="supervisor"))} == {mine.name, other.name}
    assert list(items.catalogue(editor(mine, role="clerk"))) == []
    assert [row.title for row in items.catalogue(editor(mine), query="社保")] == [other.name]
    items.new_draft(author, mine.code)
    assert [row.code for row in items.catalogue(editor(mine), stage="open")] == [mine.code]
    with pytest.raises(Forbidden):
        items.history(author, other.code)
