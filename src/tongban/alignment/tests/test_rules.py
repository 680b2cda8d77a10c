"""Comparing values and scoring."""

from hypothesis import given
from hypothesis import strategies as st

from tongban.alignment.rules import deviations, differs, score

values = st.recursive(
    st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=4), max_leaves=8
)


@given(values)
def test_a_value_never_differs_from_itself(value: object) -> None:
    assert not differs(value, value)


@given(values, values)
def test_differing_goes_both_ways(one: object, other: object) -> None:
    assert differs(one, other) == differs(other, one)


@given(st.lists(st.text(max_size=5)))
def test_order_does_not_matter(names: list[str]) -> None:
    assert not differs(names, list(reversed(names)))


def test_width_and_spaces_do_not_matter_but_words_do() -> None:
    assert not differs("营业执照（副本）", "营业执照 (副本)")
    assert differs("营业执照副本", "营业执照正本")
    assert differs(20, 15)
    assert not differs(None, [])


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)),
)
def test_score_counts_what_is_equal(standard: dict[str, int], own: dict[str, int]) -> None:
    off = deviations(standard, own, standard)
    equal = sum(own.get(name) == value for name, value in standard.items())
    expected = None if not standard else round(100 * equal / len(standard), 1)
    assert score(len(standard), len(off)) == expected
