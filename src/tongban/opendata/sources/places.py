"""Registers of places and times: divisions, departments, halls, working days."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import timezone

from tongban.divisions import service as divisions
from tongban.opendata.shapes import Column, Record, Source
from tongban.organisations import service as organisations
from tongban.standards.calendar import default_calendar

PROVINCE = "35"
_DIVISION = Column("division", "行政区划代码", "Division code", about="GB/T 2260")
_PLACE = Column("place", "所在地区", "Place")


def _divisions() -> Iterator[Record]:
    edge = [divisions.get(PROVINCE)]
    while edge:
        here = edge.pop(0)
        yield here.code, here.name, here.get_level_display(), here.parent_id or "", here.full_name
        edge += divisions.children(here.code)


def _departments() -> Iterator[Record]:
    rows = organisations.departments()
    names = {code: divisions.full_name(code) for code in {row.division for row in rows}}
    for row in rows:
        yield row.uscc, row.name, row.short_name, row.division, names[row.division]


def _halls() -> Iterator[Record]:
    for row in organisations.halls():
        place = divisions.full_name(row.division)
        yield row.name, row.division, place, row.address, row.hours, row.phone, row.lon, row.lat


def _days() -> Iterator[Record]:
    calendar, year = default_calendar(), timezone.localdate().year
    day = date(year - 1, 1, 1)
    while day.year <= year:
        yield day, calendar.is_working_day(day), day.weekday() >= 5, calendar.provisional(day)
        day += timedelta(days=1)


SOURCES = (
    Source(
        "divisions", "行政区划代码", "Administrative divisions",
        "全省各级行政区划的代码和名称，到乡镇街道。", "register",
        (
            Column("code", "代码", "Code", about="GB/T 2260，2、4、6 或 9 位"),
            Column("name", "名称", "Name"), Column("level", "级别", "Level"),
            Column("parent", "上级代码", "Parent code"), Column("full_name", "全称", "Full name"),
        ), _divisions, chart=("level", ""),
        defaults={"theme": "REGI", "keywords": ["行政区划", "代码"], "cycle": "yearly"},
    ),
    Source(
        "departments", "政务部门名录", "Government departments",
        "在平台上办事的部门和它们的统一社会信用代码。", "register",
        (
            Column("uscc", "统一社会信用代码", "Unified social credit code"),
            Column("name", "部门名称", "Department"), Column("short_name", "简称", "Short name"),
            _DIVISION, _PLACE,
        ), _departments,
        defaults={"theme": "GOVE", "keywords": ["部门", "机构"], "cycle": "quarterly"},
    ),
    Source(
        "service-halls", "政务服务大厅", "Service halls",
        "政务服务大厅的地址、开放时间、电话和经纬度。", "register",
        (
            Column("name", "大厅名称", "Hall"), _DIVISION, _PLACE, Column("address", "地址", "Address"),
            Column("hours", "开放时间", "Opening hours"), Column("phone", "电话", "Phone"),
            Column("longitude", "经度", "Longitude", "number", "度，WGS 84"),
            Column("latitude", "纬度", "Latitude", "number", "度，WGS 84"),
        ), _halls, defaults={"theme": "REGI", "keywords": ["大厅", "地址", "窗口"], "cycle": "monthly"},
    ),
    Source(
        "working-days", "工作日历", "Working days",
        "去年和今年每一天是不是工作日；办理时限按工作日计算。", "register",
        (
            Column("day", "日期", "Day", "date"),
            Column("working", "是否工作日", "Working day", "boolean"),
            Column("weekend", "是否周末", "Weekend", "boolean"),
            Column("provisional", "安排尚未公布", "Provisional", "boolean"),
        ), _days, chart=("working", ""),
        defaults={"theme": "GOVE", "keywords": ["工作日", "节假日", "调休"], "cycle": "yearly"},
    ),
)  # fmt: skip
