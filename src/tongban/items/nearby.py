"""就近办: the nearest hall where a matter can be handled, and how far a matter is handled, in words."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.divisions import service as divisions
from tongban.items.models import ItemState, SearchEntry
from tongban.kit.errors import invalid
from tongban.organisations import service as organisations

_EARTH = 6371.0088  # mean radius in kilometres (IUGG)
_AT_WINDOW = "1"  # code system "handling-form"
# How many digits of a hall's division must agree with the item's, by 通办范围 (code system "cross-region").
_SAME = {"1": 0, "2": 2, "3": 4, "4": 6, "5": 9}
_NOWHERE = 99  # more digits than any division has: it reaches no other hall


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: a division he chose, or a point he gave for this one request.

    ``lon`` and ``lat`` are degrees (WGS 84). A point is never stored.
    """

    division: str = ""
    lon: float | None = None
    lat: float | None = None

    @classmethod
    def at(cls, lon: str, lat: str) -> "Place":
        """The point written in two texts. Raises Invalid."""
        return cls(lon=_degrees("lon", lon, 180), lat=_degrees("lat", lat, 90))

    @property
    def known(self) -> bool:
        return bool(self.division) or self.lon is not None


@dataclass(frozen=True, slots=True)
class NearHall:
    """A hall and the item that is handled there. ``km`` is None where the way cannot be measured.

    ``here``: the hall lies in the chosen division. ``reach``: why it is handled there although the hall is
    not of the item's own region (code system "cross-region"); empty where it is.
    """

    hall: organisations.Hall
    km: float | None
    here: bool
    item_id: UUID
    code: str
    reach: str

    @property
    def way(self) -> str:
        """The distance in words; empty where it is not known. Nobody needs it to the metre."""
        if self.km is None:
            return ""
        if self.km < 1:
            return _("约 %(n)s 米") % {"n": max(100, round(self.km * 10) * 100)}
        return _("约 %(n)s 公里") % {"n": round(self.km, 1) if self.km < 10 else round(self.km)}


@dataclass(frozen=True, slots=True)
class _Handled:
    """One implementation of a matter."""

    item_id: UUID
    code: str
    division: str
    reach: str


def nearest(item_ids: Iterable[UUID], place: Place) -> dict[UUID, NearHall]:
    """For each item the nearest hall where it, or the same matter of another region here, is handled.

    Left out: items that are not handled on this platform or not at a window, and those no hall is known for.
    The way is measured in a straight line; from a division it is that from its own hall.
    """
    wanted = list(dict.fromkeys(item_ids))
    if not place.known or not wanted:
        return {}
    handled = _handled(wanted)
    halls = _by_way(place) if handled else []
    return {
        item_id: found
        for item_id, ways in handled.items()
        if (found := _first(item_id, ways, halls)) is not None
    }


def halls_of(item_id: UUID) -> list[organisations.Hall]:
    """The halls of the item's own region, for somebody whose place is not known."""
    own = [one for one in _handled([item_id]).get(item_id, []) if one.item_id == item_id]
    return [
        hall for one in own for hall in organisations.halls(one.division) if hall.division == one.division
    ]


def at_window(item_id: UUID) -> bool:
    """Whether the item is handled on this platform at a window."""
    return item_id in _handled([item_id])


def reach_words(reach: str, division: str) -> str:
    """How far a matter of ``division`` is handled, said to somebody who does not know the word 通办."""
    size = _SAME.get(reach, len(division))
    name = divisions.full_name(division[:size]) if division else ""
    if reach == "1":
        return _("全国通办：在全国任何一个办事大厅都可以办，不用回原地。")
    if not name:
        return ""
    if reach == "2":
        return _("全省通办：在%(place)s任何一个办事大厅都可以办，不用回原地。") % {"place": name}
    if reach == "3":
        return _("全市通办：在%(place)s任何一个办事大厅都可以办。") % {"place": name}
    if reach == "4":
        return _("全县通办：在%(place)s任何一个办事大厅或便民服务中心都可以办。") % {"place": name}
    if reach in ("5", "6"):
        return _("只在本乡镇（街道）办理：%(place)s。") % {"place": name}
    return _("由%(place)s的办事大厅办理，还没有开通跨地区办理。") % {"place": name}


