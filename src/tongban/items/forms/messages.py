"""Plain words for each rule a value can break."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema.exceptions import ValidationError

from tongban.items.forms.formats import words


def message_for(title: str, field: Mapping[str, Any], error: ValidationError) -> str:
    """A sentence that names the field and what to do. ``x-message`` of the field goes first."""
    own = _inner(field, error).get("x-message")
    if isinstance(own, str):
        return own
    if str(error.validator) == "format" and error.validator_value in ("id-number", "uscc"):
        said = words(str(error.validator_value), str(error.instance))
        return _("“%(title)s”：%(what)s") % {"title": _deep_title(title, field, error), "what": said}
    return _("“%(title)s”%(what)s") % {"title": _deep_title(title, field, error), "what": _what(field, error)}


def _inner(field: Mapping[str, Any], error: ValidationError) -> Mapping[str, Any]:
    """The part of the field's definition the value at the error's path belongs to."""
    node: Mapping[str, Any] = field
    for part in error.absolute_path:
        node = (node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)) or {}
    return node


def _deep_title(title: str, field: Mapping[str, Any], error: ValidationError) -> str:
    words_: list[str] = [title]
    node: Mapping[str, Any] = field
    for part in error.absolute_path:
        if isinstance(part, int):
            words_.append(_("第 %(number)s 项") % {"number": part + 1})
            node = node.get("items") or {}
        else:
            node = node.get("properties", {}).get(part) or {}
            words_.append(str(node.get("title", part)))
    return " ".join(words_)


def _what(field: Mapping[str, Any], error: ValidationError) -> str:
    rule, limit, value = str(error.validator), error.validator_value, error.instance
    if rule == "format":
        return words(str(limit), str(value))
    if rule == "type":
        return _type_words(str(limit))
    if rule == "required":
        return _("还有内容没有填写")
    if rule in ("enum", "const"):
        return _("请从给出的选项中选择")
    if rule == "pattern":
        hint = _inner(field, error).get("x-hint")
        return _("格式不正确：%(hint)s") % {"hint": hint} if hint else _("格式不正确")
    sized = {
        "maxLength": _("最多 %(limit)s 个字"),
        "minLength": _("至少 %(limit)s 个字"),
        "minimum": _("不能小于 %(limit)s"),
        "maximum": _("不能大于 %(limit)s"),
        "exclusiveMinimum": _("必须大于 %(limit)s"),
        "exclusiveMaximum": _("必须小于 %(limit)s"),
        "multipleOf": _("必须是 %(limit)s 的整数倍"),
        "minItems": _("至少填写 %(limit)s 项"),
        "maxItems": _("最多填写 %(limit)s 项"),
    }
    if rule in sized:
        return sized[rule] % {"limit": limit}
    if rule == "uniqueItems":
        return _("有重复的内容")
    if rule in ("additionalProperties", "unevaluatedProperties"):
        return _("含有表单中没有的内容")
    return _("不符合填写要求")


def _type_words(kind: str) -> str:
    return {
        "integer": _("请填写整数"),
        "number": _("请填写数字"),
        "boolean": _("请选择“是”或“否”"),
        "array": _("请填写一项或多项"),
        "object": _("填写的内容不完整"),
    }.get(kind, _("请填写文字"))
