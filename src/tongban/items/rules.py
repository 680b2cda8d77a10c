"""Guide rules: what makes an implementation list wrong or doubtful. Pure; each has a stable id.

Sources: STANDARDS §2 (required elements of the national exchange table, guide consistency rules),
行政许可法 §42 (limits) and §58 (fees). A finding never stops an import; it is shown beside the field.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tongban.items.checking.base import Found
from tongban.items.checking.sense import SENSE
from tongban.items.checking.wording import WORDING
from tongban.items.content import Prepared

STEP_KINDS = ("accept", "review", "decide", "deliver")
LOCAL_SYSTEMS = frozenset({"guangan"})  # provinces whose codes are not built like the national ones
SITE_INSPECTION_DAYS = 5  # working days: a flow with a site visit is hardly done sooner


Rule = Callable[[Prepared], Iterator[Found]]


def check(prepared: Prepared, rules: "Sequence[Rule] | None" = None) -> list[Found]:
    """All findings on one prepared item, in the order of :data:`RULES`."""
    return [finding for rule in (RULES if rules is None else rules) for finding in rule(prepared)]


def _value(prepared: Prepared, name: str) -> Any:
    return prepared.head.get(name, prepared.columns.get(name))


# The elements the national exchange table requires, with their Chinese names. A yes/no or number that
# was given as 0 or "no" is given.
REQUIRED: Mapping[str, str] = {
    "name": "事项名称",
    "type_code": "事项类型",
    "legal_basis": "设定依据",
    "power_source": "权力来源",
    "level": "行使层级",
    "department_name": "实施主体",
    "department_uscc": "实施主体编码",
    "conditions": "受理条件",
    "flow": "办理流程",
    "statutory_days": "法定办结时限",
    "promised_days": "承诺办结时限",
    "case_kind": "办件类型",
    "service_objects": "服务对象",
    "visits": "到办事现场次数",
    "address": "办理地点",
    "hours": "办理时间",
    "enquiry": "咨询方式",
    "complaint": "监督投诉方式",
}


# "None" is a full answer here: no condition, no limit set by law, no promise.
NONE_IS_AN_ANSWER = frozenset({"conditions", "statutory_days", "promised_days"})


def required_elements(prepared: Prepared) -> Iterator[Found]:
    """Every element the exchange table requires is there. A list of steps stands for the flow."""
    for name, label in REQUIRED.items():
        value = _value(prepared, name)
        if name in prepared.lacks or (name in NONE_IS_AN_ANSWER and name in prepared.none):
            continue
        if name == "flow" and prepared.parts.get("steps"):
            continue
        if value in (None, "", []):
            message = _("必填要素“%(label)s”为空") % {"label": label}
            yield Found("required-element-empty", name, message)


def code_parts(prepared: Prepared) -> Iterator[Found]:
    """The parts of the code agree with the columns beside it."""
    from tongban.standards import codes

    code = prepared.code
    if prepared.head.get("code_system", "national") in LOCAL_SYSTEMS:
        return  # kept as they came; their form is judged by the profile that reads them
    try:
        parts = codes.parse_item_code(code)
    except ValueError:
        message = _("实施编码 %(code)s 不符合编码规则") % {"code": code}
        yield Found("item-code-form", "code", message, "error")
        return
    if parts.temporary_agency:
        message = _("实施编码使用临时机构代码 %(uscc)s，应尽快换为统一社会信用代码") % {"uscc": parts.uscc}
        yield Found("item-code-temporary-agency", "code", message)
    elif not codes.uscc_valid(parts.uscc):
        message = _("实施编码中的统一社会信用代码 %(uscc)s 校验位不符") % {"uscc": parts.uscc}
        yield Found("item-code-uscc", "code", message)
    pairs = (
        ("department_uscc", parts.uscc, _("实施主体编码")),
        ("level", parts.level, _("行使层级")),
    )
    for name, inside, label in pairs:
        beside = prepared.head.get(name)
        if beside and beside != inside:
            message = _("编码中的%(label)s为 %(inside)s，所填为 %(beside)s")
            words = {"label": label, "inside": inside, "beside": beside}
            yield Found("item-code-parts", name, message % words, "error")
    basic = prepared.basic.get("code")
    if basic and basic != parts.basic:
        message = _("编码中的基本编码为 %(inside)s，所填为 %(beside)s")
        yield Found(
            "item-code-parts", "basic_code", message % {"inside": parts.basic, "beside": basic}, "error"
        )


def code_type(prepared: Prepared) -> Iterator[Found]:
    """The type inside the basic code is the type the source names (in the source's own code system)."""
    stated = prepared.columns.get("extra", {}).get("local_type") or prepared.columns.get("type_code")
    basic = str(prepared.basic.get("code", ""))
    if stated and len(basic) == 12 and basic[2:4] != stated:
        message = _("基本编码中的事项类型为 %(inside)s，所填为 %(beside)s")
        yield Found(
            "item-code-type", "type_code", message % {"inside": basic[2:4], "beside": stated}, "error"
        )


def limits(prepared: Prepared) -> Iterator[Found]:
    """The promised limit is not longer than the law's. Only limits in the same unit are compared."""
    columns = prepared.columns
    law, promise = columns.get("statutory_days"), columns.get("promised_days")
    same = columns.get("statutory_unit", "working") == columns.get("promised_unit", "working")
    if law is not None and promise is not None and same and promise > law:
        message = _("承诺时限 %(promise)s 天长于法定时限 %(law)s 天") % {"promise": promise, "law": law}
        yield Found("promised-longer-than-statutory", "promised_days", message, "error")
    if columns.get("case_kind") == "1" and promise is not None and promise > 1:
        message = _("即办件应当场办结，承诺时限却为 %(days)s 天") % {"days": promise}
        yield Found("immediate-with-limit", "promised_days", message, "error")


def step_limits(prepared: Prepared) -> Iterator[Found]:
    """Steps sum to the promised limit, and each step of the law is there.

    Delivery follows the decision and is not part of the limit (行政许可法 §44).
    """
    steps = prepared.parts.get("steps", [])
    promise = prepared.columns.get("promised_days")
    if not steps:
        if promise and promise > 1 and "steps" not in prepared.lacks:
            yield Found("limit-without-steps", "steps", _("有总时限而没有各环节时限"))
        return
    kinds = [step["kind"] for step in steps]
    missing = [kind for kind in STEP_KINDS if kind not in kinds]
    if missing and prepared.columns.get("case_kind") != "1":
        names = {"accept": _("受理"), "review": _("审查"), "decide": _("决定"), "deliver": _("送达")}
        message = _("办理环节缺少：%(steps)s") % {"steps": "、".join(names[kind] for kind in missing)}
        yield Found("step-missing", "steps", message)
    days = [step.get("limit_days") for step in steps if step["kind"] != "deliver"]
    if promise is None or any(day is None for day in days):
        return
    total = sum(day or 0 for day in days)
    with_delivery = total + sum(step.get("limit_days") or 0 for step in steps if step["kind"] == "deliver")
    if promise not in (total, with_delivery):
        message = _("各环节时限合计 %(total)s 天，与承诺时限 %(promise)s 天不一致")
        yield Found("step-limits-sum", "steps", message % {"total": total, "promise": promise})


def site_inspection(prepared: Prepared) -> Iterator[Found]:
    """A flow with a site inspection and fewer than five promised days."""
    columns = prepared.columns
    kinds = [entry.get("kind") for entry in columns.get("special_procedures", [])]
    text = " ".join([columns.get("flow", ""), *(step["name"] for step in prepared.parts.get("steps", []))])
    promise = columns.get("promised_days")
    outside = "site_inspection" in kinds  # a named special procedure stops the clock
    if "现场" in text and not outside and promise is not None and promise < SITE_INSPECTION_DAYS:
        message = _("流程中有现场核查，承诺时限却少于 %(days)s 个工作日") % {"days": SITE_INSPECTION_DAYS}
        yield Found("site-inspection-too-short", "promised_days", message)


def visits(prepared: Prepared) -> Iterator[Found]:
    """Who has to come in person is told why."""
    if "visits_reason" in prepared.lacks:
        return
    if (prepared.columns.get("visits") or 0) > 0 and not prepared.columns.get("visits_reason"):
        message = _("需要到现场 %(count)s 次，没有说明原因") % {"count": prepared.columns["visits"]}
        yield Found("visits-without-reason", "visits_reason", message)


def fees(prepared: Prepared) -> Iterator[Found]:
    """A charge names its legal basis (行政许可法 §58)."""
    for index, fee in enumerate(prepared.parts.get("fees", [])):
        if fee.get("amount_fen", 0) > 0 and not fee.get("basis"):
            message = _("收费“%(name)s”没有写明依据") % {"name": fee["name"]}
            yield Found("fee-without-basis", f"fees.{index}.basis", message, "error")


RULES: Sequence[Rule] = (
    required_elements,
    code_parts,
    code_type,
    limits,
    step_limits,
    site_inspection,
    visits,
    fees,
    *SENSE,
    *WORDING,
)
