"""What the design system's tags need to know: words and tones. Pure; the tags are in ``kit.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# A case's legal state in the words of the person who waits, and its tone.
CASE_STATES: dict[str, tuple[Any, str]] = {
    "draft": (_("草稿，尚未提交"), ""),
    "submitted": (_("已提交，等待受理"), "brand"),
    "supplement_asked": (_("需要您补正材料"), "warm"),
    "accepted": (_("已受理"), "brand"),
    "refused": (_("不予受理"), "bad"),
    "under_review": (_("正在审查"), "brand"),
    "suspended": (_("特别程序进行中，暂停计时"), "warm"),
    "granted": (_("准予，正在制作结果"), "good"),
    "denied": (_("不予许可"), "bad"),
    "concluded": (_("已办结"), "good"),
    "delivered": (_("已办结，结果已送达"), "good"),
    "withdrawn": (_("您已撤回"), ""),
    "returned": (_("已退回"), "warm"),
    "voided": (_("已作废"), ""),
}
# Status of an electronic licence (electronic licence standards, code table of states).
LICENCE_STATES: dict[str, tuple[Any, str]] = {
    "01": (_("有效"), "good"),
    "02": (_("暂扣"), "warm"),
    "03": (_("撤销"), "bad"),
    "04": (_("注销"), ""),
    "05": (_("失效"), ""),
    "06": (_("办理转出"), "warm"),
    "07": (_("吊销"), "bad"),
    "99": (_("其他"), ""),
}
LIGHTS: dict[str, Any] = {"green": _("时限正常"), "yellow": _("即将到期"), "red": _("已超期")}


def get(thing: Any, *names: str, default: Any = "") -> Any:
    """The first of ``names`` that ``thing`` (mapping or object) has and that is not None."""
    for name in names:
        value = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
        if value is not None:
            return value
    return default


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


def as_option(value: Any) -> str:
    """A value as the option that stands for it: truth values are written in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def choices(options: Any, value: Any) -> list[Choice]:
    """Options given as pairs, a mapping, or objects with ``value`` and ``label``, with the chosen marked."""
    pairs: Sequence[Any] = list(options.items()) if isinstance(options, Mapping) else list(options or ())
    chosen = {as_option(v) for v in value} if isinstance(value, list | tuple | set) else {as_option(value)}
    made = []
    for pair in pairs:
        key, label = (
            (pair[0], pair[1])
            if isinstance(pair, list | tuple)
            else (get(pair, "value"), get(pair, "label", "value"))
        )
        made.append(Choice(str(key), str(label), value not in (None, "") and str(key) in chosen))
    return made


def yuan(amount: Any) -> str:
    """An amount kept in fen as people type it; what is not a number stays as it was typed."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        return str(amount if amount is not None else "")
    return f"{amount / 100:.2f}".removesuffix(".00")


def date_parts(value: Any) -> tuple[str, str, str]:
    """Year, month and day of an ISO date text or a date, as typed: wrong parts stay for correction."""
    year, month, day = [*str(value or "").split("-"), "", "", ""][:3]
    return year, month.lstrip("0") or month, day.lstrip("0") or day


def page_window(number: int, pages: int, around: int = 2) -> list[int | None]:
    """Page numbers to show; None stands for a gap."""
    wanted = sorted({1, pages, *range(max(1, number - around), min(pages, number + around) + 1)})
    shown: list[int | None] = []
    for page in wanted:
        if shown and shown[-1] is not None and page - shown[-1] > 1:
            shown.append(None)
        shown.append(page)
    return shown
