"""Cutting Chinese text into terms: characters, pairs of characters and dictionary words.

Pairs find what no dictionary knows (names, typing errors); dictionary words carry the meaning.
"""

import re
from collections.abc import Iterable

import rjieba

from tongban.items.searching.language import fillers, normal, synonyms

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f]+")
_LATIN = re.compile(r"[a-z0-9]+")
_NOTE = re.compile(
    r"\((?:省级|市级|县级|乡镇级|区级|市级/县级|省级行使|市级行使|县级行使|承诺件|即办件|转链接|指引"
    r"|据省政府令[^()]*)\)$"
)
MAX_QUERY = 200  # characters of a query that are read; a longer one is a text, not a query
MAX_VARIANTS = 8
MAX_TERMS = 40


def same_matter(name: str) -> str:
    """What two names share that mean one matter handled by different bodies.

    Only notes of level, form and legal ground at the end are taken off, such as （县级）（承诺件）, and
    brackets and spaces made alike; whatever else differs is another matter.
    """
    plain = normal("".join(name.split()))
    while (shorter := _NOTE.sub("", plain)) != plain and shorter:
        plain = shorter
    return plain


def terms(text: str, *, single: bool = True) -> list[str]:
    """The distinct terms of ``text`` in their order; ``single`` adds single characters."""
    text = normal(text)
    found: dict[str, None] = {}
    for run in _HAN.findall(text):
        if single or len(run) == 1:
            found.update(dict.fromkeys(run))
        found.update(dict.fromkeys(run[n : n + 2] for n in range(len(run) - 1)))
        found.update(dict.fromkeys(word for word in rjieba.cut_for_search(run) if len(word) > 2))
    found.update(dict.fromkeys(word[:40] for word in _LATIN.findall(text)))
    return list(found)


def essence(query: str) -> str:
    """The query without the words people only put around what they look for."""
    text = normal(query)[:MAX_QUERY]
    bare = text
    for filler in fillers():
        bare = bare.replace(filler, " ")
    return bare.strip() or text.strip()


def variants(query: str) -> list[str]:
    """What the query may mean: its essence, and that with everyday words put into official ones."""
    whole, bare = normal(query)[:MAX_QUERY].strip(), essence(query)
    together = bare.replace(" ", "")  # "开个饭店" is "开饭店" with a word of no weight in it
    found = {bare: None}
    for said, meant in synonyms().items():
        if said in whole or said in together:
            rest = bare.replace(said, " ").strip() if said in bare else ""
            found.update(dict.fromkeys(meant))
            if len(rest) > 1:
                found.update(dict.fromkeys(f"{rest} {one}" for one in meant))
    return list(found)[:MAX_VARIANTS]


def vector(fields: Iterable[tuple[str, str]]) -> str:
    """A ``tsvector`` literal from ``(text, weight)`` pairs, weights A (most) to D (least).

    Each term is kept once with its best weight. Positions only carry the weight.
    """
    best: dict[str, str] = {}
    for text, weight in fields:
        for term in terms(text):
            if term not in best or weight < best[term]:
                best[term] = weight
    return " ".join(f"{_quoted(term)}:1{weight}" for term, weight in best.items())


def all_of(words: Iterable[str]) -> str:
    """A ``tsquery`` literal that wants every word."""
    return " & ".join(_quoted(word) for word in words)


def any_of(words: Iterable[str]) -> str:
    """A ``tsquery`` literal that wants one of the words."""
    return " | ".join(_quoted(word) for word in words)


def _quoted(term: str) -> str:
    # Terms hold only Han characters, letters and digits; quoting keeps the literal safe whatever comes.
    return "'" + term.replace("\\", "").replace("'", "") + "'"
