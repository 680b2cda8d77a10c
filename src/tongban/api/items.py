"""Service items: search and the guide."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from tongban.divisions import service as divisions
from tongban.items import service as items
from tongban.kit.errors import FieldProblem, Invalid

router = Router()


class ItemOut(Schema):
    code: str
    name: str
    name_en: str
    summary: str
    department_name: str
    division: str
    themes: list[str]


class HallOut(Schema):
    """The nearest hall that handles the item. ``km``: straight way from the place's own hall, if known."""

    name: str
    division: str
    address: str
    hours: str
    phone: str
    lon: float | None
    lat: float | None
    km: float | None
    item_code: str


class HitOut(ItemOut):
    """An item found. ``elsewhere``: other regions of this platform that handle the same matter."""

    level: str
    service_objects: list[str]
    cross_region: str
    elsewhere: int
    nearest_hall: HallOut | None


class FacetOut(Schema):
    value: str
    label: str
    count: int


class SearchOut(Schema):
    """``capped``: more matched than were ranked and counted. ``suggestion``: what may have been meant."""

    total: int
    page: int
    pages: int
    capped: bool
    suggestion: str
    items: list[HitOut]
    facets: dict[str, list[FacetOut]]


class MaterialOut(Schema):
    key: str
    name: str
    necessity: str
    licence_types: list[str]
    accept: list[str]


class StepOut(Schema):
    name: str
    kind: str
    limit_days: int | None


class FeeOut(Schema):
    name: str
    amount_fen: int
    unit: str
    basis: str


class GuideOut(ItemOut):
    version_id: UUID
    version: int
    statutory_days: int | None
    promised_days: int | None
    visits: int
    fileable: bool
    conditions: list[str]
    materials: list[MaterialOut]
    steps: list[StepOut]
    fees: list[FeeOut]
    form: dict[str, Any]


class SearchIn(Schema):
    q: str = Field("", description="Everyday words, pinyin or initials; the first 200 characters count.")
    division: str = Field(
        "",
        pattern=r"^(\d{2}|\d{4}|\d{6}|\d{9})?$",
        description="GB/T 2260 code of 2, 4, 6 or 9 digits: only what serves this place, the nearest first.",
    )
    theme: str = Field("", max_length=50, description="Only items of this theme.")
    service_object: str = Field("", description="Code of the service object 服务对象: 1, 2, 3, 4, 5, 6 or 9.")
    department: str = Field("", max_length=100, description="Only items of the department of this name.")
    level: str = Field("", description="Code of the level of exercise 行使层级: 1 to 7.")
    online: bool | None = Field(None, description="Only what may, or may not, be applied for on the web.")
    page: int = Field(1, ge=1, le=10_000, description="Page of 20; beyond the last the last is given.")


def _refuse_unknown(query: SearchIn) -> None:
    """Raises Invalid for codes that are in no table: an empty answer would look like there being no item."""
    problems = []
    for field, system, code in (
        ("service_object", "service-object", query.service_object),
        ("level", "level", query.level),
    ):
        if code and code not in items.code_table(system):
            words = _("没有代码 %(code)s，可用的代码：%(codes)s")
            known = "、".join(items.code_table(system))
            problems.append(FieldProblem(field, "unknown", words % {"code": code[:20], "codes": known}))
    if query.division and not divisions.names([query.division]):
        words = _("没有行政区划 %(code)s") % {"code": query.division}
        problems.append(FieldProblem("division", "unknown", words))
    if problems:
        raise Invalid(*problems)


@router.get("", response=SearchOut)
def search(request: HttpRequest, query: Query[SearchIn]) -> Any:
    """Find items by everyday words, narrowed by what they are for; facets count what was found."""
    _refuse_unknown(query)
    found = items.search(
        query.q,
        division=query.division or None,
        theme=query.theme or None,
        service_object=query.service_object or None,
        department=query.department or None,
        level=query.level or None,
        online=query.online,
        page=query.page,
    )
    near = items.nearest([hit.item.item_id for hit in found.hits], items.Place(query.division))
    facets = ("themes", "service_objects", "divisions", "departments", "levels", "online")
    return {
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "capped": found.capped,
        "suggestion": found.suggestion,
        "items": [_hit(hit, near.get(hit.item.item_id)) for hit in found.hits],
        "facets": {name: getattr(found, name) for name in facets},
    }


def _hit(hit: items.SearchHit, near: items.NearHall | None) -> dict[str, Any]:
    names = (
        "code", "name", "name_en", "summary", "department_name", "division", "themes", "level",
        "service_objects", "cross_region",
    )  # fmt: skip
    own = {name: getattr(hit.item, name) for name in names}
    return {**own, "elsewhere": hit.elsewhere, "nearest_hall": near and _hall(near)}


def _hall(near: items.NearHall) -> dict[str, Any]:
    names = ("name", "division", "address", "hours", "phone", "lon", "lat")
    km = None if near.km is None else round(near.km, 1)
    return {**{name: getattr(near.hall, name) for name in names}, "km": km, "item_code": near.code}


@router.get("/{code}", response=GuideOut)
def guide(request: HttpRequest, code: str) -> Any:
    """The published guide of one item, with its form as JSON Schema 2020-12."""
    found = items.published(code)
    names = [name for name in GuideOut.model_fields if name not in ("version_id", "version", "form")]
    return {
        **{name: getattr(found, name) for name in names},
        "version_id": found.id,
        "version": found.number,
        "form": dict(found.form),
    }
