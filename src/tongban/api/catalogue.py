"""The catalogue of government information resources. Anybody may read what is published."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tongban.inventory import service as inventory

router = Router()


class ItemOut(Schema):
    """``type``: C text, N number, Y money, D date, T moment, L truth, M long text, G general."""

    name: str
    type: str
    element: str


class EntryOut(Schema):
    code: str
    name: str
    classification: str
    provider: str
    provider_code: str
    abstract: str
    format: str
    items: list[ItemOut]
    sharing: str
    sharing_basis: str
    ways: list[str]
    opening: str
    opening_basis: str
    update_cycle: str
    version: int
    published_at: str
    related: list[str]


class FoundOut(Schema):
    total: int
    page: int
    pages: int
    entries: list[EntryOut]


class SearchIn(Schema):
    q: str = Field("", max_length=200, description="Every word must occur.")
    class_: str = Field("", alias="class", max_length=18, description="Begin of the code: 1, 101, 101001 …")
    department: str = Field("", max_length=50, description="Short code of the provider.")
    sharing: str = Field("", max_length=15, description="unconditional, conditional or none.")
    opening: str = Field("", max_length=15, description="unconditional, conditional or none.")
    cycle: str = Field("", max_length=10, description="realtime, daily, weekly, tendays, monthly …")
    page: int = Field(1, ge=1, le=10_000)


def _entry(row: inventory.Version) -> dict[str, Any]:
    names = ("name", "abstract", "format", "items", "sharing", "sharing_basis", "ways", "opening",
             "opening_basis", "related")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "code": row.entry.code,
        "classification": inventory.classification(row.entry),
        "provider": row.entry.department.name,
        "provider_code": row.entry.department.uscc,
        "update_cycle": row.cycle,
        "version": row.number,
        "published_at": row.published_at.isoformat() if row.published_at else "",
    }


@router.get("", response=FoundOut)
def entries(request: HttpRequest, query: Query[SearchIn]) -> Any:
    """Published entries, narrowed."""
    chosen = {"class": query.class_, "department": query.department, "sharing": query.sharing,
              "opening": query.opening, "cycle": query.cycle}  # fmt: skip
    found = inventory.search(query.q, chosen, page=query.page).page
    return {
        "total": found.paginator.count,
        "page": found.number,
        "pages": found.paginator.num_pages,
        "entries": [_entry(row) for row in found],
    }


@router.get("/{slug}", response=EntryOut)
def entry(request: HttpRequest, slug: str) -> Any:
    """One entry by its code with - for /; 410 with the reason when it was withdrawn."""
    return _entry(inventory.published(slug))
