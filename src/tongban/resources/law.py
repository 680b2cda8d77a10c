"""The law of survivorship, said plainly and pure: which of several statements is the golden value.

Each department's last statement counts. The source department's value wins; else the newest; of two as new
the department that the declared order names first. ``choice`` is the same law in SQL over PostgreSQL,
``batch.survive_sql`` over Parquet; a test holds the three together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

LAST = 1_000  # the place of a department that the declared order does not name
_PROVINCES = ("福建省",)
_PREFECTURES = ("福州市", "厦门市", "莆田市", "三明市", "泉州市", "漳州市", "南平市", "龙岩市", "宁德市")
_NUMBERS = str.maketrans("０１２３４５６７８９＋－（）＃号栋幢室#", "0123456789--()#-----")


@dataclass(frozen=True, slots=True)
class Said:
    """One statement. ``value`` None: the department withdraws what it said."""

    department: UUID
    value: Any
    as_of: datetime
    seq: int = 0
    key: str = ""

    @property
    def turn(self) -> tuple[datetime, int, str]:
        """Of two statements of one department the one with the higher turn stands."""
        return self.as_of, self.seq, self.key


@dataclass(frozen=True, slots=True)
class Chosen:
    """The golden value with where it comes from, who says the same and who something else (by id)."""

    value: Any
    department: UUID
    as_of: datetime
    from_source: bool
    confirmers: tuple[UUID, ...]
    dissenters: tuple[UUID, ...]


def standing(said: Iterable[Said]) -> list[Said]:
    """The last statement of each department, without those that withdrew theirs."""
    last: dict[UUID, Said] = {}
    for one in said:
        held = last.get(one.department)
        if held is None or held.turn <= one.turn:
            last[one.department] = one
    return [one for one in last.values() if one.value is not None]


def choose(
    said: Iterable[Said], source: UUID | None, places: Mapping[UUID, int], compare: str = "exact"
) -> Chosen | None:
    """The golden value, or None where nobody says anything.

    :param source: the element's source department
    :param places: departments by their place in the declared order
    :param compare: how the element's values are compared, see :func:`alike`
    """
    held = standing(said)
    if not held:
        return None
    best = max(
        held,
        key=lambda one: (
            one.department == source,
            one.as_of,
            -places.get(one.department, LAST),
            -one.department.int,
        ),
    )
    others = sorted((one for one in held if one is not best), key=lambda one: one.department)
    agree = [alike(compare, one.value, best.value) for one in others]
    return Chosen(
        best.value, best.department, best.as_of, best.department == source,
        tuple(one.department for one, same in zip(others, agree, strict=True) if same),
        tuple(one.department for one, same in zip(others, agree, strict=True) if not same),
    )  # fmt: skip


def alike(compare: str, one: Any, other: Any) -> bool:
    """Whether two values say the same. ``compare``: ``exact``, or ``address`` (see :func:`spare`)."""
    if compare == "address" and one != other:
        return isinstance(one, str) and isinstance(other, str) and spare(one) == spare(other)
    return bool(one == other)


def spare(address: str) -> str:
    """An address to compare by: without province and prefecture, and without the words between numbers."""
    for names in (_PROVINCES, _PREFECTURES):
        if address[:3] in names:
            address = address[3:]
    return address.translate(_NUMBERS).rstrip("-")
