"""Asking: what the faces call, around the ranking."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from tongban.divisions import service as divisions
from tongban.items.codes import label
from tongban.items.records import ItemSummary
from tongban.items.searching.language import normal, synonyms
from tongban.items.searching.ranking import REACHES, Found, Narrow, cut_terms, pattern, ranked, serves
from tongban.items.searching.results import Facet, SearchHit, SearchPage, marked
from tongban.items.searching.sounds import corrected, spelled
from tongban.items.searching.words import MAX_QUERY, all_of, variants

PAGE = 20
_PLACES = 40
_LOOKED_AT = 100  # names of a kind that are looked at for suggestions


def _narrow(  # noqa: PLR0917 (the filters of search, in its order)
    division: str | None,
    service_object: str | None,
    theme: str | None,
    department: str | None = None,
    level: str | None = None,
    online: bool | None = None,
) -> Narrow:
    parts, params = ["TRUE"], list[Any]()
    if division:
        # What serves a place is what is done there, above it, or below it.
        parts.append(f"(division LIKE %s OR %s LIKE division || '%%' OR {REACHES})")
        params += [pattern(division), division, division, division]
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
    return Narrow(" AND ".join(parts), params)


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
    found = ranked(text, narrow, near or division or "", sounds)
    rows, copies = _once(found.rows)
    # What stands in the catalogue as it was written needs no other spelling.
    suggestion = corrected(text) if text and not sounds and not found.exact else ""
    pages = max(1, math.ceil(len(rows) / size))
    page = min(max(page, 1), pages)
    chosen = rows[(page - 1) * size : page * size]
    return SearchPage(
        query=text,
        hits=tuple(_hits(chosen, copies, _marks([text, *sounds, suggestion]))),
        total=len(rows),
        page=page,
        pages=pages,
        capped=found.capped,
        themes=_facet(name for row in rows for name in row[1]),
        service_objects=_facet((code for row in rows for code in row[2]), "service-object"),
        divisions=_places(found.rows, division or ""),
        departments=_facet(row[4] for row in rows),
        levels=_facet((row[5] for row in rows if row[5]), "level"),
        online=tuple(
            Facet("1", _("可网上办"), count) for count in (sum(1 for row in rows if row[6]),) if count
        ),
        suggestion=suggestion or (sounds[0] if sounds else ""),
    )


def _marks(texts: Iterable[str]) -> list[str]:
    found = {term for text in texts if text for one in variants(text) for term in cut_terms(one)}
    return sorted(found, key=len, reverse=True)


def _once(rows: Sequence[Found]) -> tuple[list[Found], Counter[str]]:
    """Each matter once: of a basic item's implementations here the best placed; and how many there are."""
    kept, copies = list[Found](), Counter[str]()
    for row in rows:
        if row[8]:
            copies[row[9]] += 1
        if not row[8] or copies[row[9]] == 1:
            kept.append(row)
    return kept, copies


def _hits(rows: Sequence[Found], copies: Counter[str], marks: list[str]) -> Iterable[SearchHit]:
    summaries = _summaries([row[0] for row in rows])
    for row in rows:
        if (summary := summaries.get(row[0])) is not None:
            yield SearchHit(
                summary, marked(summary.name, marks), marked(summary.summary[:160], marks), float(row[7]),
                max(copies[row[9]] - 1, 0) if row[8] else 0,
            )  # fmt: skip


_SUMMARY = (
    "item_id", "version_id", "code", "slug", "name", "name_en", "summary", "department_name", "division",
    "level", "own", "cross_region", "themes", "service_objects",
)  # fmt: skip


def _summaries(item_ids: Sequence[UUID]) -> dict[UUID, ItemSummary]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_SUMMARY)} FROM items_searchentry WHERE item_id = ANY(%s)",  # noqa: S608
            [list(item_ids)],
        )
        found = {}
        for row in cursor.fetchall():
            columns: dict[str, Any] = dict(zip(_SUMMARY, row, strict=True))
            lists = {name: tuple(columns[name]) for name in ("themes", "service_objects")}
            found[row[0]] = ItemSummary(**{**columns, **lists})
        return found


def _facet(values: Iterable[str], system: str = "") -> tuple[Facet, ...]:
    counted = Counter(values).most_common(30)
    return tuple(Facet(value, label(system, value) if system else value, count) for value, count in counted)


def _places(rows: Sequence[Found], inside: str) -> tuple[Facet, ...]:
    """Places one step below ``inside`` with how many of the found matters serve each of them."""
    held: dict[tuple[str, str], set[object]] = {}
    for row in rows:
        held.setdefault((row[3], row[10]), set()).add(row[9] if row[8] else row[0])
    above = inside
    if not above and len({place[:2] for place, _reach in held if place}) == 1:
        above = next(place[:2] for place, _reach in held if place)
    size = {0: 2, 2: 4, 4: 6, 6: 9}.get(len(above), 0)
    below = {
        place[:size] for place, _reach in held if size and place.startswith(above) and len(place) >= size
    }
    counted = {
        place: len(set[object]().union(*(ids for key, ids in held.items() if serves(*key, place))))
        for place in below
    }
    named = divisions.names(counted)
    best = sorted(counted, key=lambda place: (-counted[place], place))[:_PLACES]
    return tuple(Facet(place, named.get(place, place), counted[place]) for place in best)


def suggest(prefix: str, *, near: str = "", most: int = 8) -> list[ItemSummary]:
    """Items to offer while the reader types: names that begin so, then names that hold its words."""
    text = normal(prefix.replace("\x00", "")).strip()[:50]
    if not text:
        return []
    ids = _named(text, near, most)
    if len(ids) < most and len(text) > 1:
        # An everyday word that has been begun is read as if it were finished: 开饭 means 开饭店.
        begun = next((said for said in synonyms() if said.startswith(text)), text)
        ids += [hit.item.item_id for hit in search(begun, near=near, size=most).hits]
    ids = list(dict.fromkeys(ids))[:most]
    summaries = _summaries(ids)
    return [summaries[pk] for pk in ids if pk in summaries]


def _named(text: str, near: str, most: int) -> list[UUID]:
    """Items whose name begins with ``text``, then those that hold its words; each matter here once.

    A handful of each kind is looked at: all names with a common character would cost more than they tell.
    """
    kinds = ["name ILIKE %s"]
    params: list[Any] = [pattern(text)]
    if words := all_of(cut_terms(text)):
        kinds.append("head @@ %s::tsquery")
        params.append(words)
    parts = [
        f"(SELECT {{columns}} FROM items_searchentry WHERE {kind} AND {own} LIMIT {_LOOKED_AT})"  # noqa: S608
        for own in ("own", "NOT own")
        for kind in kinds
    ]
    found = " UNION ".join(parts).format(columns="item_id, name, code, division, own")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT item_id FROM (SELECT DISTINCT ON (matter) * FROM (SELECT *, "  # noqa: S608
            "CASE WHEN own THEN right(left(code, 31), 12) ELSE item_id::text END AS matter, "
            f"%s LIKE division || '%%' AS here FROM ({found}) AS found) AS each "
            "ORDER BY matter, here DESC, code) AS once "
            "ORDER BY name ILIKE %s DESC, own DESC, here DESC, length(name), name, code LIMIT %s",
            [near, *params, *params, pattern(text), most],
        )
        return [row[0] for row in cursor.fetchall()]


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
