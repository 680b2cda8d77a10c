"""Whether a form may be used: checked when an item is loaded or edited, never when it is filled in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, SchemaError

from tongban.items.forms.formats import FORMATS
from tongban.kit.errors import FieldProblem

WIDGETS = ("text", "textarea", "radios", "select", "checkboxes", "date", "phone", "address", "money")
ELEMENT = re.compile(r"(?:person|legal)\.[a-z][a-z0-9_]*")
FIELD = re.compile(r"[a-z][a-z0-9_]*")
TYPES = ("string", "integer", "number", "boolean", "array", "object")


def form_problems(form: Mapping[str, Any]) -> list[FieldProblem]:
    """What is wrong with a form definition; an empty form is a form nobody can file and no problem."""
    if not form:
        return []
    return list(_form(form))


def _form(form: Mapping[str, Any]) -> Iterator[FieldProblem]:
    schema, layout = form.get("schema"), form.get("layout")
    for extra in sorted(set(form) - {"schema", "layout"}):
        yield FieldProblem(f"form.{extra}", "unknown", _("表单只有 schema 和 layout 两部分"))
    if not isinstance(schema, dict) or not isinstance(layout, list):
        yield FieldProblem("form", "shape", _("表单需要 schema（对象）和 layout（页面列表）"))
        return
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        where = ".".join(str(part) for part in error.absolute_path)
        message = _("表单定义不是有效的 JSON Schema 2020-12：%(where)s %(what)s")
        yield FieldProblem("form.schema", "schema", message % {"where": where, "what": error.message[:200]})
        return
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
        yield FieldProblem("form.schema", "shape", _("表单定义的类型须为 object，并列出 properties"))
        return
    yield from _references(schema)
    properties = schema["properties"]
    for name in schema.get("required", []):
        if name not in properties:
            yield _missing("form.schema.required", name)
    for name, field in properties.items():
        yield from _field(name, field, properties)
    yield from _layout(layout, properties)


def _missing(where: str, name: str) -> FieldProblem:
    return FieldProblem(where, "unknown_field", _("引用了没有定义的字段“%(name)s”") % {"name": name})


def _references(node: Any, where: str = "form.schema") -> Iterator[FieldProblem]:
    """References stay inside the form: filling in a form never fetches anything."""
    if isinstance(node, dict):
        target = node.get("$ref", node.get("$dynamicRef"))
        if isinstance(target, str) and not target.startswith("#"):
            yield FieldProblem(where, "reference", _("表单定义不能引用外部地址"))
        for key, child in node.items():
            yield from _references(child, f"{where}.{key}")
    elif isinstance(node, list):
        for child in node:
            yield from _references(child, where)


def _field(name: str, field: Any, properties: Mapping[str, Any]) -> Iterator[FieldProblem]:
    where = f"form.schema.properties.{name}"
    if not FIELD.fullmatch(name) or not isinstance(field, dict):
        yield FieldProblem(where, "name", _("字段名只用小写字母、数字和下划线，并以字母开头"))
        return
    if not str(field.get("title", "")).strip():
        yield FieldProblem(where, "title", _("字段“%(name)s”没有标题") % {"name": name})
    if field.get("type") not in TYPES:
        yield FieldProblem(where, "type", _("字段“%(name)s”须写明一种类型") % {"name": name})
    if (element := field.get("x-element")) is not None and not ELEMENT.fullmatch(str(element)):
        message = _("“%(element)s”不是数据元代码，应如 person.name 或 legal.uscc")
        yield FieldProblem(where, "element", message % {"element": element})
    if (widget := field.get("x-widget")) is not None and widget not in WIDGETS:
        yield FieldProblem(where, "widget", _("没有名为“%(widget)s”的控件") % {"widget": widget})
    if (form := field.get("format")) is not None and form not in FORMATS:
        yield FieldProblem(where, "format", _("没有名为“%(format)s”的格式") % {"format": form})
    yield from _options(where, field)
    yield from _condition(where, name, field, properties)


def _options(where: str, field: Mapping[str, Any]) -> Iterator[FieldProblem]:
    values = field.get("enum") or (field.get("items") or {}).get("enum") or []
    labels = field.get("x-labels", {})
    if values and not isinstance(labels, dict):
        yield FieldProblem(where, "labels", _("x-labels 须为“值: 文字”的对照"))
        return
    for value in values:
        if labels.get(str(value)) in (None, ""):
            yield FieldProblem(where, "labels", _("选项“%(value)s”没有文字") % {"value": value})


def _condition(
    where: str, name: str, field: Mapping[str, Any], properties: Mapping[str, Any]
) -> Iterator[FieldProblem]:
    condition = field.get("x-show-if")
    if condition is None:
        return
    if not isinstance(condition, dict) or not condition:
        yield FieldProblem(where, "show_if", _("x-show-if 须为“字段: 值”的对照"))
        return
    for other in condition:
        if other not in properties:
            yield _missing(where, other)
        elif _leads_to(other, name, properties, set()):
            yield FieldProblem(where, "show_if", _("字段的显示条件相互循环"))


def _leads_to(start: str, goal: str, properties: Mapping[str, Any], seen: set[str]) -> bool:
    if start == goal:
        return True
    if start in seen or not isinstance(properties.get(start), dict):
        return False
    seen.add(start)
    condition = properties[start].get("x-show-if")
    return isinstance(condition, dict) and any(_leads_to(n, goal, properties, seen) for n in condition)


def _layout(layout: list[Any], properties: Mapping[str, Any]) -> Iterator[FieldProblem]:
    placed: list[str] = []
    keys: set[str] = set()
    for index, page in enumerate(layout):
        where = f"form.layout.{index}"
        if not isinstance(page, dict) or not {"key", "title", "fields"} <= set(page):
            yield FieldProblem(where, "page", _("每一页须有 key、title 和 fields"))
            continue
        if page["key"] in keys:
            yield FieldProblem(where, "page", _("页面 key“%(key)s”重复") % {"key": page["key"]})
        keys.add(page["key"])
        for name in page["fields"]:
            if name not in properties:
                yield _missing(where, name)
        placed += page["fields"]
    for name in properties:
        if (count := placed.count(name)) != 1:
            message = _("字段“%(name)s”在页面中出现 %(count)s 次，应为一次")
            yield FieldProblem("form.layout", "placed_once", message % {"name": name, "count": count})
