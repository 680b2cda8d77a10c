"""The editors' pages of theme packages: from an empty draft to publication by a second person."""

from collections.abc import Callable

import pytest

from tongban.conftest import Person
from tongban.items import service as items
from tongban.organisations.models import Department
from tongban.packages import service as packages
from tongban.packages.tests.conftest import package, world  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(staff_with: Callable[[str, Department], Person], department: Department) -> Person:
    return staff_with("item_editor", department)


@pytest.fixture
def draft(world: None, item_editor: Person) -> str:  # noqa: F811
    """A new package's address, with two items taken in through the search."""
    items.rebuild_search()
    client = item_editor.client
    made = client.post("/work/packages/", {"name": "开店一件事", "code": "shop"})
    url = made.headers["Location"]
    assert client.get(url).status_code == 200
    for name in ("first", "second"):
        found = client.get(f"{url}items/", {"q": f"{name}办理"}).content.decode()
        code = items.published(name).code
        assert code in found
        assert client.post(f"{url}items/", {"item": code}).status_code == 302
    return str(url)


def row(url: str) -> packages.PackageVersion:
    return packages.PackageVersion.objects.get(pk=url.rstrip("/").rsplit("/", 1)[1])


def test_a_package_is_made_reviewed_and_published(draft: str, item_editor: Person, second: Person) -> None:
    client = item_editor.client
    assert client.get(f"{draft}questions/new/").status_code == 200
    assert client.post(f"{draft}questions/new/", {"title": "急吗", "options": "急"}).status_code == 422
    asked = {"title": "要不要一起办？", "options": "要\n不要\n要"}
    assert client.post(f"{draft}questions/new/", asked).status_code == 302
    assert client.get(f"{draft}items/second/").status_code == 200
    ordered = {"after-first": "end", "when-q1": "v1"}
    assert client.post(f"{draft}items/second/", ordered).status_code == 302
    joined = {"fields-first.place": "place", "fields-second.place": "place", "materials-first.plan": "plan"}
    assert client.get(f"{draft}shared/").status_code == 200
    assert client.post(f"{draft}shared/", {"fields-first.place": "两字"}).status_code == 422
    assert client.post(f"{draft}shared/", joined | {"materials-second.plan": "plan"}).status_code == 302
    shown = client.get(draft).content.decode()
    assert "<svg" in shown
    assert "一次用于：first办理、second办理" in shown
    assert "“第一证”不用交：“first办理”办成后自动带过来。" in shown
    act = f"{draft}act/"
    assert client.post(act, {"act": "review"}).status_code == 403
    assert second.client.post(act, {"act": "publish"}).status_code == 302
    assert row(draft).state == "draft"
    second.client.post(act, {"act": "review"})
    assert client.post(act, {"act": "publish"}).status_code == 403
    second.client.post(act, {"act": "publish"})
    assert row(draft).state == "published"
    view = packages.view(packages.published("shop"))
    assert [(m.name, m.after, m.when) for m in view.members] == [
        ("first办理", (), ""),
        ("second办理", ("first办理",), "要不要一起办？要"),
    ]


def test_a_circle_and_a_conflict_are_shown_and_stop_publication(
    draft: str, item_editor: Person, second: Person
) -> None:
    client = item_editor.client
    client.post(f"{draft}items/first/", {"after-second": "end"})
    client.post(f"{draft}items/second/", {"after-first": "end"})
    shown = client.get(draft)
    assert shown.status_code == 200
    assert "P04" in shown.content.decode()
    assert "审核通过" not in second.client.get(draft).content.decode()
    second.client.post(f"{draft}act/", {"act": "review"})
    assert row(draft).state == "draft"
    assert client.post(f"{draft}items/first/", {"act": "remove"}).status_code == 302
    assert [m["key"] for m in row(draft).definition["members"]] == ["second"]
    assert row(draft).definition["members"][0]["after"] == []
    client.post(f"{draft}items/second/", {"act": "remove"})
    assert len(row(draft).definition["members"]) == 1


def test_questions_are_changed_and_removed_with_their_conditions(draft: str, item_editor: Person) -> None:
    client = item_editor.client
    client.post(f"{draft}questions/new/", {"title": "哪种", "options": "甲\n乙"})
    client.post(f"{draft}items/second/", {"when-q1": "v2"})
    client.post(f"{draft}questions/q1/", {"title": "哪一种", "options": "乙\n丙"})
    kept = row(draft).definition
    assert [o["value"] for o in kept["questions"][0]["options"]] == ["v2", "v3"]
    assert kept["members"][1]["when"] == {"q1": "v2"}
    client.post(f"{draft}questions/q1/", {"act": "remove"})
    kept = row(draft).definition
    assert kept["questions"] == []
    assert kept["members"][1]["when"] == {}


def test_versions_and_taking_out_of_use(
    package: packages.PackageVersion,  # noqa: F811
    item_editor: Person,
    resident: Person,
) -> None:
    url, client = f"/work/packages/{package.id}/", item_editor.client
    assert client.get(f"{url}about/").status_code == 409
    following = client.post(f"{url}act/", {"act": "draft"}).headers["Location"]
    assert client.post(f"{following}about/", {"name": "", "summary": ""}).status_code == 422
    assert client.post(f"{following}about/", {"name": "新名", "summary": "好"}).status_code == 302
    listed = client.get("/work/packages/").content.decode()
    assert "新名" in listed
    assert client.get(url).content.decode().count("/work/packages/") > 2
    assert client.post(f"{url}act/", {"act": "retire", "reason": " "}).status_code == 422
    assert resident.client.get("/packages/shop/").status_code == 200
    client.post(f"{url}act/", {"act": "retire", "reason": "政策调整"})
    assert resident.client.get("/packages/shop/").status_code == 404
    assert client.post(f"{url}act/", {"act": "shrug"}).status_code == 400


def test_another_region_and_other_roles_may_not(
    package: packages.PackageVersion,  # noqa: F811
    clerk: Person,
    item_editor: Person,
    staff_with: Callable[[str, Department], Person],
    other_department: Department,
) -> None:
    url = f"/work/packages/{package.id}/"
    for client in (clerk.client, staff_with("supervisor", other_department).client):
        assert client.get("/work/packages/").status_code == 403
        assert client.get(url).status_code == 403
    packages.Package.objects.filter(pk=package.package_id).update(division="4401")
    assert item_editor.client.get(url).status_code == 200
    for act in ("draft", "retire", "review", "publish"):
        assert item_editor.client.post(f"{url}act/", {"act": act, "reason": "x"}).status_code == 403
    assert "起草新版本" not in item_editor.client.get(url).content.decode()
