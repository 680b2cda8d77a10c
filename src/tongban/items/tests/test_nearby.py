"""就近办: which hall is nearest, and how far a matter is handled."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.conftest import invented_uscc
from tongban.divisions.service import Division
from tongban.items import service as items
from tongban.items.nearby import _km
from tongban.items.tests.factories import item_data, load
from tongban.kit.errors import Invalid
from tongban.organisations import service as organisations

HALLS = {  # division: longitude, latitude
    "3501": (119.3098, 26.0952),
    "350102": (119.3012, 26.0801),
    "350103": (119.314, 26.053),
    "350203": (118.083, 24.446),
}


@pytest.fixture
def halls(division_rows: dict[str, Division]) -> None:
    for code, name in (("3502", "厦门市"), ("350203", "思明区"), ("350206", "湖里区")):
        full = "福建省厦门市" + ("" if len(code) == 4 else name)
        values = {"name": name, "level": len(code) // 2, "parent_id": code[:-2], "full_name": full}
        Division.objects.get_or_create(code=code, defaults=values)
    for code, (lon, lat) in HALLS.items():
        organisations.ensure_hall(f"{code}大厅", code, address="一层", lon=lon, lat=lat)


def _item(**changes: Any) -> items.VersionDetail:
    return load(**{"handling_forms": [1, 2], "cross_region": "", **changes})


def _near(detail: items.VersionDetail, place: items.Place) -> items.NearHall | None:
    return items.nearest([detail.item_id], place).get(detail.item_id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reach", "place", "hall"),
    [
        ("", "350203", "350102"),  # only where it is handled, however far
        ("4", "350203", "350102"),
        ("3", "350103", "350103"),  # anywhere in the city
        ("3", "350203", "350103"),
        ("2", "350203", "350203"),  # anywhere in the province
        ("1", "350206", "350203"),  # no hall of its own: the nearest in the same city
        ("", "350102", "350102"),
    ],
)
def test_the_nearest_hall_that_may_do_it(halls: None, reach: str, place: str, hall: str) -> None:
    found = _near(_item(cross_region=reach), items.Place(place))
    assert found is not None
    assert found.hall.division == hall
    assert found.here == (hall == place)
    assert bool(found.reach) == (hall != "350102")


@pytest.mark.django_db
def test_a_point_gives_the_way_in_a_straight_line(halls: None) -> None:
    found = _near(_item(cross_region="2"), items.Place.at("118.09", "24.45"))
    assert found is not None
    assert found.hall.division == "350203"
    assert found.km == pytest.approx(0.84, abs=0.05)
    assert found.way == "约 800 米"
    far = _near(_item(cross_region=""), items.Place.at("118.09", "24.45"))
    assert far is not None
    assert far.km == pytest.approx(218, abs=5)
    assert "公里" in far.way


@pytest.mark.django_db
def test_the_same_matter_of_another_county_is_nearer(halls: None) -> None:
    detail = _item()
    organisations.ensure_department("sm", invented_uscc(), "思明区市场监督管理局", division="350203")
    other = {
        "slug": "food-sm",
        "department": "sm",
        "division": "350203",
        "cross_region": "",
        "handling_forms": [1],
    }
    items.load_item(item_data(**other))
    found = _near(detail, items.Place("350203"))
    assert found is not None
    assert (found.hall.division, found.code) == ("350203", items.published("food-sm").code)


@pytest.mark.django_db
def test_what_is_handled_only_on_the_web_has_no_hall(halls: None) -> None:
    detail = _item(handling_forms=[2])
    assert _near(detail, items.Place("350102")) is None
    assert not items.at_window(detail.item_id)
    assert items.halls_of(detail.item_id) == []


@pytest.mark.django_db
def test_without_a_place_there_are_the_halls_of_its_own_region(halls: None) -> None:
    detail = _item(cross_region="2")
    assert _near(detail, items.Place()) is None
    assert [hall.division for hall in items.halls_of(detail.item_id)] == ["350102"]


@pytest.mark.django_db
def test_halls_without_a_position_are_ordered_by_their_region(division_rows: dict[str, Division]) -> None:
    organisations.ensure_hall("省大厅", "35", address="一层")
    organisations.ensure_hall("台江大厅", "350103", address="一层")
    found = _near(_item(cross_region="2"), items.Place("350103"))
    assert found is not None
    assert (found.hall.name, found.km, found.way) == ("台江大厅", None, "")


@pytest.mark.django_db
def test_how_far_it_is_handled_is_said_in_words(division_rows: dict[str, Division]) -> None:
    said = {code: items.reach_words(code, "350102") for code in ("1", "2", "3", "4", "5", "6", "")}
    assert len(set(said.values())) >= 6
    assert "福建省任何" in said["2"]
    assert "福州市任何" in said["3"]
    assert "鼓楼区任何" in said["4"]
    assert "没有开通跨地区" in said[""]
    assert items.reach_words("2", "") == ""


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("", ""), ("nan", "1"), ("inf", "1"), ("181", "0"), ("0", "91"), ("x", "1"), ("1e999", "1")],
)
def test_positions_that_are_none(lon: str, lat: str) -> None:
    with pytest.raises(Invalid):
        items.Place.at(lon, lat)


degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(degrees, degrees)
def test_ways_are_the_same_both_ways_and_at_most_half_round(
    one: tuple[float, float], two: tuple[float, float]
) -> None:
    there, back = _km(one, two), _km(two, one)
    assert there is not None
    assert back is not None
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 20_016
