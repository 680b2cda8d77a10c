"""What a source's columns mean, as data: element, cleaning rule, format of its dates; and of its files
which columns hold the subject's number and the time."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from tongban.kit.errors import FieldProblem, Invalid
from tongban.resources import cleaning, rules
from tongban.resources.elements import element, registry

DAMAGED = "\ufffd"  # what a decoder leaves where the encoding was another
_NAME = {"type": "string", "minLength": 1, "maxLength": 100}
MAPPING = Draft202012Validator(
    {
        "type": "object",
        "maxProperties": 200,
        "propertyNames": _NAME,
        "additionalProperties": {
            "oneOf": [
                _NAME,
                {
                    "type": "object",
                    "required": ["element"],
                    "additionalProperties": False,
                    "properties": {
                        "element": _NAME,
                        "clean": {"enum": ["", *cleaning.RULES]},
                        "date": {"type": "string", "maxLength": 40},
                    },
                },
            ]
        },
    }
)
LAYOUT = Draft202012Validator(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"id": _NAME, "as_of": {"type": "string"}, "date": {"type": "string"}},
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a source. ``clean``: the rule's name, empty for none; ``date``: as strftime writes it."""

    column: str
    element: str
    clean: str = ""
    date: str = ""

    def value(self, said: Any) -> Any:
        """The element's value in the one spelling, None for nothing. ValueError with the reason."""
        if isinstance(said, str) and DAMAGED in said:
            raise ValueError(_("文字已损坏：发送前的编码不是 UTF-8"))
        about = element(self.element)
        if self.clean:
            said = None if cleaning.blank(said) else cleaning.RULES[self.clean](said, self.date)
        if said is None:
            return None
        return rules.normalise(about.type, about.format, said)

    def cell(self, said: Any) -> Any:
        """What a file's cell means: blank is nothing, text may be a number where a number is wanted."""
        if cleaning.blank(said):
            return None
        if not self.clean and isinstance(said, str) and registry()[self.element].type != "string":
            return cleaning.number(said)
        if not self.clean and isinstance(said, (int, float)) and registry()[self.element].type == "string":
            return cleaning.text(int(said) if said == int(said) else said)
        return said


def columns(mapping: Mapping[str, Any], kind: str = "") -> dict[str, Column]:
    """The columns of a stored mapping by name; without any, codes of elements of ``kind`` themselves."""
    if not mapping:
        return {code: Column(code, code) for code, e in registry().items() if e.subject_kind == kind}
    found = [
        Column(name, how) if isinstance(how, str) else Column(name, **how) for name, how in mapping.items()
    ]
    places = {code: place for place, code in enumerate(registry())}  # the database keeps no order of its own
    found.sort(key=lambda one: places.get(one.element, len(places)))
    return {one.column: one for one in found}


def as_data(found: Mapping[str, Column]) -> dict[str, Any]:
    """Columns in the form in which they are stored."""
    return {
        name: {key: value for key, value in asdict(one).items() if key != "column" and value}
        for name, one in found.items()
    }


def check(kind: str, mapping: Mapping[str, Any], layout: Mapping[str, Any], *, of_file: bool) -> None:
    """Raise Invalid, naming the columns, for a mapping or layout that cannot be used."""
    problems = [
        FieldProblem(str(e.path[0]) if e.path else "mapping", "mapping", _("这一列的写法不对"))
        for validator, data in ((MAPPING, mapping), (LAYOUT, layout))
        for e in validator.iter_errors(dict(data))
    ]
    if not problems:
        problems = list(_wrong(kind, columns(mapping, kind) if mapping else {}))
        if of_file and not layout.get("id"):
            problems.append(FieldProblem("id", "required", _("请写明号码所在的列")))
        if of_file and not mapping:
            problems.append(FieldProblem("mapping", "required", _("请至少对应一列")))
    if problems:
        raise Invalid(*problems)


def _wrong(kind: str, found: Mapping[str, Column]) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    seen: dict[str, str] = {}
    for name, one in found.items():
        about = registry().get(one.element)
        if about is None:
            words = _("没有数据元“%(code)s”") % {"code": one.element}
            problems.append(FieldProblem(name, "element-unknown", words))
        elif about.subject_kind != kind:
            words = _("“%(code)s”不属于这类主体") % {"code": one.element}
            problems.append(FieldProblem(name, "subject-kind", words))
        elif one.element in seen:
            words = _("“%(column)s”已经对应这个数据元") % {"column": seen[one.element]}
            problems.append(FieldProblem(name, "element-twice", words))
        elif one.date and "%" not in one.date:
            words = _("日期格式应写作 %%Y%%m%%d 一类")
            problems.append(FieldProblem(name, "date-format", words))
        seen.setdefault(one.element, name)
    return problems


def moment(said: Any, format_: str) -> datetime:
    """When a row of a file held. ValueError with the reason where it is no time."""
    if isinstance(said, datetime):
        made = said
    elif isinstance(said, date):
        made = datetime(said.year, said.month, said.day)  # noqa: DTZ001  (made aware below)
    else:
        made = _written(str(said).strip(), format_)
    return timezone.make_aware(made) if timezone.is_naive(made) else made


def _written(text: str, format_: str) -> datetime:
    if format_:
        with suppress(ValueError):
            return datetime.strptime(text, format_)  # noqa: DTZ007  (made aware by the caller)
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return datetime.fromisoformat(cleaning.day(text, format_))
