"""From an item version's form and a case's answers to pages of fields. Reads nothing."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.cases.models import Case
from tongban.cases.shapes import FieldView, PageView, PrefillView
from tongban.items.service import VersionDetail
from tongban.kit.errors import FieldProblem

Json = Mapping[str, Any]


def properties(detail: VersionDetail) -> Json:
    found: Json = detail.schema.get("properties") or {}
    return found


def shown(prop: Json, answers: Json) -> bool:
    """Whether a field is asked at all, given the other answers (``x-show-if``)."""
    condition: Json = prop.get("x-show-if") or {}
    return all(
        answers.get(name) in (want if isinstance(want, list) else [want]) for name, want in condition.items()
    )


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def widget(prop: Json) -> str:
    """Which control asks for a property, unless the form says so itself."""
    if named := prop.get("x-widget"):
        return str(named)
    if prop.get("type") == "array":
        return "checkboxes"
    if prop.get("type") == "boolean":
        return "radios"
    if choices := prop.get("enum"):
        return "radios" if len(choices) <= 6 else "select"
    if prop.get("format") in ("date", "phone"):
        return str(prop["format"])
    if prop.get("type") in ("integer", "number"):
        return "number"
    return "text"


def options(prop: Json) -> tuple[tuple[str, str], ...]:
    source = prop.get("items", {}) if prop.get("type") == "array" else prop
    labels: Json = source.get("x-labels") or prop.get("x-labels") or {}
    if prop.get("type") == "boolean":
        return (("true", _("是")), ("false", _("否")))
    return tuple((str(v), str(labels.get(str(v), v))) for v in source.get("enum") or ())


def display(prop: Json, value: Any) -> str:
    """A value as people read it."""
    if is_empty(value):
        return ""
    labels = dict(options(prop))
    if isinstance(value, bool):
        return labels["true" if value else "false"]
    if isinstance(value, list):
        return "、".join(labels.get(str(v), str(v)) for v in value)
    if prop.get("x-widget") == "money" and isinstance(value, int):
        return _("%(yuan)s 元") % {"yuan": f"{value / 100:.2f}"}
    return labels.get(str(value), str(value))


def worded(detail: VersionDetail, answers: Json) -> Json:
    """Answers as an official paper states them: the words of a choice, all else as it is."""
    properties = detail.schema.get("properties", {})
    return {
        name: display(properties[name], value) if options(properties.get(name, {})) else value
        for name, value in answers.items()
    }


def _date(text: Any) -> date | None:
    return date.fromisoformat(text[:10]) if isinstance(text, str) and text else None


def _prefill(case: Case, name: str) -> PrefillView | None:
    kept = case.prefilled.get(name)
    if kept is None:
        return None
    return PrefillView(
        source=kept["source"],
        as_of=_date(kept.get("as_of")),
        confirmers=tuple(kept.get("confirmers", ())),
        stale=bool(kept.get("stale")),
        changed=case.answers.get(name) != kept["value"],
    )


def locked(case: Case, prop: Json, name: str) -> bool:
    """A field its source department answers for: what it gave may not be typed over."""
    return bool(prop.get("x-locked")) and bool(case.prefilled.get(name, {}).get("from_source"))


def pages(
    case: Case, detail: VersionDetail, problems: Iterable[FieldProblem], asked: Iterable[str] = ()
) -> tuple[PageView, ...]:
    """The form's pages. ``problems`` are shown at their fields; ``asked`` are a supplement's fields."""
    props, required = properties(detail), set(detail.schema.get("required") or ())
    wrong = {p.field: str(p.message) for p in reversed(list(problems))}
    marked = set(asked)
    made = []
    for number, page in enumerate(detail.layout, start=1):
        fields = tuple(
            _field(
                case,
                name,
                props[name],
                required=name in required,
                wrong=wrong,
                marked=marked,
            )
            for name in page["fields"]
            if name in props
        )
        visible = [f for f in fields if shown(props[f.name], case.answers)]
        complete = all(not f.problem and not (f.required and is_empty(f.value)) for f in visible)
        made.append(
            PageView(
                key=page["key"],
                title=str(page.get("title", "")),
                hint=str(page.get("hint", "")),
                number=number,
                fields=fields,
                complete=complete,
                asked=any(f.asked for f in fields),
            )
        )
    return tuple(made)


def _field(
    case: Case, name: str, prop: Json, *, required: bool, wrong: Mapping[str, str], marked: set[str]
) -> FieldView:
    value = case.answers.get(name)
    return FieldView(
        name=name,
        label=str(prop.get("title", name)),
        widget=widget(prop),
        value=value,
        display=display(prop, value),
        required=required,
        locked=locked(case, prop, name),
        hint=str(prop.get("x-hint") or prop.get("description") or ""),
        options=options(prop),
        max_length=prop.get("maxLength"),
        prefill=_prefill(case, name),
        problem=wrong.get(name, ""),
        show_if=prop.get("x-show-if"),
        asked=name in marked,
    )


def page_fields(detail: VersionDetail, key: str) -> set[str] | None:
    """The names of one page's fields, or None when there is no such page."""
    return next((set(p["fields"]) for p in detail.layout if p["key"] == key), None)
