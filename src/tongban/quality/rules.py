"""The five dimensions and how they follow from counts; pure.

The names of the characteristics come from GB/T 36344-2018 信息技术 数据质量评价指标. The formulas are this
platform's own, said in docs/quality.md; each is a share of counts, so that sums of rows give the whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

COUNTS = (
    "expected", "present", "filled", "refused", "keyed", "repeated", "fresh", "compared", "agreeing",
    "doubted", "corrected", "closed",
)  # fmt: skip
FLOWS = ("corrected", "closed")  # of a day; all others are the state at the time of measuring
DIMENSIONS = ("complete", "valid", "unique", "fresh", "consistent")
LABELS = {
    "complete": _("完整性"),
    "valid": _("合规性"),
    "unique": _("唯一性"),
    "fresh": _("及时性"),
    "consistent": _("一致性"),
}
MEANINGS = {
    "complete": _("数源部门应当有的，已经有多少"),
    "valid": _("送来的值里，有多少符合规则（其余在隔离区等待修正）"),
    "unique": _("不能重复的号码里，有多少没有重复"),
    "fresh": _("有多少在规定的天数内更新或确认过"),
    "consistent": _("别的部门也有、或者有人提出异议的值里，有多少与采用的值一致"),
}
PLAIN = {
    "complete": _("该有的信息，有多少已经登记"),
    "valid": _("部门送来的信息，有多少格式正确、可以直接用"),
    "unique": _("证件号码、账号这类不能重复的信息，有多少没有重复"),
    "fresh": _("登记的信息，有多少是最近更新或确认过的"),
    "consistent": _("几个部门都有的信息，有多少说法一致、没有人提出异议"),
}
GOOD, FAIR = Fraction(98, 100), Fraction(90, 100)  # where a share is shown as good, and as fair


@dataclass(frozen=True, slots=True)
class Share:
    """``good`` of ``of``; ``of`` 0 means that there is nothing to measure."""

    good: int
    of: int

    @property
    def value(self) -> float | None:
        """From 0 to 1, None where there is nothing to measure."""
        return self.good / self.of if self.of else None

    @property
    def percent(self) -> str:
        """One decimal; never rounded up to 100 nor down to 0 while something is missing or there."""
        if not self.of:
            return "—"
        tenths = self.good * 1000 // self.of if self.good < self.of else 1000
        if tenths == 0 and self.good:
            tenths = 1
        return f"{tenths // 10}.{tenths % 10}%"

    @property
    def missing(self) -> int:
        return self.of - self.good

    @property
    def grade(self) -> str:
        """``good``, ``fair``, ``poor``, or ``none`` where there is nothing to measure."""
        if not self.of:
            return "none"
        share = Fraction(self.good, self.of)
        return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one row, or summed over rows."""

    expected: int = 0
    present: int = 0
    filled: int = 0
    refused: int = 0
    keyed: int = 0
    repeated: int = 0
    fresh: int = 0
    compared: int = 0
    agreeing: int = 0
    doubted: int = 0
    corrected: int = 0
    closed: int = 0

    @classmethod
    def of(cls, counts: Mapping[str, Any]) -> "Tally":
        """From a row of the database; what is missing counts as 0."""
        return cls(**{name: int(counts.get(name) or 0) for name in COUNTS})

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in COUNTS))

    def share(self, dimension: str) -> Share:
        """One of :data:`DIMENSIONS`."""
        return {
            "complete": Share(self.present, self.expected),
            "valid": Share(self.filled, self.filled + self.refused),
            "unique": Share(self.keyed - self.repeated, self.keyed),
            "fresh": Share(self.fresh, self.filled),
            "consistent": Share(self.agreeing, self.compared + self.doubted),
        }[dimension]

    @property
    def shares(self) -> list[tuple[str, Share]]:
        """All five, in their order."""
        return [(one, self.share(one)) for one in DIMENSIONS]

    @property
    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COUNTS}


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum."""
    return sum(tallies, Tally())
