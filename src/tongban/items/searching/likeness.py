"""How like an item is to a question, as a handful of figures, and the weights that make one of them.

Pure but for the table of word counts and the everyday words it is given. The weights are in `weights.json`;
`bench/fit_retrieval.py` makes it from the tuning questions in `bench/data`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import rjieba

from tongban.items.searching.language import acts, elsewhere, normal, synonyms
from tongban.items.searching.words import essence, terms

_DATA = Path(__file__).parent / "weights.json"
_RAREST = 6.5  # nats; what occurs once says little more than what occurs three times
_SAID = 0.35  # an everyday word itself, once it has an official reading
_PAIR = 0.45  # a pair of characters that is no dictionary word, against a word
_BESIDE = 0.45  # a word found beside the name (summary, keywords, themes) against one in it
_LEVEL = 6.5  # nats that an everyday word with an official reading stands for
_ABOUT = ("查询", "展", "咨询", "信息", "公示", "资讯", "公告", "名录", "进度", "下载", "须知", "活动")
_FIRST = ("新办", "首次", "初次", "核发", "申领", "设立", "认定", "登记", "审批", "办理", "许可")

RANKING = (
    "words_in_name",  # information of the question's words found in the name
    "pairs_in_name",  # … of pairs of characters that are no words
    "single_in_name",  # … of single characters
    "words_beside",  # … of words and pairs found beside the name only
    "single_beside",
    "readings",  # … of official readings of everyday words
    "of_name",  # share of the name's information that is asked for
    "act_asked",  # the act asked for is the name's
    "act_unasked",  # acts of the name that nobody asked for
    "act_missed",  # an act was asked for and the name has none of it
    "run",  # length of the longest run of characters in common
    "about",  # the item only tells about something
    "first",  # nothing was said of an act, and the item is the plain or first one
)
SURENESS = (
    "of_question", "of_name", "shared", "readings", "run", "unknown", "margin", "short", "best", "elsewhere",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in weighted terms, its official readings, and the acts it names."""

    text: str
    words: Mapping[str, float]  # dictionary words and pairs, by weight
    pairs: frozenset[str]  # those that are no words
    single: tuple[str, ...]
    places: tuple[str, ...]  # named ones the catalogue is seldom for
    readings: tuple[tuple[frozenset[str], ...], ...]  # of each everyday word found: alternatives
    acts: frozenset[int]

    def every(self) -> set[str]:
        """All terms that an item may be found by."""
        return {*self.words, *self.single, *(term for one in self.readings for cut in one for term in cut)}


@dataclass(frozen=True, slots=True)
class Likeness:
    """``marks`` are the figures of :data:`RANKING`, ``score`` their weighted sum; the rest says how sure."""

    marks: tuple[float, ...]
    score: float
    of_question: float
    of_name: float
    shared: float
    unknown: float


@dataclass(slots=True)
class Rarity:
    """Information of a term in nats: the rarer in the catalogue, the more it says."""

    counts: Mapping[str, int]
    total: int
    known: dict[str, float] = field(default_factory=dict)

    def __call__(self, term: str) -> float:
        if term not in self.known:
            count = self.counts.get(term, 0)
            said = math.log(1 + self.total / (count + 0.5)) if count else math.log(1 + self.total)
            self.known[term] = min(said, _RAREST)
        return self.known[term]


@cache
def weights() -> dict[str, Any]:
    """The committed weights with how they came."""
    data: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return data


@cache
def ranking() -> tuple[float, ...]:
    """The weights of :data:`RANKING` in its order."""
    return tuple(float(weights()["ranking"][name]) for name in RANKING)


@lru_cache(maxsize=20_000)
def _cut(text: str) -> frozenset[str]:
    return frozenset(terms(text))


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
    words = {
        term: _SAID if term in said_terms else 1.0
        for term in terms(text, single=False)
        if len(term) > 1 or term.isascii()
    }
    pairs = frozenset(term for term in words if term not in cut and not term.isascii())
    single = tuple(one for one in terms(text) if len(one) == 1 and not one.isascii())
    places = tuple(place for place in elsewhere() if place in everything)
    named = frozenset(n for n, (said, _) in enumerate(acts()) if any(word in everything for word in said))
    return Asked(together, words, pairs, single, places, tuple(found), named)


