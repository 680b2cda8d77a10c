"""Identifiers of electronic licences (GB/T 36904-2018)."""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

ROOT = "1.2.156.3005.2"
_PARTS = (
    ("type21", re.compile(r"[0-9A-Z]{21}"), "证照类型代码应为 21 位数字或大写字母"),
    # A published identifier names its issuer by a 6-digit division code; the standard says 18.
    ("issuer18", re.compile(r"[0-9A-Z]{18}|[0-9]{6}"), "颁证单位代码应为 18 位数字或大写字母"),
    ("serial", re.compile(r"[0-9A-Z]+(?:\.[0-9A-Z]+)*"), "流水号只能由数字、大写字母和点组成"),
    ("version3", re.compile(r"[0-9A-Z]{3}"), "版本号应为 3 位"),
)


@dataclass(frozen=True, slots=True)
class LicenceIdentifier:
    """The parts of an identifier. ``type21`` is the defining body's USCC and three characters."""

    type21: str
    issuer18: str
    serial: str
    version3: str

    @property
    def check(self) -> str:
        """ISO 7064 MOD 37,36 over the parts without dots."""
        text = self.type21 + self.issuer18 + self.serial.replace(".", "") + self.version3
        return str(mod_37_36.calc_check_digit(text))

    def __str__(self) -> str:
        return ".".join((ROOT, self.type21, self.issuer18, self.serial, self.version3, self.check))


def make_identifier(type21: str, issuer18: str, serial: str, version3: str) -> str:
    """The full identifier with its check character; ValueError naming the part with a wrong form."""
    made = LicenceIdentifier(type21, issuer18, serial, version3)
    for name, form, message in _PARTS:
        if not form.fullmatch(getattr(made, name)):
            raise ValueError(f"{name}: {message}")
    return str(made)


def parse_identifier(identifier: str) -> LicenceIdentifier:
    """Take an identifier apart; ValueError when its form or its check character is wrong."""
    prefix = ROOT + "."
    parts = identifier.removeprefix(prefix).split(".")
    if not identifier.startswith(prefix) or len(parts) < 5:
        raise ValueError("不是电子证照标识（应以 1.2.156.3005.2. 开头并含五段）")
    made = make_identifier(parts[0], parts[1], ".".join(parts[2:-2]), parts[-2])
    if made != identifier:
        raise ValueError("电子证照标识的校验位不对")
    return LicenceIdentifier(parts[0], parts[1], ".".join(parts[2:-2]), parts[-2])


def check_identifier(identifier: str) -> bool:
    """Whether form and check character are right."""
    try:
        parse_identifier(identifier)
    except ValueError:
        return False
    return True
