"""Open data: the published datasets and their rows. Anybody may read, from any site, within a rate limit."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tongban.opendata import service as opendata

router = Router()


class DatasetOut(Schema):
    code: str
    title: str
    title_en: str
    description: str
    keywords: list[str]
    theme: str
    publisher: str
    licence: str
    update_cycle: str
    division: str
    version: int
    rows: int
    published_at: str
    page: str


class ColumnOut(Schema):
    name: str
    title: str
    title_en: str
    type: str
    about: str


class FileOut(Schema):
    """A download; ``bytes`` is its size."""

    format: str
    url: str
    bytes: int
    sha256: str


class DetailOut(DatasetOut):
    columns: list[ColumnOut]
    files: list[FileOut]
    versions: list[int]


class FacetOut(Schema):
    value: str
    label: str
    count: int


class FoundOut(Schema):
    total: int
    page: int
    pages: int
    datasets: list[DatasetOut]
    facets: dict[str, list[FacetOut]]


class SearchIn(Schema):
    q: str = Field("", max_length=200, description="Every word must occur.")
    theme: str = Field("", max_length=4, description="Code of the European data theme vocabulary.")
    publisher: str = Field("", max_length=50, description="Short code of the department.")
    format: str = Field("", max_length=10, description="CSV, Parquet or API.")
    page: int = Field(1, ge=1, le=10_000)


class RowsIn(Schema):
    columns: str = Field("", max_length=2000, description="Names with commas; all by default.")
    sort: str = Field("", max_length=100, description="A column; with - before it descending.")
    limit: int = Field(100, ge=1, le=1000)
    cursor: str = Field("", max_length=400, description="next of the page before; stays on its version.")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="An earlier version.")


class RowsOut(Schema):
    version: int
    total: int
    columns: list[ColumnOut]
    rows: list[dict[str, Any]]
    next: str


def _count(request: HttpRequest) -> None:
    opendata.count_call(request.META.get("REMOTE_ADDR", ""))


def _dataset(row: opendata.Dataset, release: opendata.Release) -> dict[str, Any]:
    names = ("code", "title", "title_en", "description", "keywords", "theme", "division")
    return {name: getattr(row, name) for name in names} | {
        "publisher": row.publisher.name,
        "licence": opendata.LICENCES[row.terms],
        "update_cycle": row.cycle,
        "version": release.number,
        "rows": release.rows,
        "published_at": release.published_at.isoformat() if release.published_at else "",
        "page": opendata.address(f"/open/datasets/{row.code}/"),
    }


@router.get("/datasets", response=FoundOut)
def datasets(request: HttpRequest, query: Query[SearchIn]) -> Any:
    """Published datasets, narrowed; facets count what the words found."""
    _count(request)
    found = opendata.search(
        query.q, theme=query.theme, publisher=query.publisher, format=query.format, page=query.page
    )
    return {
        "total": found.page.paginator.count,
        "page": found.page.number,
        "pages": found.page.paginator.num_pages,
        "datasets": [_dataset(row, opendata.release_of(row)) for row in found.page],
        "facets": {"theme": found.themes, "publisher": found.publishers, "format": found.formats},
    }


@router.get("/datasets/{code}", response=DetailOut)
def dataset(request: HttpRequest, code: str) -> Any:
    """One dataset with its typed columns, files and versions; 410 with the reason when it was withdrawn."""
    _count(request)
    row = opendata.published(code)
    release = opendata.release_of(row)
    files = (("CSV", "csv", release.csv), ("Parquet", "parquet", release.parquet))
    return _dataset(row, release) | {
        "columns": opendata.columns_of(release),
        "files": [
            {
                "format": name,
                "url": opendata.address(opendata.download_path(row.code, release.number, extension)),
                "bytes": file.size,
                "sha256": file.hash,
            }
            for name, extension, file in files
        ],
        "versions": [one.number for one in opendata.releases_of(row)],
    }


@router.get("/datasets/{code}/rows", response=RowsOut)
def rows(request: HttpRequest, code: str, query: Query[RowsIn]) -> Any:
    """Rows that match every filter. A filter is ``column=value`` or ``column__operator=value``.

    Operators: eq, ne, gt, gte, lt, lte, in (values with commas), contains, null (true or false).
    """
    _count(request)
    filters = [
        (name, value)
        for name, values in request.GET.lists()
        if name not in opendata.RESERVED
        for value in values
    ]
    return opendata.rows(
        opendata.published(code), filters[:20], columns=query.columns, sort=query.sort, limit=query.limit,
        cursor=query.cursor, version=query.version,
    )  # fmt: skip
