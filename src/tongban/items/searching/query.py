"""Asking: candidates by index, at most a thousand of them ranked."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from tongban.items.codes import label
from tongban.items.models import SearchEntry, SearchTerm
from tongban.items.records import ItemSummary
from tongban.items.searching.results import Facet, SearchHit, SearchPage, marked
from tongban.items.searching.sounds import corrected, spelled
from tongban.items.searching.words import (
    MAX_QUERY,
    MAX_TERMS,
    MAX_VARIANTS,
    all_of,
    any_of,
    essence,
    normal,
    terms,
    variants,
)

CANDIDATES = 1000
FEW = 10  # fewer exact matches than this, and looser ones are looked for as well
PAGE = 20
_WEIGHTS = [0.05, 0.2, 0.5, 1.0]  # D, C, B, A: conditions, department, summary, name
_NAME = 3.0  # what likeness of the whole name adds
_ALL = 2.0  # what containing every word adds
_NEAR = 0.5  # what being the reader's own place adds
_FAR = 0.2  # what being handled for the reader's place from elsewhere (通办) adds
# Whether an item of another place may be handled for this one: in the whole country, province or city.
_REACHES = (
    "(cross_region = '1' OR (cross_region = '2' AND left(division, 2) = left(%s, 2)) "
    "OR (cross_region = '3' AND length(division) >= 4 AND left(division, 4) = left(%s, 4)))"
)
_OWN = 1.0  # what being handled here adds, over items of another platform that are only described


@dataclass(frozen=True, slots=True)
class _Narrow:
    """A condition on entries and its parameters."""

    sql: str
    params: list[Any]


def _narrow(  # noqa: PLR0917 (the filters of search, in its order)
    division: str | None,
    service_object: str | None,
    theme: str | None,
    department: str | None = None,
    level: str | None = None,
    online: bool | None = None,
) -> _Narrow:
    parts, params = ["TRUE"], list[Any]()
    if division:
        # What serves a place is what is done there, above it, or below it.
        parts.append(f"(division LIKE %s OR %s LIKE division || '%%' OR {_REACHES})")
        params += [_pattern(division), division, division, division]
    if department:
        parts.append("department_name = %s")
        params.append(department)
    if level:
        parts.append("level = %s")
        params.append(level)
    if online is not None:
        parts.append("online = %s")
        params.append(online)
    if service_object:
        parts.append("service_objects @> ARRAY[%s]::varchar[]")
        params.append(service_object)
    if theme:
        parts.append("themes @> ARRAY[%s]::varchar[]")
        params.append(theme)
    return _Narrow(" AND ".join(parts), params)


def _pattern(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def search(
    query: str,
    *,
    division: str | None = None,
    service_object: str | None = None,
    theme: str | None = None,
    department: str | None = None,
    level: str | None = None,
    online: bool | None = None,
    page: int = 1,
    near: str | None = None,
    size: int = PAGE,
) -> SearchPage:
    """Published items that match ``query``, best first; all of them, by name, for an empty query.

    ``division`` narrows to what serves a place, ``near`` only lifts what is closer to it; ``department``
    is a name, ``level`` a code. Words of everyday language are put into official ones, pinyin and initials
    into characters, and a wrong character is forgiven. Of a longer text the first 200 characters count.
    """
    text = query[: MAX_QUERY * 2].replace("\x00", " ").strip()[:MAX_QUERY]
    narrow = _narrow(division, service_object, theme, department, level, online)
    sounds = spelled(text)
    rows, capped = _ranked(text, narrow, near or division or "", sounds)
    suggestion = "" if sounds else corrected(text) if text else ""
    pages = max(1, math.ceil(len(rows) / size))
    page = min(max(page, 1), pages)
    chosen = rows[(page - 1) * size : page * size]
    return SearchPage(
        query=text,
        hits=tuple(_hits(chosen, _marks([text, *sounds, suggestion]))),
        total=len(rows),
        page=page,
        pages=pages,
        capped=capped,
        themes=_facet(name for row in rows for name in row[2]),
        service_objects=_facet((code for row in rows for code in row[3]), "service-object"),
        divisions=_facet(row[4] for row in rows),
        departments=_facet(row[5] for row in rows),
        levels=_facet((row[6] for row in rows if row[6]), "level"),
        online=tuple(
            Facet("1", _("可网上办"), count) for count in (sum(1 for row in rows if row[7]),) if count
        ),
        suggestion=suggestion or (sounds[0] if sounds else ""),
    )


_Row = tuple[UUID, float, list[str], list[str], str, str, str, bool]


def _ranked(text: str, narrow: _Narrow, near: str, sounds: Sequence[str]) -> tuple[list[_Row], bool]:
    read = [one for spelling in (sounds or [text]) for one in variants(spelling)][:MAX_VARIANTS]
    readings = [cut for one in read if (cut := _cut(one))] if text else []
    if not readings:
        return _all(narrow, near)
    exact = " | ".join(f"({all_of(cut)})" for cut in readings)
    counts = _counts({term for cut in readings for term in cut})
    found = _candidates("words @@ %s::tsquery", [exact], narrow)
    if len(found) < FEW:
        loose = any_of(_rarest(readings, counts))
        found |= _candidates("words @@ %s::tsquery", [loose], narrow)
    bare = essence(sounds[0] if sounds else text)
    if len(found) < FEW and len(bare) > 1:
        found |= _candidates("(name %% %s OR %s <%% name)", [bare, bare], narrow)
    if len(text) >= 6 and text.isascii() and text.isalnum():
        found |= _candidates("code LIKE %s", [_pattern(text.upper())], narrow)
    rows = _score(found, _groups(readings, counts), exact, bare, near)
    return rows, len(found) >= CANDIDATES


def _cut(text: str) -> list[str]:
    found = terms(text, single=False)
    # A lone character says nothing beside a whole word.
    return ([term for term in found if len(term) > 1] or found)[:MAX_TERMS]


def _candidates(condition: str, params: Sequence[Any], narrow: _Narrow) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT item_id FROM items_searchentry WHERE {condition} AND {narrow.sql} "  # noqa: S608
            f"ORDER BY own DESC LIMIT {CANDIDATES}",
            [*params, *narrow.params],
        )
        return {row[0] for row in cursor.fetchall()}


def _counts(words: Iterable[str]) -> dict[str, int]:
    return dict(SearchTerm.objects.filter(term__in=list(words)).values_list("term", "entries"))


def _rarest(readings: Sequence[Sequence[str]], counts: dict[str, int]) -> list[str]:
    """The rarest words, as many as bring no more than about a thousand candidates; at least one."""
    words = sorted({term for cut in readings for term in cut}, key=lambda term: counts.get(term, 0))
    chosen, total = list[str](), 0
    for word in words:
        total += counts.get(word, 0)
        if chosen and total > CANDIDATES:
            break
        chosen.append(word)
    return chosen


def _score(
    found: set[UUID], groups: Sequence[tuple[float, str]], exact: str, bare: str, near: str
) -> list[_Row]:
    """Rank by the rarity of the words found, where they stand, the name's likeness, and nearness.

    The words of the query itself count fully, those of its official readings four fifths.
    """
    ranks = " + ".join(["%s * ts_rank(%s::float4[], words, %s::tsquery)"] * len(groups)) or "0"
    params: list[Any] = [part for group in groups for part in (group[0], _WEIGHTS, group[1])]
    sql = f"""
        SELECT item_id, ({ranks}) + CASE WHEN words @@ %s::tsquery THEN {_ALL} ELSE 0 END
            + {_NAME} * similarity(name, %s)
            + CASE WHEN own THEN {_OWN} ELSE 0 END
            + CASE WHEN %s LIKE division || '%%' THEN {_NEAR} * length(division) / 6.0
                WHEN {_REACHES} THEN {_FAR} ELSE 0 END,
            themes, service_objects, division, department_name, level, online
        FROM items_searchentry WHERE item_id = ANY(%s) ORDER BY 2 DESC, name, code
    """  # noqa: S608 (constants of this module only)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, exact, bare, near, near, near, list(found)])
        rows: list[_Row] = cursor.fetchall()
    return rows


def _groups(readings: Sequence[Sequence[str]], counts: dict[str, int]) -> list[tuple[float, str]]:
    """Words of like rarity together, so that a handful of ranking calls do: ``(factor, tsquery)``."""
    most = max(counts.values(), default=1) + 1
    by_step: dict[tuple[int, bool], list[str]] = {}
    seen: set[str] = set()
    for n, cut in enumerate(readings):
        for term in cut:
            if term not in seen:
                seen.add(term)
                step = min(4, int(math.log2(most / (counts.get(term, 0) + 1)) / 2))
                by_step.setdefault((step, n == 0), []).append(term)
    # ts_rank divides by the number of words asked for; the factor takes that back.
    return [
        (len(words) * (0.5 + step) * (1.0 if first else 0.8), any_of(words))
        for (step, first), words in by_step.items()
    ]


def _all(narrow: _Narrow, near: str) -> tuple[list[_Row], bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_id, 0.0, themes, service_objects, division, department_name, level, online "  # noqa: S608
            "FROM items_searchentry "
            f"WHERE {narrow.sql} ORDER BY own DESC, (%s LIKE division || '%%') DESC, name, code "
            f"LIMIT {CANDIDATES}",
            [*narrow.params, near],
        )
        rows = cursor.fetchall()
    return rows, len(rows) >= CANDIDATES


def _marks(texts: Iterable[str]) -> list[str]:
    found = {term for text in texts if text for one in variants(text) for term in _cut(one)}
    return sorted(found, key=len, reverse=True)


def _hits(rows: Sequence[_Row], marks: list[str]) -> Iterable[SearchHit]:
    entries = SearchEntry.objects.defer("words").in_bulk([row[0] for row in rows])
    for row in rows:
        if (entry := entries.get(row[0])) is not None:
            summary = _summary(entry)
            yield SearchHit(
                summary, marked(entry.name, marks), marked(entry.summary[:160], marks), float(row[1])
            )


def _summary(entry: SearchEntry) -> ItemSummary:
    return ItemSummary(
        item_id=entry.item_id,
        version_id=entry.version_id,
        code=entry.code,
        slug=entry.slug,
        name=entry.name,
        name_en=entry.name_en,
        summary=entry.summary,
        department_name=entry.department_name,
        division=entry.division,
        level=entry.level,
        themes=tuple(entry.themes),
        service_objects=tuple(entry.service_objects),
        own=entry.own,
    )


def _facet(values: Iterable[str], system: str = "") -> tuple[Facet, ...]:
    counted = Counter(values).most_common(30)
    return tuple(Facet(value, label(system, value) if system else value, count) for value, count in counted)


def suggest(prefix: str, *, near: str = "", most: int = 8) -> list[ItemSummary]:
    """Items to offer while the reader types: names that begin so, then names that contain it."""
    text = normal(prefix.replace("\x00", "")).strip()[:50]
    if not text:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_id FROM items_searchentry WHERE name ILIKE %s ORDER BY name ILIKE %s DESC, "
            "own DESC, (%s LIKE division || '%%') DESC, length(name), name, code LIMIT %s",
            ["%" + _pattern(text), _pattern(text), near, most],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) < most and len(text) > 1:
        ids += [hit.item.item_id for hit in search(text, near=near, size=most).hits]
    ids = list(dict.fromkeys(ids))[:most]
    entries = SearchEntry.objects.defer("words").in_bulk(ids)
    return [_summary(entries[pk]) for pk in ids if pk in entries]


def themes(*, division: str | None = None, own: bool | None = None) -> tuple[Facet, ...]:
    """Every theme with the number of its published items, most first."""
    narrow = _narrow(division, None, None)
    extra = "" if own is None else " AND own" if own else " AND NOT own"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT theme, count(*) FROM items_searchentry, unnest(themes) AS theme "  # noqa: S608
            f"WHERE {narrow.sql}{extra} GROUP BY theme ORDER BY 2 DESC, 1",
            narrow.params,
        )
        return tuple(Facet(name, name, count) for name, count in cursor.fetchall())
