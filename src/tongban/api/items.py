"""Service items: search and the guide."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from tongban.items import service as items

router = Router()


class ItemOut(Schema):
    code: str
    name: str
    name_en: str
    summary: str
    department_name: str
    division: str
    themes: list[str]


class SearchOut(Schema):
    total: int
    page: int
    items: list[ItemOut]


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
    q: str = ""
    division: str = ""
    theme: str = ""
    page: int = 1


@router.get("", response=SearchOut)
def search(request: HttpRequest, query: Query[SearchIn]) -> Any:
    """Find items by everyday words."""
    found = items.search(
        query.q, division=query.division or None, theme=query.theme or None, page=max(query.page, 1)
    )
    return {"total": found.total, "page": found.page, "items": [_hit(hit) for hit in found.hits]}


def _hit(hit: Any) -> dict[str, Any]:
    names = ("code", "name", "name_en", "summary", "department_name", "division", "themes")
    return {name: getattr(hit.item, name) for name in names}


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
