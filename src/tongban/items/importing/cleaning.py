"""How a profile reads a value. Each takes the cleaned text (or list) and gives a column's value."""

import html
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import nh3

from tongban.items.content import plain

_DAYS = re.compile(r"(\d{1,5})\s*[(（]?\s*(工作日|自然日|个工作日|个自然日|天|日)?\s*[)）]?")
_SENTENCE = re.compile(r"(?<=[。；;！])\s*|\n+|\s{3,}")
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}[1-7]\d{9}(?:\d{3}|00Y)(?:\d{2})?|\d{9}(?:\d{3}|00Y)")
_SPACE = re.compile(r"[ \t\u00a0\u3000]+")
_TAG = re.compile(r"<[a-zA-Z/!]")
_SHORT = 60  # characters of a text that is worth remembering
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>", re.IGNORECASE)


def text_of(value: str) -> str:
    """Plain text: markup out (what stood between scripts too), entities read, spaces made one."""
    return _short_text(value) if len(value) <= _SHORT else _text(value)


@lru_cache(maxsize=4096)  # names of bodies, regions and kinds come in thousands of rows
def _short_text(value: str) -> str:
    return _text(value)


def _text(value: str) -> str:
    if _TAG.search(value):
        value = html.unescape(nh3.clean(_BREAK.sub("\n", value), tags=set()))
    elif "&" in value and ";" in value and "://" not in value:
        value = html.unescape(value)
    return plain(value)


def spaced(value: str) -> str:
    """Runs of blanks, also Chinese and unbreakable ones, made one blank."""
    return _SPACE.sub(" ", value).strip()


def days(value: str) -> int | None:
    """``20(工作日)`` → 20. Raises ValueError for what is no limit."""
    if not (found := _DAYS.fullmatch(value)):
        raise ValueError(f"“{value[:40]}”不是时限")
    return int(found[1])


def day_unit(value: str) -> str:
    """``90(自然日)`` → ``calendar``; working days otherwise (行政许可法 §82)."""
    return "calendar" if "自然日" in value else "working"


def number(value: str) -> int:
    """A whole number of visits. Raises ValueError otherwise."""
    if not value.isdecimal() or len(value) > 2:
        raise ValueError(f"“{value[:40]}”不是次数")
    return int(value)


def sentences(value: str) -> list[str]:
    """Conditions one by one; ``无条件受理`` and the like are a condition in words and stay."""
    return [one.strip() for one in _SENTENCE.split(value) if one.strip()]


def keywords(value: str) -> list[str]:
    """Everyday names, separated by commas, semicolons or blanks."""
    return list(dict.fromkeys(word for word in re.split(r"[,，、;；\s]+", value) if word))


def listed(value: Any) -> list[str]:
    """A list as it is, a text as its parts."""
    parts = value if isinstance(value, list) else re.split(r"[,，、;；]", str(value))
    return list(dict.fromkeys(part.strip() for part in parts if str(part).strip()))


def joint(value: str) -> list[str]:
    """``省级司法（审核）、市级司法（受理）`` → one entry a department, with its part in brackets."""
    return [one.strip() for one in re.split(r"(?<=）)、", value) if one.strip()]


def address(value: str) -> str:
    """The place, without the words before it. ``无线下办理窗口`` (online only) is an answer and stays."""
    return value.removeprefix("办理地点：").strip()


def division(value: str) -> str:
    """``440100`` → ``4401``, ``440000`` → ``44``: trailing pairs of noughts say the level, not a place."""
    if not value.isdecimal():
        raise ValueError(f"“{value[:40]}”不是行政区划代码")
    while len(value) > 2 and len(value) % 2 == 0 and value.endswith("00"):
        value = value[:-2]
    return value


def uscc_of_code(value: str) -> str:
    """The implementing body's code: the first 18 of the item's."""
    return value[:18]


def uscc_or_nothing(value: str) -> str:
    """A body's 18-character code; shorter organisation codes are kept elsewhere, not here."""
    return value if len(value) == 18 else ""


def item_code(value: str) -> str:
    """A code of the national catalogue. Raises ValueError where it has none of its forms."""
    if not _CODE.fullmatch(value):
        raise ValueError(f"“{value[:40]}”不是事项编码")
    return value


def url(value: str) -> str:
    """A web address, or nothing: other schemes are not offered to readers."""
    return value if re.match(r"https?://", value, re.IGNORECASE) else ""


CLEANERS: Mapping[str, Callable[[Any], Any]] = {
    "days": days,
    "day_unit": day_unit,
    "number": number,
    "sentences": sentences,
    "keywords": keywords,
    "list": listed,
    "joint": joint,
    "address": address,
    "division": division,
    "uscc_of_code": uscc_of_code,
    "uscc_or_nothing": uscc_or_nothing,
    "item_code": item_code,
    "url": url,
}
