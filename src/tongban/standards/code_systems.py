"""Code systems as data: the national tables, and how local data deviates from them.

A table is never an enum: sites use codes of their own, so each table carries profiles that map a
local code (or word) to the national one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Profile = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A national table: code → Chinese label, with the local spellings of other sites."""

    key: str
    name: str
    source: str
    entries: Mapping[str, str]
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    def label(self, code: str) -> str:
        """The label of a code; the code itself when the table does not know it."""
        return self.entries.get(code, code)

    def code_of(self, label: str) -> str | None:
        return next((code for code, text in self.entries.items() if text == label), None)

    def to_national(self, profile: str, local: str) -> str | None:
        """The national code for a local code or word; None when neither profile nor table knows it."""
        mapped = self.profiles.get(profile, {}).get(local)
        if mapped is not None:
            return mapped
        return local if local in self.entries else self.code_of(local)

    def to_local(self, profile: str, code: str) -> str:
        """The spelling a site uses for a national code; the code itself where it does not deviate."""
        return next((mine for mine, ours in self.profiles.get(profile, {}).items() if ours == code), code)


def _system(
    key: str, name: str, source: str, entries: dict[str, str], profiles: dict[str, Profile] | None = None
) -> CodeSystem:
    return CodeSystem(key, name, source, MappingProxyType(entries), MappingProxyType(profiles or {}))


_EXCHANGE = "全国政务服务事项数据交换表"
_ALL = (
    _system(
        "item_type", "事项类型", _EXCHANGE,
        {
            "01": "行政许可", "02": "行政处罚", "03": "行政强制", "04": "行政征收", "05": "行政给付",
            "06": "行政检查", "07": "行政确认", "08": "行政奖励", "09": "行政裁决", "10": "其他行政权力",
            "20": "公共服务",
        },
        {"guangdong": {"20": "10", "21": "20"}},
    ),
    _system(
        "level", "行使层级", _EXCHANGE,
        {
            "1": "国家级", "2": "省级", "3": "市级", "4": "县级", "5": "乡镇（街道）级", "6": "村（社区）级",
            "7": "分级管理",
        },
        {"guangdong": {"区级": "4", "县（区）级": "4", "镇级": "5", "镇街级": "5", "村级": "6"}},
    ),
    _system("case_kind", "办件类型", _EXCHANGE, {"1": "即办件", "2": "承诺件"}),
    _system(
        "service_object", "服务对象", _EXCHANGE,
        {
            "1": "自然人", "2": "企业法人", "3": "事业法人", "4": "社会组织法人", "5": "非法人企业",
            "6": "行政机关", "9": "其他组织",
        },
        {"guangdong": {"个人": "1", "企业": "2", "事业单位": "3", "社会组织": "4"}},
    ),
    _system("handling_form", "办理形式", _EXCHANGE, {"1": "窗口", "2": "网上", "3": "快递"}),
    _system(
        "online_depth", "网上办理深度", _EXCHANGE,
        {
            "1": "互联网咨询", "2": "互联网收件", "3": "互联网预审", "4": "互联网受理", "5": "互联网办理",
            "6": "互联网办理结果信息反馈", "7": "互联网电子证照反馈",
        },
    ),
    _system(
        "cross_region", "通办范围", _EXCHANGE,
        {"1": "全国", "2": "全省", "3": "全市", "4": "全县", "5": "全镇", "6": "跨村（社区）"},
    ),
    _system("material_form", "材料形式", _EXCHANGE, {"1": "纸质", "2": "电子化", "3": "纸质/电子化"}),
    _system("necessity", "材料必要性", _EXCHANGE, {"1": "必要", "2": "非必要", "3": "容缺后补"}),
    _system(
        "source_channel", "材料来源渠道", _EXCHANGE,
        {"10": "申请人自备", "20": "政府部门核发", "99": "其他"},
    ),
    _system("item_state", "事项状态", _EXCHANGE, {"1": "在用", "2": "暂停", "3": "取消"}),
    _system(
        "licence_status", "证照状态", "电子证照共享服务（二手资料）",
        {
            "01": "有效", "02": "暂扣", "03": "撤销", "04": "注销", "05": "失效",
            "06": "办理转出", "07": "吊销", "99": "其他",
        },
    ),
    _system(
        "trust_grade", "可信等级", "国办函〔2016〕108号",
        {"A": "签发单位签发", "B": "窗口核对原件", "C": "用户上传待核原件", "D": "用户自制并承诺"},
    ),
    _system(
        "special_procedure", "特别程序", "行政许可法 §45",
        {
            "hearing": "听证", "bidding": "招标", "auction": "拍卖", "site_inspection": "检验（现场核查）",
            "testing": "检测", "quarantine": "检疫", "appraisal": "鉴定", "expert_review": "专家评审",
        },
    ),
    _system(
        "sharing", "共享属性", "国务院令第809号",
        {"1": "无条件共享", "2": "有条件共享", "3": "不予共享"},
    ),
    # The level is kept by name; numbers run both ways in the wild and are mapped at the edge.
    _system(
        "rating", "好差评", "GB/T 39735",
        {
            "very_good": "非常满意", "good": "满意", "basic": "基本满意", "bad": "不满意",
            "very_bad": "非常不满意",
        },
        {
            "gbt39046": {"1": "very_good", "2": "good", "3": "basic", "4": "bad", "5": "very_bad"},
            "descending": {"5": "very_good", "4": "good", "3": "basic", "2": "bad", "1": "very_bad"},
        },
    ),
)  # fmt: skip
SYSTEMS: Mapping[str, CodeSystem] = MappingProxyType({system.key: system for system in _ALL})


def system(key: str) -> CodeSystem:
    """The code system of this key; KeyError when there is none."""
    return SYSTEMS[key]


def label(key: str, code: str) -> str:
    """The label of a code in a system; the code itself when unknown."""
    return SYSTEMS[key].label(code)
