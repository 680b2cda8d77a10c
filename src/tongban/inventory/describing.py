"""What is said about an entry, and everything that can be wrong with it. Pure but for known codes."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tongban.inventory.models import Cycle, Entry, Format, ItemType, Opening, Sharing, Version, Way
from tongban.kit.errors import FieldProblem, Invalid
from tongban.resources import service as resources

MOST_ITEMS = 300


@dataclass(frozen=True, slots=True)
class ItemIn:
    """An information item 信息项. ``element``: the data element it is, empty for none."""

    name: str
    type: str
    element: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """The metadata of an entry (政务信息资源目录编制指南) but for code, provider and dates."""

    name: str
    abstract: str
    format: str
    items: tuple[ItemIn, ...]
    sharing: str
    sharing_basis: str
    ways: tuple[str, ...]
    opening: str
    opening_basis: str
    cycle: str
    related: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As a version keeps it, and as the generator's offer is compared with it."""
        found = asdict(self)
        return found | {"items": [asdict(i) for i in self.items], "ways": list(self.ways),
                        "related": list(self.related)}  # fmt: skip


FIELDS = tuple(one.name for one in fields(Described))
LABELS: Mapping[str, Any] = {
    "name": _lazy("信息资源名称"), "abstract": _lazy("信息资源摘要"), "format": _lazy("信息资源格式"),
    "items": _lazy("信息项"), "sharing": _lazy("共享类型"),
    "sharing_basis": _lazy("共享条件或不予共享的依据"),
    "ways": _lazy("共享方式"), "opening": _lazy("开放类型"),
    "opening_basis": _lazy("开放条件或不予开放的依据"),
    "cycle": _lazy("更新周期"), "related": _lazy("关联资源代码"),
}  # fmt: skip


def content_of(version: Version) -> dict[str, Any]:
    """What a version says, as :meth:`Described.as_json` writes it."""
    return {name: getattr(version, name) for name in FIELDS}


def said(name: str, value: Any) -> str:
    """A value of one field in words."""
    choices: Mapping[str, Any] = {"format": Format, "sharing": Sharing, "opening": Opening, "cycle": Cycle}
    if name in choices:
        return str(dict(choices[name].choices).get(value, value))
    if name == "ways":
        return "、".join(str(dict(Way.choices).get(one, one)) for one in value)
    if name == "items":
        return "、".join(one["name"] for one in value)
    return "、".join(value) if isinstance(value, list) else str(value)


def words(entry: Entry, content: Mapping[str, Any]) -> str:
    """What a search looks through."""
    items = " ".join(f"{one['name']} {one['element']}" for one in content["items"])
    return " ".join((entry.code, content["name"], content["abstract"], entry.department.name, items))


def lines_of(items: Sequence[Mapping[str, str]]) -> str:
    """Items as a form shows them: one a line, ``name | type | element``."""
    labels = dict(ItemType.choices)
    return "\n".join(
        " | ".join(filter(None, (one["name"], str(labels[one["type"]]), one["element"]))) for one in items
    )


def items_of(text: str) -> tuple[ItemIn, ...]:
    """Items from what a form sent; an unknown type stays as typed and is refused later."""
    codes = {str(label): value for value, label in ItemType.choices}
    found = []
    for line in unicodedata.normalize("NFKC", text).splitlines():
        parts = [part.strip() for part in line.split("|")]
        if any(parts):
            name, kind, element = (*parts, "", "")[:3]
            found.append(ItemIn(name, codes.get(kind, kind or "C"), element))
    return tuple(found)


def check(entry: Entry | None, given: Described) -> None:
    """Raises Invalid with everything that is wrong."""
    found = _lengths(given) + _choices(given) + _bases(given) + _items(given)
    known = set(Entry.objects.filter(code__in=given.related).values_list("code", flat=True))
    unknown = [code for code in given.related if code not in known or (entry and code == entry.code)]
    if unknown:
        said_ = _("没有这些资源代码：%(codes)s") % {"codes": "、".join(unknown)}
        found.append(FieldProblem("related", "unknown", said_))
    if found:
        raise Invalid(*found)


def _lengths(given: Described) -> list[FieldProblem]:
    return [
        FieldProblem(name, "length", _("请写 %(least)s 至 %(most)s 个字") % {"least": least, "most": most})
        for name, least, most in (("name", 2, 50), ("abstract", 5, 256))
        if not least <= len(getattr(given, name)) <= most
    ]


def _choices(given: Described) -> list[FieldProblem]:
    allowed = (("format", Format), ("sharing", Sharing), ("opening", Opening), ("cycle", Cycle))
    found = [
        FieldProblem(name, "choice", _("请从列出的选项里选择"))
        for name, choices in allowed
        if getattr(given, name) not in choices.values
    ]
    if any(way not in Way.values for way in given.ways):
        found.append(FieldProblem("ways", "choice", _("请从列出的选项里选择")))
    if given.sharing != Sharing.NONE and not given.ways:
        found.append(FieldProblem("ways", "required", _("可以共享的资源请至少选择一种共享方式")))
    return found


def _bases(given: Described) -> list[FieldProblem]:
    found = []
    for name, kind in (("sharing_basis", given.sharing), ("opening_basis", given.opening)):
        text = getattr(given, name)
        if len(text) > 300:
            found.append(FieldProblem(name, "length", _("请不要超过 300 字")))
        elif kind == "conditional" and len(text) < 5:
            found.append(FieldProblem(name, "required", _("请写明条件，至少 5 个字")))
        elif kind == "none" and not ("《" in text and "》" in text):
            words_ = _("请写明依据的法律、行政法规或国务院规定，名称用书名号，如《个人信息保护法》第二十八条")
            found.append(FieldProblem(name, "basis", words_))
    return found


def _items(given: Described) -> list[FieldProblem]:
    if not 1 <= len(given.items) <= MOST_ITEMS:
        words_ = _("请写 1 至 %(most)s 个信息项，一行一个") % {"most": MOST_ITEMS}
        return [FieldProblem("items", "count", words_)]
    known = {one.code for one in resources.elements()}
    found, seen = [], set()
    for number, one in enumerate(given.items, 1):
        wrong = ""
        if not 1 <= len(one.name) <= 60:
            wrong = _("名称应为 1 至 60 个字")
        elif one.type not in ItemType.values:
            wrong = _("没有数据类型“%(type)s”") % {"type": one.type}
        elif one.element and one.element not in known:
            wrong = _("没有数据元“%(code)s”") % {"code": one.element}
        elif one.name in seen:
            wrong = _("“%(name)s”写了两次") % {"name": one.name}
        seen.add(one.name)
        if wrong:
            words_ = _("第 %(n)s 个信息项：%(wrong)s") % {"n": number, "wrong": wrong}
            found.append(FieldProblem("items", "item", words_))
    return found
