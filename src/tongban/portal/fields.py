"""A page of a form as it is shown: what was typed, what is wrong with it, which questions are open."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, QueryDict

from tongban.cases import service as cases
from tongban.kit.errors import FieldProblem


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field and whether its condition is met now. Those not shown are in the page, hidden, for scripts."""

    view: cases.FieldView
    shown: bool


def values_of(pages: Iterable[cases.PageView]) -> dict[str, Any]:
    """Every kept answer by field."""
    return {field.name: field.value for page in pages for field in page.fields}


def is_shown(field: cases.FieldView, values: Mapping[str, Any]) -> bool:
    """Whether ``x-show-if`` is met by these values."""
    return all(
        values.get(name) in (want if isinstance(want, list) else [want])
        for name, want in (field.show_if or {}).items()
    )


def answer_sections(pages: Iterable[cases.PageView], base: str) -> list[dict[str, Any]]:
    """The pages as sections to check before submission; ``base`` is the address the pages lie under."""
    kept = list(pages)
    values = values_of(kept)
    return [
        {
            "title": page.title,
            "href": f"{base}/edit/{page.key}/",
            "rows": [
                {"key": field.label, "value": field.display, "note": field.problem}
                for field in page.fields
                if is_shown(field, values)
            ],
        }
        for page in kept
    ]


def revision_of(request: HttpRequest) -> int | None:
    """The revision a page was shown at, or None where the request names none that can be one."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def shown_fields(
    fields: Iterable[cases.FieldView],
    values: Mapping[str, Any],
    problems: Iterable[FieldProblem] = (),
    typed: Mapping[str, Any] | None = None,
) -> list[ShownField]:
    """The fields with typed values and problems laid over the kept ones."""
    wrong = {p.field: str(p.message) for p in reversed(list(problems))}
    typed = typed or {}
    now = {**values, **typed}
    return [
        ShownField(
            replace(field, value=now.get(field.name), problem=wrong.get(field.name, "")),
            is_shown(field, now),
        )
        for field in fields
    ]


def post_reader(request: HttpRequest, fields: Iterable[cases.FieldView]) -> Callable[[str], list[str]]:
    """``getlist`` over the posted form in which the three boxes of a date are one ISO text."""
    post = request.POST
    dates = {field.name for field in fields if field.widget == "date"}

    def getlist(name: str) -> list[str]:
        if name in dates and f"{name}-year" in post:
            return [_iso(post, name)]
        return post.getlist(name)

    return getlist


def _iso(post: QueryDict, name: str) -> str:
    year, month, day = (post.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day"))
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}" if year or month or day else ""


def newly_asked(
    request: HttpRequest,
    open_fields: Iterable[cases.FieldView],
    values: Mapping[str, Any],
    typed: Mapping[str, Any],
) -> bool:
    """Whether an answer opened questions that the page, sent without scripts, did not show."""
    now = {**values, **typed}
    return any(
        is_shown(field, now) and not is_shown(field, values) and not _posted(request, field.name)
        for field in open_fields
        if field.show_if and field.widget not in ("radios", "checkboxes")
    )


def _posted(request: HttpRequest, name: str) -> bool:
    return bool(request.POST.get(name) or request.POST.get(f"{name}-year"))
