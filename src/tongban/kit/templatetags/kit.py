"""Template tags of the design system; examples in docs/design.md. Built in: templates need no ``load``."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tongban.kit.templatetags import parts

register = template.Library()
Context = dict[str, Any]


@register.inclusion_tag("kit/parts/error_summary.html")
def error_summary(problems: Any = None) -> Context:
    """The list of everything wrong, at the top; each line leads to its field. Takes FieldProblems."""
    return {
        "problems": [
            {"field": parts.get(p, "field"), "message": parts.get(p, "message")} for p in problems or ()
        ]
    }


@register.inclusion_tag("kit/parts/form_errors.html")
def form_errors(form: Any) -> Context:
    """The error summary of a Django form."""
    return {"form": form}


@register.inclusion_tag("kit/field.html")
def field(
    view: Any, problem: str = "", *, marked: bool = False, locked: bool | None = None, shown: bool = True
) -> Context:
    """One field of a form from a FieldView: widget, hint, error, provenance; read-only where locked.

    ``shown`` is whether the field's condition (``show_if``) is met now; the page's script goes on from there.
    """
    value = parts.get(view, "value")
    widget = parts.get(view, "widget", default="text")
    shown_if = parts.get(view, "show_if", default=None)
    return {
        "f": view,
        "value": parts.yuan(value) if widget == "money" else value,
        "problem": problem or parts.get(view, "problem"),
        "choices": parts.choices(parts.get(view, "options", default=()), value),
        "date": parts.date_parts(value),
        "locked": parts.get(view, "locked", default=False) if locked is None else locked,
        "marked": marked,
        "prefill": parts.get(view, "prefill", default=None),
        "show_if": json.dumps(shown_if, ensure_ascii=False) if shown_if else "",
        "shown": shown,
    }


@register.simple_tag
def provenance(prefill: Any) -> str:
    """Where a value came from, how fresh it is, and who else says so: one quiet line."""
    words = [_("来自 %(source)s") % {"source": parts.get(prefill, "source", "source_name")}]
    as_of = parts.get(prefill, "as_of", default=None)
    if as_of:
        date = timezone.localtime(as_of).date() if isinstance(as_of, dt.datetime) else as_of
        words.append(_("%(day)s 更新") % {"day": date.isoformat()})
    if confirmers := parts.get(prefill, "confirmers", default=()):
        words.append(_("%(names)s核对一致") % {"names": "、".join(confirmers)})
    if parts.get(prefill, "stale", default=False):
        words.append(_("可能已过时，请核对"))
    if parts.get(prefill, "changed", default=False):
        words.append(_("您已修改"))
    return " · ".join(words)


@register.inclusion_tag("kit/parts/bound_field.html")
def form_field(bound: BoundField) -> Context:
    """One field of a Django form in the same look."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", widget.__class__.__name__.lower())
    css = {"select": "govuk-select", "textarea": "govuk-textarea", "file": "govuk-file-upload"}
    box = kind in ("checkbox", "radio")
    attrs: dict[str, str | bool] = {
        "class": css.get(kind, "govuk-input") + (" govuk-input--error" if bound.errors else "")
    }
    described = [f"{bound.id_for_label}-hint"] if bound.help_text else []
    described += [f"{bound.id_for_label}-error"] if bound.errors else []
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "single_box": kind == "checkbox" and not hasattr(widget, "choices"),
        "group": hasattr(widget, "choices") and kind != "select",
        "kind": kind,
        "hidden": bound.is_hidden,
        "widget": "" if box else bound.as_widget(attrs=attrs),
    }


@register.inclusion_tag("kit/parts/form_fields.html")
def form_fields(form: Any) -> Context:
    """All fields of a Django form."""
    return {"form": form}


@register.inclusion_tag("kit/parts/task_list.html")
def task_list(tasks: Any) -> Context:
    """Tasks with ``title``, ``href``, ``hint``, ``status`` (words) and ``tone``."""
    return {"tasks": tasks}


@register.inclusion_tag("kit/parts/summary_list.html")
def summary_list(rows: Any, *, dense: bool = False) -> Context:
    """Rows with ``key``, ``value``, and if wanted ``note``, ``href`` and ``action`` (the link's words)."""
    return {"rows": rows, "dense": dense, "actions": any(parts.get(r, "href") for r in rows or ())}


@register.inclusion_tag("kit/parts/check_answers.html")
def check_answers(sections: Any) -> Context:
    """Sections with ``title``, ``href`` (where to change) and ``rows`` as in ``summary_list``."""
    return {"sections": sections}


@register.inclusion_tag("kit/parts/notice.html")
def notice(text: str, *, title: str = "", tone: str = "", href: str = "", action: str = "") -> Context:
    """A banner; ``tone``: empty, good, warm or bad."""
    return {"text": text, "title": title, "tone": tone, "href": href, "action": action}


@register.inclusion_tag("kit/parts/tag.html")
def status_tag(text: str, tone: str = "") -> Context:
    """A small label; the words carry the meaning, the tone only supports it."""
    return {"text": text, "tone": tone}


@register.inclusion_tag("kit/parts/tag.html")
def case_state(state: str) -> Context:
    """The state of a case in plain words."""
    words, tone = parts.CASE_STATES.get(str(state), (state, ""))
    return {"text": words, "tone": tone}


@register.inclusion_tag("kit/parts/tag.html")
def licence_state(code: str) -> Context:
    """The status of an electronic licence in words."""
    words, tone = parts.LICENCE_STATES.get(str(code), (code, ""))
    return {"text": words, "tone": tone}


