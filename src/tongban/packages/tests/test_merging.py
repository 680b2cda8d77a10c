"""Merging: everything a member asks is asked exactly once, conflicts stay apart with their reason."""

from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.items.service import VersionDetail
from tongban.kit.errors import Invalid
from tongban.packages import merging
from tongban.packages.definition import After, Definition, Member, order, read

ELEMENTS = ["", "person.name", "person.phone", "legal.name"]
TYPES = ["string", "integer"]


def detail(fields: dict[str, dict[str, Any]], papers: list[tuple[str, tuple[str, ...]]]) -> VersionDetail:
    """A version with what merging reads of it."""
    made = Mock(spec=VersionDetail)
    made.schema = {"type": "object", "required": sorted(fields), "properties": fields}
    made.layout = [{"key": "only", "title": "页", "fields": list(fields)}]
    made.materials = tuple(_paper(key, types) for key, types in papers)
    made.outcomes = ()
    return made


def _paper(key: str, types: tuple[str, ...]) -> Any:
    paper = Mock()
    paper.key, paper.licence_types = key, types
    return paper


prop = st.fixed_dictionaries({"x-element": st.sampled_from(ELEMENTS), "type": st.sampled_from(TYPES)})
names = st.sampled_from(["a", "b", "c", "d"])
papers = st.lists(
    st.tuples(names, st.sampled_from([(), ("card",), ("card", "book")])), max_size=4, unique_by=lambda p: p[0]
)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Definition, dict[str, VersionDetail]]:
    keys = [f"m{n}" for n in range(draw(st.integers(1, 4)))]
    details = {k: detail(draw(st.dictionaries(names, prop, min_size=1)), draw(papers)) for k in keys}
    places = [f"{k}.{n}" for k, d in details.items() for n in merging.properties(d)]
    shared = draw(st.dictionaries(st.sampled_from(places), st.sampled_from(["one", "two"])))
    return Definition((), tuple(Member(k, k, {}, ()) for k in keys), shared, {}), details


@given(scenes())
def test_every_field_is_asked_exactly_once(scene: tuple[Definition, dict[str, VersionDetail]]) -> None:
    meant, details = scene
    fields = [field for page in merging.pages(meant, details) for field in page.fields]
    asked = [place for field in fields for place in field.places]
    assert sorted(asked) == sorted((m, n) for m, d in details.items() for n in merging.properties(d))
    assert len({field.name for field in fields}) == len(fields)


@given(scenes())
def test_one_question_stands_only_for_fields_that_mean_the_same(
    scene: tuple[Definition, dict[str, VersionDetail]],
) -> None:
    meant, details = scene
    named = {place: n for n, places in merging.field_groups(meant, details).items() for place in places}
    for places in merging.field_groups(meant, details).values():
        props = [merging.properties(details[m])[n] for m, n in places]
        assert len({merging.signature(p) for p in props}) == 1
        keys = {merging.shared_key(meant, m, n, p) for (m, n), p in zip(places, props, strict=True)}
        assert len(keys) == 1
    # And what shares a key and its meaning is together, what shares only the key is a named conflict.
    conflicts = {(one, other) for _key, one, other in merging.conflicts(meant, details)}
    first: dict[str, merging.Place] = {}
    for m, d in details.items():
        for n, p in merging.properties(d).items():
            if not (key := merging.shared_key(meant, m, n, p)):
                continue
            one = first.setdefault(key, (m, n))
            same = merging.signature(p) == merging.signature(merging.properties(details[one[0]])[one[1]])
            assert (named[m, n] == named[one]) == same
            assert ((one, (m, n)) in conflicts) != same


@given(scenes())
def test_equal_materials_are_handed_in_once(scene: tuple[Definition, dict[str, VersionDetail]]) -> None:
    meant, details = scene
    found = merging.materials(meant, details)
    assert sorted(p for one in found for p in one.places) == sorted(
        (m, one.key) for m, d in details.items() for one in d.materials
    )
    wanted = {
        (m, one.key): tuple(sorted(one.licence_types)) for m, d in details.items() for one in d.materials
    }
    for one in found:
        assert len({wanted[place] for place in one.places}) == 1
    for types in {("card",), ("book", "card")}:
        assert sum(any(wanted[p] == types for p in one.places) for one in found) <= 1


@given(st.integers(2, 8), st.randoms())
def test_any_circle_is_refused_and_named(size: int, chance: Any) -> None:
    keys = [f"m{n}" for n in range(size)]
    ring = [Member(k, "x", {}, (After(keys[(n + 1) % size], "end"),)) for n, k in enumerate(keys)]
    chance.shuffle(ring)
    with pytest.raises(Invalid) as error:
        order([*ring, Member("free", "x", {}, ())])
    words = str(error.value.problems[0].message)
    assert all(key in words for key in keys)
    assert "free" not in words


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"members": "x"},
        {"members": []},
        {"members": [{"key": "A B", "item": "x"}]},
        {"members": [{"key": "a", "item": "x"}, {"key": "a", "item": "y"}]},
        {"members": [{"key": "a", "item": "x"}], "more": 1},
        {"members": [{"key": "a", "item": "x", "after": [{"member": "b", "on_failure": "shrug"}]}]},
    ],
)
def test_a_definition_of_the_wrong_shape_is_refused(wrong: Any) -> None:
    with pytest.raises(Invalid):
        read(wrong)
