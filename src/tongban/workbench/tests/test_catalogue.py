"""The catalogue's pages: a version's way from draft into force, comparing, states, splitting, codes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tongban.alignment import service as alignment
from tongban.alignment.tests.conftest import COUNTIES, Scene, editor_of
from tongban.conftest import PostFactory, client_of
from tongban.identity.models import Account
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.organisations import service as organisations
from tongban.workbench.draft_forms import SECTIONS

pytestmark = pytest.mark.django_db
COUNTY = COUNTIES[1]


def client(actor: Actor) -> Client:
    return client_of(Account.objects.get(pk=actor.account_id))


def colleague(role: str = "item_editor", county: str = COUNTY) -> Client:
    return client(editor_of(organisations.department_by_code(f"shichang-{county}"), county, role))


@pytest.fixture
def editor(scene: Scene) -> Client:
    return client(scene.editors[COUNTY])


@pytest.fixture
def draft(scene: Scene, run_jobs: Callable[[], Any]) -> items.VersionDetail:
    return items.new_draft(scene.editors[COUNTY], scene.codes[COUNTY])


def form_of(browser: Client, url: str) -> dict[str, Any]:
    """What a browser would post from the editor's page if nothing were typed."""
    context = browser.get(url).context
    posted: dict[str, Any] = {"revision": context["revision"]}
    forms = [context["editor"].form] if context["editor"].form else []
    for _rows, formset in context["editor"].formsets:
        forms += [formset.management_form, *formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                posted[bound.html_name] = value
    return posted


def test_the_list_finds_by_name_and_code_and_shows_only_ones_own(scene: Scene, editor: Client) -> None:
    page = editor.get("/work/items/", {"q": "食品"}).content.decode()
    assert scene.codes[COUNTY] in page
    assert scene.codes[COUNTIES[0]] not in page
    assert "没有符合条件的事项" in editor.get("/work/items/", {"q": "不存在", "stage": "x"}).content.decode()
    keeper = client(scene.keeper).get("/work/items/", {"region": "350102"}).content.decode()
    assert scene.codes[COUNTIES[0]] in keeper
    assert client_of(PostFactory(role="clerk").staff.account).get("/work/items/").status_code == 403


def test_a_version_goes_its_way_through_the_pages(scene: Scene, editor: Client) -> None:
    item = f"/work/items/{scene.item_ids[COUNTY]}/"
    assert "起草新版本" in editor.get(item).content.decode()
    edit = editor.post(f"{item}draft/")["Location"]
    posted = form_of(editor, edit) | {"summary": "卖吃的先办这个", "then": "stay"}
    assert editor.post(edit, posted)["Location"] == edit
    version = edit.split("edit/")[0]
    act = f"{version}act/"
    assert "卖吃的先办这个" in editor.get(version).content.decode()
    assert editor.post(act, {"act": "publish"}).status_code == 409
    assert editor.post(act, {"act": "submit"}).status_code == 302
    assert "草稿须由编写人以外的人审核" in editor.get(version).content.decode()
    assert editor.post(act, {"act": "pass"}).status_code == 403
    reviewer, lawyer = colleague(), colleague("legal")
    back = reviewer.post(act, {"act": "return", "reason": " "})
    assert (back.status_code, "请填写原因" in back.content.decode()) == (422, True)
    assert reviewer.post(act, {"act": "pass", "reason": "属实"}).status_code == 302
    assert lawyer.post(act, {"act": "pass"}).status_code == 302
    wrong = editor.post(act, {"act": "publish", "effective_from": "明天"})
    assert (wrong.status_code, "明天" in wrong.content.decode()) == (422, True)
    assert editor.post(act, {"act": "publish"}).status_code == 302
    assert items.published(scene.codes[COUNTY]).summary == "卖吃的先办这个"
    page = editor.get(item).content.decode()
    assert "业务审核通过" not in page
    assert "审核通过" in page
    assert editor.post(act, {"act": "fly"}).status_code == 400
    assert colleague(county=COUNTIES[0]).get(version).status_code == 403


@pytest.mark.parametrize("part", list(SECTIONS))
def test_every_section_saves_what_it_shows(draft: items.VersionDetail, editor: Client, part: str) -> None:
    url = f"/work/items/versions/{draft.id}/edit/{part}/"
    answer = editor.post(url, form_of(editor, url))
    assert answer.status_code == 302, answer.content.decode()
    after = items.version(draft.id)
    for name in items.ELEMENTS:
        assert getattr(after, name) == getattr(draft, name), name


def test_rows_are_added_changed_and_removed(draft: items.VersionDetail, editor: Client) -> None:
    url = f"/work/items/versions/{draft.id}/edit/materials/"
    posted = form_of(editor, url) | {"materials-0-filling": "复印件一份", "materials-1-name": "场所平面图"}
    editor.post(url, posted)
    first, second = items.version(draft.id).materials
    assert (first.key, first.filling, first.licence_types) == (
        "business-licence", "复印件一份", ("business-licence",),
    )  # fmt: skip
    assert (second.name, second.key, second.accept) == ("场所平面图", "material-1", ("pdf", "jpg", "png"))
    editor.post(url, form_of(editor, url) | {"materials-0-DELETE": "on"})
    assert [m.name for m in items.version(draft.id).materials] == ["场所平面图"]
    fees = f"/work/items/versions/{draft.id}/edit/fees/"
    editor.post(fees, form_of(editor, fees) | {"fees-0-name": "工本费", "fees-0-yuan": "12.5"})
    assert items.version(draft.id).fee_total_fen == 1250
    page = editor.get(fees).content.decode()
    assert "没有写明依据" in page  # the guide rule speaks beside the row


def test_wrong_input_keeps_everything_typed(draft: items.VersionDetail, editor: Client) -> None:
    url = f"/work/items/versions/{draft.id}/edit/limits/"
    answer = editor.post(url, form_of(editor, url) | {"statutory_days": "很快", "promised_note": "尽量早办"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "很快" in page
    assert "尽量早办" in page
    unknown = editor.get(f"/work/items/versions/{draft.id}/edit/nonsense/")
    assert unknown.status_code == 404


def test_of_two_editors_the_later_is_told_and_may_then_save(
    draft: items.VersionDetail, editor: Client
) -> None:
    url, other = f"/work/items/versions/{draft.id}/edit/place/", colleague()
    mine, theirs = form_of(editor, url), form_of(other, url)
    assert editor.post(url, mine | {"hours": "上午"}).status_code == 302
    late = other.post(url, theirs | {"hours": "下午"})
    assert (late.status_code, "下午" in late.content.decode()) == (409, True)
    assert items.version(draft.id).hours == "上午"
    again = theirs | {"hours": "下午", "revision": late.context["revision"]}
    assert other.post(url, again).status_code == 302
    assert items.version(draft.id).hours == "下午"


def test_fixed_elements_cannot_be_typed_over(
    scene: Scene, editor: Client, run_jobs: Callable[[], Any]
) -> None:
    scene.standard(statutory_days=15)
    draft = items.new_draft(scene.editors[COUNTY], scene.codes[COUNTY])
    url = f"/work/items/versions/{draft.id}/edit/limits/"
    assert "由基本目录标准统一规定" in editor.get(url).content.decode()
    editor.post(url, form_of(editor, url) | {"statutory_days": "30", "promised_days": "3"})
    after = items.version(draft.id)
    assert (after.statutory_days, after.promised_days) == (15, 3)


def test_a_new_standard_is_taken_over_with_one_click(
    scene: Scene,
    editor: Client,
    run_jobs: Callable[[], Any],
) -> None:
    scene.standard(statutory_days=15)
    run_jobs()
    page = editor.get(f"/work/alignment/items/{scene.item_ids[COUNTY]}/").content.decode()
    assert "一键采用标准" in page
    done = editor.post(f"/work/items/{scene.item_ids[COUNTY]}/take-over/")
    version = done["Location"].rstrip("/").rsplit("/", 1)[-1]
    assert items.version(version).statutory_days == 15  # type: ignore[arg-type]
    stranger = colleague(county=COUNTIES[0])
    assert stranger.post(f"/work/items/{scene.item_ids[COUNTY]}/take-over/").status_code == 403


def test_compare_marks_words(draft: items.VersionDetail, scene: Scene, editor: Client) -> None:
    items.edit_draft(scene.editors[COUNTY], draft.id, {"hours": "周末也办"})
    before = items.published(scene.codes[COUNTY])
    page = editor.get(f"/work/items/compare/{before.id}/{draft.id}/").content.decode()
    assert "<ins>" in page
    assert "<del>" in page
    assert (
        colleague(county=COUNTIES[0]).get(f"/work/items/compare/{before.id}/{draft.id}/").status_code == 403
    )


def test_suspending_and_cancelling_ask_for_a_reason(scene: Scene, editor: Client) -> None:
    url = f"/work/items/{scene.item_ids[COUNTY]}/state/"
    assert "checked" in editor.get(url, {"to": "2"}).content.decode()
    assert editor.post(url, {"state": "2", "reason": ""}).status_code == 422
    assert editor.post(url, {"state": "2", "reason": "系统升级"}).status_code == 302
    assert items.published(scene.codes[COUNTY]).item_state == "2"
    editor.post(url, {"state": "3", "reason": "并入"})
    assert editor.post(url, {"state": "1", "reason": "恢复"}).status_code == 409
    assert client(scene.keeper).get(url).status_code == 403  # another department's


def test_splitting_asks_to_confirm_and_may_be_called_off(scene: Scene, editor: Client) -> None:
    url, code = f"/work/items/{scene.item_ids[COUNTY]}/split/", scene.codes[COUNTY]
    posted = {
        "code": [f"{code[:19]}350131005000", f"{code[:19]}350131006000"], "name": ["甲", "乙"],
        "reason": "改革",
    }  # fmt: skip
    first = editor.post(url, posted)
    assert (first.status_code, "请确认" in first.content.decode()) == (200, True)
    assert not items.plans(scene.item_ids[COUNTY])
    wrong = editor.post(url, posted | {"confirmed": "1", "reason": ""})
    assert (wrong.status_code, "甲" in wrong.content.decode()) == (422, True)
    assert editor.post(url, posted | {"confirmed": "1"}).status_code == 302
    plan = items.plans(scene.item_ids[COUNTY])[0].reorganisation_id
    off = f"/work/items/reorganisations/{plan}/off/"
    assert colleague(county=COUNTIES[0]).post(off).status_code == 403
    assert editor.post(off).status_code == 302
    assert not items.plans(scene.item_ids[COUNTY])


def test_merging_leads_the_public_on(scene: Scene, editor: Client) -> None:
    new = items.Follower(scene.codes[COUNTY][:19] + "350131005000", "别的")
    again = items.Follower(scene.codes[COUNTY][:19] + "350131006000", "又一个")
    items.split(scene.editors[COUNTY], scene.codes[COUNTY], [new, again], "为测试")
    draft = items.versions_of(new.code)[0]
    items.call_off(scene.editors[COUNTY], items.plans(scene.item_ids[COUNTY])[0].reorganisation_id)
    items.submit_draft(scene.editors[COUNTY], draft.id)
    department = organisations.department_by_code(f"shichang-{COUNTY}")
    items.review(editor_of(department, COUNTY), draft.id)
    items.review(editor_of(department, COUNTY, "legal"), draft.id)
    items.publish(scene.editors[COUNTY], draft.id)
    url = f"/work/items/{scene.item_ids[COUNTY]}/merge/"
    assert (
        editor.post(
            url, {"code": new.code, "name": "", "others": "nonsense", "reason": "合", "confirmed": "1"}
        ).status_code
        == 422
    )
    done = editor.post(
        url, {"code": new.code, "name": "", "others": new.code, "reason": "合", "confirmed": "1"}
    )
    assert done.status_code == 302
    public = Client().get(f"/items/{scene.codes[COUNTY]}/").content.decode()
    assert f"/items/{new.code}/" in public
    assert "并入" in public


def test_codes_are_looked_up_and_read_from_a_file(scene: Scene, editor: Client) -> None:
    keeper = client(scene.keeper)
    assert "guangdong" in editor.get("/work/items/codes/", {"q": "21"}).content.decode()
    assert (
        scene.codes[COUNTY] in editor.get("/work/items/codes/", {"q": scene.codes[COUNTY]}).content.decode()
    )
    assert editor.get("/work/items/codes/import/").status_code == 403
    head = "system,site,local_code,local_label,national_code,note\n"
    wrong = SimpleUploadedFile("a.csv", (head + "item_type,here,1,,99,\n").encode())
    answer = keeper.post("/work/items/codes/import/", {"file": wrong})
    assert (answer.status_code, "第 2 行" in answer.content.decode()) == (422, True)
    assert keeper.post("/work/items/codes/import/", {}).status_code == 422
    good = SimpleUploadedFile("a.csv", (head + "item_type,here,9X,旧类型,,\n").encode())
    assert keeper.post("/work/items/codes/import/", {"file": good}).status_code == 302
    assert "无对应" in keeper.get("/work/items/codes/", {"q": "旧类型"}).content.decode()


def test_the_list_is_narrowed_by_region(scene: Scene) -> None:
    keeper = client(scene.keeper)
    all_of_them = keeper.get("/work/items/").content.decode()
    assert all(f"/{pk}/" in all_of_them for pk in scene.item_ids.values())
    one = keeper.get("/work/items/", {"region": COUNTY}).content.decode()
    shown = [county for county, pk in scene.item_ids.items() if f"/{pk}/" in one]
    assert shown == [COUNTY]
    assert f'value="{COUNTY}" selected' in one
    assert keeper.get("/work/items/", {"region": "999999"}).status_code == 200


def test_a_standard_is_drafted_by_one_and_published_by_another(scene: Scene, editor: Client) -> None:
    keeper, second, lawyer = client(scene.keeper), client(scene.second), client(scene.lawyer)
    assert editor.get("/work/alignment/standards/new/").status_code == 403
    assert keeper.post("/work/alignment/standards/new/", {"code": "none"}).status_code == 422
    url = keeper.post("/work/alignment/standards/new/", {"code": scene.codes[COUNTY]})["Location"]
    form = keeper.get(url).context["form"]
    posted = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, [], "")}
    posted["legal_basis"] = "\n".join(posted["legal_basis"])
    for name in ("conditions", "materials", "outcomes"):
        posted[name] = "\n".join(posted[name])
    bad = keeper.post(url, posted | {"act": "save", "statutory_days": "x", "conditions": "新条件"})
    assert (bad.status_code, "新条件" in bad.content.decode()) == (422, True)
    assert keeper.post(url, posted | {"act": "save", "statutory_days": "15"}).status_code == 302
    assert editor.post(url, {"act": "publish"}).status_code == 403
    assert second.post(url, {"act": "publish"}).status_code == 409  # not checked in law yet
    assert editor.post(url, {"act": "pass"}).status_code == 403
    assert lawyer.post(url, {"act": "back"}).status_code == 422
    assert lawyer.post(url, {"act": "publish"}).status_code == 403
    assert lawyer.post(url, {"act": "pass", "opinion": "依据现行有效"}).status_code == 302
    assert "依据现行有效" in keeper.get(url).content.decode()
    assert keeper.post(url, {"act": "publish"}).status_code == 403
    assert second.post(url, {"act": "publish"}).status_code == 302
    held = alignment.standard(items.published(scene.codes[COUNTY]).basic_code)
    assert held is not None
    assert (held.number, held.elements["statutory_days"]) == (1, 15)
    assert "固定要素" in editor.get(url).content.decode()
    assert "食品" in editor.get("/work/alignment/standards/").content.decode()
    assert keeper.post(url, {"act": "discard"}).status_code == 409