def likeness(asked: Asked, name: str, beside: str, rarity: Rarity) -> Likeness:
    """How like an item called ``name``, described ``beside``, is to what is asked."""
    named = _cut(name)
    around = _cut(beside) - named
    whole = got = words = pairs = near = unknown = 0.0
    for term, weight in asked.words.items():
        value = weight * rarity(term)
        sure = value * (_PAIR if term in asked.pairs else 1.0)
        whole += sure
        if term in named:
            got += sure
            if term in asked.pairs:
                pairs += value
            else:
                words += value
        elif term in around:
            got, near = got + sure * _BESIDE, near + sure
        elif term not in rarity.counts:
            unknown += sure
    meant, read = set[str](), 0.0
    for reading in asked.readings:
        value = _best(reading, named, around, rarity)
        whole, got, read = whole + _LEVEL, got + value, read + value
        meant |= {term for cut in reading for term in cut}
    wanted = {*asked.words, *asked.single, *meant}
    of_name = sum(map(rarity, named & wanted)) / (sum(map(rarity, named)) or 1.0)
    marks = (
        words, pairs,
        sum(rarity(one) for one in asked.single if one in named), near,
        sum(rarity(one) for one in asked.single if one in around),
        read, of_name, *_of_acts(asked, name),
        float(_run(asked.text, name)), *_kind(asked, name),
    )  # fmt: skip
    score = sum(weight * mark for weight, mark in zip(ranking(), marks, strict=True))
    return Likeness(marks, score, got / (whole or 1.0), of_name, got, unknown / (whole or 1.0))


def _best(
    alternatives: Sequence[frozenset[str]], named: frozenset[str], around: frozenset[str], rarity: Rarity
) -> float:
    """Of an everyday word's readings the one this item meets best: what is met of it.

    Readings of any length count alike, as much as one rare word.
    """
    best = 0.0
    for cut in alternatives:
        total = sum(map(rarity, cut)) or 1.0
        met = sum(map(rarity, cut & named)) + _BESIDE * sum(map(rarity, cut & around))
        best = max(best, _LEVEL * met / total)
    return best


def _of_acts(asked: Asked, name: str) -> tuple[float, float, float]:
    has = unasked = 0
    for n, (said, meant) in enumerate(acts()):
        if not any(word in name for word in meant):
            continue
        if n in asked.acts:
            has = 1
        elif said and not any(_shares(k, meant) for k in asked.acts):
            unasked += 1
    return float(has), float(min(unasked, 3)), float(bool(asked.acts) and not has)


def _shares(other: int, meant: Sequence[str]) -> bool:
    return bool(set(acts()[other][1]) & set(meant))


def _run(text: str, name: str) -> int:
    """Characters of the longest piece of ``text`` that the name holds; up to eight."""
    best = 0
    for start in range(len(text)):
        while best < 8 and start + best < len(text) and text[start : start + best + 1] in name:
            best += 1
    return best


def _kind(asked: Asked, name: str) -> tuple[float, float]:
    about = any(word in name and word not in asked.text for word in _ABOUT)
    return float(about), float(not asked.acts and not about and any(word in name for word in _FIRST))


def sureness(asked: Asked, name: str, best: Likeness, distinct: float) -> tuple[float, ...]:
    """The figures of :data:`SURENESS` for an item; ``distinct`` is its lead in score over other matters."""
    return (
        best.of_question, best.of_name, min(1.0, best.shared / 15.0),
        best.marks[RANKING.index("readings")] / _LEVEL, best.marks[RANKING.index("run")] / 8.0,
        best.unknown, max(-5.0, min(distinct, 5.0)) / 5.0, float(len(asked.text) <= 4),
        min(best.score, 30.0) / 30.0, float(any(place not in name for place in asked.places)),
    )  # fmt: skip


def confidence(figures: Sequence[float]) -> float:
    """How likely (0–1) what was found is what was meant."""
    data = weights()["confidence"]
    z = data["bias"] + sum(data["weights"][name] * one for name, one in zip(SURENESS, figures, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