@register.inclusion_tag("kit/parts/pagination.html", takes_context=True)
def pagination(context: Any, page: Any, param: str = "page") -> Context:
    """Links to a list's other pages. Takes Django's Page or any object with ``number`` and ``pages``."""
    number = int(parts.get(page, "number", "page", default=1))
    paginator = parts.get(page, "paginator", default=None)
    pages = int(paginator.num_pages if paginator else parts.get(page, "pages", "num_pages", default=1))
    query = context["request"].GET.copy()

    def href(n: int) -> str:
        query[param] = str(n)
        return f"?{query.urlencode()}"

    return {
        "show": pages > 1,
        "number": number,
        "items": [(n, href(n) if n else "") for n in parts.page_window(number, pages)],
        "previous": href(number - 1) if number > 1 else "",
        "next": href(number + 1) if number < pages else "",
    }


@register.inclusion_tag("kit/parts/empty.html")
def empty(title: str, text: str = "", href: str = "", action: str = "") -> Context:
    """What stands where a list has nothing: why, and what to do."""
    return {"title": title, "text": text, "href": href, "action": action}


@register.inclusion_tag("kit/parts/timeline.html")
def timeline(events: Any) -> Context:
    """Events with ``title``, ``at`` and if wanted ``by``, ``text`` and ``pending``."""
    return {"events": events}


@register.inclusion_tag("kit/parts/steps.html")
def steps(rows: Any) -> Context:
    """Numbered steps with ``name`` and ``note``."""
    return {"rows": rows}


@register.inclusion_tag("kit/parts/light.html")
def light(clock: Any, text: str = "") -> Context:
    """A traffic light with shape and words from a ClockView (or a colour name)."""
    colour = clock if isinstance(clock, str) else parts.get(clock, "light", default="green")
    return {"colour": colour, "text": text or light_words(clock), "meaning": parts.LIGHTS.get(colour, "")}


@register.inclusion_tag("kit/parts/progress.html")
def progress(value: int, total: int, label: str) -> Context:
    """How much of something is done, in words and as a bar."""
    return {"value": value, "total": total, "label": label}


@register.simple_tag
def light_words(clock: Any) -> str:
    """A clock in few words for tables."""
    if isinstance(clock, str):
        return str(parts.LIGHTS.get(clock, clock))
    if parts.get(clock, "paused", default=False):
        return _("暂停计时")
    if over := parts.get(clock, "overdue_days", default=0):
        return _("超期 %(n)s 个工作日") % {"n": over}
    left = parts.get(clock, "days_left", default=None)
    return _("剩 %(n)s 个工作日") % {"n": left} if left is not None else ""


@register.simple_tag
def clock_sentence(clock: Any) -> str:
    """The law's clock as a sentence: by when, and how many working days are left."""
    if not clock or parts.get(clock, "due_on", default=None) is None:
        return _("暂停计时") if clock and parts.get(clock, "paused", default=False) else ""
    due = day(parts.get(clock, "due_on"))
    if parts.get(clock, "paused", default=False):
        return _("计时暂停中，恢复后预计最迟 %(day)s办结") % {"day": due}
    if over := parts.get(clock, "overdue_days", default=0):
        return _("应于 %(day)s前办结，已超期 %(n)s 个工作日") % {"day": due, "n": over}
    left = int(parts.get(clock, "days_left", default=0))
    sentence = (
        _("最迟今天（%(day)s）办结") % {"day": due}
        if left == 0
        else ngettext("最迟 %(day)s办结，还剩 %(n)s 个工作日", "最迟 %(day)s办结，还剩 %(n)s 个工作日", left)
        % {"day": due, "n": left}
    )
    return str(sentence) + (
        _("（节假日安排尚未公布，日期可能调整）") if parts.get(clock, "provisional", default=False) else ""
    )


@register.filter
def day(value: Any) -> str:
    """A date in words, with the year only where it is not this year's."""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if not isinstance(value, dt.date):
        return str(value or "")
    this_year = value.year == timezone.localdate().year
    if not str(get_language()).startswith("zh"):
        # The order of day and month differs between languages: Django knows it, with the month's name.
        return date_format(value, "j F" if this_year else "j F Y")
    if this_year:
        return _("%(month)s 月 %(day)s 日") % {"month": value.month, "day": value.day}
    return _("%(year)s 年 %(month)s 月 %(day)s 日") % {
        "year": value.year,
        "month": value.month,
        "day": value.day,
    }


@register.filter
def moment(value: Any) -> str:
    """A point in time: the day in words and the time of day."""
    if not isinstance(value, dt.datetime):
        return day(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local)} {local:%H:%M}"


@register.filter
def tone(tags: str) -> str:
    """The tone of a message from its level or its extra tags."""
    words = str(tags).split()
    named = {"success": "good", "warning": "warm", "error": "bad"}
    found: str = next((named.get(w, w) for w in words if named.get(w, w) in named.values()), "")
    return found


@register.filter
def fen(amount: Any) -> str:
    """An amount in fen as yuan."""
    if amount in (None, ""):
        return ""
    if int(amount) == 0:
        return _("免费")
    yuan = Decimal(int(amount)) / 100
    return _("%(yuan)s 元") % {"yuan": f"{yuan:,.2f}".removesuffix(".00")}


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """A mapping's value for a key held in a variable."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def filesize_words(size: Any) -> str:
    """Bytes as KB or MB."""
    number = int(size or 0)
    return f"{number / 1024 / 1024:.1f} MB" if number >= 1024 * 1024 else f"{max(1, number // 1024)} KB"
