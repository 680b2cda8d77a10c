"""Finding candidates by index and ranking them: one statement a stage, the surest stage first.

A stage takes what is handled here first, then the rest, of each what is near first, six hundred at most;
sorting all entries that hold a common word would cost more than it tells.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import rjieba
from django.db import connection

from tongban.items.searching.language import normal
from tongban.items.searching.words import MAX_TERMS, MAX_VARIANTS, all_of, any_of, essence, terms, variants

CANDIDATES = 600
FEW = 10  # fewer matches than this, and looser ones are looked for as well
_OWN_FIRST = 400
_NEAR_FIRST = 200
_WEIGHTS = [0.05, 0.2, 0.5, 1.0]  # D, C, B, A: conditions, department, summary, name
_NAME = 3.0  # what likeness of the whole name adds
_ALL = 2.0  # what containing every word adds, in the head; half of it elsewhere
_NEAR = 0.5  # what being the reader's own place adds
_FAR = 0.2  # what being handled for the reader's place from elsewhere (通办) adds
_OWN = 1.0  # what being handled here adds, over items of another platform that are only described
# Whether an item of another place may be handled for this one: in the whole country, province or city.
REACHES = (
    "(cross_region = '1' OR (cross_region = '2' AND left(division, 2) = left(%s, 2)) "
    "OR (cross_region = '3' AND length(division) >= 4 AND left(division, 4) = left(%s, 4)))"
)
COLUMNS = "item_id, themes, service_objects, division, department_name, level, online"
# Beside the columns: the score, whether it is handled here, the basic code inside the item's code, and
# how far it is handled (通办范围).
Found = tuple[UUID, list[str], list[str], str, str, str, bool, float, bool, str, str]
_TELLS = "own, right(left(code, 31), 12), cross_region"


def serves(division: str, reach: str, place: str) -> bool:
    """Whether what is handled in ``division`` serves ``place``, as the filter asks it (``reach``: 通办)."""
    if division.startswith(place) or place.startswith(division) or reach == "1":
        return True
    size = {"2": 2, "3": 4}.get(reach, 0)
    return bool(size) and len(division) >= size and division[:size] == place[:size]


@dataclass(frozen=True, slots=True)
class Narrow:
    """A condition on entries and its parameters."""

    sql: str
    params: list[Any]


def pattern(text: str) -> str:
    """``text`` as the beginning of a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was found, best first; ``capped``: more matched than were ranked; ``exact``: as it was written."""

    rows: list[Found]
    capped: bool
    exact: bool


def ranked(text: str, narrow: Narrow, near: str, sounds: Sequence[str]) -> Ranked:
    """Entries that match ``text``."""
    read = [one for spelling in (sounds or [text]) for one in variants(spelling)][:MAX_VARIANTS]
    readings = [cut for one in read if (cut := cut_terms(one))] if text else []
    if not readings:
        return _all(narrow, near)
    exact = " | ".join(f"({all_of(_needed(one))})" for one in read if cut_terms(one))
    counts = _counts({term for cut in readings for term in cut})
    bare = essence(sounds[0] if sounds else text)
    score = _score(_groups(readings, counts), exact, bare, near)
    found: dict[UUID, Found] = {}
    certain = 0  # how many were found before anything was looked for loosely
    for loose, condition, params in _stages(text, exact, bare, readings, counts):
        if len(found) >= FEW:
            break
        for row in _stage(condition, params, narrow, near, score):
            found.setdefault(row[0], row)
        certain = certain if loose else len(found)
    rows = sorted(found.values(), key=lambda row: -row[7])
    # Where one kind was cut off, more of it matched than was ranked.
    cut_off = sum(row[8] for row in rows) >= _OWN_FIRST
    return Ranked(rows, cut_off or len(rows) >= CANDIDATES, exact=certain > 0)


def cut_terms(text: str) -> list[str]:
    """The terms of a query; a lone character says nothing beside a whole word."""
    found = terms(text, single=False)
    return ([term for term in found if len(term) > 1] or found)[:MAX_TERMS]


def _needed(text: str) -> list[str]:
    """Terms an entry must hold: the pairs inside each dictionary word.

    Pairs across two words are not asked for, since official names put things between them:
    食品（含保健食品）经营许可 is found by 食品经营许可.
    """
    words = [word for word in rjieba.cut(normal(text)) if len(word.strip()) > 1]
    inside = [
        term for word in words for term in terms(word, single=False) if len(term) == 2 or term.isascii()
    ]
    return list(dict.fromkeys(inside))[:MAX_TERMS] or cut_terms(text)


def _stages(
    text: str, exact: str, bare: str, readings: Sequence[Sequence[str]], counts: dict[str, int]
) -> Iterable[tuple[bool, str, list[Any]]]:
    """Whether a stage is a loose one, its condition and the condition's parameters."""
    if len(text) >= 6 and text.isascii() and text.isalnum():
        yield False, "code LIKE %s", [pattern(text.upper())]
    yield False, "head @@ %s::tsquery", [exact]
    yield False, "words @@ %s::tsquery", [exact]
    yield True, "words @@ %s::tsquery", [any_of(_rarest(readings, counts))]
    if len(bare) > 1:
        yield True, "(name %% %s OR %s <%% name)", [bare, bare]


