"""Retrieval: the passages that answer a question, and how sure it is that they do.

Items are found by search; their published versions are cut into passages when asked, so passages
can never lag behind what is in force. No model takes part.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tongban.items.models import ItemVersion, SearchTerm
from tongban.items.reading import detail_of
from tongban.items.records import VersionDetail
from tongban.items.searching.language import normal
from tongban.items.searching.likeness import (
    Asked,
    Likeness,
    Rarity,
    ask,
    confidence,
    likeness,
    sureness,
)
from tongban.items.searching.passages import ASKING, Piece, asked, pieces
from tongban.items.searching.sounds import spelled
from tongban.items.searching.words import MAX_QUERY, any_of, essence, same_matter, terms, variants

_READ = 8  # items whose versions are cut; the answer is hardly ever further down
_KIND = 1.0  # what being of the kind asked for adds to a passage
_ALIKE = 1.8  # what a question asked before and worded the same adds
_SUMMARY = 0.4  # what the opening passage has over others when no kind is named
_CANDIDATES = 1200
_PLACE = 1.0  # what being the asker's own county adds
_OWN = 0.5  # what being handled here adds
_Row = tuple[UUID, str, str, list[str], str, bool]
_EMPTY = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a published version. ``confidence`` (0–1) says how likely its item is what was meant.

    ``kind`` is one of summary, conditions, materials, fees, limits, address, hours, contact, online,
    flow, results, basis, faq, and the anchor of its place on the item's page; ``score`` orders the passages
    of one answer; ``number`` is the version's.
    """

    item_id: UUID
    version_id: UUID
    code: str
    slug: str
    item_name: str
    kind: str
    heading: str
    text: str
    score: float
    confidence: float
    number: int

    @property
    def url(self) -> str:
        """Where the passage stands: the item's page, the version quoted, the element."""
        return f"/items/{self.slug or self.code}/?version={self.number}#{self.kind}"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was read out of a question: its matter, official readings, and the kinds of passages asked for."""

    question: str
    matter: str
    readings: tuple[str, ...]
    asked: tuple[str, ...]


def understood(question: str) -> Understanding:
    """The matter a question is about and what it wants to know of it."""
    text = normal(question.replace("\x00", " "))[: MAX_QUERY * 2]
    matter = _EMPTY.sub(" ", ASKING.sub(" ", text)).strip()
    # "怎么办" alone names no matter; then the question stands as it is.
    matter = essence(matter) if len(matter) > 1 else essence(text)
    return Understanding(text, matter, tuple(variants(matter)), asked(text))


def retrieve(question: str, *, division: str | None = None, limit: int = 5) -> list[Passage]:
    """The passages nearest to ``question``, best first, at most ``limit``.

    ``division`` prefers items done near that place. Below a confidence of about 0.5
    (`settings.ASSIST_SURE`) an answer is more likely wrong than right: ask back or hand over.
    """
    meant = understood(question)
    asking = _asking(meant)
    near = _once(nearest(asking, division or ""))
    versions = _versions([one.version_id for one in near[:_READ]])
    found: list[Passage] = []
    for n, one in enumerate(near[:_READ]):
        if (version := versions.get(one.version_id)) is not None:
            # Passages stay with their item: what fits decides inside it, likeness between items.
            sure = confidence(figures(asking, near, n))
            found += _passages(version, meant, one.score - 0.01 * n, sure)
    found.sort(key=lambda one: -one.score)
    return found[:limit]


def asking_of(question: str) -> Asked:
    """A question as :func:`nearest` wants it."""
    return _asking(understood(question))


def _asking(meant: Understanding) -> Asked:
    sounds = spelled(meant.matter)
    return ask(sounds[0] if sounds else meant.matter, sounds[0] if sounds else meant.question)


@dataclass(frozen=True, slots=True)
class Near:
    """An item near to a question. ``confidence`` is that of the best one; the others' is in proportion."""

    version_id: UUID
    name: str
    score: float
    like: Likeness
    own: bool = False


