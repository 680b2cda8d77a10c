"""Retrieval: the passages that answer a question, and how sure it is that they do.

Items are found by search; their published versions are cut into passages when asked, so passages
can never lag behind what is in force. No model takes part.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tongban.items.models import ItemVersion, SearchTerm
from tongban.items.reading import detail_of
from tongban.items.records import VersionDetail
from tongban.items.searching.passages import ASKING, Piece, asked, pieces
from tongban.items.searching.query import search
from tongban.items.searching.words import MAX_QUERY, essence, normal, terms, variants

_READ = 6  # items whose versions are cut; the answer is hardly ever further down
_KIND = 1.0  # what being of the kind asked for adds to a passage
_ALIKE = 1.8  # what a question asked before and worded the same adds
_SUMMARY = 0.4  # what the opening passage has over others when no kind is named
_LEAST = 0.02
# Logistic weights: share of the question's information found in the item, share of the item's name found
# in the question, and how much information is shared at all. Fitted on the tuning questions.
_BIAS, _QUESTION, _NAME, _SHARED = -5.0, 4.6, 2.4, 2.6
_ENOUGH = 12.0  # nats of shared information that count as much
_READING = 0.9  # an official reading of everyday words is a little less sure than the words themselves
_EMPTY = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a published version. ``confidence`` (0–1) says how likely its item is what was meant.

    ``kind`` is one of summary, conditions, materials, fees, limits, address, hours, contact, online,
    flow, results, basis, faq; ``score`` orders the passages of one answer.
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

    ``division`` prefers items done near that place. Below a confidence of about 0.5 an answer is more
    likely wrong than right: ask back or hand over.
    """
    meant = understood(question)
    if not meant.matter:
        return []
    hits = search(meant.matter, near=division, size=_READ).hits
    if not hits:
        return []
    versions = _versions([hit.item.version_id for hit in hits])
    weigh = _Weights(meant.readings, versions)
    top = max(hit.score for hit in hits) or 1.0
    found: list[Passage] = []
    for hit in hits:
        if (version := versions.get(hit.item.version_id)) is not None:
            confidence = weigh.confidence(version)
            standing = 2.0 * hit.score / top + 2.0 * confidence
            found += _passages(version, meant, standing, confidence)
    found.sort(key=lambda one: -one.score)
    return found[:limit]


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
        # A question somebody asked before is compared whole, with what is asked about the matter.
        whole, heading = set(terms(meant.question, single=False)), set(terms(piece.heading, single=False))
        return _ALIKE * 2 * len(whole & heading) / max(len(whole) + len(heading), 1)
    return (_SUMMARY if piece.kind == "summary" else 0.0) + 0.3 * shared


class _Weights:
    """Information of each term (rare ones carry more) and the likeness that follows from it."""

    def __init__(self, readings: Sequence[str], versions: Mapping[UUID, VersionDetail]) -> None:
        self.readings = [set(terms(one, single=False)) for one in readings]
        self.names = {pk: set(terms(version.name, single=False)) for pk, version in versions.items()}
        self.texts = {pk: self.names[pk] | _vocabulary(version) for pk, version in versions.items()}
        every = set[str]().union(*self.readings, *self.names.values())
        self.counts = dict(SearchTerm.objects.filter(term__in=every).values_list("term", "entries"))
        most = SearchTerm.objects.order_by("-entries").values_list("entries", flat=True).first()
        self.total = max(most or 1, 50)

    def weight(self, found: set[str]) -> float:
        return sum(math.log(1 + self.total / (self.counts.get(term, 0) + 0.5)) for term in found)

    def confidence(self, version: VersionDetail) -> float:
        """The likelihood that the question is about this version's item, over all its readings."""
        name, text = self.names[version.id], self.texts[version.id]
        return max(
            (
                self._likelihood(words, name, text) * (1.0 if n == 0 else _READING)
                for n, words in enumerate(self.readings)
                if words
            ),
            default=_LEAST,
        )

    def _likelihood(self, words: set[str], name: set[str], text: set[str]) -> float:
        shared = self.weight(words & text)
        of_question = shared / (self.weight(words) or 1.0)
        of_name = self.weight(words & name) / (self.weight(name) or 1.0)
        z = _BIAS + _QUESTION * of_question + _NAME * of_name + _SHARED * min(1.0, shared / _ENOUGH)
        return 1 / (1 + math.exp(-z))


def _vocabulary(version: VersionDetail) -> set[str]:
    parts = [version.summary, *version.keywords, *version.themes]
    parts += [outcome.name for outcome in version.outcomes]
    parts += [faq.question for faq in version.faqs]
    return set(terms(" ".join(parts), single=False))
