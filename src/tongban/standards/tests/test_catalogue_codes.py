"""The code rule of the catalogue of information resources."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.standards.catalogue_codes import make_code, parse_code

DIGITS = string.digits
fronts = st.builds(
    "".join,
    st.tuples(
        st.sampled_from("123"),
        st.text(DIGITS, min_size=2, max_size=2),
        st.text(DIGITS, min_size=3, max_size=3),
        st.text(DIGITS + string.ascii_letters, max_size=12),
    ),
)  # fmt: skip


@given(fronts, st.integers(1, 10**10 - 1))
def test_what_is_made_is_taken_apart_again(front: str, serial: int) -> None:
    code = make_code(front, serial)
    parts = parse_code(code)
    assert str(parts) == code
    assert (parts.front, parts.serial) == (front, serial)
    assert (len(parts.class_), len(parts.item), len(parts.entry)) == (1, 2, 3)


@given(st.text(st.sampled_from(DIGITS + "/aZ- １"), max_size=20))
def test_whatever_is_written_is_refused_or_the_one_spelling(text: str) -> None:
    try:
        parts = parse_code(text)
    except ValueError:
        return
    assert str(parts) == text


@given(fronts, st.integers(1, 10**6), st.integers(1, 10**6))
def test_serials_order_codes_and_never_meet(front: str, one: int, other: int) -> None:
    assert (make_code(front, one) == make_code(front, other)) == (one == other)


@pytest.mark.parametrize(
    "code",
    ["101001", "401001/000001", "101001/1", "101001/0000001", "101001/000000", "10100１/000001", "/000001"],
)
def test_wrong_codes_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"顺序号|分类码|代码"):
        parse_code(code)


@pytest.mark.parametrize(
    ("front", "serial"), [("101001", 0), ("101001", 10**10), ("1010", 1), ("101001-", 1)]
)
def test_wrong_parts_are_refused(front: str, serial: int) -> None:
    with pytest.raises(ValueError, match=r"顺序号|分类码"):
        make_code(front, serial)
