"""Words by their sound: pinyin and first letters typed for characters, and characters of the same sound."""

import re

from pypinyin import lazy_pinyin

from tongban.items.models import SearchTerm
from tongban.items.searching.language import normal
from tongban.items.searching.words import terms

_LATIN = re.compile(r"[a-z]{2,40}")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,8}")
_MOST = 4  # pieces of a query that are looked up
_OFFERED = 3  # readings of one piece
_BEGUN = 4  # letters from which on a spelling may be unfinished


def sound(text: str) -> tuple[str, str]:
    """Pinyin without tones or gaps, and the syllables' first letters; empty unless 2–8 characters."""
    if not _HAN.fullmatch(text):
        return "", ""
    syllables = lazy_pinyin(text)
    return "".join(syllables)[:60], "".join(one[0] for one in syllables)


def spelled(text: str) -> list[str]:
    """Readings of a query that holds pinyin or initials ("yyzz", "jiaoshi资格"); empty when it holds none."""
    pieces = list(dict.fromkeys(_LATIN.findall(normal(text))))[:_MOST]
    if not pieces:
        return []
    known = set(SearchTerm.objects.filter(term__in=pieces).values_list("term", flat=True))
    readings = [normal(text)]
    for piece in pieces:
        if piece in known:
            continue
        words = _sounding(piece)
        if words:
            readings = [one.replace(piece, word) for one in readings for word in words][:_OFFERED]
    return readings if readings != [normal(text)] else []


def corrected(text: str) -> str:
    """The query with pairs no item knows put into the word of the same sound; empty when nothing changes."""
    plain = normal(text)
    pairs = [term for term in terms(plain, single=False) if _HAN.fullmatch(term)][:20]
    known = set(SearchTerm.objects.filter(term__in=pairs).values_list("term", flat=True))
    changed = plain
    for pair in sorted((one for one in pairs if one not in known), key=len, reverse=True):
        if pair in changed and (words := _words(pinyin=sound(pair)[0], length=len(pair))):
            changed = changed.replace(pair, words[0])
    return changed if changed != plain else ""


def _sounding(piece: str) -> list[str]:
    """Words spelled so, or with these first letters, or whose spelling has been begun: jiaosh, jiaoshizig."""
    words = _words(pinyin=piece) or (_words(initials=piece) if len(piece) > 1 else [])
    return words or (_words(pinyin__startswith=piece) if len(piece) >= _BEGUN else [])


def _words(*, length: int = 0, **sounding: str) -> list[str]:
    rows = SearchTerm.objects.filter(**sounding).order_by("-entries", "term").values_list("term", flat=True)
    found = [word for word in rows[:20] if not length or len(word) == length]
    return found[:_OFFERED]
