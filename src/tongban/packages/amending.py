"""Steps of editing a definition: plain data in, changed plain data out. Pure."""

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tongban.kit.errors import NotFound

Data = dict[str, Any]


def free_key(wanted: str, taken: Iterable[str], prefix: str) -> str:
    """A short key near ``wanted`` that none of ``taken`` has."""
    there = set(taken)
    base = re.sub(r"[^a-z0-9]", "", wanted.lower()).lstrip("0123456789")[:16] or prefix
    if base not in there and wanted:
        return base
    return next(key for n in range(1, len(there) + 2) if (key := f"{base}{n}") not in there)


def _one(data: Data, part: str, key: str) -> Data:
    found: Data | None = next((one for one in data.get(part) or [] if one["key"] == key), None)
    if found is None:
        raise NotFound(_("没有找到这一项"))
    return found


def add_member(data: Data, item: str, slug: str) -> Data:
    """One more item, after all others as written; waits for nobody."""
    made = copy.deepcopy(data)
    members = made.setdefault("members", [])
    members.append({"key": free_key(slug, (m["key"] for m in members), "item"), "item": item})
    return made


def set_member(data: Data, key: str, when: Mapping[str, str], after: Mapping[str, str]) -> Data:
    """When an item applies (question to value) and what it waits for (member to ``end`` or ``free``)."""
    made = copy.deepcopy(data)
    member = _one(made, "members", key)
    member["when"] = dict(when)
    member["after"] = [{"member": k, "on_failure": failure} for k, failure in after.items()]
    return made


def drop_member(data: Data, key: str) -> Data:
    """Without an item, and without what others say of it."""
    made = copy.deepcopy(data)
    gone = _one(made, "members", key)
    made["members"].remove(gone)
    for member in made["members"]:
        waits = member.get("after") or []
        member["after"] = [a for a in waits if (a if isinstance(a, str) else a["member"]) != key]
    for part in ("fields", "materials"):
        shared = made.get(part) or {}
        made[part] = {place: k for place, k in shared.items() if place.split(".")[0] != key}
    return made


def set_question(data: Data, key: str, title: str, labels: Iterable[str]) -> tuple[Data, str]:
    """A question with its options; ``key`` empty makes a new one. Kept words keep their value.

    Conditions on options that are gone fall away with them.
    """
    made = copy.deepcopy(data)
    questions = made.setdefault("questions", [])
    if key:
        question = _one(made, "questions", key)
    else:
        question = {"key": free_key("", (q["key"] for q in questions), "q"), "options": []}
        questions.append(question)
    known = {o["label"]: str(o["value"]) for o in question["options"]}
    taken, options = set(known.values()), []
    for label in dict.fromkeys(labels):
        value = known.get(label) or free_key("", taken, "v")
        taken.add(value)
        options.append({"value": value, "label": label})
    question["title"], question["options"] = title, options
    values = {o["value"] for o in options}
    for member in made.get("members") or []:
        when = member.get("when") or {}
        if when.get(question["key"], next(iter(values), "")) not in values:
            when.pop(question["key"])
    return made, question["key"]


def drop_question(data: Data, key: str) -> Data:
    """Without a question; items that depended on it always apply."""
    made = copy.deepcopy(data)
    made["questions"].remove(_one(made, "questions", key))
    for member in made.get("members") or []:
        (member.get("when") or {}).pop(key, None)
    return made


def set_shared(data: Data, fields: Mapping[str, str], materials: Mapping[str, str]) -> Data:
    """What is asked or handed in once although no data element and no licence type joins it."""
    return copy.deepcopy(data) | {"fields": dict(fields), "materials": dict(materials)}
