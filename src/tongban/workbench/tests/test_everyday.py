"""The page of everyday words: looking up, adding, switching off and giving back."""

from collections.abc import Callable, Iterator

import pytest

from tongban.conftest import Person
from tongban.items import service as items
from tongban.items.searching.language import look_again
from tongban.organisations.models import Department, Post

pytestmark = pytest.mark.django_db
URL = "/work/items/words/"
Staff = Callable[[str, Department], Person]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    look_again()
    yield
    look_again()


@pytest.fixture
def steward(staff_with: Staff, department: Department) -> Person:
    return staff_with("steward", department)


def test_a_steward_adds_a_word_and_search_reads_it(steward: Person) -> None:
    assert "食品经营许可" in steward.client.get(URL, {"q": "开饭店"}).content.decode()
    answer = steward.client.post(URL, {"said": "练摊儿", "meant": "临时占道、摊位备案"}, follow=True)
    assert "已经保存" in answer.content.decode()
    assert items.understood("练摊儿").readings == ("练摊儿", "临时占道", "摊位备案")
    assert "练摊儿" in steward.client.get(URL).content.decode()


def test_a_word_of_the_file_is_switched_off_and_given_back(steward: Person) -> None:
    page = steward.client.post(URL, {"said": "开饭店", "active": "0"}, follow=True).content.decode()
    assert "不再按规范说法查找" in page
    assert "恢复原来的读法" in page
    back = steward.client.post(f"{URL}forget/", {"said": "开饭店"}, follow=True).content.decode()
    assert "已恢复" in back
    assert "食品经营许可" in items.understood("开饭店").readings
    assert steward.client.post(f"{URL}forget/", {"said": "开饭店"}).status_code == 404


@pytest.mark.parametrize(
    "given", [{"said": "", "meant": "x"}, {"said": "开店子", "meant": ""}, {"said": "说" * 60, "meant": "x"}]
)
def test_what_is_wrong_stays_for_correction(steward: Person, given: dict[str, str]) -> None:
    answer = steward.client.post(URL, given)
    assert answer.status_code == 422
    assert "govuk-error-message" in answer.content.decode()
    assert given["said"] in answer.content.decode()


def test_an_editor_of_a_county_reads_only(item_editor: Person, department: Department) -> None:
    Post.objects.filter(department=department).update(division="350102")
    page = item_editor.client.get(URL).content.decode()
    assert "添加或修改" not in page
    assert item_editor.client.post(URL, {"said": "开店子", "meant": "执照"}).status_code == 403


def test_others_stay_outside(clerk: Person, resident: Person) -> None:
    assert clerk.client.get(URL).status_code == 403
    assert resident.client.get(URL).status_code == 403
    assert clerk.client.post(f"{URL}forget/", {"said": "开饭店"}).status_code == 403
