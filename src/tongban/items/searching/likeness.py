"""How like an item is to a question: shared information, everyday words read as official ones, acts.

Pure but for the table of word counts it is given. Weights were set on the tuning half of the questions in
`bench/data`; the held-out half only measures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import rjieba

from tongban.items.searching.words import acts, essence, normal, synonyms, terms

_SINGLE = 0.5  # a single character: weak, but what dialect and new coinages share with official names
_PAIR = 0.8  # a pair of characters that is no dictionary word, against a word
_SURE_PAIR = 0.45  # how much of a pair counts for how sure an answer is
_SAID = 0.35  # an everyday word itself, once it has an official reading
_READING = 0.9
_BESIDE = 0.45  # a word found beside the name (summary, keywords, themes) against one in it
_NAME = 2.0  # what a name wholly covered by the question adds
_ACT = 3.0  # what naming the act asked for adds
_UNASKED = 2.2  # what an act nobody asked for takes away


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in weighted terms, its official readings, and the acts it names."""

    terms: Mapping[str, float]
    readings: tuple[tuple[frozenset[str], ...], ...]  # of each everyday word found: alternatives
    acts: frozenset[int]

    def every(self) -> set[str]:
        """All terms that an item may be found by."""
        return set(self.terms) | {term for one in self.readings for cut in one for term in cut}


@dataclass(frozen=True, slots=True)
class Likeness:
    """``score`` orders; the rest says how sure: shares (0–1) of question and name, information shared."""

    score: float
    of_question: float
    of_name: float
    shared: float


@dataclass(slots=True)
class Rarity:
    """Information of a term in nats: the rarer in the catalogue, the more it says."""

    counts: Mapping[str, int]
    total: int
    known: dict[str, float] = field(default_factory=dict)

    def __call__(self, term: str) -> float:
        if term not in self.known:
            count = self.counts.get(term, 0)
            self.known[term] = math.log(1 + self.total / (count + 0.5)) if count else math.log(1 + self.total)
        return self.known[term]


def ask(matter: str, whole: str) -> Asked:
    """Read a question: ``matter`` is what it is about, ``whole`` the question as it was put."""
    text, everything = essence(matter), normal(whole)
    together = text.replace(" ", "")
    found, covered = list[tuple[frozenset[str], ...]](), ""
    for said, meant in synonyms().items():
        if said in everything or said in together:
            if said in covered:
                continue  # a longer everyday word that holds this one has been read already
            covered += said + "|"
            found.append(tuple(frozenset(terms(one, single=False)) for one in meant))
    cut = {word for word in rjieba.cut(text) if len(word) > 1}
    said_terms = set(terms(covered, single=False))
    weighted = {
        term: (1.0 if term in cut or term.isascii() else _PAIR) * (_SAID if term in said_terms else 1.0)
        for term in terms(text, single=False)
        if len(term) > 1 or term.isascii()
    }
    weighted |= {one: _SINGLE for one in terms(text) if len(one) == 1 and not one.isascii()}
    named = frozenset(n for n, (said, _) in enumerate(acts()) if any(word in everything for word in said))
    return Asked(weighted, tuple(found), named)


def likeness(asked: Asked, name: str, beside: str, rarity: Rarity) -> Likeness:
    """How like an item called ``name``, described ``beside``, is to what is asked."""
    named = set(terms(name))
    around = set(terms(beside)) - named
    whole = got = score = 0.0
    for term, weight in asked.terms.items():
        value = weight * rarity(term)
        # Single characters order what is found; they are too common to say how sure that is.
        sure = value * (_SURE_PAIR if len(term) == 2 and weight == _PAIR else len(term) > 1)
        whole += sure
        if term in named:
            got, score = got + sure, score + value
        elif term in around:
            got, score = got + sure, score + value * _BESIDE
    meant = set[str]()
    for reading in asked.readings:
        total, value = _best(reading, named, around, rarity)
        whole, got, score = whole + total, got + value, score + value * _READING
        meant |= {term for cut in reading for term in cut}
    wanted = set(asked.terms) | meant
    weight_of_name = sum(rarity(term) for term in named)
    of_name = sum(rarity(term) for term in named & wanted) / (weight_of_name or 1.0)
    score += _NAME * of_name + _of_acts(asked, name)
    return Likeness(score, got / (whole or 1.0), of_name, got)


def _best(
    alternatives: Sequence[frozenset[str]], named: set[str], around: set[str], rarity: Rarity
) -> tuple[float, float]:
    """Of an everyday word's readings the one this item meets best: what it holds, and what is met of it."""
    best = (0.0, 0.0)
    for cut in alternatives:
        total = sum(rarity(term) for term in cut) or 1.0
        met = sum(rarity(term) for term in cut & named) + _BESIDE * sum(rarity(term) for term in cut & around)
        # Readings of any length count alike, as much as two words of middling rarity.
        level = min(total, 12.0)
        if (value := level * met / total) >= best[1]:
            best = (level, value)
    return best


def _of_acts(asked: Asked, name: str) -> float:
    change = 0.0
    for n, (said, meant) in enumerate(acts()):
        has = any(word in name for word in meant)
        if n in asked.acts and has:
            change += _ACT
        elif has and not (asked.acts and any(_shares(k, meant) for k in asked.acts)):
            change -= _UNASKED if not said or n not in asked.acts else 0.0
    return change


def _shares(other: int, meant: Sequence[str]) -> bool:
    return bool(set(acts()[other][1]) & set(meant))
