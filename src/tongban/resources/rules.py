"""Pure rules over values: one spelling to compare by, how a value is shown, when it is stale."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.standards import codes

SEX = {
    "1": gettext_lazy("男"),
    "2": gettext_lazy("女"),
    "0": gettext_lazy("未知"),
    "9": gettext_lazy("未说明"),
}
MARITAL = {
    "10": gettext_lazy("未婚"),
    "20": gettext_lazy("已婚"),
    "30": gettext_lazy("丧偶"),
    "40": gettext_lazy("离婚"),
}
JSON_TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}


def normalise(type_: str, format_: str, value: Any) -> Any:
    """The one spelling in which values of different departments are kept and compared.

    ValueError with the reason in plain Chinese when the value cannot be one of this element.
    """
    if isinstance(value, date) and type_ == "string":
        value = value.isoformat()
    if isinstance(value, bool) or not isinstance(value, JSON_TYPES[type_]):
        raise ValueError(f"类型应为 {type_}")  # noqa: TRY004  (told to whoever sent the value)
    if not isinstance(value, str):
        return value
    text = " ".join(unicodedata.normalize("NFKC", value).replace("\x00", "").split())
    if format_ in ("id-number", "uscc", "account"):
        text = text.upper().replace(" ", "")
    problem = _problem(format_, text)
    if problem:
        raise ValueError(problem)
    return text


def _problem(format_: str, text: str) -> str | None:
    if format_ == "id-number":
        return codes.id_number_problem(text)
    if format_ == "uscc":
        return codes.uscc_problem(text)
    if format_ == "date":
        try:
            date.fromisoformat(text)
        except ValueError:
            return f"日期 {text} 不存在，应写作 2026-01-31"
    if format_ == "phone" and not re.fullmatch(r"\+?[0-9][0-9 -]{5,18}[0-9]", text):
        return "电话号码只能含数字、空格和连字符，7 至 20 位"
    return None


def display(format_: str, mask: str, value: Any) -> str:
    """How a value is shown: coded values in words, money in yuan, sensitive numbers masked."""
    text = str(value)
    if format_ == "money":
        return _("%(yuan)s 元") % {"yuan": f"{value / 100:,.2f}"}
    if format_ == "area":
        return _("%(area)s 平方米") % {"area": f"{value:g}"}
    if format_ == "sex":
        return str(SEX.get(text, text))
    if format_ == "marital":
        return str(MARITAL.get(text, text))
    return masked(mask, text)


def masked(mask: str, text: str) -> str:
    """``text`` with its middle hidden: enough left to recognise one's own, too little to use another's."""
    keep = {"id": (4, 4), "phone": (3, 4), "account": (0, 4), "name": (1, 0)}.get(mask)
    if keep is None:
        return text
    head, tail = keep
    hidden = len(text) - head - tail
    if hidden < 1:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


def stale(as_of: datetime, fresh_days: int, now: datetime) -> bool:
    """Whether a value is older than its element stays fresh (calendar days)."""
    return now - as_of > timedelta(days=fresh_days)
