"""Reads the demo province's content files and fills in what they leave to rule.

The files are written for people: an item names a shared material by its key, gives its step limits as a
short list and says nothing about what follows from its department or hall. :func:`items` returns every item
in full, in the form ``items.service.load_item`` reads.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).parent / "content"
PROVINCE = "35"
LEVELS = {2: 2, 4: 3, 6: 4, 9: 5}  # length of a division code -> 行使层级
STEPS = (("受理", "accept", "clerk"), ("审查", "review", "reviewer"), ("决定", "decide", "approver"))
DELIVER = ("送达", "deliver", "clerk")
OBJECTS = {"person": [1], "legal": [2, 3, 4, 5, 9], "either": [1, 2, 5]}
SCHEMA = "https://json-schema.org/draft/2020-12/schema"

Entry = dict[str, Any]


def _read(path: Path) -> Any:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (safe loader)


@cache
def departments() -> tuple[Entry, ...]:
    """The departments, provincial ones first."""
    return tuple(_read(CONTENT / "departments.yaml"))


@cache
def department(slug: str) -> Entry:
    """One department by its slug; ``KeyError`` when the files have none."""
    return {d["slug"]: d for d in departments()}[slug]


@cache
def halls() -> tuple[Entry, ...]:
    """The halls, with address, hours, telephone and position (WGS 84 degrees)."""
    return tuple(_read(CONTENT / "halls.yaml"))


@cache
def county_halls() -> Mapping[str, tuple[float, float]]:
    """Longitude and latitude (WGS 84 degrees) of the other counties' halls, by division."""
    return {code: (lon, lat) for code, (lon, lat) in _read(CONTENT / "county_halls.yaml").items()}


@cache
def licence_types() -> tuple[Entry, ...]:
    """The licence types with their 21-character codes and the elements on their faces."""
    return tuple(_read(CONTENT / "licence_types.yaml"))


@cache
def materials() -> Mapping[str, Entry]:
    """Materials shared between items, by key."""
    return dict(_read(CONTENT / "materials.yaml"))


@cache
def form(name: str) -> Entry:
    """One form (``schema`` and ``layout``) from ``content/forms``."""
    found: Entry = _read(CONTENT / "forms" / f"{name}.yaml")
    found["schema"] = {"$schema": SCHEMA, "type": "object", **found["schema"]}
    return found


def hall_of(division: str) -> Entry:
    """The hall that serves a division: its own, or the nearest one above it."""
    for size in (6, 4, 2):
        for hall in halls():
            if hall["division"] == division[:size] and len(division) >= size:
                return hall
    return halls()[0]


def _material(entry: str | Entry) -> Entry:
    given: Entry = {"key": entry} if isinstance(entry, str) else dict(entry)
    shared = given.pop("use", given["key"] if isinstance(entry, str) else None)
    base: Entry = dict(materials()[shared]) if shared else {}
    given.setdefault("key", shared)
    defaults: Entry = {
        "kind": "文书",
        "form": 3,
        "necessity": 1,
        "source": 10,
        "source_note": "",
        "licence_types": [],
        "accept": ["pdf", "jpg", "png"],
        "copies": 1,
        "paper": "A4",
        "filling": "",
        "standard": "",
        "basis": "",
    }
    return {**defaults, **base, **given}


def _steps(given: list[Any]) -> list[Entry]:
    """Steps in full; a plain number is the limit in working days of the step at that place."""
    plain = [*STEPS[: len(given) - 1], DELIVER]
    steps: list[Entry] = []
    for step, (name, kind, role) in zip(given, plain, strict=True):
        full: Entry = {"name": name, "kind": kind, "role": role}
        steps.append({**full, **step} if isinstance(step, dict) else {**full, "limit_days": step})
    return steps


def _results(item: Entry) -> list[Entry]:
    if "results" in item:
        return list(item["results"])
    names = {t["slug"]: t["name"] for t in licence_types()}
    return [{"kind": "证照", "name": names[item["result"]], "licence_type": item["result"]}]


def _flow(item: Entry) -> str:
    """The way through in one line, special procedures where they fall."""
    special = [p["name"] for p in item["special_procedures"]]
    names = ["申请", *(s["name"] for s in item["steps"])]
    return " → ".join([*names[:3], *special, *names[3:]])


def _form(item: Entry) -> Entry:
    if "form" in item:
        return form(item["form"])
    return form("_person" if item["applicant"] == "person" else "_legal")


def _expand(item: Entry) -> Entry:
    office, hall = department(item["department"]), hall_of(item["division"])
    number = item.pop("main")
    window = f"{hall['name']}（{hall['address']}），综合窗口"
    defaults: Entry = {
        "basic_code": f"{PROVINCE}{item['type']}{office['item_part']}{number}000",
        "level": LEVELS[len(item["division"])],
        "power_source": "法定本级行使",
        "case_kind": 2,
        "service_objects": OBJECTS[item["applicant"]],
        "extension_days": 10,
        "special_procedures": [],
        "visits": 0,
        "visits_reason": "",
        "handling_forms": [1, 2, 3],
        "online_depth": [1, 2, 3, 4, 5, 6, 7],
        "cross_region": 2,
        "address": window,
        "hours": hall["hours"],
        "enquiry": f"{office['name']}：{office['phone']}；24 小时咨询：12345",
        "complaint": f"12345 政务服务便民热线；{office['short_name']}监督电话：{office['phone']}",
        "appointment": True,
        "online_payment": False,
        "delivery": True,
        "fees": [],
        "process": None,
    }
    full = {**defaults, **item}
    full["legal_basis"] = [
        dict(zip(("law", "article", "text"), row, strict=True)) if isinstance(row, list) else row
        for row in item["legal_basis"]
    ]
    full["materials"] = [_material(m) for m in item["materials"]]
    full["steps"] = _steps(item["steps"])
    full.setdefault("flow", _flow(full))
    full["faqs"] = [{"q": row[0], "a": row[1]} if isinstance(row, list) else row for row in item["faqs"]]
    full["results"] = _results(item)
    full.pop("result", None)
    full["form"] = _form(item)
    return full


@cache
def items() -> tuple[Entry, ...]:
    """Every item in full, in the order of the files' names."""
    found: list[Entry] = []
    for path in sorted((CONTENT / "items").glob("*.yaml")):
        found.extend(_expand(dict(item)) for item in _read(path))
    return tuple(found)
