"""Values as people type and read them, for those who check and correct them."""

from typing import Any

from tongban.kit.errors import invalid
from tongban.resources import rules
from tongban.resources.elements import element

LONGEST = 500


def options(code: str) -> list[tuple[str, str]]:
    """The values a coded element may have, with their words; empty where anything may be typed."""
    words = {"sex": rules.SEX, "marital": rules.MARITAL}.get(element(code).format, {})
    return [(value, str(label)) for value, label in words.items()]


def checked(code: str, value: Any, *, field: str = "value") -> Any:
    """``value`` in the spelling in which the element's values are kept.

    :raises Invalid: naming ``field``, when it is empty, too long or cannot be a value of this element
    """
    about = element(code)
    if isinstance(value, str) and not value.strip():
        raise invalid(field, "required", f"请填写{about.name}")
    if isinstance(value, str) and len(value) > LONGEST:
        raise invalid(field, "length", f"不能超过 {LONGEST} 字")
    if (known := options(code)) and value not in dict(known):
        raise invalid(field, "choice", "请从列表中选择")
    try:
        return rules.normalise(about.type, about.format, value)
    except ValueError as error:
        raise invalid(field, "format", str(error)) from None


def in_words(code: str, value: Any) -> str:
    """A value in words with nothing masked: only for those who must check it."""
    return rules.display(element(code).format, "none", value)
