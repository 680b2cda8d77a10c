"""The formats a field may name, each with the words that say what is wrong."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from jsonschema import FormatChecker

_PHONE = re.compile(
    r"(?:\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[48]00-?\d{3}-?\d{4}|1\d{4}|1\d{2}"
)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]")


def _is_date(text: str) -> bool:
    """ISO 8601 calendar date with four-digit year, e.g. 2025-03-12; 2025-02-30 is none."""
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_id_number(text: str) -> bool:
    from tongban.standards import codes

    return codes.id_number_valid(text)


def _is_uscc(text: str) -> bool:
    from tongban.standards import codes

    return codes.uscc_valid(text)


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "id-number": _is_id_number,
    "uscc": _is_uscc,
    "phone": lambda text: bool(_PHONE.fullmatch(text)),
    "date": _is_date,
    "email": lambda text: bool(_EMAIL.fullmatch(text)),
    "postcode": lambda text: bool(re.fullmatch(r"[0-9]{6}", text)),
    "plate": lambda text: bool(_PLATE.fullmatch(text)),
}


def _in_language(exact: str | None, general: str) -> str:
    """The exact problem for readers of Chinese: the standards' pure functions know no other language."""
    return exact if exact and (get_language() or "zh").startswith("zh") else general


def words(name: str, value: str) -> str:
    """What is wrong with ``value`` as a ``name``, as a sentence without its subject."""
    from tongban.standards import codes

    if name == "id-number":
        return _in_language(codes.id_number_problem(value), _("不是有效的公民身份号码，请核对 18 位号码"))
    if name == "uscc":
        return _in_language(codes.uscc_problem(value), _("不是有效的统一社会信用代码，请核对 18 位代码"))
    return {
        "phone": _("不是有效的电话号码，请填写 11 位手机号，或带区号的固定电话，例如 0591-12345678"),
        "date": _("不是有效的日期，请按“年-月-日”填写，例如 2025-03-12"),
        "email": _("不是有效的电子邮箱，例如 name@example.com"),
        "postcode": _("应为 6 位数字的邮政编码"),
        "plate": _("不是有效的车牌号码，例如 闽A12345"),
    }.get(name, _("格式不正确"))


@cache
def checker() -> FormatChecker:
    """The format checker of all forms. Values that are no text are left to ``type``."""
    made = FormatChecker(formats=())
    for name, test in FORMATS.items():
        made.checks(name)(_guarded(test))
    return made


def _guarded(test: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or test(value)
