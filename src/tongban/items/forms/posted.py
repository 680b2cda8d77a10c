"""From an HTML form's fields to answers: what browsers send is all text."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tongban.items.records import VersionDetail

_YES = ("true", "on", "yes", "1")
_NO = ("false", "off", "no", "0")


def read_answers(
    version: VersionDetail, getlist: Callable[[str], list[str]], fields: Iterable[str] | None = None
) -> dict[str, Any]:
    """The answers in a posted form, turned into the types of the schema.

    ``getlist`` is ``request.POST.getlist``; ``fields`` limits the reading to one page. A value that does
    not fit its type is kept as it was typed, so that validation can say what is wrong with it. A field
    that was sent empty comes back as ``None``: the person cleared it. Money is typed in yuan, kept in fen.
    """
    properties: Mapping[str, Any] = version.schema.get("properties", {})
    wanted = [name for name in (properties if fields is None else fields) if name in properties]
    return {name: _read(properties[name], getlist(name)) for name in wanted}


def _read(field: Mapping[str, Any], sent: list[str]) -> Any:
    kind = field.get("type")
    if kind == "array":
        inner = field.get("items") or {}
        return [_scalar(inner, text) for text in sent if text.strip()] or None
    text = sent[-1] if sent else ""
    if not text.strip():
        return None
    return _scalar(field, text)


def _scalar(field: Mapping[str, Any], text: str) -> Any:
    kind, text = field.get("type"), text.strip()
    if kind == "boolean":
        return True if text in _YES else False if text in _NO else text
    if kind not in ("integer", "number"):
        return text
    number = _number(text)
    if number is None:
        return text
    if field.get("x-widget") == "money":
        number *= 100
    if number == number.to_integral_value():
        return int(number)
    return float(number) if kind == "number" else text


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    # Decimal also reads "1e999999999" and "NaN"; neither is a number a person types.
    return number if number.is_finite() and abs(number.adjusted()) < 18 else None
