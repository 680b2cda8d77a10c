"""Codes of information resources (政务信息资源目录编制指南, section 6: 政务信息资源代码)."""

import re
from dataclasses import dataclass

CLASSES = {"1": "基础信息资源", "2": "主题信息资源", "3": "部门信息资源"}
_FRONT = re.compile(r"([1-3])([0-9]{2})([0-9]{3})([0-9A-Za-z]{0,12})")
_SERIAL = re.compile(r"[0-9]{6,10}")
DIGITS = 6  # the guide leaves the length of the serial open; ours is padded to this many


@dataclass(frozen=True, slots=True)
class CatalogueCode:
    """Class 类 (1 digit), item 项 (2), entry 目 (3), detail 细目 (0–12), serial 顺序号 (from 1)."""

    class_: str
    item: str
    entry: str
    detail: str
    serial: int

    @property
    def front(self) -> str:
        """The part before the slash, which says where in the classification the resource stands."""
        return self.class_ + self.item + self.entry + self.detail

    def __str__(self) -> str:
        return f"{self.front}/{self.serial:0{DIGITS}d}"


def check_front(front: str) -> tuple[str, str, str, str]:
    """Class, item, entry and detail of a classification code; ValueError where its form is wrong."""
    found = _FRONT.fullmatch(front)
    if found is None:
        raise ValueError("分类码应为 1 位类、2 位项、3 位目，之后是字母或数字的细目")
    return found[1], found[2], found[3], found[4]


def make_code(front: str, serial: int) -> str:
    """The code of the ``serial``-th resource under ``front``; ValueError naming what has a wrong form."""
    if not 1 <= serial < 10**10:
        raise ValueError("顺序号应从 1 开始，不超过 10 位")
    return str(CatalogueCode(*check_front(front), serial))


def parse_code(code: str) -> CatalogueCode:
    """Take a code apart; ValueError when it is not written as :func:`make_code` writes it."""
    front, slash, serial = code.partition("/")
    if not slash or not _SERIAL.fullmatch(serial):
        raise ValueError("信息资源代码应为分类码、斜线和至少 6 位的顺序号")
    made = CatalogueCode(*check_front(front), int(serial))
    if made.serial < 1 or str(made) != code:
        raise ValueError("顺序号应从 000001 开始，不多补零")
    return made
