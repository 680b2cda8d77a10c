"""Shares, their words, and the drawing of a trend."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.quality.drawing import BOTTOM, HIGH, LEFT, RIGHT, TOP, WIDE, draw
from tongban.quality.rules import COUNTS, DIMENSIONS, Share, Tally, total

NUMBERS = st.integers(0, 10**9)
TALLY = st.builds(Tally, *([NUMBERS] * len(COUNTS)))


@pytest.mark.parametrize(
    ("good", "of", "words", "grade"),
    [
        (0, 0, "—", "none"),
        (0, 5, "0.0%", "poor"),
        (1, 100_000, "0.1%", "poor"),
        (99_999, 100_000, "99.9%", "good"),
        (98, 100, "98.0%", "good"),
        (979, 1000, "97.9%", "fair"),
        (90, 100, "90.0%", "fair"),
        (8, 9, "88.8%", "poor"),
        (7, 7, "100.0%", "good"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(good: int, of: int, words: str, grade: str) -> None:
    assert (Share(good, of).percent, Share(good, of).grade) == (words, grade)


@given(st.lists(TALLY, max_size=8))
def test_sums_of_parts_are_the_whole_s_shares(tallies: list[Tally]) -> None:
    whole = total(tallies)
    for one in DIMENSIONS:
        assert whole.share(one).good == sum(t.share(one).good for t in tallies)
        assert whole.share(one).of == sum(t.share(one).of for t in tallies)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 2)), min_size=1, max_size=40)
)
def test_a_drawing_keeps_inside_its_frame_and_breaks_its_line_where_a_day_is_missing(
    rows: list[tuple[int, int, int]],
) -> None:
    first = date(2026, 1, 1)
    days = [
        (first + timedelta(days=n), Share(min(a, b), max(a, b)), marks, False)
        for n, (a, b, marks) in enumerate(rows)
    ]
    chart = draw(days)
    if chart is None:
        assert not any(share.of for _day, share, _marks, _invented in days)
        return
    assert all(LEFT <= p.x <= WIDE - RIGHT and TOP <= p.y <= HIGH - BOTTOM + 0.1 for p in chart.points)
    assert len(chart.points) == sum(bool(share.of) for _day, share, _marks, _invented in days)
    assert sum(one.count for one in chart.marks) == sum(marks for *_rest, marks, _invented in days)
    drawn = sum(line.count("L") for line in chart.lines)
    neighbours = sum(bool(a[1].of and b[1].of) for a, b in pairwise(days))
    assert drawn == neighbours


def test_a_small_fall_can_be_seen() -> None:
    today = date(2026, 3, 2)
    chart = draw(
        [(today - timedelta(days=1), Share(1000, 1000), 0, False), (today, Share(999, 1000), 1, False)]
    )
    assert chart is not None
    assert chart.floor == "99.5%"
    assert chart.points[1].y - chart.points[0].y > 15
