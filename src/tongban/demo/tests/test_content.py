"""The content files agree with themselves: codes, sums, forms and references."""

import re

import pytest
from stdnum.cn import uscc

from tongban.demo import catalogue, content

ITEM_SLUGS = [item["slug"] for item in content.items()]


def find(slug):
    return next(item for item in content.items() if item["slug"] == slug)


def test_departments_have_valid_codes_once():
    codes = [d["uscc"] for d in content.departments()]
    assert len(codes) >= 12
    assert len(set(codes)) == len(codes)
    for d in content.departments():
        uscc.validate(d["uscc"])
        assert d["uscc"][8:10] == "Y9"
        assert d["uscc"][2:8] == d["division"].ljust(6, "0")


def test_each_source_of_data_is_a_department():
    slugs = {d["slug"] for d in content.departments()}
    assert {"gongan", "minzheng", "renshe", "zhufang", "shichang", "shuiwu"} <= slugs


def test_halls_have_places_in_fujian():
    assert len(content.halls()) >= 3
    for hall in content.halls():
        assert 115 < hall["lon"] < 121
        assert 23 < hall["lat"] < 29


def test_every_county_of_the_catalogue_has_a_hall_in_fujian():
    assert set(content.county_halls()) == set(catalogue.COUNTIES)
    for lon, lat in content.county_halls().values():
        assert 115 < lon < 121
        assert 23 < lat < 29


def test_licence_types_have_codes_of_21_characters():
    types = content.licence_types()
    slugs = {d["slug"] for d in content.departments()}
    assert len(types) >= 15
    assert len({t["code21"] for t in types}) == len(types)
    for kind in types:
        uscc.validate(kind["code21"][:18])
        assert re.fullmatch(r"\d{3}", kind["code21"][18:])
        assert kind["department"] in slugs
        assert len({e["key"] for e in kind["elements"]}) == len(kind["elements"])


def test_enough_items_over_many_departments_and_levels():
    found = content.items()
    assert len(found) >= 42
    assert len(set(ITEM_SLUGS)) == len(found)
    assert len({i["department"] for i in found}) >= 12
    assert {i["level"] for i in found} >= {2, 3, 4}
    codes = [content.department(i["department"])["uscc"] + str(i["level"]) + i["basic_code"] for i in found]
    assert len(set(codes)) == len(codes)
    assert sum(len(i["form"]["layout"]) > 2 for i in found) >= 6


@pytest.mark.parametrize("slug", ITEM_SLUGS)
def test_item_is_consistent(slug):
    item = find(slug)
    types = {t["slug"] for t in content.licence_types()}
    assert re.fullmatch(r"\d{12}", item["basic_code"])
    assert item["basic_code"][2:4] == item["type"]
    assert item["promised_days"] <= item["statutory_days"]
    assert sum(step["limit_days"] for step in item["steps"]) == item["promised_days"]
    assert [s["kind"] for s in item["steps"]] == ["accept", "review", "decide", "deliver"]
    assert item["case_kind"] == 2 or item["promised_days"] <= 1
    assert not item["visits"] or item["visits_reason"]
    assert len({m["key"] for m in item["materials"]}) == len(item["materials"])
    for material in item["materials"]:
        assert set(material["licence_types"]) <= types, material
        assert material["basis"], material
    for result in item["results"]:
        assert result["licence_type"] is None or result["licence_type"] in types
    assert item["keywords"]
    assert item["themes"]
    assert item["name_en"]
    assert len(item["faqs"]) >= 2
    assert all(set(row) == {"law", "article", "text"} for row in item["legal_basis"])
    assert not [c for c in item["conditions"] if "到场" in c or "营业执照" in c]


@pytest.mark.parametrize("slug", ITEM_SLUGS)
def test_form_places_each_field_once_and_names_known_fields(slug):
    form = find(slug)["form"]
    placed = [name for page in form["layout"] for name in page["fields"]]
    properties = form["schema"]["properties"]
    assert sorted(placed) == sorted(properties)
    assert set(form["schema"]["required"]) <= set(properties)
    for field in properties.values():
        assert set(field.get("x-show-if", {})) <= set(properties)


@pytest.mark.django_db
def test_every_item_loads_without_a_finding():
    from tongban.demo import offices
    from tongban.items import service as items

    offices.load_departments()
    for item in content.items():
        items.load_item(item)
    for item in content.items():
        body = content.department(item["department"])["uscc"]
        detail = items.published(f"{body}{item['level']}{item['basic_code']}")
        assert not detail.findings, (item["slug"], detail.findings)
