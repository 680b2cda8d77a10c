"""What a package's definition says, and the order in it. Pure.

A definition is JSON (edited as YAML)::

    questions: [{key, title, options: [{value, label}]}]
    members:   [{key, item, when: {question: value}, after: [{member, on_failure: end|free}]}]
    fields:    {member.field: shared-key}      # asked once although no data element joins them
    materials: {member.material: shared-key}
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.utils.translation import gettext as _

from tongban.kit.errors import FieldProblem, Invalid

KEY = re.compile(r"[a-z][a-z0-9]{0,19}")
MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    title: str
    options: tuple[Option, ...]

    def answered(self, value: str) -> str:
        """Question and answer as one line."""
        label = next((o.label for o in self.options if o.value == value), value)
        return f"{self.title}{'' if self.title.endswith(('？', '?')) else '：'}{label}"


@dataclass(frozen=True, slots=True)
class After:
    """``member`` has to be granted first; when it fails this one ends too, or goes on freely."""

    member: str
    on_failure: str  # "end" | "free"


@dataclass(frozen=True, slots=True)
class Member:
    key: str
    item: str  # slug or code
    when: Mapping[str, str]
    after: tuple[After, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    questions: tuple[Question, ...]
    members: tuple[Member, ...]
    fields: Mapping[str, str]
    materials: Mapping[str, str]

    def active(self, choices: Mapping[str, str]) -> tuple[Member, ...]:
        """The members these answers call for, predecessors before successors."""
        wanted = {m.key: m for m in self.members if all(choices.get(q) == v for q, v in m.when.items())}
        return tuple(wanted[key] for key in order(self.members) if key in wanted)


def order(members: Iterable[Member]) -> list[str]:
    """Member keys, predecessors first, otherwise as written.

    Raises:
        Invalid: the order goes round; the message names the circle.
    """
    listed = list(members)
    known = {m.key for m in listed}
    sorter = TopologicalSorter({m.key: [a.member for a in m.after if a.member in known] for m in listed})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(error.args[1])
        message = _("先后顺序成了一个圈：%(circle)s") % {"circle": circle}
        raise Invalid(FieldProblem("members", "circle", message)) from error
    place, found = {m.key: n for n, m in enumerate(listed)}, []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        found += ready
        sorter.done(*ready)
    return found


def critical_days(members: Iterable[Member], days: Mapping[str, int]) -> int:
    """Working days along the longest chain of members that wait for each other."""
    listed = {m.key: m for m in members}
    ends: dict[str, int] = {}
    for key in order(listed.values()):
        before = [ends[a.member] for a in listed[key].after if a.member in ends]
        ends[key] = max(before, default=0) + days.get(key, 0)
    return max(ends.values(), default=0)


def read(data: Any) -> Definition:
    """A definition from plain data. Raises Invalid with everything that has the wrong shape."""
    problems: list[FieldProblem] = []
    if not isinstance(data, dict):
        raise Invalid(FieldProblem("definition", "shape", _("定义须是“名称: 内容”的对照")))
    problems += [
        FieldProblem(extra, "unknown", _("定义中没有“%(name)s”这一部分") % {"name": extra})
        for extra in sorted(set(map(str, data)) - {"questions", "members", "fields", "materials"})
    ]
    questions = _each(data, "questions", _question, problems)
    members = _each(data, "members", _member, problems)
    if not 1 <= len(members) <= MOST_MEMBERS and not problems:
        problems.append(FieldProblem("members", "count", _("应有 1 至 %(n)d 个事项") % {"n": MOST_MEMBERS}))
    problems += _double("questions", [q.key for q in questions])
    problems += _double("members", [m.key for m in members])
    if problems:
        raise Invalid(*problems)
    return Definition(
        tuple(questions), tuple(members), _pairs(data.get("fields")), _pairs(data.get("materials"))
    )


def _each(data: Mapping[str, Any], part: str, build: Any, problems: list[FieldProblem]) -> list[Any]:
    made = []
    entries = data.get(part) or []
    if not isinstance(entries, list):
        problems.append(FieldProblem(part, "shape", _("“%(part)s”须是列表") % {"part": part}))
        return []
    for number, entry in enumerate(entries, start=1):
        try:
            made.append(build(entry))
        except (KeyError, TypeError, ValueError, AttributeError):
            message = _("“%(part)s”第 %(n)d 项写得不完整") % {"part": part, "n": number}
            problems.append(FieldProblem(f"{part}.{number}", "shape", message))
    return made


def _key(value: Any) -> str:
    if not KEY.fullmatch(str(value)):
        raise ValueError(value)
    return str(value)


def _question(entry: Any) -> Question:
    options = tuple(Option(str(o["value"]), str(o["label"])) for o in entry["options"])
    if len(options) < 2:
        raise ValueError("a question needs a choice")
    return Question(_key(entry["key"]), str(entry["title"]), options)


def _member(entry: Any) -> Member:
    after = tuple(_after(one) for one in entry.get("after") or ())
    when = {str(k): str(v) for k, v in (entry.get("when") or {}).items()}
    return Member(_key(entry["key"]), str(entry["item"]), when, after)


def _after(entry: Any) -> After:
    if isinstance(entry, str):
        return After(_key(entry), "end")
    failure = str(entry.get("on_failure", "end"))
    if failure not in ("end", "free"):
        raise ValueError(failure)
    return After(_key(entry["member"]), failure)


def _pairs(data: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in data.items()} if isinstance(data, dict) else {}


def _double(part: str, keys: list[str]) -> list[FieldProblem]:
    return [
        FieldProblem(part, "double", _("“%(key)s”出现了两次") % {"key": key})
        for key in sorted({k for k in keys if keys.count(k) > 1})
    ]
