"""What a person filled in: cleaned, and checked against the form of the version."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tongban.items.content import plain
from tongban.items.forms.formats import checker
from tongban.items.forms.messages import message_for
from tongban.items.records import VersionDetail
from tongban.kit.errors import FieldProblem

DEFAULT_MAX_LENGTH = 2000  # characters of a text whose field names no limit
MAX_ENTRIES = 200  # entries of a list whose field names no limit
_ALLOWED_CONTROL = "\n\r\t"


def _empty(value: object) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def visible_fields(version: VersionDetail, answers: Mapping[str, Any]) -> set[str]:
    """The fields that are asked, given the answers so far (``x-show-if``).

    A condition on a field that is itself not asked is not met.
    """
    properties = version.schema.get("properties", {})
    shown: dict[str, bool] = {}

    def is_shown(name: str) -> bool:
        if name not in shown:
            shown[name] = False  # the definition has no circles; this only guards against bad data
            condition = properties[name].get("x-show-if") or {}
            shown[name] = all(
                other in properties and is_shown(other) and _meets(answers.get(other), wanted)
                for other, wanted in condition.items()
            )
        return shown[name]

    return {name for name in properties if is_shown(name)}


def _meets(value: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return any(_meets(value, one) for one in wanted)
    if isinstance(value, list):
        return wanted in value
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def clean_answers(version: VersionDetail, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to keep: trimmed, empty ones and those of fields not asked left out.

    Text stays plain text: markup is neither run nor removed, pages escape it.
    """
    shown = visible_fields(version, answers)
    return {
        name: _tidy(value)
        for name, value in answers.items()
        if not _empty(value) and (name in shown or name not in version.schema.get("properties", {}))
    }


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _tidy(entry) for key, entry in value.items()}
    return value


_KEPT: dict[str, dict[str, Draft202012Validator]] = {}  # by content hash, which covers the form
_KEPT_MOST = 512


def _validators(version: VersionDetail) -> dict[str, Draft202012Validator]:
    """One compiled validator a field, kept per process; equal hash means equal form."""
    if (kept := _KEPT.get(version.content_hash)) is not None:
        return kept
    schema = version.schema
    shared = {key: schema[key] for key in ("$defs", "$schema") if key in schema}
    made = {
        name: Draft202012Validator({**shared, **field}, format_checker=checker())
        for name, field in schema.get("properties", {}).items()
    }
    if len(_KEPT) >= _KEPT_MOST:
        _KEPT.clear()
    _KEPT[version.content_hash] = made
    return made


def validate_answers(
    version: VersionDetail, answers: Mapping[str, Any], *, partial: bool = False
) -> list[FieldProblem]:
    """What is wrong with ``answers``, in the order of the form.

    ``partial`` is for a draft: what is missing is no problem yet, what is there must be right.
    Fields that are not asked are neither required nor looked at. Unknown fields are refused.
    """
    schema = version.schema
    properties: Mapping[str, Any] = schema.get("properties", {})
    found = [
        FieldProblem(str(name)[:60], "unknown", _("表单中没有这个字段，未予保存"))
        for name in answers
        if name not in properties
    ]
    shown = visible_fields(version, answers)
    required = set(schema.get("required", []))
    validators = _validators(version)
    for name, field in properties.items():
        if name not in shown:
            continue
        value = answers.get(name)
        if _empty(value):
            if name in required and not partial:
                found.append(FieldProblem(name, "required", _missing(field)))
            continue
        found += _value(name, field, value, validators[name])
    if not found:
        found += _whole(schema, answers, shown, partial=partial)
    return found


def _missing(field: Mapping[str, Any]) -> str:
    title = field.get("title", "")
    choice = field.get("enum") or field.get("type") in ("boolean", "array")
    return (_("请选择“%(title)s”") if choice else _("请填写“%(title)s”")) % {"title": title}


def _value(
    name: str, field: Mapping[str, Any], value: Any, validator: Draft202012Validator
) -> Iterator[FieldProblem]:
    title = str(field.get("title", name))
    plain_problem = _limits(title, field, value)
    if plain_problem:
        yield FieldProblem(name, *plain_problem)
        return
    seen: set[str] = set()
    for error in sorted(validator.iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path]):
        where = ".".join([name, *(str(part) for part in error.absolute_path)])
        if where not in seen:  # one message a field: the first rule broken
            seen.add(where)
            yield FieldProblem(where, str(error.validator), message_for(title, field, error))


def _limits(title: str, field: Mapping[str, Any], value: Any) -> tuple[str, str] | None:
    for text in _texts(value):
        if any(_is_control(char) for char in text):
            return "control", _("“%(title)s”含有看不见的控制字符，请重新输入") % {"title": title}
        if len(text) > max(DEFAULT_MAX_LENGTH, int(field.get("maxLength", 0))):
            message = _("“%(title)s”最多 %(most)s 个字，现有 %(length)s 个字")
            return "maxLength", message % {"title": title, "most": DEFAULT_MAX_LENGTH, "length": len(text)}
    if isinstance(value, list) and len(value) > int(field.get("maxItems", MAX_ENTRIES)):
        most = int(field.get("maxItems", MAX_ENTRIES))
        return "maxItems", _("“%(title)s”最多填写 %(most)s 项") % {"title": title, "most": most}
    return None


def _is_control(char: str) -> bool:
    """C0 and C1 controls, half surrogates, and marks that turn the direction of the text around it."""
    code = ord(char)
    if char in _ALLOWED_CONTROL:
        return False
    return (
        code < 0x20
        or 0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
    )


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 6 and isinstance(value, list):
        for entry in value:
            yield from _texts(entry, depth + 1)
    elif depth < 6 and isinstance(value, dict):
        for key, entry in value.items():
            yield str(key)
            yield from _texts(entry, depth + 1)


def _whole(
    schema: Mapping[str, Any], answers: Mapping[str, Any], shown: set[str], *, partial: bool
) -> Iterator[FieldProblem]:
    """Rules over several fields (``if``/``then``, ``allOf``, ``dependentRequired`` …), full checks only."""
    if partial:
        return
    rules = {
        key: value
        for key, value in schema.items()
        if key in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "$defs")
    }
    if not rules.keys() - {"$defs"}:
        return
    kept = {name: value for name, value in answers.items() if name in shown and not _empty(value)}
    for error in Draft202012Validator(rules, format_checker=checker()).iter_errors(kept):
        yield _across(schema, error)


def _across(schema: Mapping[str, Any], error: ValidationError) -> FieldProblem:
    properties = schema["properties"]
    name = str(error.absolute_path[0]) if error.absolute_path else ""
    if error.validator in ("required", "dependentRequired"):
        name = next((n for n in properties if f"'{n}' is a" in error.message), name)
        return FieldProblem(name, "required", _missing(properties.get(name, {})))
    if name in properties:
        field = properties[name]
        return FieldProblem(name, str(error.validator), message_for(str(field.get("title")), field, error))
    return FieldProblem("", str(error.validator), _("所填内容之间不一致，请核对后再提交"))
