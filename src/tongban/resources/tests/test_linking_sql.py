"""Slips in numbers and names: what the SQL of linking takes for near, compared with the law said plainly."""

from datetime import date

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.resources.batch import linking_index, linking_sql
from tongban.standards import codes

ENGINE = duckdb.connect()


def whole_number(place: int, day: date, turn: int) -> str:
    first = f"{place}{day:%Y%m%d}{turn:03d}"
    return first + codes.id_check_character(first)


NUMBERS = st.builds(
    whole_number,
    st.integers(110_000, 829_999),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
)


@given(st.lists(st.tuples(NUMBERS, st.integers(0, 16), st.integers(1, 9)), min_size=1, max_size=40))
@settings(max_examples=15, deadline=None)
def test_every_slip_leads_back_to_the_number(slips: list[tuple[str, int, int]]) -> None:
    damaged: list[tuple[str, str]] = []
    for whole, place, more in slips:
        turned = place % 16
        damaged += [
            (whole, whole[:place] + str((int(whole[place]) + more) % 10) + whole[place + 1 :]),
            (whole, whole[:turned] + whole[turned + 1] + whole[turned] + whole[turned + 2 :]),
            (whole, whole[:17] + str(more)),
        ]
    damaged = [pair for pair in damaged if pair[1][0] != "0"]
    ENGINE.execute(
        "CREATE OR REPLACE TEMP TABLE residue AS SELECT n, number, "
        "CAST(substr(number, 1, 17) AS BIGINT) AS claim "
        "FROM (SELECT unnest(?::VARCHAR[]) AS number, unnest(range(?)) AS n)",
        [[said for _, said in damaged], len(damaged)],
    )
    found: dict[int, set[int]] = {n: set() for n in range(len(damaged))}
    for n, one in ENGINE.execute(linking_sql.variants()).fetchall():
        found[n].add(one)
    for n, (whole, _) in enumerate(damaged):
        assert int(whole[:17]) in found[n]
        assert len(found[n]) < 60


def apart(one: str, other: str) -> bool:
    """Whether one character replaced, added or left out lies between the names."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


@settings(max_examples=40, deadline=None)
@given(st.text("陈张伟明", min_size=1, max_size=4), st.text("陈张伟明", min_size=1, max_size=4))
def test_names_one_character_apart_share_a_slip(one: str, other: str) -> None:
    ENGINE.execute("CREATE OR REPLACE TEMP TABLE names_said AS SELECT [?, ?] AS flats", [one, other])
    linking_index.speak(ENGINE, ("names_said",))
    said = {row[0]: row[1:] for row in ENGINE.execute("SELECT flat, turn, slips FROM spoken").fetchall()}
    shared = bool(set(said[one][1]) & set(said[other][1]))
    if one == other or apart(one, other):
        assert shared
    else:
        # One character moved elsewhere is the only other thing that shares one.
        assert not shared or said[one][0] == said[other][0] or len(one) == len(other)
    assert (said[one][0] == said[other][0]) == (sorted(one) == sorted(other))


def test_dates_whose_years_are_not_of_four_digits_are_compared_too() -> None:
    for macro in linking_sql.MACROS:
        ENGINE.execute(macro)
    told = ENGINE.execute(
        "SELECT born_is_near(DATE '1990-01-02', DATE '1990-01-03'), "
        "born_is_near(DATE '1990-01-02', CAST('12023-01-02' AS DATE)), born_is_near(DATE '1990-01-02', NULL)"
    ).fetchall()
    assert told == [(True, False, False)]
