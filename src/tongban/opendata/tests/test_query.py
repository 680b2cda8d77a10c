"""The typed query: filters by type, order, pages that stay on their version."""

import pytest

from tongban.kit.errors import Invalid, NotFound
from tongban.opendata import service as opendata

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(publish):
    return publish("test-register")


@pytest.mark.parametrize(
    ("name", "text", "n"),
    [
        ("size__gte", "20", 5), ("size", "3", 1), ("size__null", "true", 1), ("open", "true", 13),
        ("name__contains", "名称1", 6), ("code__in", "001,002,xyz", 2), ("share__lt", "0.5", 2),
        ("code__lte", "004", 5), ("size__ne", "0", 23), ("since__null", "false", 0),
    ],
)  # fmt: skip
def test_filters(register, name, text, n):
    assert opendata.rows(register, [(name, text)]).total == n


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("nothing", "1", "unknown"), ("size__gte", "many", "type"), ("size__contains", "1", "operator"),
        ("open", "perhaps", "type"), ("since__gt", "yesterday", "type"), ("share", "a", "type"),
        ("size__like", "1", "operator"), ("size", "9" * 40, "type"), ("open__gt", "true", "operator"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_named(register, name, text, rule):
    with pytest.raises(Invalid) as caught:
        opendata.rows(register, [(name, text)])
    assert [(p.field, p.rule) for p in caught.value.problems] == [(name, rule)]


def test_every_wrong_parameter_is_named(register):
    with pytest.raises(Invalid) as caught:
        opendata.rows(register, [("x", "1")], columns="code,y", sort="-z", limit=0)
    assert [p.field for p in caught.value.problems] == ["columns", "sort", "limit", "x"]


def test_pages_by_cursor_are_whole_and_in_order(register):
    seen, cursor = [], ""
    while True:
        page = opendata.rows(register, sort="-code", columns="code", limit=7, cursor=cursor)
        seen += [row["code"] for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert seen == [f"{n:03d}" for n in reversed(range(25))]


def test_a_cursor_stays_on_its_version(people, register):
    first = opendata.rows(register, limit=5)
    release = opendata.submit(people.steward, opendata.build(people.steward, register.id).id)
    opendata.review(people.supervisor, release.id, publish=True)
    assert opendata.rows(register, limit=5).version == 2
    assert opendata.rows(register, limit=5, cursor=first.next).version == 1


@pytest.mark.parametrize(
    "cursor", ["x", "é", "bnVsbA==", "WyJvdGhlciIsIDEsIDBd", "WyJ0ZXN0LXJlZ2lzdGVyIiwgMSwgLTVd"]
)
def test_a_broken_cursor_is_refused(register, cursor):
    with pytest.raises(Invalid) as caught:
        opendata.rows(register, cursor=cursor)
    assert caught.value.problems[0].field == "cursor"


def test_no_such_version(register):
    with pytest.raises(NotFound):
        opendata.rows(register, version=9)