def _degrees(field: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > most:
        words = _("位置不正确：经度在 -180 到 180 之间，纬度在 -90 到 90 之间")
        raise invalid(field, "range", words)
    return value


def _handled(item_ids: Sequence[UUID]) -> dict[UUID, list[_Handled]]:
    """For each item what handles the same matter here at a window, itself first."""
    rows = SearchEntry.objects.filter(own=True, version__handling_forms__contains=[_AT_WINDOW])
    columns = ("item_id", "code", "division", "cross_region", "item__basic_id")
    own = list(rows.filter(item__in=item_ids).values_list(*columns))
    others: dict[Any, list[_Handled]] = {}
    for *way, basic in rows.filter(
        item__basic__in={row[4] for row in own if row[4]}, item__state=ItemState.IN_USE
    ).values_list(*columns):
        others.setdefault(basic, []).append(_Handled(*way))
    found = {}
    for *way, basic in own:
        self = _Handled(*way)
        found[self.item_id] = [self, *(one for one in others.get(basic, []) if one.item_id != self.item_id)]
    return found


_Way = tuple[organisations.Hall, float | None, bool]


def _by_way(place: Place) -> list[_Way]:
    """All halls, the nearest first: the way to them in kilometres, whether they lie in the division."""
    halls = organisations.halls()
    at = (place.lon, place.lat) if place.lon is not None else _middle(halls, place.division)
    chosen = place.division
    ways = [
        (hall, _km(at, (hall.lon, hall.lat)), bool(chosen) and hall.division.startswith(chosen))
        for hall in halls
    ]

    def order(way: _Way) -> tuple[int, float, int, str]:
        hall, km, here = way
        near = 0 if chosen and hall.division == chosen else 1 if here else 2
        return near, km if km is not None else math.inf, -_shared(hall.division, chosen), hall.name

    return sorted(ways, key=order)


def _first(item_id: UUID, ways: Sequence[_Handled], halls: Sequence[_Way]) -> NearHall | None:
    """The first hall where one of these implementations is handled."""
    there: dict[str, _Handled] = {}
    reaching: dict[str, _Handled] = {}
    for one in ways:
        there.setdefault(one.division, one)
        size = _SAME.get(one.reach, _NOWHERE)
        if size <= len(one.division):
            reaching.setdefault(one.division[:size], one)
    for hall, km, here in halls:
        if (own := there.get(hall.division)) is not None:
            return NearHall(hall, km, here, own.item_id, own.code, "")
        for size in (9, 6, 4, 2, 0):
            if size <= len(hall.division) and (other := reaching.get(hall.division[:size])) is not None:
                return NearHall(hall, km, here, other.item_id, other.code, other.reach)
    return None


def _middle(halls: Sequence[organisations.Hall], division: str) -> tuple[float, float] | None:
    """The position of a division: that of its own hall, or the middle of those inside it."""
    placed = [one for one in halls if one.lon is not None and one.division.startswith(division)]
    own = [one for one in placed if one.division == division] or placed
    if not own:
        return None
    return sum(one.lon or 0.0 for one in own) / len(own), sum(one.lat or 0.0 for one in own) / len(own)


def _km(here: tuple[Any, Any] | None, there: tuple[Any, Any]) -> float | None:
    """The great-circle way between two positions, in kilometres."""
    if here is None or None in (*here, *there):
        return None
    lon1, lat1, lon2, lat2 = map(math.radians, (*here, *there))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(min(1.0, half)))


def _shared(one: str, other: str) -> int:
    """How many levels of two codes agree."""
    return sum(one[:size] == other[:size] for size in (2, 4, 6, 9) if min(len(one), len(other)) >= size)
