"""The one door of the divisions room. Codes are the 2, 4, 6 or 9 significant digits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from tongban.divisions.models import Division
from tongban.divisions.source import listed
from tongban.kit.errors import NotFound

__all__ = [
    "Division", "Region", "children", "cities", "full_name", "get", "listed", "load", "names", "path",
    "regions", "search", "within",
]  # fmt: skip

# 平潭综合实验区 is run like a city but has no city code of its own.
DEFAULT_ALIASES: dict[str, str] = {"350128": "平潭综合实验区"}
LEVELS = {2: 1, 4: 2, 6: 3, 9: 4}
FOUND_AT_MOST = 30


def _aliases() -> Mapping[str, str]:
    found: Mapping[str, str] = getattr(settings, "DIVISION_ALIASES", DEFAULT_ALIASES)
    return found


def get(code: str) -> Division:
    """The division of this code. Raises NotFound."""
    found = Division.objects.filter(pk=code).first()
    if found is None:
        raise NotFound(f"没有行政区划 {code}")
    return found


def children(code: str = "") -> list[Division]:
    """The divisions right below ``code``, by code; provinces for no code."""
    return list(Division.objects.filter(parent_id=code or None).order_by("code"))


def cities(province: str) -> list[Division]:
    """What is run as a city in a province: its cities, and counties that are by their alias."""
    return list(
        Division.objects.filter(
            Q(parent_id=province) | Q(code__in=list(_aliases())), code__startswith=province
        ).order_by("code")
    )


def path(code: str) -> list[Division]:
    """The divisions from the province down to ``code``. Raises NotFound."""
    lengths = [n for n in LEVELS if n <= len(code)]
    found = list(Division.objects.filter(pk__in=[code[:n] for n in lengths]).order_by("code"))
    if not found or found[-1].code != code:
        raise NotFound(f"没有行政区划 {code}")
    return found


def full_name(code: str) -> str:
    """Names from the province down, e.g. 福建省福州市鼓楼区; the code itself for one not known (retired)."""
    return _full_name(code) or code


@lru_cache(maxsize=4096)
def _cached_name(code: str) -> str:
    found: str = Division.objects.values_list("full_name", flat=True).get(pk=code)
    return found


def _full_name(code: str) -> str | None:
    try:
        return _cached_name(code)
    except Division.DoesNotExist:
        return None


def names(codes: Iterable[str]) -> dict[str, str]:
    """The own names of these codes, e.g. 鼓楼区; codes that are not known are left out."""
    wanted = set(codes)
    if missing := wanted - _names.keys():
        _names.update(Division.objects.filter(pk__in=missing).values_list("code", "name"))
    return {code: _names[code] for code in wanted if code in _names}


_names: dict[
    str, str
] = {}  # names already read; as `full_name`, a process keeps them until it loads the list


@dataclass(frozen=True, slots=True)
class Region:
    """A city with the counties in it, as places to choose from."""

    code: str
    name: str
    counties: tuple[tuple[str, str], ...]


def regions(province: str) -> tuple[Region, ...]:
    """The cities of a province, each with its counties; counties without a city above them come last."""
    rows = list(
        Division.objects.filter(code__startswith=province, level__in=(2, 3))
        .order_by("code")
        .values_list("code", "name", "level", "parent_id")
    )
    cities_here = {code: name for code, name, level, _above in rows if level == Division.Level.CITY}
    inside: dict[str, list[tuple[str, str]]] = {code: [] for code in cities_here}
    alone: list[tuple[str, str]] = []
    for code, name, level, above in rows:
        if level == Division.Level.COUNTY:
            inside.get(str(above), alone).append((code, name))
    found = [Region(code, name, tuple(inside[code])) for code, name in cities_here.items()]
    return (*found, *((Region(province, full_name(province), tuple(alone)),) if alone else ()))


def search(text: str, *, region: str = "") -> list[Division]:
    """Divisions whose name or alias holds every word of ``text``, larger ones first; at most 30."""
    found = Division.objects.filter(code__startswith=region)
    words = text.split()
    if not words:
        return []
    for word in words:
        found = found.filter(Q(full_name__icontains=word) | Q(aliases__icontains=word) | Q(code=word))
    return list(found.order_by("level", "code")[:FOUND_AT_MOST])


def within(code: str, region: str) -> bool:
    """Whether ``code`` is ``region`` or lies in it; every division lies in the empty region."""
    return code.startswith(region)


def load(province: str = "35", progress: Callable[[int, int], None] | None = None) -> int:
    """Load all provinces, cities and counties of the country and the towns of ``province``.

    Repeatable: names are brought up to date, codes no longer listed stay (people's papers name
    them). ``progress(done, total)`` is called as rows go in. Answers with the number of listed rows.
    """
    names: dict[str, str] = {}
    rows: list[Division] = []
    for one in listed((province,)):
        names[one.code] = names.get(one.parent or "", "") + one.name
        rows.append(
            Division(
                code=one.code,
                name=one.name,
                level=LEVELS[len(one.code)],
                parent_id=one.parent,
                full_name=names[one.code],
                aliases=_aliases().get(one.code, ""),
            )
        )
    with transaction.atomic():
        for start in range(0, len(rows), 1000):
            Division.objects.bulk_create(
                rows[start : start + 1000], update_conflicts=True, unique_fields=["code"],
                update_fields=["name", "level", "parent", "full_name", "aliases"],
            )  # fmt: skip
            if progress:
                progress(min(start + 1000, len(rows)), len(rows))
    _cached_name.cache_clear()
    _names.clear()
    return len(rows)
