import threading
from uuid import uuid4

import pytest
from django.db import connection

from tongban.items import service as items
from tongban.items.models import ItemVersion
from tongban.items.tests.factories import editor, item_data, load, through
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, Invalid
from tongban.trace.service import TraceRow


@pytest.mark.django_db
def test_a_version_goes_from_draft_over_a_second_pair_of_eyes_into_force() -> None:
    first = load()
    author, other, legal = editor(first), editor(first), editor(first, role="legal")
    draft = items.new_draft(author, first.code, note="缩短时限")
    assert (draft.state, draft.number, draft.materials) == ("draft", 2, first.materials)
    draft = items.edit_draft(
        author,
        draft.id,
        {"promised_days": 7},
        parts={"steps": [{"name": "受理", "kind": "accept", "role": "clerk", "limit_days": 7}]},
    )
    assert draft.content_hash != first.content_hash
    assert {finding.rule for finding in draft.findings} == {"step-missing"}
    with pytest.raises(Conflict):
        items.review(other, draft.id)
    assert items.submit_draft(author, draft.id).state == "submitted"
    with pytest.raises(Forbidden):
        items.review(author, draft.id)
    with pytest.raises(Forbidden):
        items.review(legal, draft.id)  # the business comes first
    with pytest.raises(Conflict):
        items.publish(other, draft.id)
    assert items.review(other, draft.id, reason="情况属实").state == "business"
    with pytest.raises(Forbidden):
        items.review(other, draft.id)
    assert items.review(legal, draft.id).state == "reviewed"
    now = items.publish(author, draft.id)
    assert (now.state, now.promised_days) == ("published", 7)
    assert items.published(first.code).id == now.id
    assert items.version(first.id).state == "retired"
    actions = list(TraceRow.objects.filter(chain=str(first.item_id)).values_list("action", flat=True))
    for action in ("item.loaded", "item.drafted", "item.edited", "item.reviewed", "item.published"):
        assert action in actions


@pytest.mark.django_db
def test_only_the_departments_editor_in_the_region_may_edit() -> None:
    detail = load()
    stranger = Actor(kind="resident", name="某人", account_id=uuid4())
    for actor in (stranger, editor(detail, role="clerk"), editor(detail, division="3502")):
        with pytest.raises(Forbidden):
            items.new_draft(actor, detail.code)
    assert items.new_draft(editor(detail, division="3501"), detail.code).state == "draft"


@pytest.mark.django_db
def test_grave_findings_stop_the_review_and_an_edit_takes_it_back() -> None:
    detail = load()
    author, other = editor(detail), editor(detail)
    draft = items.new_draft(author, detail.code)
    items.edit_draft(author, draft.id, {"promised_days": 30})
    with pytest.raises(Invalid) as caught:
        items.submit_draft(author, draft.id)
    assert caught.value.problems[0].rule == "promised-longer-than-statutory"
    items.edit_draft(author, draft.id, {"promised_days": 8})
    items.submit_draft(author, draft.id)
    items.review(other, draft.id)
    assert items.edit_draft(author, draft.id, {"hours": "周末也办"}).state == "draft"


@pytest.mark.django_db
def test_one_open_draft_and_a_load_does_not_run_over_it() -> None:
    detail = load()
    author = editor(detail)
    draft = items.new_draft(author, detail.code)
    with pytest.raises(Conflict):
        items.new_draft(author, detail.code)
    with pytest.raises(Conflict):
        items.load_item(item_data(hours="改"))
    items.discard_draft(author, draft.id)
    assert items.load_item(item_data(hours="改")).changed


@pytest.mark.django_db
def test_a_suspended_item_cannot_be_filed_and_a_cancelled_one_is_not_found_by_search() -> None:
    detail = load()
    author = editor(detail)
    items.set_state(author, detail.code, "2", "系统升级")
    with pytest.raises(Conflict, match="暂停"):
        items.current(detail.id)
    assert items.search("食品经营").total == 1
    items.set_state(author, detail.code, "3", "取消许可")
    assert items.search("食品经营").total == 0
    with pytest.raises(Conflict):
        items.set_state(author, detail.code, "1", "恢复")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_publish_at_once_one_wins_and_one_version_is_in_force() -> None:
    detail = load()
    author = editor(detail)
    draft = items.new_draft(author, detail.code)
    items.edit_draft(author, draft.id, {"hours": "周末也办"})
    through(draft)
    outcomes: list[str] = []
    gate = threading.Barrier(6)

    def go() -> None:
        try:
            gate.wait()
            items.publish(author, draft.id)
            outcomes.append("published")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 5 + ["published"]
    assert ItemVersion.objects.filter(item_id=detail.item_id, state="published").count() == 1
