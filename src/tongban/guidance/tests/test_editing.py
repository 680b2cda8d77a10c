"""Tables drafted by one and published by another, checked beside the guide they speak of."""

import copy
from typing import Any

import pytest

from tongban.cases.tests.conftest import ITEM
from tongban.conftest import Person
from tongban.guidance import service as guidance
from tongban.guidance.tests.conftest import PAPERS, data, reach
from tongban.items import service as items
from tongban.kit.actors import ANONYMOUS, SYSTEM
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db


def codes(row: guidance.Table) -> set[str]:
    return {f.code for f in guidance.findings(row)}


def changed(person: Person, row: guidance.Table, **changes: Any) -> guidance.Table:
    return guidance.save(person.actor, row.id, data(**changes))


def test_a_second_person_publishes(draft: guidance.Table, item_editor: Person, second: Person) -> None:
    with pytest.raises(Forbidden, match="起草人"):
        guidance.publish(item_editor.actor, draft.id)
    row = guidance.publish(second.actor, draft.id)
    assert (row.state, row.author_name, row.publisher_name) == (
        "published",
        item_editor.account.name,
        second.account.name,
    )
    assert row.item_version_id is not None
    with pytest.raises(Conflict):
        guidance.save(item_editor.actor, draft.id, data())


def test_others_departments_neither_edit_nor_publish(
    draft: guidance.Table, staff_with: Any, other_department: Any, resident: Person
) -> None:
    stranger = staff_with("item_editor", other_department)
    for do in (
        lambda: guidance.save(stranger.actor, draft.id, data()),
        lambda: guidance.publish(stranger.actor, draft.id),
        lambda: guidance.discard(stranger.actor, draft.id),
        lambda: guidance.table(resident.actor, draft.id),
        lambda: guidance.ensure_table(stranger.actor, "street-stall", data()),
    ):
        with pytest.raises(Forbidden):
            do()


def test_the_next_version_retires_the_one_before_and_its_links_stay(
    table: guidance.Table, item: items.VersionDetail, item_editor: Person, second: Person
) -> None:
    token = reach(item.code, cooked="no")
    row = guidance.draft(item_editor.actor, item.code)
    assert row.definition == table.definition
    assert row.number == 2
    guidance.publish(second.actor, row.id)
    table.refresh_from_db()
    assert table.state == "retired"
    view = guidance.outcome(ANONYMOUS, token)
    assert "已经更新" in view.outdated
    assert view.table_number == 1
    assert not view.may_file


def test_two_editors_do_not_overwrite_each_other(draft: guidance.Table, item_editor: Person) -> None:
    guidance.save(item_editor.actor, draft.id, data(), revision=draft.revision)
    with pytest.raises(Conflict):
        guidance.save(item_editor.actor, draft.id, data(), revision=draft.revision)


def test_findings_name_gaps_overlaps_and_what_the_guide_does_not_have(
    draft: guidance.Table, item_editor: Person, second: Person
) -> None:
    assert codes(draft) == set()
    rules = data()["rules"]
    assert "T30" in codes(changed(item_editor, draft, rules=rules[1:]))
    words = "".join(f.message for f in guidance.findings(guidance.table(item_editor.actor, draft.id)))
    assert "卖熟食吗？ 否" in words
    assert "T31" in codes(changed(item_editor, draft, rules=[*rules, rules[0]]))
    assert "T32" in codes(changed(item_editor, draft, rules=[*rules, rules[0]], hit="FIRST"))
    gone = [{**rules[0], "materials": ["nothing"], "answers": {"nothing": 1}}, *rules[1:]]
    assert {"T10", "T11"} <= codes(changed(item_editor, draft, rules=gone))
    assert "T21" in codes(changed(item_editor, draft, rules=[{**rules[0], "days": 99}, *rules[1:]]))
    wrong = [{**rules[0], "answers": {"cooked": "maybe"}}, *rules[1:]]
    assert "T22" in codes(changed(item_editor, draft, rules=wrong))
    assert "T13" in codes(changed(item_editor, draft, shared={"work": {"element": "person.nothing"}}))
    with pytest.raises(Invalid):
        guidance.publish(second.actor, draft.id)


def test_a_table_whose_material_left_the_guide_leads_nobody(
    table: guidance.Table, item: items.VersionDetail, item_editor: Person
) -> None:
    token = reach(item.code, cooked="yes", size="3")
    assert guidance.offered([item.item_id]) == {item.item_id}
    items.load_item(copy.deepcopy(ITEM) | {"materials": PAPERS[:2]})
    assert guidance.offered([item.item_id]) == frozenset()
    with pytest.raises(Conflict):
        guidance.walk(item.code)
    assert guidance.outcome(ANONYMOUS, token).outdated
    assert "T10" in {f.code for f in guidance.findings(table)}
    assert guidance.listed(item_editor.actor)[0].problems


def test_content_loads_once(table: guidance.Table, item: items.VersionDetail) -> None:
    assert guidance.ensure_table(SYSTEM, item.code, data()).id == table.id
    with pytest.raises(Invalid):
        guidance.ensure_table(SYSTEM, item.code, data(rules=data()["rules"][1:]))
    assert guidance.Table.objects.count() == 1


def test_retired_and_discarded_tables_are_offered_no_more(
    table: guidance.Table, item: items.VersionDetail, item_editor: Person
) -> None:
    from tongban.guidance import editing

    row = guidance.draft(item_editor.actor, item.code)
    guidance.discard(item_editor.actor, row.id)
    editing.retire(item_editor.actor, table.id)
    with pytest.raises(NotFound):
        guidance.walk(item.code)
    with pytest.raises(Conflict):
        guidance.discard(item_editor.actor, table.id)


def test_a_dmn_file_comes_back_as_the_same_table(draft: guidance.Table, item_editor: Person) -> None:
    source = guidance.export_dmn(item_editor.actor, draft.id)
    assert b"20191111" in source
    assert b"<text>[10.." not in source  # the last range is open
    changed(item_editor, draft, rules=[])
    again = guidance.import_dmn(item_editor.actor, draft.id, source)
    assert guidance.read(again.definition) == guidance.read(data())


@pytest.mark.parametrize(
    "source",
    [
        b"no xml",
        b"<a/>",
        b"x" * 600_000,
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    ],
)
def test_other_files_are_refused(draft: guidance.Table, item_editor: Person, source: bytes) -> None:
    with pytest.raises(Invalid):
        guidance.import_dmn(item_editor.actor, draft.id, source)


def test_code_in_a_dmn_cell_is_refused_with_its_place(draft: guidance.Table, item_editor: Person) -> None:
    source = guidance.export_dmn(item_editor.actor, draft.id)
    bad = source.replace(b'<text>"no"</text>', b"<text>__import__('os').getcwd()</text>")
    assert bad != source
    with pytest.raises(Invalid) as caught:
        guidance.import_dmn(item_editor.actor, draft.id, bad)
    assert caught.value.problems[0].field == "rules.0.when.cooked"
