"""Identity numbers in SQL follow the law in :mod:`tongban.standards.codes`, whatever is typed."""

from datetime import date

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from tongban.resources.batch import keys_sql
from tongban.standards import codes

DIGITS = st.text("0123456789", min_size=17, max_size=17)
DATED = st.builds(
    lambda place, year, month, day, turn: f"{place:06d}{year:04d}{month:02d}{day:02d}{turn:03d}",
    st.integers(0, 999_999), st.integers(0, 2100), st.integers(0, 13), st.integers(0, 32),
    st.integers(0, 999),
)  # fmt: skip
WHOLE = (DIGITS | DATED).map(lambda first: first + codes.id_check_character(first))
VALID = st.builds(
    lambda place, born, turn: f"{place}{born:%Y%m%d}{turn:03d}",
    st.integers(110_000, 829_999), st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 999),
).map(lambda first: first + codes.id_check_character(first))  # fmt: skip
STRANGE = st.text("0123456789Xx １eE+-._/ＸA", max_size=20)
ENGINE = duckdb.connect()


def keys(numbers: list[str]) -> list[int | None]:
    listed = ENGINE.execute(
        f"SELECT key FROM ({keys_sql.key('n', '(SELECT unnest(?::VARCHAR[]) AS n) AS t')}) AS k", [numbers]
    )
    return [row[0] for row in listed.fetchall()]


def law(number: str) -> int | None:
    """The key that the standards give, for a number without spaces in half width."""
    text = number.translate(str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX", "- \t\u3000"))
    if len(text) == 15 and text.isascii() and text.isdigit():
        text = codes.upgrade_15(text)
    return int(text[:17]) if codes.id_number_valid(text) else None


@given(
    st.lists(WHOLE | DIGITS | DATED | STRANGE | WHOLE.map(lambda n: n[:6] + n[8:17]), min_size=1, max_size=60)
)
def test_the_same_numbers_are_valid(numbers: list[str]) -> None:
    assert keys(numbers) == [law(number) for number in numbers]


@given(VALID)
def test_other_ways_of_writing_one_number_give_one_key(number: str) -> None:
    wide = number.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))
    spaced = f" {number[:6]} {number[6:14]} {number[14:]}".lower()
    assert keys([number, wide, spaced]) == [int(number[:17])] * 3
    row = ENGINE.execute(f"SELECT {keys_sql.id_number('k')} FROM (SELECT {int(number[:17])} AS k)").fetchone()
    assert row == (number,)
