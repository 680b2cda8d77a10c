"""Local codes beside national ones."""

import pytest

from tongban.items import service as items
from tongban.items.tests.factories import editor, load
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db
HEAD = "system,site,local_code,local_label,national_code,note\n"


def test_a_file_is_read_once_and_looked_up_before_the_profile() -> None:
    assert items.national("item_type", "guangdong", "21") == "20"
    rows = "item_type,guangdong,21,其他,10,新表\nitem_type,here,9X,旧类型,,国家无对应\n"
    file = (HEAD + rows).encode("gb18030")
    first = items.import_mappings(SYSTEM, file, "types.csv")
    assert (first.read, first.added, first.changed, first.unchanged) == (2, 2, 0, 0)
    assert items.import_mappings(SYSTEM, file, "types.csv").unchanged == 2
    assert items.national("item_type", "guangdong", "21") == "10"
    assert items.national("item_type", "here", "9X") is None
    assert items.national("item_type", "here", "unknown") is None
    found, _page = items.pairs(query="9X")
    assert [(one.local_label, one.national_code) for one in found] == [("旧类型", "")]
    with pytest.raises(NotFound):
        items.national("colours", "here", "1")


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ("colours,here,1,,01,\n", "system"),
        ("item_type,here,1,,99,\n", "national_code"),
        ("item_type,,1,,01,\n", "required"),
        ("item_type,here,1,,01,\nitem_type,here,1,,02,\n", "twice"),
        (f"item_type,here,{'x' * 90},,01,\n", "length"),
    ],
)
def test_a_wrong_row_names_its_line_and_nothing_is_kept(rows: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        items.import_mappings(SYSTEM, (HEAD + "item_type,here,ok,,01,\n" + rows).encode())
    assert rule in {problem.rule for problem in caught.value.problems}
    assert items.national("item_type", "here", "ok") is None


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", b"\xff\xfe\x00\x81", b"system\x00,site"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        items.import_mappings(SYSTEM, data)


def test_only_stewards_and_the_province_keep_tables() -> None:
    detail = load()
    with pytest.raises(Forbidden):
        items.import_mappings(editor(detail, division="3501"), HEAD.encode())
    assert items.import_mappings(editor(detail), HEAD.encode()).read == 0


def test_item_codes_are_found_from_both_sides() -> None:
    detail = load(national_code="000131006000")
    for code in (detail.code, "000131006000", detail.basic_code):
        assert [row.code for row in items.item_codes(code)] == [detail.code]
    assert items.item_codes("x") == []