def _stage(
    condition: str, params: Sequence[Any], narrow: Narrow, near: str, score: tuple[str, list[Any]]
) -> list[Found]:
    columns = f"{COLUMNS}, name, code, head, words, own, cross_region"
    base = f"SELECT {columns} FROM items_searchentry WHERE {condition} AND {narrow.sql}"  # noqa: S608
    given = [*params, *narrow.params]
    chain = [near[:length] for length in (2, 4, 6, 9) if len(near) >= length]
    parts, values = list[str](), list[Any]()
    for own, most in (("own", _OWN_FIRST), ("NOT own", CANDIDATES)):
        if near:
            parts.append(f"({base} AND {own} AND division = ANY(%s) LIMIT {_NEAR_FIRST})")
            parts.append(f"({base} AND {own} AND division <> ALL(%s) LIMIT {most})")
            values += [*given, chain, *given, chain]
        else:
            parts.append(f"({base} AND {own} LIMIT {most})")
            values += given
    sql = f"""
        SELECT {COLUMNS}, {score[0]}, {_TELLS} FROM ({" UNION ALL ".join(parts)} LIMIT {CANDIDATES})
        AS found
        ORDER BY 8 DESC, name, code LIMIT {CANDIDATES}
    """  # noqa: S608 (constants of this module only)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*score[1], *values])
        rows: list[Found] = cursor.fetchall()
    return rows


def _score(groups: Sequence[tuple[float, str]], exact: str, bare: str, near: str) -> tuple[str, list[Any]]:
    """Rank by the rarity of the words found, where they stand, the name's likeness, and nearness.

    The words of the query itself count fully, those of its official readings four fifths.
    """
    ranks = " + ".join(["%s * ts_rank(%s::float4[], head, %s::tsquery)"] * len(groups)) or "0"
    params: list[Any] = [part for group in groups for part in (group[0], _WEIGHTS, group[1])]
    sql = f"""({ranks})
        + CASE WHEN head @@ %s::tsquery THEN {_ALL} WHEN words @@ %s::tsquery THEN {_ALL / 2} ELSE 0 END
        + {_NAME} * similarity(name, %s)
        + CASE WHEN own THEN {_OWN} ELSE 0 END
        + CASE WHEN %s LIKE division || '%%' THEN {_NEAR} * length(division) / 6.0
            WHEN {REACHES} THEN {_FAR} ELSE 0 END"""
    return sql, [*params, exact, exact, bare, near, near, near]


def _counts(words: Iterable[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT term, entries FROM items_searchterm WHERE term = ANY(%s)", [list(words)])
        return dict(cursor.fetchall())


def _rarest(readings: Sequence[Sequence[str]], counts: dict[str, int]) -> list[str]:
    """The rarest words, as many as bring no more than about :data:`CANDIDATES`; at least one."""
    every = {term for cut in readings for term in cut}
    # What no entry holds finds nothing, unless the words have never been counted.
    words = sorted(every & counts.keys() or every, key=lambda term: counts.get(term, 0))
    chosen, total = list[str](), 0
    for word in words:
        total += counts.get(word, 0)
        if chosen and total > CANDIDATES:
            break
        chosen.append(word)
    return chosen


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


def _all(narrow: Narrow, near: str) -> Ranked:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS}, 0.0, {_TELLS} FROM items_searchentry "  # noqa: S608
            f"WHERE {narrow.sql} ORDER BY own DESC, (%s LIKE division || '%%') DESC, name, code "
            f"LIMIT {CANDIDATES}",
            [*narrow.params, near],
        )
        rows: list[Found] = cursor.fetchall()
    return Ranked(rows, len(rows) >= CANDIDATES, exact=True)
