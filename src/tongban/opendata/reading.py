"""What the public sees: the published datasets, their versions and files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import DomainError, Forbidden, NotFound
from tongban.opendata import rights, sources, writing
from tongban.opendata.models import Dataset, DatasetState, Release, ReleaseState, Theme
from tongban.opendata.shapes import Column, Source, column_of

PAGE = 20
FORMATS = (("CSV", "CSV"), ("Parquet", "Parquet"), ("API", "API"))
PUBLIC = (ReleaseState.PUBLISHED, ReleaseState.REPLACED)


class Withdrawn(DomainError):
    """The dataset was published once and has been taken back (HTTP 410)."""

    status = 410

    def __init__(self, reason: str) -> None:
        super().__init__(_("这个数据集已经撤回：%(reason)s") % {"reason": reason}, code="withdrawn")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet with the number of datasets found under it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of datasets with facets."""

    page: "Page[Dataset]"
    themes: tuple[Choice, ...]
    publishers: tuple[Choice, ...]
    formats: tuple[Choice, ...]


def _published() -> "QuerySet[Dataset]":
    current = Release.objects.filter(state=ReleaseState.PUBLISHED).select_related("csv", "csv_bom", "parquet")
    return (
        Dataset.objects.filter(state=DatasetState.PUBLISHED)
        .select_related("publisher")
        .prefetch_related(Prefetch("releases", current, to_attr="published"))
    )


def search(
    words: str = "", *, theme: str = "", publisher: str = "", format: str = "", page: int = 1
) -> Found:
    """Published datasets that contain every word, narrowed; facets count within the words."""
    rows = _published()
    for word in words.replace("\x00", " ").split()[:10]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(title_en__icontains=word) | Q(description__icontains=word)
            | Q(keywords__icontains=word) | Q(code__icontains=word) | Q(publisher__name__icontains=word)
        )  # fmt: skip
    plain = rows.order_by()
    themes = [
        Choice(value, str(Theme(value).label), n)
        for value, n in plain.values_list("theme").annotate(n=Count("id")).order_by("-n", "theme")
    ]
    publishers = [
        Choice(code, name, n)
        for code, name, n in plain.values_list("publisher__code", "publisher__short_name")
        .annotate(n=Count("id"))
        .order_by("-n", "publisher__code")
    ]
    total = plain.count()
    formats = [Choice(value, label, total) for value, label in FORMATS if total]
    if theme:
        rows = rows.filter(theme=theme)
    if publisher:
        rows = rows.filter(publisher__code=publisher)
    if format and format not in dict(FORMATS):
        rows = rows.none()  # every dataset comes in every format there is
    found = Paginator(rows.order_by("title", "code"), PAGE).get_page(page)
    return Found(found, tuple(themes), tuple(publishers), tuple(formats))


def everything() -> list[Dataset]:
    """All published datasets with their release (``published[0]``), by code."""
    return list(_published().order_by("code"))


def stamp() -> tuple[int, datetime | None]:
    """Changes whenever the public catalogue does."""
    seen = Dataset.objects.exclude(first_published_at=None).aggregate(n=Count("id"), at=Max("changed_at"))
    return seen["n"], seen["at"]


def published(code: str) -> Dataset:
    """A published dataset by code. Raises NotFound, or Withdrawn when it was taken back."""
    found = _published().filter(code=code).first()
    if found is not None:
        return found
    gone = Dataset.objects.filter(code=code, state=DatasetState.WITHDRAWN).first()
    if gone is not None:
        raise Withdrawn(gone.withdrawn_reason)
    raise NotFound(_("没有这个数据集"))


def release_of(dataset: Dataset, number: int | None = None) -> Release:
    """The release in force, or an earlier published one by number. Raises NotFound."""
    rows = dataset.releases.filter(state__in=PUBLIC).select_related("csv", "csv_bom", "parquet")
    found = rows.filter(state=ReleaseState.PUBLISHED).first() if number is None else None
    found = rows.filter(number=number).first() if number is not None else found
    if found is None:
        raise NotFound(_("没有这个版本"))
    return found


def releases_of(dataset: Dataset) -> list[Release]:
    """Every published version, newest first."""
    return list(dataset.releases.filter(state__in=PUBLIC).select_related("csv", "csv_bom", "parquet"))


def columns_of(release: Release) -> list[Column]:
    """The typed columns of a release."""
    return [column_of(c) for c in release.columns]


def first_rows(release: Release, n: int = 10) -> list[tuple[Any, ...]]:
    """The first rows of a release, for a look."""
    head = writing.arrow(release.parquet_id).slice(0, n)
    return list(zip(*(column.to_pylist() for column in head.columns), strict=True))


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    label: str
    value: int


BARS = 24


def chart(dataset: Dataset, release: Release) -> tuple[Column, str, list[Bar]] | None:
    """What is worth drawing: a sum by one dimension, or rows by one column. None where nothing is."""
    source = sources.source(dataset.source)
    if source.chart is None:
        return None
    columns = {c.name: c for c in columns_of(release)}
    name, measure = source.chart
    table = writing.arrow(release.parquet_id)
    if measure:
        found = _sums(source, columns, table, name, measure)
        words = columns[measure].title
    else:
        counts = table.column(name).value_counts().to_pylist()
        found = [Bar(_said(one["values"]), one["counts"]) for one in counts]
        found.sort(key=lambda bar: -bar.value)
        words = _("行数")
    return (columns[name], words, found[:BARS]) if found else None


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value if value is not None else "—")


def _sums(source: Source, columns: dict[str, Column], table: Any, name: str, measure: str) -> list[Bar]:
    """The published sums that keep only one dimension."""
    own = columns[name].of or name
    others = [d for d in source.dimensions if d != own]
    bars = [
        Bar(row[name], row[measure])
        for row in table.select(sorted({name, own, measure, *others})).to_pylist()
        if row[own] != "_T" and all(row[d] == "_T" for d in others) and row[measure] is not None
    ]
    return bars if own == "month" else sorted(bars, key=lambda bar: -bar.value)


def work_list(actor: Actor, *, state: str = "", words: str = "", page: int = 1) -> "Page[Dataset]":
    """Datasets a steward or supervisor looks after, the latest first. Raises Forbidden."""
    if not actor.has_role(*rights.REVIEWERS):
        raise Forbidden
    reach = Q()
    for post in actor.posts:
        if post.role in rights.REVIEWERS:
            reach |= Q(publisher_id=post.department_id) | Q(publisher__division__startswith=post.division)
    rows = Dataset.objects.filter(reach).select_related("publisher").prefetch_related("releases")
    if state:
        rows = (
            rows.filter(state=state)
            if state != "in_review"
            else rows.filter(releases__state=ReleaseState.IN_REVIEW)
        )
    for word in words.split()[:10]:
        rows = rows.filter(Q(title__icontains=word) | Q(code__icontains=word))
    return Paginator(rows.order_by("-changed_at", "code"), PAGE).get_page(page)


def seen(actor: Actor, dataset_id: UUID) -> Dataset:
    """A dataset for its stewards and reviewers. Raises NotFound, Forbidden."""
    found = Dataset.objects.select_related("publisher").filter(pk=dataset_id).first()
    if found is None:
        raise NotFound(_("没有这个数据集"))
    if not rights.may_review(actor, found.publisher):
        raise Forbidden
    return found
