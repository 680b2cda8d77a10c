"""Nothing hidden can be worked out: small tables by brute force, large ones by the exact attack."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.opendata import disclosure
from tongban.opendata.disclosure.cells import equations
from tongban.opendata.shapes import TOTAL

ALL_MARGINS = (("a",), ("b",), ())


def two_way(numbers):
    return {(f"r{i}", f"c{j}"): n for i, row in enumerate(numbers) for j, n in enumerate(row)}


def tables(rows=3, columns=3, most=9):
    line = st.lists(st.integers(0, most), min_size=columns, max_size=columns)
    return st.lists(line, min_size=rows, max_size=rows).map(two_way)


def test_sums_and_their_equations():
    table = disclosure.cube(("a", "b"), two_way([[7, 1], [0, 9]]), ALL_MARGINS)
    assert table.values[(TOTAL, TOTAL)] == 17
    assert table.values[("r0", TOTAL)] == 8
    assert ("r1", "c0") not in table.values  # a zero is published by leaving it out
    for rule in table.equations:
        assert table.values[rule.total] == sum(table.values[p] for p in rule.parts)
    # The grand total is tied to the rows and to the columns, not once more to every cell.
    assert len([rule for rule in table.equations if rule.total == (TOTAL, TOTAL)]) == 2


@pytest.mark.parametrize("cells", [{("x", "y"): -1}, {("x", TOTAL): 3}, {("x",): 3}])
def test_what_is_no_cell_is_refused(cells):
    with pytest.raises(ValueError, match="not a cell"):
        disclosure.cube(("a", "b"), cells, ALL_MARGINS)


def test_one_small_cell_takes_a_whole_rectangle_with_it():
    table = disclosure.cube(("a", "b"), two_way([[2, 20, 30], [21, 40, 50], [31, 51, 60]]), ALL_MARGINS)
    found = disclosure.suppress(table, 5)
    assert found.primary == {("r0", "c0")}
    assert found.secondary == {("r0", "c1"), ("r1", "c0"), ("r1", "c1")}


def test_nothing_small_hides_nothing():
    table = disclosure.cube(("a", "b"), two_way([[5, 6], [7, 8]]), ALL_MARGINS)
    found = disclosure.suppress(table, 5)
    assert found.hidden == frozenset()
    assert found.narrowest is None


def test_ones_that_fill_their_sum_are_seen_through():
    """Five hidden cells that are at least 1 and sum to 5 are all 1: the sum has to go as well."""
    cells = {(f"r{n}", "c"): 1 for n in range(5)} | {(f"s{n}", "d"): 40 for n in range(3)}
    table = disclosure.cube(("a", "b"), cells, (("b",), ()))
    shown = {k: v for k, v in table.values.items() if v >= 5}
    small = [k for k, v in table.values.items() if v < 5]
    assert set(disclosure.exposed(shown, small, table.equations)) == set(small)
    assert (TOTAL, "c") in disclosure.suppress(table, 5).secondary


def solutions(table, hidden, most):
    """Every table of whole numbers that agrees with what is published."""
    keys = sorted(hidden)
    for values in product(range(1, most + 1), repeat=len(keys)):
        guess = {**table.values, **dict(zip(keys, values, strict=True))}
        if all(guess[r.total] == sum(guess[p] for p in r.parts) for r in table.equations):
            yield guess


@settings(max_examples=60, deadline=None)
@given(tables(2, 2, 8), st.integers(2, 4))
def test_by_brute_force_every_hidden_count_could_be_something_else(cells, k):
    table = disclosure.cube(("a", "b"), cells, ALL_MARGINS[:2])
    found = disclosure.suppress(table, k)
    if not found.hidden or len(found.hidden) > 5:
        return
    seen = {key: set() for key in found.hidden}
    for guess in solutions(table, found.hidden, max(table.values.values()) + 3):
        for key in found.hidden:
            seen[key].add(guess[key])
    for key, values in seen.items():
        assert table.values[key] in values
        assert len(values) >= 3, (key, values)


@settings(max_examples=80, deadline=None)
@given(tables(4, 4, 30), st.integers(2, 8))
def test_no_small_count_is_shown_and_none_is_exposed(cells, k):
    table = disclosure.cube(("a", "b"), cells, ALL_MARGINS)
    found = disclosure.suppress(table, k)
    shown = {key: value for key, value in table.values.items() if key not in found.hidden}
    assert all(value >= k for value in shown.values())
    assert disclosure.exposed(shown, found.hidden, equations([*shown, *found.hidden])) == ()
    assert found.primary == {key for key, value in table.values.items() if value < k}


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.tuples(*[st.sampled_from("xyz")] * 3), st.integers(1, 25), min_size=4))
def test_three_dimensions(cells):
    margins = (("a",), ("b",), ("c",), ("a", "b"), ())
    table = disclosure.cube(("a", "b", "c"), cells, margins)
    found = disclosure.suppress(table, 5)
    shown = {key: value for key, value in table.values.items() if key not in found.hidden}
    assert disclosure.exposed(shown, found.hidden, table.equations) == ()


@settings(max_examples=60, deadline=None)
@given(tables(3, 3, 20))
def test_hiding_only_what_is_small_is_not_enough(cells):
    """The oracle can fail: where one small cell stands alone in a row and a column, it is computed back."""
    table = disclosure.cube(("a", "b"), cells, ALL_MARGINS)
    small = {key for key, value in table.values.items() if value < 5}
    shown = {key: value for key, value in table.values.items() if key not in small}
    lonely = {r.cells for r in table.equations if len(small & set(r.cells)) == 1}
    assert bool(disclosure.exposed(shown, small, table.equations)) >= bool(lonely)


def test_published_numbers_that_contradict_each_other_are_refused():
    table = disclosure.cube(("a", "b"), two_way([[9, 9], [9, 9]]), ALL_MARGINS)
    shown = {**table.values, ("r0", TOTAL): 3}
    hidden = [("r0", "c0"), ("r0", "c1")]
    for key in hidden:
        del shown[key]
    with pytest.raises(ValueError, match="contradict"):
        disclosure.exposed(shown, hidden, table.equations)


def test_groups_below_k_are_left_out_as_a_whole():
    rows = [("鼓楼", "男", 1), ("鼓楼", "男", 2), ("鼓楼", "女", 3), ("台江", "女", 4), ("台江", "女", 5)]
    assert disclosure.group_sizes(rows, (0, 1))[("鼓楼", "女")] == 1
    assert [row[2] for row in disclosure.thin(rows, (0, 1), 2)] == [1, 2, 4, 5]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.integers())), st.integers(1, 5))
def test_what_is_left_is_k_anonymous(rows, k):
    left = disclosure.thin(rows, (0, 1), k)
    assert all(size >= k for size in disclosure.group_sizes(left, (0, 1)).values())
    assert set(rows) - set(left) == {
        r for r in rows if disclosure.group_sizes(rows, (0, 1))[(r[0], r[1])] < k
    }
