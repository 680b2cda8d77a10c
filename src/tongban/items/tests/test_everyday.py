"""The everyday words that stewards keep over the file's, and that search follows them."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tongban.items import service as items
from tongban.items.searching.language import look_again
from tongban.items.tests.factories import load
from tongban.kit.actors import Actor, PostHeld
from tongban.kit.errors import Forbidden, Invalid, NotFound
from tongban.trace.service import TraceRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue() -> Iterator[None]:
    look_again()
    load()
    plain: dict[str, Any] = {"summary": "", "keywords": [], "results": [], "materials": [], "faqs": []}
    load(slug="stall", basic_code="350131002000", name="临时占道摊位备案", themes=["市容"], **plain)
    items.rebuild_search()
    yield
    look_again()


def somebody(role: str = "steward", division: str = "35") -> Actor:
    post = PostHeld(role, uuid4(), "数据局", division)
    return Actor(kind="staff", name="林管理", account_id=uuid4(), staff_id=uuid4(), posts=(post,))


def test_search_follows_a_kept_word_at_once() -> None:
    assert "stall" not in {hit.item.slug for hit in items.search("练地摊儿").hits[:1]}
    items.keep_everyday_word(somebody(), "练地摊儿", ["临时占道摊位"])
    assert items.search("想练地摊儿").hits[0].item.slug == "stall"
    assert items.retrieve("想练地摊儿要什么")[0].slug == "stall"
    assert TraceRow.objects.filter(chain="everyday-words", action="search.word_kept").count() == 1


def test_a_word_of_the_file_is_taken_away_and_given_back() -> None:
    assert items.search("开奶茶店").hits[0].item.slug == "food-licence"
    items.keep_everyday_word(somebody(), "开奶茶店", [], active=False)
    assert items.understood("开奶茶店").readings == ("开奶茶店",)
    items.forget_everyday_word(somebody(), "开奶茶店")
    assert "食品经营许可" in items.understood("开奶茶店").readings
    with pytest.raises(NotFound):
        items.forget_everyday_word(somebody(), "开奶茶店")


def test_a_kept_word_replaces_what_the_file_says() -> None:
    items.keep_everyday_word(somebody(), "开奶茶店", ["临时占道摊位"])
    assert items.understood("开奶茶店").readings == ("开奶茶店", "临时占道摊位")


def test_the_list_shows_kept_words_first_and_finds_either_side() -> None:
    items.keep_everyday_word(somebody(), "ＡＢＣ证", ["甲乙丙证"])
    first = next(iter(items.everyday_words()))
    assert (first.said, first.kept, first.changed_by) == ("abc证", True, "林管理")
    assert {one.said for one in items.everyday_words(query="甲乙丙")} == {"abc证"}
    assert all("居住证" in one.meant for one in items.everyday_words(query="暂住证"))
    assert list(items.everyday_words(query="没有这样的说法")) == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("证", ["营业执照"]),
        ("", ["营业执照"]),
        ("说" * 41, ["营业执照"]),
        ("看不见\u200b的", ["营业执照"]),
        ("开店子", []),
        ("开店子", ["  "]),
        ("开店子", ["执" * 61]),
        ("开店子", [f"执照{n}" for n in range(9)]),
    ],
)
def test_what_is_no_word_is_refused(said: str, meant: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        items.keep_everyday_word(somebody(), said, meant)
    assert {problem.field for problem in refused.value.problems} <= {"said", "meant"}


@pytest.mark.parametrize(
    ("role", "division", "may"),
    [
        ("steward", "3501", True),
        ("item_editor", "35", True),
        ("item_editor", "350102", False),
        ("clerk", "35", False),
    ],
)
def test_who_may_keep_words(role: str, division: str, may: bool) -> None:
    actor = somebody(role, division)
    if may:
        assert items.keep_everyday_word(actor, "开店子", ["营业执照"]).active
        return
    with pytest.raises(Forbidden):
        items.keep_everyday_word(actor, "开店子", ["营业执照"])
    with pytest.raises(Forbidden):
        items.forget_everyday_word(actor, "开店子")
