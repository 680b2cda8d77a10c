"""Pure rules that turn a department's way of writing into the one that is kept, named in a source's mapping.

Each takes what a cell or a change says and gives a value, or raises ValueError with the reason in words.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.standards import codes

BLANK = frozenset(("", "NULL", "\\N", "N/A", "—", "-"))
_DOTS = re.compile("[•‧∙⋅・･.．。·]")  # how the dot between the parts of a name is typed
_DASHES = re.compile("[‐‑‒–—―－﹣]")
_HAN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_SEX = {"男": "1", "男性": "1", "M": "1", "MALE": "1", "女": "2", "女性": "2", "F": "2", "FEMALE": "2",
        "1": "1", "2": "2", "0": "0", "9": "9", "未知": "0", "未说明": "9"}  # fmt: skip


def blank(value: Any) -> bool:
    """Whether a cell says nothing: empty, blanks only, or one of the usual words for nothing."""
    return value is None or (isinstance(value, str) and value.strip().upper() in BLANK)


def text(value: Any, _format: str = "") -> str:
    """One width, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", str(value)).replace("\x00", "").split())


def name(value: Any, _format: str = "") -> str:
    """No blanks between Chinese letters; the one dot of names of other peoples."""
    kept = _HAN.sub("", text(value))
    kept = _HAN.sub("", kept)
    if re.search(r"[\u3400-\u9fff]", kept):
        kept = re.sub(r"\s*·\s*", "·", _DOTS.sub("·", kept)).strip("·")
    return kept


def sex(value: Any, _format: str = "") -> str:
    """GB/T 2261.1."""
    found = _SEX.get(text(value).upper())
    if found is None:
        raise ValueError(_("“%(text)s”不是性别，应为 男、女 或代码 1、2") % {"text": text(value)[:20]})
    return found


def day(value: Any, format_: str = "") -> str:
    """A date in the source's own format, or as ISO writes it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    words = text(value)
    found = _ISO_DAY.fullmatch(words)
    try:
        if found:
            return date.fromisoformat(found[1]).isoformat()
        return datetime.strptime(words, format_ or "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        example = date(2026, 1, 31).strftime(format_ or "%Y-%m-%d")
        raise ValueError(
            _("日期“%(text)s”不存在或格式不对，应写作 %(example)s") % {"text": words[:30], "example": example}
        ) from None


def phone(value: Any, _format: str = "") -> str:
    """Digits only, without the country's code; a landline keeps its area code apart."""
    kept = _DASHES.sub("-", text(value))
    kept = re.sub(r"^(?:\+|00)86[- ]?", "", kept)
    area = re.fullmatch(r"\(?(0\d{2,3})\)?[- ]?(\d{7,8})", kept)
    if area:
        return f"{area[1]}-{area[2]}"
    digits = re.sub(r"[ ()-]", "", kept)
    if not re.fullmatch(r"\d{7,20}", digits):
        raise ValueError(_("“%(text)s”不是电话号码") % {"text": text(value)[:30]})
    return digits


def address(value: Any, _format: str = "") -> str:
    """One width, one dash, no blanks."""
    # Marks that stood apart join their letter once the blank between is gone.
    return unicodedata.normalize("NFC", re.sub(r"\s+", "", _DASHES.sub("-", text(value))))


def number(value: Any, _format: str = "") -> int | float:
    """A number with or without commas between thousands; whole ones as whole."""
    if isinstance(value, bool):
        raise ValueError(_("“%(text)s”不是数字") % {"text": value})  # noqa: TRY004  (told to whoever sent it)
    try:
        found = Decimal(text(value).replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise ValueError(_("“%(text)s”不是数字") % {"text": text(value)[:30]}) from None
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise ValueError(_("数字太大"))
    return int(found) if found == found.to_integral_value() else float(found)


def money(value: Any, _format: str = "") -> int:
    """Yuan as departments write them, in fen."""
    words = re.sub(r"^[¥￥]|元$", "", text(value)).strip()
    number(words)
    fen = Decimal(words.replace(",", "").replace("，", "")) * 100
    if fen != fen.to_integral_value():
        raise ValueError(_("最多精确到分"))
    return int(fen)


RULES: Mapping[str, Callable[[Any, str], Any]] = {
    "text": text, "name": name, "sex": sex, "date": day, "phone": phone, "address": address,
    "number": number, "money": money,
}  # fmt: skip
LABELS = {
    "text": gettext_lazy("文字"),
    "name": gettext_lazy("姓名、名称"),
    "sex": gettext_lazy("性别"),
    "date": gettext_lazy("日期"),
    "phone": gettext_lazy("电话"),
    "address": gettext_lazy("地址"),
    "number": gettext_lazy("数字"),
    "money": gettext_lazy("金额（元）"),
}


def identifier(kind: str, value: Any) -> str:
    """The number of a subject: identity number (15 digits brought to 18) or credit code.

    ValueError with the reason where it is none, or where a spreadsheet has kept it as a number.
    """
    if isinstance(value, (int, float)) and abs(value) >= 10**15:
        raise ValueError(_("号码在表格里是数字格式，末几位已丢失，请把这一列改为文本再导出"))
    if blank(value):
        raise ValueError(_("没有号码"))
    kept = text(value).upper().replace(" ", "")
    if kind == "person" and re.fullmatch(r"\d{15}", kept):
        kept = codes.upgrade_15(kept)
    problem = codes.id_number_problem(kept) if kind == "person" else codes.uscc_problem(kept)
    if problem:
        raise ValueError(problem)
    return kept