def _once(found: Sequence["Near"]) -> list["Near"]:
    """Each matter handled here once, where it is best placed; other counties' guides say the same."""
    seen = set[str]()
    kept = []
    for one in found:
        if not one.own or one.name not in seen:
            kept.append(one)
        if one.own:
            seen.add(one.name)
    return kept


def nearest(asking: Asked, division: str = "") -> list[Near]:
    """The items nearest to a question, best first."""
    every = asking.every()
    counts = dict(SearchTerm.objects.filter(term__in=every).values_list("term", "entries"))
    rarity = Rarity(counts, _size())
    found = []
    for version_id, name, summary, themes, place, own in _candidates(every, counts, division):
        like = likeness(asking, name, f"{summary} {' '.join(themes)}", rarity)
        near = _PLACE * len(place) / 6 if place and division.startswith(place) else 0.0
        found.append(Near(version_id, name, like.score + near + (_OWN if own else 0.0), like, own))
    found.sort(key=lambda one: -one.score)
    return found


def figures(asking: Asked, found: Sequence[Near], at: int = 0) -> tuple[float, ...]:
    """What says how sure the item at ``at`` is (:data:`likeness.SURENESS`)."""
    here = found[at]
    matter = same_matter(here.name)
    other = next((one.score for one in found if same_matter(one.name) != matter), here.score - 5.0)
    return sureness(asking, here.name, here.like, here.score - other)


def _candidates(every: set[str], counts: Mapping[str, int], division: str) -> list[_Row]:
    """Items that hold one of the rarest words asked for, about a thousand at most."""
    chosen, total = list[str](), 0
    for word in sorted((one for one in every if counts.get(one)), key=lambda one: counts[one]):
        if chosen and total + counts[word] > _CANDIDATES:
            break
        chosen.append(word)
        total += counts[word]
    if not chosen:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.version_id, e.name, left(e.summary, 200), e.themes || v.keywords, e.division, e.own "
            "FROM items_searchentry e JOIN items_itemversion v ON v.id = e.version_id "
            "WHERE words @@ %s::tsquery ORDER BY own DESC, %s LIKE e.division || '%%' DESC LIMIT %s",
            [any_of(chosen), division, _CANDIDATES],
        )
        rows: list[_Row] = cursor.fetchall()
    return rows


def _size() -> int:
    most = SearchTerm.objects.order_by("-entries").values_list("entries", flat=True).first()
    return max(most or 1, 50)


def _versions(ids: Sequence[UUID]) -> dict[UUID, VersionDetail]:
    rows = (
        ItemVersion.objects.filter(pk__in=ids)
        .select_related("item__basic")
        .prefetch_related("materials", "fees", "steps", "faqs", "outcomes")
    )
    return {row.pk: detail_of(row) for row in rows}


def _passages(
    version: VersionDetail, meant: Understanding, standing: float, confidence: float
) -> list[Passage]:
    words = set(terms(meant.matter, single=False))
    return [
        Passage(
            version.item_id, version.id, version.code, version.slug, version.name,
            piece.kind, piece.heading, piece.text, standing + _fit(piece, meant, words), confidence,
            version.number,
        )
        for piece in pieces(version)
    ]  # fmt: skip


def _fit(piece: Piece, meant: Understanding, words: set[str]) -> float:
    """How well a passage fits what is asked, whatever its item: kind first, then shared words."""
    own = set(terms(f"{piece.heading} {piece.text[:400]}", single=False))
    shared = len(words & own) / len(words) if words else 0.0
    if piece.kind in meant.asked:
        return _KIND * (1.0 - 0.1 * meant.asked.index(piece.kind)) + 0.3 * shared
    if piece.kind == "faq":
        # The same words asked about the matter ("代办") make it the answer, above the kind's own passage.
        same = any(word in piece.heading for word in ASKING.findall(meant.question))
        # A question somebody asked before is compared whole, with what is asked about the matter.
        whole, heading = set(terms(meant.question, single=False)), set(terms(piece.heading, single=False))
        alike = _ALIKE * 2 * len(whole & heading) / max(len(whole) + len(heading), 1)
        return alike + (_KIND if same else 0.0)
    return (_SUMMARY if piece.kind == "summary" else 0.0) + 0.3 * shared
