"""Keeping the search table in step with what is published."""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from django.db import connection, transaction

from tongban.items.models import ItemState, ItemVersion, SearchEntry, SearchTerm, VersionState
from tongban.items.searching.sounds import sounded
from tongban.items.searching.words import vector

_MOST_TEXT = 600  # characters of conditions and materials that are indexed; the rest says little new
_BATCH = 1000
_COLUMNS = [
    "version", "code", "slug", "name", "name_en", "summary", "department_name", "division", "level", "own",
    "themes", "service_objects", "online", "cross_region", "words",
]  # fmt: skip


def refresh(version_ids: Iterable[UUID]) -> None:
    """Put these versions' items in, or take them out where they are not in force or not in use."""
    rows = (
        ItemVersion.objects.filter(pk__in=list(version_ids))
        .select_related("item")
        .prefetch_related("materials", "outcomes", "faqs")
    )
    shown, gone = [], []
    for row in rows:
        in_force = row.state == VersionState.PUBLISHED and row.item.state != ItemState.CANCELLED
        shown.append(_entry(row)) if in_force else gone.append(row)
    SearchEntry.objects.filter(version__in=gone).delete()
    SearchEntry.objects.bulk_create(
        shown, update_conflicts=True, unique_fields=["item"], update_fields=_COLUMNS, batch_size=_BATCH
    )


def _entry(row: ItemVersion) -> SearchEntry:
    item = row.item
    return SearchEntry(
        item=item,
        version=row,
        code=item.code,
        slug=item.slug or "",
        name=row.name,
        name_en=row.name_en,
        summary=row.summary,
        department_name=item.department_name,
        division=item.division,
        level=item.level,
        own=item.department_id is not None,
        themes=row.themes,
        service_objects=row.service_objects,
        online=bool({"4", "5"} & set(row.online_depth)) or "2" in row.handling_forms,
        cross_region=row.cross_region,
        words=vector(_texts(row)),
    )


def _texts(row: ItemVersion) -> Iterator[tuple[str, str]]:
    yield f"{row.name} {row.name_en}", "A"
    yield " ".join(row.keywords), "A"
    yield f"{row.summary} {' '.join(row.themes)}", "B"
    yield " ".join(outcome.name for outcome in row.outcomes.all()), "B"
    yield f"{row.item.department_name} {row.item.code} {row.item.national_code}", "C"
    yield " ".join(material.name for material in row.materials.all())[:_MOST_TEXT], "D"
    yield " ".join(faq.question for faq in row.faqs.all())[:_MOST_TEXT], "C"
    yield " ".join(row.conditions)[:_MOST_TEXT], "D"


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Make the whole table anew from the published versions; returns the number of entries.

    ``progress`` is told how many versions are done, and of how many.
    """
    ids = list(ItemVersion.objects.filter(state=VersionState.PUBLISHED).values_list("pk", flat=True))
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        for start in range(0, len(ids), _BATCH):
            refresh(ids[start : start + _BATCH])
            if progress is not None:
                progress(min(start + _BATCH, len(ids)), len(ids))
    count_words()
    return SearchEntry.objects.count()


def count_words() -> None:
    """Count in how many entries each word occurs. Search works without; it only ranks better with it."""
    table, entries = SearchTerm._meta.db_table, SearchEntry._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        # A writer at a time; readers go on with the counts they see.
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            f"SELECT word, ndoc FROM ts_stat('SELECT words FROM {entries}') WHERE length(word) <= 40"  # noqa: S608
        )
        words: list[tuple[str, int]] = cursor.fetchall()
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (table names of our own models)
        SearchTerm.objects.bulk_create(sounded(words), batch_size=5000)
