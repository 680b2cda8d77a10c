import pytest

from tongban.conftest import invented_uscc
from tongban.items import service as items
from tongban.items.models import SearchTerm
from tongban.items.tasks import count_search_words
from tongban.items.tests.factories import item_data, load
from tongban.organisations import service as organisations

pytestmark = pytest.mark.django_db

OTHERS = [
    ("hukou", "350109001000", "出生登记（新生儿落户）", ["户籍"], "350102", [1]),
    ("permit", "350109002000", "居住证首次申领", ["户籍"], "3502", [1]),
    ("driver", "350109003000", "机动车驾驶证期满换证", ["交通出行"], "35", [1]),
    ("fund", "350117001000", "住房公积金提取（租房）", ["住房"], "3501", [1]),
    ("company", "350131002000", "有限责任公司设立登记", ["开办企业"], "350102", [2]),
]


@pytest.fixture(autouse=True)
def catalogue() -> None:
    load()
    for slug, basic, name, themes, division, objects in OTHERS:
        load(
            slug=slug, basic_code=basic, name=name, themes=themes, division=division, service_objects=objects,
            summary="", keywords=[], results=[], conditions=["符合规定"], materials=[],
        )  # fmt: skip
    items.rebuild_search()


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("食品经营许可", "food-licence"),
        ("我想开个饭店要办什么证", "food-licence"),
        ("食品径营许可", "food-licence"),
        ("小孩上户口", "hukou"),
        ("暂住证怎么办理", "permit"),
        ("驾照到期了怎么换", "driver"),
        ("提公积金", "fund"),
        ("办执照", "company"),
        ("ＦＯＯＤ　食品", "food-licence"),
        ("11350000Y90001054L4350131001000", "food-licence"),
    ],
)
def test_everyday_words_find_the_matter(words: str, slug: str) -> None:
    assert items.search(words).hits[0].item.slug == slug


@pytest.mark.parametrize(
    "words", ["'; drop table x", "& | ! ( ) : *", "\x00", "\\", "'", "%", "_" * 5000, "证" * 9000]
)
def test_whatever_is_typed_gets_a_page(words: str) -> None:
    page = items.search(words)
    assert page.total >= 0
    assert items.suggest(words) is not None


def test_matches_are_marked_and_markup_is_not() -> None:
    hit = items.search("食品经营").hits[0]
    assert "".join(text for text, _ in hit.name) == hit.item.name
    assert ("食品经营", True) in hit.name


def test_facets_and_narrowing() -> None:
    page = items.search("")
    assert page.total == 6
    assert {f.value: f.count for f in page.themes} == {"户籍": 2, "开办企业": 2, "交通出行": 1, "住房": 1}
    assert items.search("", theme="户籍").total == 2
    assert items.search("", service_object="2").total == 2
    assert {h.item.slug for h in items.search("", division="3502").hits} == {"permit", "driver"}
    assert {f.value: f.count for f in items.themes()}["户籍"] == 2


def test_pages() -> None:
    first, last = items.search("", size=4), items.search("", page=99, size=4)
    assert (first.pages, len(first.hits), first.has_next) == (2, 4, True)
    assert (last.page, len(last.hits), last.has_next) == (2, 2, False)
    names = {h.item.name for h in (*first.hits, *last.hits)}
    assert len(names) == 6


def test_the_nearer_place_comes_first() -> None:
    load(slug="permit-2", basic_code="350109002001", name="居住证首次申领", division="3501", themes=["户籍"])
    assert items.search("居住证", near="350203").hits[0].item.division == "3502"
    assert items.search("居住证", near="350102").hits[0].item.division == "3501"


def test_suggestions_begin_with_what_was_typed() -> None:
    assert items.suggest("居住")[0].slug == "permit"
    assert items.suggest("") == []
    assert items.suggest("开饭")[0].slug == "food-licence"
    assert len(items.suggest("登记", most=1)) == 1


def test_the_nightly_count_knows_how_common_words_are() -> None:
    SearchTerm.objects.all().delete()
    count_search_words(0)
    counted = dict(SearchTerm.objects.filter(term__in=["登记", "食品"]).values_list("term", "entries"))
    assert counted == {"登记": 2, "食品": 1}


def _elsewhere(**changes: object) -> None:
    """The first item again, as a county of another city implements it."""
    organisations.ensure_department(
        "shichang-350203", invented_uscc(), "思明区市场监督管理局", division="350203"
    )
    where = {"slug": "food-350203", "department": "shichang-350203", "division": "350203"}
    items.load_item(item_data(**(where | changes)))
    items.rebuild_search()


def test_a_matter_of_many_counties_is_one_hit_the_nearest() -> None:
    _elsewhere()
    page = items.search("食品经营许可")
    assert [hit.item.slug for hit in page.hits].count("food-licence") == 1
    assert (page.hits[0].item.slug, page.hits[0].elsewhere) == ("food-licence", 1)
    assert page.total == len({hit.item.name for hit in page.hits})
    there = items.search("食品经营许可", near="350203").hits[0]
    assert (there.item.slug, there.elsewhere) == ("food-350203", 1)
    assert items.search("居住证").hits[0].elsewhere == 0


def test_passages_come_from_a_matter_once() -> None:
    _elsewhere()
    found = items.retrieve("开饭店要什么材料", limit=20)
    assert {one.slug for one in found if one.item_name == "食品经营许可证核发"} == {"food-licence"}
    there = items.retrieve("开饭店要什么材料", division="350203", limit=20)
    assert {one.slug for one in there if one.item_name == "食品经营许可证核发"} == {"food-350203"}


def test_places_are_counted_by_what_serves_them() -> None:
    cities = {f.value: f.count for f in items.search("").divisions}
    assert cities == {value: items.search("", division=value).total for value in cities}
    assert set(cities) == {"3501", "3502"}
    counties = {f.value: f.count for f in items.search("", division="3501").divisions}
    assert counties == {"350102": items.search("", division="350102").total}
    assert items.search("", division="350102").divisions == ()


def test_places_have_names(division_rows: object) -> None:
    assert "福州市" in {f.label for f in items.search("").divisions}


def test_suggestions_offer_a_matter_of_many_counties_once() -> None:
    _elsewhere()
    offered = items.suggest("食品")
    assert [one.slug for one in offered].count("food-licence") == 1
    assert "food-350203" not in {one.slug for one in offered}
    assert items.suggest("食品", near="350203")[0].slug == "food-350203"
