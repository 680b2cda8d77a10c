"""Published vectors, real data, and properties of the check digits."""

import json
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.standards import codes

SHARED = Path(os.environ.get("TONGBAN_SHARED", Path(__file__).resolve().parents[5] / "shared"))
ITEMS = SHARED / "data" / "guangdong-items.jsonl"


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_identity_numbers_of_the_standard(number: str) -> None:
    assert codes.id_number_problem(number) is None
    assert codes.id_check_character(number[:17]) == number[17]


def test_parts_of_an_identity_number() -> None:
    assert codes.id_birth_date("11010519491231002X") == date(1949, 12, 31)
    assert codes.id_sex("11010519491231002X") == "2"
    assert codes.id_sex("440524188001010014") == "1"
    with pytest.raises(ValueError, match="19490231"):
        codes.id_birth_date("110105194902310020")


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("110105194912310021", "校验码"), ("11010519491231002x", "大写 X"), ("1101051949123100", "16 位"),
        ("11010519490231002X", "不存在"), ("", "0 位"), ("１１０１０５１９４９１２３１００２Ｘ", "数字"),
    ],
)  # fmt: skip
def test_wrong_identity_numbers_say_what_is_wrong(number: str, word: str) -> None:
    assert word in (codes.id_number_problem(number) or "")


def test_a_birth_date_to_come_is_a_problem_where_today_is_given() -> None:
    number = "35010220300101990"
    number += codes.id_check_character(number)
    assert codes.id_number_valid(number)
    assert "晚于今天" in (codes.id_number_problem(number, today=date(2026, 1, 1)) or "")


def test_the_old_form_is_brought_to_the_new() -> None:
    assert codes.upgrade_15("110105491231002") == "11010519491231002X"
    with pytest.raises(ValueError, match="15 digits"):
        codes.upgrade_15("11010549123100")


@given(
    st.integers(110000, 659999), st.dates(date(1900, 1, 1), date(2025, 12, 31)), st.integers(0, 999),
    st.integers(0, 16), st.integers(1, 9),
)  # fmt: skip
def test_any_one_wrong_digit_is_noticed(area: int, born: date, order: int, place: int, change: int) -> None:
    first17 = f"{area}{born:%Y%m%d}{order:03d}"
    good = first17 + codes.id_check_character(first17)
    assert codes.id_number_valid(good)
    wrong = good[:place] + str((int(good[place]) + change) % 10) + good[place + 1 :]
    assert not codes.id_number_valid(wrong)


@pytest.mark.parametrize("code", ["11440000006939756B", "11440000006940116U", "91110000600037341L"])
def test_real_credit_codes_pass(code: str) -> None:
    assert codes.uscc_valid(code)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("11440000006939756C", "校验码"), ("1144000000693975", "16 位"), ("1144000000693975OB", "O"),
        ("11440000006939756b", "b"), ("114A0000006939756B", "行政区划码"), ("13440000515356094L", "校验码"),
    ],
)  # fmt: skip
def test_wrong_credit_codes_say_what_is_wrong(code: str, word: str) -> None:
    assert word in (codes.uscc_problem(code) or "")


def test_temporary_agency_codes_are_recognised_not_passed() -> None:
    assert codes.uscc_temporary("TE440000GD030003VV")
    assert not codes.uscc_valid("TE440000GD030003VV")
    assert not codes.uscc_temporary("11440000006939756B")


@given(st.text(codes.USCC_ALPHABET, min_size=9, max_size=9), st.integers(110000, 659999))
def test_made_credit_codes_pass_and_neighbours_do_not(body: str, area: int) -> None:
    first17 = f"91{area}{body}"
    check = codes.uscc_check_character(first17)
    assert [c for c in codes.USCC_ALPHABET if codes.uscc_valid(first17 + c)] == [check]


@pytest.mark.parametrize(
    ("code", "uscc", "level", "basic", "serial"),
    [
        ("11440000006939756B2440101007000", "11440000006939756B", "2", "440101007000", None),
        ("11440000006940116U244010200300103", "11440000006940116U", "2", "440102003001", "03"),
        ("11440000006940116U200010500400006", "11440000006940116U", "2", "000105004000", "06"),
        ("11440000006940116U244010200200Y", "11440000006940116U", "2", "44010200200Y", None),
        ("TE440000GD030003VV2442199678000", "TE440000GD030003VV", "2", "442199678000", None),
    ],
)
def test_item_codes_come_apart(code: str, uscc: str, level: str, basic: str, serial: str | None) -> None:
    parts = codes.parse_item_code(code)
    assert (parts.uscc, parts.level, parts.basic, parts.serial) == (uscc, level, basic, serial)
    assert str(parts) == code
    assert str(parts.catalogue) == basic
    assert parts.temporary_agency is uscc.startswith("TE")
    assert parts.catalogue.has_sub_items is basic.endswith("00Y")


def test_national_and_sub_items_are_told_apart() -> None:
    assert codes.parse_basic_code("000105004000").national
    assert codes.parse_basic_code("440102003001").is_sub_item
    assert not codes.parse_basic_code("44010200200Y").is_sub_item
    assert codes.basic_code("35", "01", "23", "001") == "350123001000"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "11440000006939756B8440101007000",
        "11440000006939756B24401010070001",
        "11440000006939756I2440101007000",
    ],
)
def test_other_forms_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="实施编码"):
        codes.parse_item_code(code)
    with pytest.raises(ValueError, match="基本编码"):
        codes.parse_basic_code(code + "x")


def test_every_code_of_the_real_list_comes_apart() -> None:
    counts: Counter[str] = Counter()
    for line in ITEMS.read_text(encoding="utf-8").splitlines():
        parts = codes.parse_item_code(json.loads(line)["TASK_CODE"])
        counts["all"] += 1
        counts["temporary"] += parts.temporary_agency
        counts["wrong check"] += not parts.temporary_agency and not codes.uscc_valid(parts.uscc)
        counts["handling"] += parts.serial is not None
    assert counts["all"] == 1595
    assert counts["handling"] == 262
    assert 0 < counts["temporary"] < 20
    assert counts["wrong check"] <= 1
