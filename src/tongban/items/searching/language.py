"""What people say and what it is called: `synonyms.yaml`, and over it the words that stewards keep."""

import time
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

import yaml
from django.db.models import Count, Max

from tongban.items.models import EverydayWord

_DATA = Path(__file__).parent / "synonyms.yaml"
_LOOK = 20.0  # seconds after which a process looks whether stewards have changed a word
Acts = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
Stamp = tuple[int, datetime | None]


def normal(text: str) -> str:
    """Full-width forms made half-width, letters small."""
    return unicodedata.normalize("NFKC", text).lower()


@cache
def _language() -> tuple[dict[str, list[str]], list[str], Acts]:
    data = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    table: dict[str, list[str]] = {}
    for entry in data["synonyms"]:
        for said in entry["said"]:
            table.setdefault(normal(said), []).extend(normal(meant) for meant in entry["meant"])
    fillers = sorted((normal(word) for word in data["fillers"]), key=len, reverse=True)
    acts_said = tuple(
        (tuple(normal(word) for word in act["said"]), tuple(normal(word) for word in act["meant"]))
        for act in data["acts"]
    )
    # The longest first: what holds a shorter everyday word is read before it.
    return dict(sorted(table.items(), key=lambda pair: -len(pair[0]))), fillers, acts_said


def written() -> Mapping[str, list[str]]:
    """The everyday words of the file, the longest first."""
    return _language()[0]


def fillers() -> list[str]:
    """Words that people only put around what they look for, the longest first."""
    return _language()[1]


def synonyms() -> Mapping[str, list[str]]:
    """Everyday words and what they are called officially, the longest first."""
    return _merged(_looked())


def look_again() -> None:
    """Read the stewards' words anew the next time."""
    _last.clear()


_last: list[tuple[float, Stamp]] = []


def _looked() -> Stamp:
    """How many words stewards keep and when one was changed last, as known for :data:`_LOOK` seconds."""
    if not _last or time.monotonic() - _last[0][0] > _LOOK:
        found = EverydayWord.objects.aggregate(count=Count("pk"), last=Max("changed_at"))
        _last[:] = [(time.monotonic(), (found["count"], found["last"]))]
    return _last[0][1]


@lru_cache(maxsize=2)
def _merged(stamp: Stamp) -> Mapping[str, list[str]]:
    table = {**written()}
    for said, meant, active in (
        EverydayWord.objects.values_list("said", "meant", "active") if stamp[0] else ()
    ):
        table.pop(said, None)
        if active:
            table[said] = [normal(one) for one in meant]
    return dict(sorted(table.items(), key=lambda pair: -len(pair[0])))


def acts() -> Acts:
    """Pairs of how people say that something is to happen and how names of items say it."""
    return _language()[2]


@cache
def elsewhere() -> tuple[str, ...]:
    """Places that the items of one region are seldom for."""
    data = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return tuple(normal(place) for place in data["elsewhere"])
