"""Identifiers: unified social credit code, citizen identity number, codes of service items.

``*_problem`` functions answer with a sentence in plain Chinese for the person who typed the value, or None.
"""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric, uscc

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_TEMPORARY_AGENCY = r"TE\d{6}[0-9A-Z]{10}"
_BASIC = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{3})(\d{3}|00Y)")
_ITEM = re.compile(
    rf"([0-9A-HJ-NPQRTUWXY]{{18}}|{_TEMPORARY_AGENCY})([1-7])(\d{{9}}(?:\d{{3}}|00Y))(\d{{2}})?"
)


def uscc_problem(code: str) -> str | None:
    """What is wrong with a unified social credit code (GB 32100-2015), or None."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现在是 {len(code)} 位"
    wrong = next((c for c in code if c not in USCC_ALPHABET), None)
    if wrong is not None:
        return f"统一社会信用代码不能含有“{wrong}”（只用数字和除 I、O、S、V、Z 以外的大写字母）"
    if not code[2:8].isdigit():
        return "统一社会信用代码第 3 至 8 位应为登记机关行政区划码（数字）"
    if uscc.calc_check_digit(code[:17]) != code[17]:
        return "统一社会信用代码的校验码不对，请核对是否有抄写错误"
    return None


def uscc_valid(code: str) -> bool:
    return uscc_problem(code) is None


def uscc_check_character(first17: str) -> str:
    """The 18th character for the first 17."""
    return str(uscc.calc_check_digit(first17))


def uscc_temporary(code: str) -> bool:
    """Whether this is a temporary agency code as real published lists hold them: kept and flagged."""
    return re.fullmatch(_TEMPORARY_AGENCY, code) is not None


def id_number_problem(number: str, *, today: date | None = None) -> str | None:
    """What is wrong with an 18-character citizen identity number (GB 11643-1999), or None.

    Division codes in the first six digits are not looked up: retired ones are legal. With ``today``
    a date of birth in the future is a problem too.
    """
    if len(number) != 18:
        return f"公民身份号码应为 18 位，现在是 {len(number)} 位"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "公民身份号码前 17 位应为数字，最后一位为数字或大写 X"
    born = _birth_date(number)
    if born is None:
        return f"公民身份号码中的出生日期 {number[6:14]} 不存在"
    if today is not None and born > today:
        return f"公民身份号码中的出生日期 {number[6:14]} 晚于今天"
    if number[:1] == "0" or ric.calc_check_digit(number) != number[17]:
        return "公民身份号码的校验码不对，请核对是否有抄写错误"
    return None


def id_number_valid(number: str) -> bool:
    return id_number_problem(number) is None


def id_check_character(first17: str) -> str:
    """The 18th character for the first 17 digits."""
    return str(ric.calc_check_digit(first17 + "0"))


def upgrade_15(number: str) -> str:
    """An old 15-digit identity number in the 18-character form: ``19`` after digit 6, check appended.

    Raises ValueError when ``number`` is not 15 digits.
    """
    if not re.fullmatch(r"[0-9]{15}", number):
        raise ValueError("a 15-digit identity number has 15 digits")
    first17 = number[:6] + "19" + number[6:]
    return first17 + id_check_character(first17)


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def id_birth_date(number: str) -> date:
    """Date of birth in an identity number; ValueError for a date that does not exist."""
    born = _birth_date(number)
    if born is None:
        raise ValueError(f"no such date: {number[6:14]}")
    return born


def id_sex(number: str) -> str:
    """``"1"`` male, ``"2"`` female (GB/T 2261.1), from digit 17 (odd is male)."""
    return "1" if int(number[16]) % 2 else "2"


@dataclass(frozen=True, slots=True)
class BasicCode:
    """A basic code 基本编码: the item as the catalogue knows it, 12 characters."""

    province: str
    type: str
    department: str
    main: str
    sub: str

    def __str__(self) -> str:
        return self.province + self.type + self.department + self.main + self.sub

    @property
    def national(self) -> bool:
        return self.province == "00"

    @property
    def has_sub_items(self) -> bool:
        """``00Y``: a main item that is only filed through its sub-items."""
        return self.sub == "00Y"

    @property
    def is_sub_item(self) -> bool:
        return self.sub not in ("000", "00Y")


@dataclass(frozen=True, slots=True)
class ItemCode:
    """An implementation code 实施编码 (31) or handling-item code 业务办理项编码 (33), taken apart."""

    uscc: str
    level: str
    basic: str
    serial: str | None

    def __str__(self) -> str:
        return self.implementation + (self.serial or "")

    @property
    def implementation(self) -> str:
        return self.uscc + self.level + self.basic

    @property
    def catalogue(self) -> BasicCode:
        """The basic code taken apart."""
        return parse_basic_code(self.basic)

    @property
    def temporary_agency(self) -> bool:
        return uscc_temporary(self.uscc)


def parse_basic_code(code: str) -> BasicCode:
    """Take a 12-character basic code apart; ValueError when it has another form."""
    found = _BASIC.fullmatch(code)
    if found is None or not code.isascii():
        raise ValueError(f"不是 12 位基本编码：{code!r}")
    return BasicCode(*found.groups())


def basic_code(province: str, type_: str, department: str, main: str, sub: str = "000") -> str:
    """Put a basic code together; ValueError when a part has the wrong form."""
    return str(parse_basic_code(province + type_ + department + main + sub))


def parse_item_code(code: str) -> ItemCode:
    """Take a 31- or 33-character code apart; ValueError when it has another form.

    The agency's check character is not judged here (``uscc_valid``): published lists hold a few
    wrong and temporary ones whose items are real.
    """
    found = _ITEM.fullmatch(code)
    if found is None or not code.isascii():
        raise ValueError(f"不是 31 位实施编码或 33 位业务办理项编码：{code!r}")
    agency, level, basic, serial = found.groups()
    return ItemCode(agency, level, basic, serial)
