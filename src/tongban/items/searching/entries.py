"""Keeping the search table in step with what is published."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.items.copying import copy_in
from tongban.items.models import Item, ItemState, ItemVersion, SearchEntry, SearchTerm, VersionState
from tongban.items.searching.sounds import sound
from tongban.items.searching.words import vector

_MOST_TEXT = 600  # characters of conditions and materials that are indexed; the rest says little new
_BATCH = 1000
READ = (
    "id", "name", "name_en", "summary", "keywords", "themes", "service_objects", "online_depth",
    "handling_forms", "cross_region", "conditions",
)  # fmt: skip
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


def put(entries: Sequence[Mapping[str, Any]]) -> None:
    """Put in force what :func:`entry` made of many items, in the place of their older entries."""
    SearchEntry.objects.filter(item__in=[one["item_id"] for one in entries]).delete()
    copy_in(SearchEntry, entries)


def entry(
    item: Item, version: Mapping[str, Any], materials: Sequence[str], outcomes: Sequence[str],
    questions: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """The columns of an item's search entry, from the columns of its version and the names of its parts."""
    texts = (
        (f"{version['name']} {version['name_en']}", "A"),
        (" ".join(version["keywords"]), "A"),
        (f"{version['summary']} {' '.join(version['themes'])}", "B"),
        (" ".join(outcomes), "B"),
        (f"{item.department_name} {item.code} {item.national_code}", "C"),
        (" ".join(materials)[:_MOST_TEXT], "D"),
        (" ".join(questions)[:_MOST_TEXT], "C"),
        (" ".join(version["conditions"])[:_MOST_TEXT], "D"),
    )
    same = ("name", "name_en", "summary", "themes", "service_objects", "cross_region")
    online = bool({"4", "5"} & set(version["online_depth"])) or "2" in version["handling_forms"]
    return {name: version[name] for name in same} | {
        "item_id": item.pk,
        "version_id": version["id"],
        "code": item.code,
        "slug": item.slug or "",
        "department_name": item.department_name,
        "division": item.division,
        "level": item.level,
        "own": item.department_id is not None,
        "online": online,
        "words": vector(texts),
    }


def _entry(row: ItemVersion) -> SearchEntry:
    names = ("materials", "name"), ("outcomes", "name"), ("faqs", "question")
    parts = [[getattr(part, name) for part in getattr(row, kind).all()] for kind, name in names]
    return SearchEntry(**entry(row.item, {name: getattr(row, name) for name in READ}, *parts))


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
            f"""
            WITH now AS MATERIALIZED (
                SELECT word, ndoc FROM ts_stat('SELECT words FROM {entries}') WHERE length(word) <= 40
            ), gone AS (
                DELETE FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM now WHERE now.word = t.term)
            )
            INSERT INTO {table} (term, entries, pinyin, initials) SELECT word, ndoc, '', '' FROM now
            ON CONFLICT (term) DO UPDATE SET entries = EXCLUDED.entries
                WHERE {table}.entries <> EXCLUDED.entries
            """  # noqa: S608 (table names of our own models)
        )
        # Words that are new have no sound yet; the sound of the others does not change.
        cursor.execute(f"SELECT term FROM {table} WHERE pinyin = '' AND term ~ '^[\u4e00-\u9fff]{{2,8}}$'")  # noqa: S608
        sounds = [(term, *sound(term)) for (term,) in cursor.fetchall()]
        cursor.execute(
            f"UPDATE {table} t SET pinyin = s.pinyin, initials = s.initials "  # noqa: S608
            "FROM unnest(%s::text[], %s::text[], %s::text[]) AS s(term, pinyin, initials) "
            "WHERE t.term = s.term",
            [list(column) for column in zip(*sounds, strict=True)] if sounds else [[], [], []],
        )
