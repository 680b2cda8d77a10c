"""Two versions side by side, element by element, with the words that differ."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

import rjieba
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.items.codes import label
from tongban.items.reading import version
from tongban.items.records import VersionDetail
from tongban.kit.errors import Conflict

ELEMENTS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("事项名称"),
    "name_en": gettext_lazy("英文名称"),
    "summary": gettext_lazy("一句话说明"),
    "type_code": gettext_lazy("事项类型"),
    "legal_basis": gettext_lazy("设定依据"),
    "power_source": gettext_lazy("权力来源"),
    "case_kind": gettext_lazy("办件类型"),
    "service_objects": gettext_lazy("服务对象"),
    "applicant": gettext_lazy("申请人类别"),
    "themes": gettext_lazy("主题"),
    "keywords": gettext_lazy("群众常用说法"),
    "conditions": gettext_lazy("受理条件"),
    "flow": gettext_lazy("办理流程"),
    "statutory_days": gettext_lazy("法定办结时限"),
    "statutory_unit": gettext_lazy("法定办结时限单位"),
    "promised_days": gettext_lazy("承诺办结时限"),
    "promised_unit": gettext_lazy("承诺办结时限单位"),
    "promised_note": gettext_lazy("承诺办结时限说明"),
    "extension_days": gettext_lazy("可延长的工作日"),
    "special_procedures": gettext_lazy("特别程序"),
    "visits": gettext_lazy("到办事现场次数"),
    "visits_reason": gettext_lazy("必须到现场的原因"),
    "handling_forms": gettext_lazy("办理形式"),
    "online_depth": gettext_lazy("网上办理深度"),
    "cross_region": gettext_lazy("通办范围"),
    "joint_departments": gettext_lazy("联办机构"),
    "address": gettext_lazy("办理地点"),
    "hours": gettext_lazy("办理时间"),
    "enquiry": gettext_lazy("咨询方式"),
    "complaint": gettext_lazy("监督投诉方式"),
    "online_url": gettext_lazy("在线办理网址"),
    "appointment": gettext_lazy("是否可以预约"),
    "online_payment": gettext_lazy("是否网上支付"),
    "delivery": gettext_lazy("是否物流快递"),
    "agencies": gettext_lazy("中介服务"),
    "quantity_limit": gettext_lazy("数量限制"),
    "materials": gettext_lazy("申请材料"),
    "fees": gettext_lazy("收费项目"),
    "steps": gettext_lazy("办理环节"),
    "faqs": gettext_lazy("常见问题"),
    "outcomes": gettext_lazy("办理结果"),
    "form": gettext_lazy("申请表"),
}
_CODED = {
    "type_code": "item-type", "case_kind": "case-kind", "service_objects": "service-object",
    "handling_forms": "handling-form", "online_depth": "online-depth", "cross_region": "cross-region",
    "statutory_unit": "day-unit", "promised_unit": "day-unit",
}  # fmt: skip
_IN_PART = {"necessity": "necessity", "form": "material-form", "source": "material-source"}
_QUIET = frozenset({"key", "licence_types", "accept", "licence_type", "blank_form", "sample", "role", "kind"})
MOST_WORDS = 6000  # beyond this two texts are shown whole, not word by word


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words; ``changed`` where the other side has something else."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One element in both versions."""

    element: str
    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is marked."""
        return any(piece.changed for piece in (*self.before, *self.after))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one item; ``changes`` in the order of the guide, equal elements left out."""

    before: VersionDetail
    after: VersionDetail
    changes: tuple[Change, ...]
    same: int


def compare(before_id: UUID, after_id: UUID) -> Comparison:
    """What differs between two versions of one item. Raises Conflict for versions of two items."""
    before, after = version(before_id), version(after_id)
    if before.item_id != after.item_id:
        raise Conflict(_("只能对照同一事项的两个版本"), code="two_items")
    changes = []
    for name, words in ELEMENTS.items():
        left, right = spoken(name, getattr(before, name)), spoken(name, getattr(after, name))
        if left != right:
            changes.append(Change(name, str(words), *pieces(left, right)))
    return Comparison(before, after, tuple(changes), len(ELEMENTS) - len(changes))


def words(text: str) -> list[str]:
    """The text cut into words and single signs; joined again they are the text."""
    return [word for run in re.split(r"(\s)", text) if run for word in rjieba.cut(run)]


def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in runs, with the words marked that the other does not have there."""
    left, right = words(before), words(after)
    if len(left) + len(right) > MOST_WORDS:
        same = before == after
        return (Piece(before, not same),), (Piece(after, not same),)
    mine: list[Piece] = []
    theirs: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if a < b:
            mine.append(Piece("".join(left[a:b]), kind != "equal"))
        if c < d:
            theirs.append(Piece("".join(right[c:d]), kind != "equal"))
    return tuple(mine), tuple(theirs)


def spoken(name: str, value: Any) -> str:
    """An element in plain lines."""
    if name == "form":
        return _form(value)
    if name == "applicant":
        return {"person": _("自然人"), "legal": _("法人"), "either": _("自然人或法人")}.get(value, str(value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None or value == "":
        return ""
    if isinstance(value, tuple | list):
        return "\n".join(_row(name, entry) for entry in value)
    return label(_CODED[name], str(value)) if name in _CODED else str(value)


def _row(name: str, entry: Any) -> str:
    if hasattr(entry, "__dataclass_fields__"):
        shown = []
        for key in entry.__dataclass_fields__:
            value = getattr(entry, key)
            if key in _QUIET or value in (None, "", (), []):
                continue
            if key == "amount_fen":
                shown.append(_("%(yuan)s 元") % {"yuan": f"{value / 100:.2f}".removesuffix(".00")})
            elif key in _IN_PART and name == "materials":
                shown.append(label(_IN_PART[key], str(value)))
            elif key in ("limit_days", "days"):
                shown.append(_("%(n)s 个工作日") % {"n": value})
            elif key == "copies":
                shown.append(_("%(n)s 份") % {"n": value})
            else:
                shown.append(str(value))
        return "，".join(shown)
    return label(_CODED[name], str(entry)) if name in _CODED else str(entry)


def _form(form: Mapping[str, Any]) -> str:
    """The fields of the form, page by page."""
    fields = (form.get("schema") or {}).get("properties", {})
    lines = []
    for page in form.get("layout") or []:
        titles: Sequence[str] = [str(fields.get(f, {}).get("title", f)) for f in page.get("fields", [])]
        lines.append(f"{page.get('title', '')}：{'、'.join(titles)}")
    return "\n".join(lines)
