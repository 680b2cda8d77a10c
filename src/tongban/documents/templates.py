"""The data each template takes. Unknown or missing fields are refused, so faces and texts cannot drift.

| template | document | own fields beside those of :class:`Letter` |
|---|---|---|
| ``receipt`` | 收件凭证 | received_at, materials, channel, clerk |
| ``supplement`` | 一次性补正告知书 | received_on, missing, message, answer_by |
| ``acceptance`` | 受理通知书 | accepted_on, days_total, due_on, provisional |
| ``refusal`` | 不予受理决定书 | received_on, reasons, basis, review |
| ``special_procedure`` | 特别程序告知书 | kind, reason, starts_on, days, ends_on |
| ``extension`` | 延长办理期限告知书 | reason, days, due_before, due_on |
| ``decision`` | 准予/不予行政许可决定书 | granted, accepted_on, reasons, basis, … |
| ``conclusion`` | 办结通知书 | concluded_on, outcome, results, delivery |
| ``licence`` | face of an electronic licence | see :class:`Face` |
| ``guidance`` | 办事清单, a tailored list; no seal | see :class:`Guidance` |
"""

import datetime as dt
from typing import Any

import msgspec
from django.utils.functional import Promise

from tongban.kit.errors import FieldProblem, Invalid

# 行政复议法 (2023) §20 and 行政诉讼法 §46: sixty days and six months, in calendar time.
REVIEW = (
    "如不服本决定，可以自收到本决定书之日起六十日内依法申请行政复议，"
    "或者自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。"
)


class _Struct(msgspec.Struct, forbid_unknown_fields=True):
    pass


class Letter(_Struct, kw_only=True):
    """What every document has. ``check_url`` makes the QR code; without it there is none."""

    department: str
    number: str  # 文号, such as 榕审批受〔2026〕12号
    date: dt.date
    recipient: str
    item: str
    case_number: str
    contact: str = ""
    check_url: str = ""


class MaterialLine(_Struct, kw_only=True):
    name: str
    means: str  # 上传 / 电子证照 / 免提交 …


class MissingLine(_Struct, kw_only=True):
    name: str
    problem: str


class Basis(_Struct, kw_only=True):
    law: str  # without 《》
    article: str = ""


class Receipt(Letter, kw_only=True):
    received_at: dt.datetime
    materials: list[MaterialLine] = []
    channel: str = "网上办理"
    clerk: str = ""


class Supplement(Letter, kw_only=True):
    received_on: dt.date
    missing: list[MissingLine]
    message: str = ""
    answer_by: dt.date | None = None


class Acceptance(Letter, kw_only=True):
    accepted_on: dt.date
    days_total: int  # working days
    due_on: dt.date
    provisional: bool = False


class Refusal(Letter, kw_only=True):
    received_on: dt.date
    reasons: list[str]
    basis: list[Basis] = []
    review: str = REVIEW


class SpecialProcedure(Letter, kw_only=True):
    kind: str
    reason: str
    starts_on: dt.date
    days: int  # working days
    ends_on: dt.date | None = None


class Extension(Letter, kw_only=True):
    reason: str
    days: int  # working days
    due_on: dt.date
    due_before: dt.date | None = None


class Decision(Letter, kw_only=True):
    granted: bool
    accepted_on: dt.date
    reasons: list[str]
    basis: list[Basis] = []
    conditions: list[str] = []
    licence_name: str = ""
    licence_number: str = ""
    licence_validity: str = ""
    review: str = REVIEW


class Conclusion(Letter, kw_only=True):
    concluded_on: dt.date
    outcome: str
    results: list[str] = []
    delivery: str = ""


class FaceLine(_Struct, kw_only=True):
    label: str
    value: str


class Face(_Struct, kw_only=True):
    """The face of a licence: ``lines`` in the order of its type's elements."""

    title: str
    number: str
    identifier: str  # GB/T 36904-2018
    department: str
    date: dt.date
    holder: str
    lines: list[FaceLine]
    valid_from: dt.date
    valid_to: dt.date | None = None
    check_url: str = ""
    grade_note: str = ""


class ListLine(_Struct, kw_only=True):
    name: str
    note: str = ""
    struck: bool = False


class Guidance(_Struct, kw_only=True):
    """What to bring, by a few answers. It is no official document and names nobody."""

    item: str
    department: str
    date: dt.date
    answers: list[FaceLine]
    materials: list[ListLine]
    fee: str
    limit: str
    place: str = ""
    hours: str = ""
    enquiry: str = ""
    form: str = ""
    note: str = ""
    kept_until: dt.date
    check_url: str = ""


TEMPLATES: dict[str, type[_Struct]] = {
    "receipt": Receipt,
    "supplement": Supplement,
    "acceptance": Acceptance,
    "refusal": Refusal,
    "special_procedure": SpecialProcedure,
    "extension": Extension,
    "decision": Decision,
    "conclusion": Conclusion,
    "licence": Face,
    "guidance": Guidance,
}
_TITLES = {
    "receipt": "收件凭证",
    "supplement": "一次性补正告知书",
    "acceptance": "受理通知书",
    "refusal": "不予受理决定书",
    "special_procedure": "特别程序告知书",
    "extension": "延长办理期限告知书",
    "conclusion": "办结通知书",
    "guidance": "办事清单",
}


def title(template: str, *, granted: bool | None = None) -> str:
    """The document's name in Chinese; decisions depend on whether they grant."""
    if template == "decision":
        return "准予行政许可决定书" if granted else "不予行政许可决定书"
    return _TITLES[template]


def checked(template: str, data: dict[str, Any]) -> dict[str, Any]:
    """``data`` as plain JSON values with defaults filled in.

    Raises:
        Invalid: naming the template and what is wrong with its data.
    """
    if template not in TEMPLATES:
        raise Invalid(FieldProblem("template", "unknown", f"没有名为 {template} 的文书模板"))
    try:
        value = msgspec.convert(_plain(data), TEMPLATES[template])
    except msgspec.ValidationError as error:
        raise Invalid(FieldProblem(template, "data", f"文书数据不完整：{error}")) from error
    made: dict[str, Any] = msgspec.to_builtins(value)
    return made


def _plain(value: Any) -> Any:
    """Translations that wait for their language are settled here."""
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
