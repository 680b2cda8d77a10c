"""Cutting a published version into passages, each of which answers one kind of question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.items.codes import CROSS_REGION, label
from tongban.items.records import FeeDetail, MaterialDetail, VersionDetail

# What a question asks about the matter, by the kind of passage that answers it. Looked for in this order.
_ASKED: dict[str, str] = {
    "fees": r"多少钱|收费|收不收钱|要钱|花钱|费用|免费|几块钱|工本费|缴费|交多少|贵不贵",
    "limits": r"多久|多长时间|几天|几个工作日|时限|期限|什么时候能好|什么时候办好|办多长|拿证要|多少天",
    "hours": r"几点|上班时间|办公时间|办理时间|周末|星期[六日天]|礼拜|中午|下班|开门",
    "contact": r"电话|咨询方式|联系方式|号码是多少|打给谁|投诉",
    "address": r"在哪|地址|哪里办|哪儿办|哪办|去哪|到哪|什么地方|窗口在|大厅",
    "materials": r"材料|带什么|带啥|准备什么|准备啥|要什么证件|需要哪些|需要什么|提交什么|要哪些|要啥|资料",
    "online": r"网上|线上|手机上|在线|不去现场|跑几趟|跑一趟|跑腿|异地|外地能|邮寄|快递|预约|代办",
    "conditions": r"条件|资格|能不能|可不可以|符合|够不够|什么人可以|谁可以|谁能|要求",
    "results": r"拿到什么|发什么证|结果|有效期|证件样",
    "flow": r"流程|步骤|怎么办|如何办|怎样办|程序|怎么弄|咋办|咋弄|怎么申请|如何申请",
    "basis": r"依据|哪条法|什么法|法律规定|政策文件",
}
_PATTERNS = {kind: re.compile(words) for kind, words in _ASKED.items()}
ASKING = re.compile("|".join(_ASKED.values()))
_MOST = 1500  # characters of one passage; what is longer is on the item's page


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage of a version: ``kind`` is stable, ``heading`` is for people."""

    kind: str
    heading: str
    text: str


def asked(question: str) -> tuple[str, ...]:
    """The kinds of passages a question is after, the surest first; empty when it names none."""
    return tuple(kind for kind, words in _PATTERNS.items() if words.search(question))


def pieces(version: VersionDetail) -> Iterator[Piece]:
    """The passages of a version that say something; empty ones are left out."""
    for kind, heading, text in _texts(version):
        if text := text.strip():
            yield Piece(kind, heading, text[:_MOST])
    for faq in version.faqs:
        if faq.answer.strip():
            yield Piece("faq", faq.question.strip()[:300], faq.answer.strip()[:_MOST])


def _texts(version: VersionDetail) -> Iterator[tuple[str, str, str]]:
    yield "summary", _("这是什么事"), version.summary or version.name
    yield "conditions", _("办理条件"), "\n".join(version.conditions)
    yield "materials", _("要准备的材料"), "\n".join(_material(one) for one in version.materials)
    yield "fees", _("收费"), _fees(version)
    yield "limits", _("办理时限"), _limits(version)
    yield "address", _("办理地点"), version.address
    yield "hours", _("办理时间"), version.hours
    contact = [(_("咨询"), version.enquiry), (_("投诉"), version.complaint)]
    yield "contact", _("咨询和投诉"), "\n".join(f"{name}：{value}" for name, value in contact if value)
    yield "online", _("怎样办理"), "\n".join(_ways(version))
    steps = "\n".join(f"{n}. {step.name}" for n, step in enumerate(version.steps, 1))
    yield "flow", _("办理流程"), version.flow or steps
    yield "results", _("办理结果"), "\n".join(outcome.name for outcome in version.outcomes)
    yield "basis", _("设定依据"), "\n".join(f"《{law.law}》{law.article}" for law in version.legal_basis)


def _material(one: MaterialDetail) -> str:
    notes = [label("necessity", one.necessity)] if one.necessity in ("2", "3") else []
    if one.source == "20":
        notes.append(label("material-source", one.source))
    return f"{one.name}（{'，'.join(notes)}）" if notes else one.name


def _fees(version: VersionDetail) -> str:
    if version.fees:
        return "\n".join(_fee(fee) for fee in version.fees)
    # A source that says nothing about charges is no promise that there are none.
    return _("不收费") if version.fileable else ""


def _fee(fee: FeeDetail) -> str:
    amount = f"{fee.amount_fen / 100:.2f}".rstrip("0").rstrip(".")
    price = _("免费") if not fee.amount_fen else _("%(amount)s 元") % {"amount": amount}
    unit = f"/{fee.unit}" if fee.unit and fee.amount_fen else ""
    return f"{fee.name}：{price}{unit}" + (f"（{fee.reduction}）" if fee.reduction else "")


def _limits(version: VersionDetail) -> str:
    said = []
    if version.case_kind == "1":
        said.append(_("当场办结"))
    if version.promised_days is not None:
        unit = label("day-unit", version.promised_unit)
        said.append(_("承诺办结：%(days)s 个%(unit)s") % {"days": version.promised_days, "unit": unit})
    if version.statutory_days is not None:
        unit = label("day-unit", version.statutory_unit)
        said.append(_("法定时限：%(days)s 个%(unit)s") % {"days": version.statutory_days, "unit": unit})
    return "\n".join([*said, version.promised_note])


def _ways(version: VersionDetail) -> Iterator[str]:
    if version.handling_forms:
        yield "、".join(label("handling-form", one) for one in version.handling_forms)
    if {"4", "5"} & set(version.online_depth) or version.fileable:
        yield _("可以在网上申请")
    if version.visits:
        yield _("到现场 %(n)s 次") % {"n": version.visits}
    elif version.handling_forms or version.fileable:
        yield _("不用到现场")
    if version.cross_region in CROSS_REGION:
        yield label("cross-region", version.cross_region)
    if version.appointment:
        yield _("可以预约")
    if version.delivery:
        yield _("结果可以寄送")
