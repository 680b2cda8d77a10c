"""The code systems an item's fields use, and plain words for them (STANDARDS: national exchange table)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ITEM_TYPES: Mapping[str, Promise] = {
    "01": _("行政许可"),
    "02": _("行政处罚"),
    "03": _("行政强制"),
    "04": _("行政征收"),
    "05": _("行政给付"),
    "06": _("行政检查"),
    "07": _("行政确认"),
    "08": _("行政奖励"),
    "09": _("行政裁决"),
    "10": _("其他行政权力"),
    "20": _("公共服务"),
}
# Some provinces number their types differently; the local code stays inside the item's own code.
LOCAL_TYPES: Mapping[str, Mapping[str, str]] = {"guangdong": {"20": "10", "21": "20"}}

LEVELS: Mapping[str, Promise] = {
    "1": _("国家级"),
    "2": _("省级"),
    "3": _("市级"),
    "4": _("县级"),
    "5": _("乡镇（街道）级"),
    "6": _("村（社区）级"),
    "7": _("分级管理"),
}
CASE_KINDS: Mapping[str, Promise] = {"1": _("即办件"), "2": _("承诺件")}
SERVICE_OBJECTS: Mapping[str, Promise] = {
    "1": _("自然人"),
    "2": _("企业法人"),
    "3": _("事业法人"),
    "4": _("社会组织法人"),
    "5": _("非法人企业"),
    "6": _("行政机关"),
    "9": _("其他组织"),
}
HANDLING_FORMS: Mapping[str, Promise] = {"1": _("窗口办理"), "2": _("网上办理"), "3": _("快递申请")}
ONLINE_DEPTHS: Mapping[str, Promise] = {
    "1": _("网上咨询"),
    "2": _("网上收件"),
    "3": _("网上预审"),
    "4": _("网上受理"),
    "5": _("网上办理"),
    "6": _("结果网上反馈"),
    "7": _("电子证照反馈"),
}
CROSS_REGION: Mapping[str, Promise] = {
    "1": _("全国通办"),
    "2": _("全省通办"),
    "3": _("全市通办"),
    "4": _("全县通办"),
    "5": _("全镇通办"),
    "6": _("全村通办"),
}
MATERIAL_FORMS: Mapping[str, Promise] = {"1": _("纸质"), "2": _("电子化"), "3": _("纸质或电子化")}
NECESSITIES: Mapping[str, Promise] = {"1": _("必要"), "2": _("非必要"), "3": _("容缺后补")}
MATERIAL_SOURCES: Mapping[str, Promise] = {"10": _("申请人自备"), "20": _("政府部门核发"), "99": _("其他")}
ITEM_STATES: Mapping[str, Promise] = {"1": _("在用"), "2": _("暂停"), "3": _("取消")}
DAY_UNITS: Mapping[str, Promise] = {"working": _("工作日"), "calendar": _("自然日")}

SYSTEMS: Mapping[str, Mapping[str, Promise]] = {
    "item-type": ITEM_TYPES,
    "level": LEVELS,
    "case-kind": CASE_KINDS,
    "service-object": SERVICE_OBJECTS,
    "handling-form": HANDLING_FORMS,
    "online-depth": ONLINE_DEPTHS,
    "cross-region": CROSS_REGION,
    "material-form": MATERIAL_FORMS,
    "necessity": NECESSITIES,
    "material-source": MATERIAL_SOURCES,
    "item-state": ITEM_STATES,
    "day-unit": DAY_UNITS,
}


def label(system: str, code: str) -> str:
    """The words for ``code`` in ``system``; an unknown code is shown as it is, never hidden."""
    return str(SYSTEMS[system].get(code, code))


def code_table(system: str) -> Mapping[str, Promise]:
    """All codes of a system with their words, for choosing from."""
    return SYSTEMS[system]
