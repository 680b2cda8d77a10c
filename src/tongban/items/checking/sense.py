"""Rules on sense: conditions, materials, presence, fees and limits that contradict each other. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from tongban.items.checking.base import Found
from tongban.items.checking.wording import LONG_NAME
from tongban.items.content import Prepared

_CERTIFICATE = re.compile(
    r"(?:持有|取得|已取得|具有|(?<!申请)领取|提供|凭|持)(?:了|有效的?|合法的?|的|本人的?)*[《“]?"
    r"([\u4e00-\u9fff]{2,12}?(?:许可证|执业证书|资格证书|营业执照|资质证书|登记证书|登记证|身份证(?!明)|户口簿|居住证))"
)
_PRESENCE = re.compile(
    r"(?:必须|应当|须|需)(?:由)?(?:申请人|当事人|本人|双方)?(?:本人|亲自)(?:亲自)?(?:到场|到|前往|办理|申请|申办)"
)
_AGENT = re.compile(
    r"(?:可以?|允许|能)(?:由)?(?:他人|代理人|受托人|近亲属)?(?:委托|代为|代办|代理)(?!机构)|委托他人(?:代为)?办理"
)
_NO_AGENT = re.compile(r"不(?:得|可以?|能|允许)(?:由)?(?:他人)?(?:委托|代)")
_LEAST_AGE = re.compile(
    r"(?:年满|满|年龄(?:须|应)?(?:在|不低于|不小于))\s*(\d{1,3})\s*(?:周岁|岁)(?:以上|及以上)?(?!以下|以内)"
)
_MOST_AGE = re.compile(
    r"(?:不超过|未满|不满|不大于|小于|低于(?!.{0,3}以上))\s*(\d{1,3})\s*(?:周岁|岁)|(\d{1,3})\s*(?:周岁|岁)(?:以下|以内)"
)
_GUARDIAN = re.compile(r"(?:须|应当|必须|由)(?:其)?(?:法定)?监护人(?:代为)?(?:申请|办理|陪同|提出)")
_ADULT = re.compile(r"申请人.{0,6}(?:年满|满)\s*18\s*(?:周岁|岁)|申请人.{0,6}完全民事行为能力")
_MINOR = re.compile(r"未成年|未满|不满|限制民事行为能力|无民事行为能力")
_MATERIAL_WORDS = re.compile(
    r"(?:提交|提供|携带|出具|报送|递交)(?:以下|下列|如下|所需)?[^，。；]{0,30}?(?:申请表|申请书|复印件|原件|身份证(?!明|号)|户口簿|"
    r"营业执照|证明材料|申请材料|(?:以下|下列|如下)(?:材料|资料|文件))"
)
_ONLY_REFERS = re.compile(
    r"(?:根据|依据|按照|符合|详见|见)[^。]{0,200}?(?:第[一二三四五六七八九十百零〇\d]+条|《[^》]+》)[^。]{0,60}(?:规定|要求|条件)?[。]?"
)
_COPIES = re.compile(
    r"(?:一式)?[一二两三四五六七八九十\d]+\s*份|原件及?复印件|[（(](?:原件|复印件|正本|副本)[^）)]{0,12}[）)]"
)
_SHARED = re.compile(
    r"^(?:申请人|本人|经办人|法定代表人)?的?(?:居民)?(?:身份证|营业执照|户口簿|结婚证)(?:复印件|原件)?(?:[（(].{0,12}[）)])?$"
)
_PUNCTUATION = re.compile(r"[\s，,。．.；;：:（）()《》“”\"'、\-—]+")
FULL_DEPTH = "6"  # online depth: the result is given online


def conditions_text(prepared: Prepared) -> str:
    """All conditions as one text."""
    return "\n".join(prepared.columns.get("conditions", []))


def certificates(prepared: Prepared) -> Iterator[Found]:
    """A certificate the conditions ask for is among the materials (consistency rule 4)."""
    materials = prepared.parts.get("materials", [])
    if not materials:
        return
    names = "\n".join(f"{m['name']} {m.get('standard', '')} {m.get('filling', '')}" for m in materials)
    for index, condition in enumerate(prepared.columns.get("conditions", [])):
        if "遗失" in condition:  # who lost a certificate cannot bring it
            continue
        for found in _CERTIFICATE.finditer(condition):
            name = _core(found[1])
            if name.removesuffix("证") in prepared.columns["name"]:  # what is applied for
                continue
            if name and name not in names and not _near(name, names):
                message = _("条件提到“%(name)s”，材料清单里没有") % {"name": found[1]}
                yield Found("certificate-not-in-materials", f"conditions.{index}", message)
                break


def _core(name: str) -> str:
    return re.sub(r"^(?:有效|合法|相应|相关|本市|当地|申请人|企业|居民|法人|的)+", "", name)


def _near(name: str, names: str) -> bool:
    """The same certificate under a longer or shorter name: its last characters are there."""
    return name[-5:] in names or (name.endswith("证书") and name[:-2][-3:] in names)


def material_names_in_conditions(prepared: Prepared) -> Iterator[Found]:
    """Materials belong in the list of materials (consistency rule 6)."""
    for index, condition in enumerate(prepared.columns.get("conditions", [])):
        found = _MATERIAL_WORDS.search(condition)
        if found and "意见" not in found[0]:  # what one authority sends another is no applicant's material
            message = _("“%(words)s”说的是材料") % {"words": found[0][:40]}
            yield Found("conditions-contain-materials", f"conditions.{index}", message)


def only_references(prepared: Prepared) -> Iterator[Found]:
    """Conditions that only name a law leave the reader alone."""
    conditions = prepared.columns.get("conditions", [])
    whole = "".join(conditions)
    if 0 < len(conditions) <= 2 and len(whole) < 300 and _ONLY_REFERS.fullmatch(whole):
        yield Found("conditions-only-refer", "conditions", _("条件只写了依据，没有写出具体要求"))


def presence(prepared: Prepared) -> Iterator[Found]:
    """Presence demanded in one place and an agent allowed in another (consistency rule 3)."""
    conditions = conditions_text(prepared)
    elsewhere = "\n".join(
        [prepared.columns.get("flow") or "", prepared.columns.get("visits_reason") or "", conditions]
    )
    must = _PRESENCE.search(conditions)
    may = _AGENT.search(elsewhere)
    if must and may and not _NO_AGENT.search(elsewhere):
        message = _("条件写“%(must)s”，又写“%(may)s”") % {"must": must[0], "may": may[0]}
        yield Found("visits-against-agent-presence", "conditions", message, "error")


def ages(prepared: Prepared) -> Iterator[Found]:
    """No age satisfies both, or an adult who must come with a guardian (consistency rule 5)."""
    for index, condition in enumerate(prepared.columns.get("conditions", [])):
        least = [int(age) for age in _LEAST_AGE.findall(condition)]
        most = [int(a or b) for a, b in _MOST_AGE.findall(condition)]
        one_group = len(least) == 1 and len(most) == 1 and not re.search(r"或|或者|分别|其中", condition)
        if one_group and least[0] > most[0]:
            message = _("下限 %(least)s 岁高于上限 %(most)s 岁") % {"least": least[0], "most": most[0]}
            yield Found("conditions-age-contradictory", f"conditions.{index}", message, "error")
    text = conditions_text(prepared)
    if _ADULT.search(text) and _GUARDIAN.search(text) and not _MINOR.search(text):
        message = _("既要求申请人已成年，又要求由监护人办理")
        yield Found("conditions-guardian-contradictory", "conditions", message)


def materials(prepared: Prepared) -> Iterator[Found]:
    """Twice the same, too long a name, copies in the name, what shared data already gives."""
    said: dict[str, int] = {}
    for index, material in enumerate(prepared.parts.get("materials", [])):
        where, name = f"materials.{index}.name", material["name"]
        key = _PUNCTUATION.sub("", name)
        if key in said:
            message = _("与第 %(n)s 项“%(name)s”相同") % {"n": said[key] + 1, "name": name[:40]}
            yield Found("material-duplicate", where, message)
        said.setdefault(key, index)
        if len(name) > LONG_NAME:
            yield Found("material-name-too-long", where, _("材料名称有 %(n)s 个字") % {"n": len(name)})
        if found := _COPIES.search(name):
            message = _("“%(words)s”应写在份数或形式栏") % {"words": found[0]}
            yield Found("material-copies-in-name", where, message)
        if not material.get("licence_types") and _SHARED.match(name):
            message = _("“%(name)s”可由数据共享或电子证照取得") % {"name": name[:40]}
            yield Found("material-shared-asked", where, message)
    if not said and "materials" not in prepared.lacks and prepared.columns.get("type_code") == "01":
        yield Found("material-none", "materials", _("许可事项没有列出任何材料"))


def online(prepared: Prepared) -> Iterator[Found]:
    """How far it is handled online, against visits and the web address."""
    columns = prepared.columns
    depth, visits = columns.get("online_depth") or [], columns.get("visits") or 0
    if {"5", FULL_DEPTH} <= set(depth) and visits > 1:
        message = _("网办已到结果反馈，却要到现场 %(n)s 次") % {"n": visits}
        yield Found("visits-against-online-depth", "visits", message)
    own_form = bool(columns.get("form"))
    if (
        depth
        and "2" in (columns.get("handling_forms") or [])
        and not columns.get("online_url")
        and not own_form
    ):
        yield Found("online-without-address", "online_url", _("可以网上办理，却没有网址"))


def charges(prepared: Prepared) -> Iterator[Found]:
    """Amounts and units of charges; online payment for nothing."""
    fees = prepared.parts.get("fees", [])
    for index, fee in enumerate(fees):
        amount = fee.get("amount_fen") or 0
        free = re.search(r"免|不收|无", f"{fee['name']}{fee.get('reduction', '')}")
        if (amount == 0 and not free) or (amount > 0 and not fee.get("unit")):
            message = _("收费“%(name)s”没有写明金额或计费单位") % {"name": fee["name"]}
            yield Found("fee-without-amount", f"fees.{index}.amount_fen", message)
    if prepared.columns.get("online_payment") and not fees:
        yield Found("payment-without-fee", "online_payment", _("没有收费项目，却支持网上支付"))


def limit_units(prepared: Prepared) -> Iterator[Found]:
    """Limits in two units, and a promise of nothing."""
    columns = prepared.columns
    law, promise = columns.get("statutory_days"), columns.get("promised_days")
    if (
        law
        and promise
        and columns.get("statutory_unit", "working") != columns.get("promised_unit", "working")
    ):
        yield Found("limit-unit-differs", "promised_unit", _("法定时限与承诺时限一个是工作日，一个是自然日"))
    if columns.get("case_kind") == "2" and promise == 0:
        yield Found("limit-zero-promised", "promised_days", _("承诺件的承诺时限为 0"))


SENSE: tuple[Callable[[Any], Iterator[Found]], ...] = (
    certificates, material_names_in_conditions, only_references, presence, ages, materials, online,
    charges, limit_units,
)  # fmt: skip
