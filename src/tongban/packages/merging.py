"""Fields and materials of several items asked once. Pure: works on frozen versions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongban.items.service import MaterialDetail, VersionDetail
from tongban.packages.definition import Definition

Details = Mapping[str, VersionDetail]  # by member key, in filing order
Place = tuple[str, str]  # member, field (or material key)


@dataclass(frozen=True, slots=True)
class MergedField:
    """One question and the fields of members that it answers."""

    name: str
    places: tuple[Place, ...]
    show_if: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class MergedPage:
    key: str
    member: str
    title: str
    hint: str
    fields: tuple[MergedField, ...]


@dataclass(frozen=True, slots=True)
class MergedMaterial:
    key: str
    places: tuple[Place, ...]


def properties(detail: VersionDetail) -> Mapping[str, Any]:
    found: Mapping[str, Any] = detail.schema.get("properties") or {}
    return found


def signature(prop: Mapping[str, Any]) -> tuple[Any, ...]:
    """What has to be equal for one answer to serve two fields."""
    entries = prop.get("items") or {}
    choices = tuple(map(str, prop.get("enum") or ())), tuple(map(str, entries.get("enum") or ()))
    return (prop.get("type"), prop.get("format") or "", choices)


def shared_key(definition: Definition, member: str, name: str, prop: Mapping[str, Any]) -> str:
    """The key under which a field is asked: what the mapping says, else its data element, else nothing."""
    return definition.fields.get(f"{member}.{name}") or str(prop.get("x-element") or "")


def field_groups(definition: Definition, details: Details) -> dict[str, list[Place]]:
    """Merged name -> the fields it answers. Fields that do not fit the first of their key stay alone."""
    groups: dict[str, list[Place]] = {}
    kinds: dict[str, tuple[Any, ...]] = {}
    for member, detail in details.items():
        for name, prop in properties(detail).items():
            key = shared_key(definition, member, name, prop)
            merged = "all__" + re.sub(r"[^a-z0-9]+", "_", key.lower()) if key else f"{member}__{name}"
            if key and kinds.setdefault(merged, signature(prop)) != signature(prop):
                merged = f"{member}__{name}"
            groups.setdefault(merged, []).append((member, name))
    return groups


def pages(definition: Definition, details: Details) -> tuple[MergedPage, ...]:
    """The merged form: every question once, on the page where it first comes up; empty pages fall away."""
    groups = field_groups(definition, details)
    named = {place: merged for merged, places in groups.items() for place in places}
    asked: set[str] = set()
    made = []
    for member, detail in details.items():
        for page in detail.layout:
            fields = []
            for name in page["fields"]:
                merged = named.get((member, name))
                if merged is None or merged in asked:
                    continue
                asked.add(merged)
                places = tuple(groups[merged])
                fields.append(MergedField(merged, places, _condition(places, details, named)))
            if fields:
                title, hint = str(page.get("title", "")), str(page.get("hint", ""))
                made.append(MergedPage(f"{member}-{page['key']}", member, title, hint, tuple(fields)))
    return tuple(made)


def _condition(
    places: tuple[Place, ...], details: Details, named: Mapping[Place, str]
) -> dict[str, Any] | None:
    """Shown when any of the fields is asked always; else by the first field's condition, renamed."""
    conditions = [properties(details[m])[n].get("x-show-if") for m, n in places]
    if not all(conditions):
        return None
    member = places[0][0]
    return {named[member, other]: want for other, want in conditions[0].items() if (member, other) in named}


def feeds(definition: Definition, details: Details) -> dict[Place, str]:
    """Materials that a predecessor's result will be: (member, material) -> predecessor."""
    found: dict[Place, str] = {}
    for member in definition.members:
        if member.key not in details:
            continue
        for after in member.after:
            if after.member not in details:
                continue
            given = {o.licence_type for o in details[after.member].outcomes if o.licence_type}
            for material in details[member.key].materials:
                if given & set(material.licence_types):
                    found.setdefault((member.key, material.key), after.member)
    return found


def material_key(definition: Definition, member: str, material: MaterialDetail) -> str:
    mapped = definition.materials.get(f"{member}.{material.key}")
    key = mapped or "-".join(sorted(material.licence_types))
    return "all-" + re.sub(r"[^a-z0-9]+", "-", key.lower()) if key else f"{member}-{material.key}"


def materials(definition: Definition, details: Details) -> tuple[MergedMaterial, ...]:
    """What has to be handed in: once for all members that want it, never what a predecessor yields."""
    coming = feeds(definition, details)
    groups: dict[str, list[Place]] = {}
    for member, detail in details.items():
        for material in detail.materials:
            if (member, material.key) not in coming:
                key = material_key(definition, member, material)
                groups.setdefault(key, []).append((member, material.key))
    return tuple(MergedMaterial(key, tuple(places)) for key, places in groups.items())


def conflicts(definition: Definition, details: Details) -> list[tuple[str, Place, Place]]:
    """Fields that share a key and cannot share an answer: (key, first, other)."""
    first: dict[str, Place] = {}
    found = []
    for member, detail in details.items():
        for name, prop in properties(detail).items():
            if not (key := shared_key(definition, member, name, prop)):
                continue
            one = first.setdefault(key, (member, name))
            if signature(properties(details[one[0]])[one[1]]) != signature(prop):
                found.append((key, one, (member, name)))
    return found
