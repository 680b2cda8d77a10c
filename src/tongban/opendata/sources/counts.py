"""Tables of counts over persons and their affairs. What comes in is counted already by its own room."""

from collections.abc import Iterator

from django.utils import timezone

from tongban.cases import service as cases
from tongban.divisions import service as divisions
from tongban.identity import service as identity
from tongban.licences import service as licences
from tongban.opendata.shapes import Column, Record, Source

_COUNTY = Column("county", "县区代码", "County code", about="GB/T 2260，6 位", role="dimension")
_COUNTY_NAME = Column("county_name", "县区", "County", role="label", of="county")
_MONTH = Column("month", "月份", "Month", about="年-月", role="dimension")
_SEX = {"1": "男", "2": "女"}


def _place(code: str) -> str:
    return divisions.full_name(code)


def _cases() -> Iterator[Record]:
    for one in cases.monthly_counts():
        yield one.item_code, one.item_name, one.county, _place(one.county), one.month, one.cases


def _licences() -> Iterator[Record]:
    for one in licences.monthly_counts():
        yield one.slug, one.name, one.county, _place(one.county), one.month, one.licences


def _persons() -> Iterator[Record]:
    for one in identity.person_counts(timezone.localdate()):
        yield one.city, _place(one.city), one.sex, _SEX[one.sex], one.band, one.persons


def _enterprises() -> Iterator[Record]:
    for county, n in identity.legal_counts():
        yield county[:4], _place(county[:4]), county, _place(county), n


SOURCES = (
    Source(
        "cases-monthly", "每月办件量", "Cases by month",
        "每个事项在各县区每月收到多少件申请；很小的数值不公布。", "counts",
        (
            Column("item_code", "实施编码", "Implementation code", role="dimension"),
            Column("item_name", "事项名称", "Item", role="label", of="item_code"),
            _COUNTY, _COUNTY_NAME, _MONTH,
            Column("cases", "申请件数", "Cases", "integer", role="count"),
        ), _cases, margins=(("item_code",), ("county",), ("month",), ()), chart=("month", "cases"),
        defaults={"theme": "GOVE", "keywords": ["办件", "统计"], "cycle": "monthly"},
    ),
    Source(
        "licences-monthly", "每月签发电子证照", "Licences issued by month",
        "每种电子证照在各县区每月签发多少份；很小的数值不公布。", "counts",
        (
            Column("type", "证照类型", "Type", role="dimension"),
            Column("type_name", "证照名称", "Licence", role="label", of="type"),
            _COUNTY, _COUNTY_NAME, _MONTH,
            Column("licences", "签发数", "Licences", "integer", role="count"),
        ), _licences, margins=(("type",), ("county",), ("month",), ()), chart=("type_name", "licences"),
        defaults={"theme": "JUST", "keywords": ["电子证照", "统计"], "cycle": "monthly"},
    ),
    Source(
        "persons-by-age", "平台人口分布", "Persons by city, sex and age",
        "平台登记的自然人按设区市、性别和年龄段的人数；不含任何个人记录。", "counts",
        (
            Column("city", "设区市代码", "City code", about="GB/T 2260，4 位", role="dimension"),
            Column("city_name", "设区市", "City", role="label", of="city"),
            Column("sex", "性别代码", "Sex", about="GB/T 2261.1：1 男，2 女", role="dimension"),
            Column("sex_name", "性别", "Sex in words", role="label", of="sex"),
            Column("age", "年龄段", "Age band", about="周岁，按出生年份", role="dimension"),
            Column("persons", "人数", "Persons", "integer", role="count"),
        ), _persons, margins=(("city",), ("city", "sex"), ("age", "sex"), ("age",), ("sex",), ()),
        chart=("city_name", "persons"),
        defaults={"theme": "SOCI", "keywords": ["人口", "年龄", "统计"], "cycle": "quarterly"},
    ),
    Source(
        "enterprises-by-county", "各县区法人数", "Legal persons by county",
        "平台登记的法人按县区的数量。", "counts",
        (
            Column("city", "设区市代码", "City code", about="GB/T 2260，4 位", role="dimension"),
            Column("city_name", "设区市", "City", role="label", of="city"), _COUNTY, _COUNTY_NAME,
            Column("enterprises", "法人数", "Legal persons", "integer", role="count"),
        ), _enterprises, margins=(("city",), ()), chart=("city_name", "enterprises"),
        defaults={"theme": "ECON", "keywords": ["法人", "企业", "统计"], "cycle": "quarterly"},
    ),
)  # fmt: skip
