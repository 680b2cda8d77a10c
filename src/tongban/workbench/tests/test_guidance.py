"""Decision tables in the workbench over HTTP."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tongban.conftest import Person
from tongban.guidance import service as guidance
from tongban.guidance.tests.conftest import draft, item, second, table  # noqa: F401  (fixtures)
from tongban.items import service as items

pytestmark = pytest.mark.django_db


def url(row: guidance.Table, part: str = "") -> str:
    return f"/work/guidance/{row.id}/{part}"


def posted(row: guidance.Table, **changes: str) -> dict[str, Any]:
    """The sheet as a browser sends it back unchanged."""
    made: dict[str, Any] = {"revision": str(row.revision), "hit": row.definition["hit"], "act": "save"}
    meant = guidance.read(row.definition)
    made["rows"] = str(len(meant.rules))
    for n, rule in enumerate(meant.rules):
        for question in meant.questions:
            made[f"r{n}-c-{question.key}"] = guidance.cells.write(rule.cell(question.key), question.domain)
        made[f"r{n}-m"] = list(rule.materials)
        made[f"r{n}-fee"] = "" if rule.fee_fen is None else str(rule.fee_fen / 100)
        made[f"r{n}-days"] = "" if rule.days is None else str(rule.days)
        made[f"r{n}-place"], made[f"r{n}-note"] = rule.place, rule.note
        made[f"r{n}-answers"] = "\n".join(f"{k}={v}" for k, v in rule.answers.items())
    made["shared"] = "work person.social_security_state 参保缴费"
    return made | changes


PAGES = ["", "try/", "table.dmn", "questions/new/", "questions/cooked/"]


@pytest.mark.parametrize("part", PAGES)
def test_editors_open_every_page_and_others_none(
    draft: guidance.Table,  # noqa: F811
    item_editor: Person,
    clerk: Person,
    client: Client,
    part: str,
) -> None:
    assert item_editor.client.get(url(draft, part)).status_code == 200
    assert clerk.client.get(url(draft, part)).status_code == 403
    assert client.get(url(draft, part)).status_code == 302


def test_the_list_begins_tables(
    item: items.VersionDetail,  # noqa: F811
    item_editor: Person,
    clerk: Person,
    staff_with: Any,
    other_department: Any,
) -> None:
    items.rebuild_search()
    assert item.name in item_editor.client.get("/work/guidance/?q=夜市").content.decode()
    answer = item_editor.client.post("/work/guidance/", {"item": item.code})
    row = guidance.Table.objects.get()
    assert answer.url == url(row)
    assert "还没有问题" in item_editor.client.get(answer.url).content.decode()
    stranger = staff_with("item_editor", other_department)
    assert stranger.client.post("/work/guidance/", {"item": item.code}).status_code == 403
    assert clerk.client.post("/work/guidance/", {"item": item.code}).status_code == 403


def test_what_is_shown_comes_back_the_same(draft: guidance.Table, item_editor: Person) -> None:  # noqa: F811
    before = guidance.read(draft.definition)
    assert item_editor.client.post(url(draft), posted(draft)).status_code == 302
    draft.refresh_from_db()
    assert guidance.read(draft.definition) == before
    assert draft.revision == 2


CODE = "__import__('os').system('id')"


@pytest.mark.parametrize(
    "change",
    [
        {"r0-c-cooked": CODE},
        {"r1-c-size": CODE},
        {"r1-c-size": "< x"},
        {"r0-fee": "1.234"},
        {"r0-fee": "NaN"},
        {"r0-days": "-1"},
        {"r0-answers": "goods"},
        {"r0-answers": "nothing=1"},
        {"shared": "work"},
    ],
)
def test_cells_that_cannot_be_read_stay_as_typed_and_nothing_is_saved(
    draft: guidance.Table,  # noqa: F811
    item_editor: Person,
    change: dict[str, str],
) -> None:
    answer = item_editor.client.post(url(draft), posted(draft, **change))
    assert answer.status_code == 422
    assert "govuk-error-message" in answer.content.decode()
    again = guidance.Table.objects.get()
    assert again.revision == draft.revision
    assert again.definition == draft.definition


def test_rules_are_added_copied_moved_and_dropped(draft: guidance.Table, item_editor: Person) -> None:  # noqa: F811
    def rules() -> list[Any]:
        draft.refresh_from_db()
        return list(draft.definition["rules"])

    first = rules()
    for act, wanted in (
        ("up:1", [1, 0, 2, 3]),
        ("up:1", [0, 1, 2, 3]),
        ("copy:3", [0, 1, 2, 3, 3]),
        ("drop:4", [0, 1, 2, 3]),
    ):
        assert item_editor.client.post(url(draft), posted(draft, act=act)).status_code == 302
        assert [r["materials"] for r in rules()] == [first[n]["materials"] for n in wanted]
    item_editor.client.post(url(draft), posted(draft, act="add"))
    assert len(rules()) == 5
    assert item_editor.client.post(url(draft), posted(draft, act="drop:77")).status_code == 400


def test_another_editor_saved_meanwhile(draft: guidance.Table, item_editor: Person) -> None:  # noqa: F811
    sent = posted(draft)
    item_editor.client.post(url(draft), sent)
    assert item_editor.client.post(url(draft), sent).status_code == 409


def test_questions_are_made_changed_moved_and_removed(draft: guidance.Table, item_editor: Person) -> None:  # noqa: F811
    new = {"text": "哪天开业？", "kind": "date"}
    assert item_editor.client.post(url(draft, "questions/new/"), new).status_code == 302
    keys = lambda: [q["key"] for q in guidance.Table.objects.get().definition["questions"]]  # noqa: E731
    assert keys() == ["cooked", "size", "own", "q1"]
    item_editor.client.post(url(draft, "questions/q1/"), {"act": "up"})
    assert keys() == ["cooked", "size", "q1", "own"]
    item_editor.client.post(url(draft, "questions/q1/"), {"act": "remove"})
    assert keys() == ["cooked", "size", "own"]
    bad = {"text": "选什么？", "kind": "choice", "options": "只有一个"}
    assert item_editor.client.post(url(draft, "questions/new/"), bad).status_code == 422
    other = {"text": "摊位是谁的？", "kind": "choice", "options": "own=自己的\nfree=公家的"}
    item_editor.client.post(url(draft, "questions/own/"), other)
    rules = guidance.Table.objects.get().definition["rules"]
    assert "own" not in rules[3]["when"]  # it asked for an answer that is no more
    assert rules[2]["when"]["own"] == {"in": ["own"]}
    assert item_editor.client.get(url(draft, "questions/nothing/")).status_code == 404


def test_a_second_person_publishes_here(
    draft: guidance.Table,  # noqa: F811
    item_editor: Person,
    second: Person,  # noqa: F811
    clerk: Person,
) -> None:
    assert item_editor.client.post(url(draft, "act/"), {"act": "publish"}).status_code == 403
    assert clerk.client.post(url(draft, "act/"), {"act": "publish"}).status_code == 403
    assert 'value="publish"' in second.client.get(url(draft)).content.decode()
    assert second.client.post(url(draft, "act/"), {"act": "publish"}).status_code == 302
    row = guidance.Table.objects.get()
    assert row.state == "published"
    assert item_editor.client.post(url(draft), posted(draft)).status_code == 409
    assert item_editor.client.get(url(draft, "questions/cooked/")).status_code == 409
    following = item_editor.client.post(url(draft, "act/"), {"act": "draft"}).url
    assert "第 2 版" in item_editor.client.get(following).content.decode()
    item_editor.client.post(f"{following}act/", {"act": "discard"})
    item_editor.client.post(url(draft, "act/"), {"act": "retire"})
    row.refresh_from_db()
    assert row.state == "retired"
    assert item_editor.client.post(url(draft, "act/"), {"act": "nonsense"}).status_code == 400


def test_problems_stand_beside_the_rule_and_forbid_publication(
    draft: guidance.Table,  # noqa: F811
    item_editor: Person,
    second: Person,  # noqa: F811
) -> None:
    sent = posted(draft, **{"r0-days": "99"})
    item_editor.client.post(url(draft), sent)
    text = second.client.get(url(draft)).content.decode()
    assert "tb-found--error" in text
    assert 'value="publish"' not in text
    second.client.post(url(draft, "act/"), {"act": "publish"})
    assert guidance.Table.objects.get().state == "draft"


def test_trying_out_asks_as_the_portal_does(draft: guidance.Table, item_editor: Person) -> None:  # noqa: F811
    panel = item_editor.client.get(url(draft, "try/"), {"try-cooked": "no"}, headers={"HX-Request": "true"})
    assert "适用第 1 条规则" in panel.content.decode()
    assert "<html" not in panel.content.decode()
    page = item_editor.client.get(
        url(draft, "try/"), {"try-cooked": "yes", "try-size": "many"}
    ).content.decode()
    assert "请填写整数" in page
    assert "<html" in page


def test_dmn_goes_out_and_comes_in(draft: guidance.Table, item_editor: Person) -> None:  # noqa: F811
    source = item_editor.client.get(url(draft, "table.dmn")).content
    upload = {"act": "import", "file": SimpleUploadedFile("a.dmn", source)}
    assert item_editor.client.post(url(draft, "act/"), upload).status_code == 302
    bad = {"act": "import", "file": SimpleUploadedFile("a.dmn", b"nothing")}
    assert item_editor.client.post(url(draft, "act/"), bad).status_code == 422
    assert item_editor.client.post(url(draft, "act/"), {"act": "import"}).status_code == 422
