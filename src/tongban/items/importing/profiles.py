"""Profiles: which key of a source is which column. Small declarative files beside the code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from tongban.items.checking.base import Found
from tongban.items.content import Prepared, problems
from tongban.items.importing.cleaning import CLEANERS, spaced, text_of
from tongban.items.rules import REQUIRED, check
from tongban.kit.errors import NotFound

_FOLDER = Path(__file__).parents[1] / "profiles"


class Rejected(Exception):
    """A row that cannot be taken, and why."""

    def __init__(self, rule: str, message: str, field: str = "", code: str = "", name: str = "") -> None:
        super().__init__(message)
        self.rule, self.message, self.field, self.code, self.name = rule, message, field, code, name


@dataclass(frozen=True, slots=True)
class Profile:
    """A source's mapping as read from its file."""

    name: str
    title: str
    spec: Mapping[str, Any]
    nothing: frozenset[str] = frozenset()  # words that mean "nothing"

    def none(self, value: Any) -> bool:
        if isinstance(value, str):
            return value.strip() in self.nothing
        return value is None or value == []


@cache
def names() -> tuple[str, ...]:
    """The profiles there are."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def profile(name: str) -> Profile:
    """The profile of this name. Raises NotFound naming those there are."""
    if name not in names():
        message = _("没有名为“%(name)s”的导入方案，可用的有：%(names)s")
        raise NotFound(message % {"name": name, "names": "、".join(names())})
    spec = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return Profile(spec["name"], spec["title"], spec, frozenset(spec["none"]))


def prepare_row(row: Any, line: int, source: Profile, _departments: Mapping[str, Any]) -> Prepared:
    """The prepared item of one row of a source, with its findings. Raises :class:`Rejected`."""
    if not isinstance(row, dict):
        raise Rejected("not-an-object", _("这一行不是一个 JSON 对象"))
    spec, findings = source.spec, list[Found]()
    values = {key: _tidy(value) for key, value in row.items()}
    code = _code(values, source, findings)
    values[spec["code"]] = code
    head = _read(spec["head"], values, source, findings)
    columns = _read(spec["columns"], values, source, findings)
    if not columns.get("name"):
        raise Rejected("no-name", _("没有事项名称"), spec["columns"]["name"]["from"], code)
    head = {"department_uscc": "", "department_name": "", "division": "", "level": "", **head}
    head |= {"code": code, "code_system": source.name, "state": "1"}
    head["division"] = head["division"] or ""
    columns["extra"] = _extra(spec, values, source)
    basic = _read(spec["basic"], values, source, findings)
    one = Prepared(
        head, basic if basic.get("code") else {}, columns, _materials(spec, values, source), line=line
    )
    one.lacks = lacks(source.name)
    one.none = frozenset(
        target
        for target, how in spec["columns"].items()
        if isinstance(values.get(how["from"]), str)
        and values[how["from"]]
        and source.none(values[how["from"]])
    )
    findings += [*_agreement(spec, values, code), *_unknown(spec, values), *check(one)]
    bad = problems(one)
    if bad:
        first = bad[0]
        raise Rejected(
            first.rule, "; ".join(p.message for p in bad[:3]), first.field, code[:40], columns["name"][:80]
        )
    one.findings = [finding.as_dict() for finding in dict.fromkeys(findings)]
    return one


def _code(values: Mapping[str, Any], source: Profile, findings: list[Found]) -> str:
    """The row's code as it came; where there is none and the profile allows it, a stable number of our own.

    Such a number is made from what does not change in the source. It claims no place in any catalogue.
    """
    spec = source.spec
    code = values.get(spec["code"])
    if isinstance(code, str) and not source.none(code):
        code = code.replace(" ", "").upper()
        if spec.get("local_codes") and not re.match(spec["split"]["pattern"], code):
            message = _("“%(code)s”不合该省地方编码的格式，已原样保留") % {"code": code[:60]}
            findings.append(Found("item-code-local", "code", message))
        return code
    if not (keys := spec.get("code_absent")) or all(source.none(values.get(key)) for key in keys):
        raise Rejected("no-code", _("没有事项编码（%(key)s）") % {"key": spec["code"]}, spec["code"])
    body = "\x1f".join(str(values.get(key) or "") for key in keys)
    code = f"{source.name}-{sha256(body.encode()).hexdigest()[:20]}".upper()
    findings.append(
        Found("item-code-absent", "code", _("来源没有编码，暂用本平台编号 %(code)s") % {"code": code})
    )
    return code


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    return value


def _read(
    fields: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any], source: Profile, findings: list[Found]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for target, how in fields.items():
        try:
            value = _one(how, values, source)
        except (ValueError, TypeError, KeyError) as error:
            message = _("%(key)s：%(what)s") % {"key": how["from"], "what": str(error).strip("'")}
            findings.append(Found("value-not-understood", target, message))
            continue
        if value is not None and value != "":
            found[target] = value
    return found


def _one(how: Mapping[str, Any], values: Mapping[str, Any], source: Profile) -> Any:
    value = values.get(how["from"])
    more = [values[key] for key in how.get("also", []) if not source.none(values.get(key))]
    if source.none(value):
        if not more:
            return None
        value, more = more[0], more[1:]
    clean = CLEANERS[how["clean"]] if "clean" in how else None
    if isinstance(value, (dict, list)) and how.get("clean") != "list":
        raise ValueError(_("应为文字"))
    if not isinstance(value, (str, list)):
        value = str(value)
    if isinstance(value, list) and not all(isinstance(entry, str) for entry in value):
        raise ValueError(_("应为文字的列表"))
    result = clean(value) if clean else spaced(str(value))
    if more and isinstance(result, list) and clean:
        result = list(dict.fromkeys([*result, *(word for extra in more for word in clean(extra))]))
    return _mapped(result, how["map"]) if "map" in how else result


def _mapped(value: Any, table: Mapping[str, Any]) -> Any:
    many = value if isinstance(value, list) else [value]
    if unknown := [entry for entry in many if entry not in table]:
        raise ValueError(_("没有对应的代码：%(values)s") % {"values": "、".join(map(str, unknown))[:100]})
    return [table[entry] for entry in many] if isinstance(value, list) else table[value]


def _extra(spec: Mapping[str, Any], values: Mapping[str, Any], source: Profile) -> dict[str, str]:
    """Columns for what has none here; keys the profile does not know are kept under their own name."""
    kept = {
        target: str(values[key]) for target, key in spec["extra"].items() if not source.none(values.get(key))
    }
    return kept | {key: str(values[key])[:2000] for key in sorted(set(values) - known_keys(source.name))}


@cache
def known_keys(name: str) -> frozenset[str]:
    """All keys a profile speaks of."""
    spec = profile(name).spec
    if "table" in spec:
        return frozenset(heading for heading, _where, _kind in spec["table"])
    found = {spec["code"], spec["materials"]["from"], *spec["extra"].values(), *spec["ignore"]}
    for group in ("head", "basic", "columns"):
        for how in spec[group].values():
            found |= {how["from"], *how.get("also", [])}
    found |= {entry["key"] for entry in spec["agrees"]} | {key for pair in spec["same"] for key in pair}
    return frozenset(found)


@cache
def lacks(name: str) -> frozenset[str]:
    """The required elements, and other things rules look at, that a source has no key for."""
    spec = profile(name).spec
    if "table" in spec:
        return frozenset()
    given = {*spec["head"], *spec["columns"]}
    if not spec.get("split") and spec["materials"]:
        given.add("materials")
    return frozenset({*REQUIRED, "steps", "visits_reason", "materials"} - given)


def _materials(
    spec: Mapping[str, Any], values: Mapping[str, Any], source: Profile
) -> dict[str, list[dict[str, Any]]]:
    value = values.get(spec["materials"]["from"])
    if source.none(value):
        return {}
    names = [spaced(str(name)) for name in (value if isinstance(value, list) else [value])]
    names = list(dict.fromkeys(name for name in names if not source.none(name)))
    return {"materials": [{"key": f"m{n}", "name": name} for n, name in enumerate(names, 1)]}


def _agreement(spec: Mapping[str, Any], values: Mapping[str, Any], code: str) -> Iterator[Found]:
    parts = {"organisation": code[8:17], "type": code[21:23]}
    for entry in spec["agrees"]:
        beside, inside = values.get(entry["key"]), parts[entry["part"]]
        if beside and beside != inside:
            message = _("编码中的 %(inside)s 与 %(key)s 的 %(beside)s 不一致")
            words = {"inside": inside, "key": entry["key"], "beside": beside}
            yield Found("item-code-parts", "code", message % words, "error")
    for first, second in spec["same"]:
        if values.get(first) != values.get(second):
            message = _("%(first)s 与 %(second)s 应相同而不同") % {"first": first, "second": second}
            yield Found("source-fields-differ", first, message)


def _unknown(spec: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Found]:
    for key in sorted(set(values) - known_keys(spec["name"])):
        message = _("导入方案没有说明的字段 %(key)s，已原样保留") % {"key": key[:60]}
        yield Found("unknown-key", key[:60], message)
