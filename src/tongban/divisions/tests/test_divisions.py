"""The real divisions: all of the country's names, Fujian down to its towns."""

import json
import os
from pathlib import Path

import pytest

from tongban.divisions import service
from tongban.kit.errors import NotFound

SHARED = Path(os.environ.get("TONGBAN_SHARED", Path(__file__).resolve().parents[5] / "shared"))


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker) -> None:
    """The lists, loaded once for this file and taken out again."""
    with django_db_blocker.unblock():
        service.load()
    yield
    with django_db_blocker.unblock():
        for level in (4, 3, 2, 1):
            service.Division.objects.filter(level=level).delete()
        service._cached_name.cache_clear()


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def test_fujian_has_its_nine_cities_and_84_counties_by_the_published_list() -> None:
    listed = json.loads((SHARED / "data" / "divisions-pca.json").read_text(encoding="utf-8"))
    fujian = next(p for p in listed if p["code"] == "35")
    assert {c.code: c.name for c in service.children("35")} == {
        c["code"]: c["name"] for c in fujian["children"]
    }
    counties = {a["code"]: a["name"] for c in fujian["children"] for a in c["children"]}
    found = service.Division.objects.filter(level=3, code__startswith="35")
    assert {c.code: c.name for c in found} == counties
    assert len(counties) == 84


def test_towns_of_fujian_agree_with_the_published_list_but_for_statistical_units() -> None:
    listed = json.loads((SHARED / "data" / "divisions-fujian-towns.json").read_text(encoding="utf-8"))
    ours = set(service.Division.objects.filter(level=4).values_list("code", flat=True))
    assert len(ours) > 1100
    assert len(ours & {t["code"] for t in listed}) > 1050
    assert all(code.startswith("35") for code in ours)


def test_every_province_is_there_and_every_row_hangs_on_its_parent() -> None:
    assert len(service.children()) == 34
    rows = service.Division.objects.select_related("parent").exclude(level=1)
    assert all(r.parent is not None and r.code.startswith(r.parent.code) for r in rows)


def test_names_paths_and_regions() -> None:
    assert service.full_name("350102") == "福建省福州市鼓楼区"
    assert service.full_name("350102001") == "福建省福州市鼓楼区鼓东街道"
    assert service.full_name("110101") == "北京市东城区"
    assert service.full_name("350999") == "350999"
    assert [d.name for d in service.path("350102001")] == ["福建省", "福州市", "鼓楼区", "鼓东街道"]
    assert [d.name for d in service.path("110101")] == ["北京市", "东城区"]
    assert service.within("350102001", "3501")
    assert service.within("350102", "")
    assert not service.within("350203", "3501")


@pytest.mark.parametrize("code", ["99", "", "350102999", "abc"])
def test_unknown_codes_are_not_found(code: str) -> None:
    with pytest.raises(NotFound):
        service.get(code)
    with pytest.raises(NotFound):
        service.path(code)


def test_pingtan_is_found_by_its_alias_and_run_as_a_city(settings) -> None:
    assert [d.code for d in service.search("平潭综合实验区")][:1] == ["350128"]
    assert "350128" in [d.code for d in service.cities("35")]
    assert len(service.cities("35")) == 10
    settings.DIVISION_ALIASES = {}
    assert len(service.cities("35")) == 9


def test_search_takes_several_words_and_puts_larger_divisions_first() -> None:
    assert service.search("福州 鼓楼")[0].code == "350102"
    assert [d.code for d in service.search("3502")] == ["3502"]
    assert all(d.code.startswith("3502") for d in service.search("街道", region="3502"))
    assert service.search("  ") == []


def test_loading_again_changes_nothing_and_reports_progress() -> None:
    before = service.Division.objects.count()
    seen: list[tuple[int, int]] = []
    assert service.load(progress=lambda done, total: seen.append((done, total))) == before
    assert seen[-1] == (before, before)
    assert service.Division.objects.count() == before


def test_names_leave_out_what_is_not_known() -> None:
    assert service.names(["350102", "999999"]) == {"350102": "鼓楼区"}


def test_regions_are_cities_with_their_counties() -> None:
    regions = service.regions("35")
    assert [region.name for region in regions][:2] == ["福州市", "厦门市"]
    assert ("350102", "鼓楼区") in regions[0].counties
    assert all(code.startswith(region.code) for region in regions for code, _name in region.counties)
    assert service.regions("11")[-1].counties  # a municipality: counties right below the province
