import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from tongban.items import service as items
from tongban.items.searching.sounds import sound
from tongban.items.searching.words import all_of, terms, vector
from tongban.items.tests.factories import load

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=8)


@given(st.text(max_size=300))
def test_terms_are_distinct_and_safe_to_quote(text: str) -> None:
    found = terms(text)
    assert len(found) == len(set(found))
    assert all(term and "'" not in term and "\\" not in term and not term.isspace() for term in found)


@given(HAN)
def test_both_sides_are_cut_the_same_way(text: str) -> None:
    kept = {part.split("'")[1] for part in vector([(text, "A")]).split()}
    assert {part.strip("'") for part in all_of(terms(text)).split(" & ")} <= kept


@given(HAN)
def test_sounds_are_the_syllables_put_together(text: str) -> None:
    pinyin, initials = sound(text)
    assert pinyin == "".join(lazy_pinyin(text))[:60]
    assert len(initials) == len(text)


@given(st.text(max_size=20).filter(lambda text: not all("\u4e00" <= one <= "\u9fff" for one in text)))
def test_what_is_not_characters_has_no_sound(text: str) -> None:
    assert sound(text) == ("", "")


@pytest.fixture
def catalogue(db: None) -> None:
    load()
    plain = {"summary": "", "keywords": [], "results": [], "conditions": ["符合规定"], "materials": []}
    load(slug="licence", basic_code="350131002000", name="营业执照补领", division="350102", **plain)
    load(
        slug="far",
        basic_code="350131003000",
        name="营业执照补领",
        division="350203",
        **plain,
    )
    load(
        slug="across",
        basic_code="350131004000",
        name="出生登记通办",
        division="350203",
        cross_region=2,
        **plain,
    )
    items.rebuild_search()


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("typed", ["yyzz", "yingyezhizhao", "yingyezhizhao补领", "YYZZ", "yingyezh"])
def test_pinyin_and_initials_find_the_matter(typed: str) -> None:
    page = items.search(typed)
    assert page.hits[0].item.slug in {"licence", "far"}
    assert page.suggestion.startswith("营业执照")


@pytest.mark.usefixtures("catalogue")
def test_a_word_of_the_same_sound_is_offered() -> None:
    assert items.search("食品径营许可").suggestion == "食品经营许可"
    assert items.search("食品经营许可").suggestion == ""


@pytest.mark.usefixtures("catalogue")
def test_the_nearest_place_comes_first_and_other_places_only_across_regions() -> None:
    near = items.search("营业执照补领", near="350203")
    assert near.hits[0].item.slug == "far"
    within = items.search("登记", division="350102")
    assert {hit.item.slug for hit in within.hits} >= {"across"}
    assert "far" not in {hit.item.slug for hit in items.search("营业执照", division="350102").hits}


@pytest.mark.usefixtures("catalogue")
def test_filters_narrow_and_facets_count() -> None:
    every = items.search("")
    department = every.departments[0]
    assert sum(facet.count for facet in every.departments) == every.total == 4
    assert items.search("", department=department.value).total == department.count
    assert sum(items.search("", level=facet.value).total for facet in every.levels) == 4
    assert items.search("", online=True).total + items.search("", online=False).total == 4
