"""Registers: service items and what belongs to them, licence types, theme packages."""

from collections.abc import Iterable, Iterator

from tongban.items import service as items
from tongban.licences import service as licences
from tongban.opendata.shapes import Column, Record, Source
from tongban.packages import service as packages

_CODE = Column("item_code", "实施编码", "Implementation code", about="31 位，见《政务服务事项编码》")
_NAME = Column("item_name", "事项名称", "Item")


def _details() -> Iterator[items.VersionDetail]:
    ids = items.in_force()
    for start in range(0, len(ids), 500):
        yield from sorted(items.versions(ids[start : start + 500]), key=lambda one: one.code)


def _words(system: str, codes: Iterable[str]) -> str:
    return "；".join(items.label(system, code) for code in codes)


def _items() -> Iterator[Record]:
    for one in _details():
        yield (
            one.code, one.name, one.name_en, one.basic_code, items.label("item-type", one.type_code),
            one.department_name, one.division, items.label("level", one.level),
            _words("service-object", one.service_objects), "；".join(one.themes), one.statutory_days,
            one.promised_days, one.visits, bool(one.form), bool(one.fees), one.effective_from,
        )  # fmt: skip


def _materials() -> Iterator[Record]:
    for one in _details():
        for n, part in enumerate(one.materials, 1):
            yield (
                one.code, one.name, n, part.name, items.label("material-form", part.form),
                items.label("necessity", part.necessity), items.label("material-source", part.source),
                bool(part.licence_types), part.copies,
            )  # fmt: skip


def _guides() -> Iterator[Record]:
    for one in _details():
        for n, faq in enumerate(one.faqs, 1):
            yield one.code, one.name, n, faq.question, faq.answer


def _licence_types() -> Iterator[Record]:
    for one in licences.types():
        yield (
            one.code21,
            one.name,
            one.department.name if one.department else "",
            one.validity_months,
            len(one.elements),
        )


def _packages() -> Iterator[Record]:
    for one in packages.packages():
        for n, member in enumerate(one.members, 1):
            yield one.code, one.name, one.days, n, member.name


SOURCES = (
    Source(
        "service-items", "政务服务事项", "Government service items",
        "全部已发布的政务服务事项：由谁办、对谁办、多少天办完、要跑几次。", "register",
        (
            _CODE, _NAME, Column("item_name_en", "英文名称", "Item in English"),
            Column("basic_code", "基本编码", "Basic code", about="12 位"),
            Column("type", "事项类型", "Type"), Column("department", "实施部门", "Department"),
            Column("division", "行政区划代码", "Division code", about="GB/T 2260"),
            Column("level", "行使层级", "Level"), Column("service_objects", "服务对象", "Service objects"),
            Column("themes", "主题", "Themes"),
            Column("statutory_days", "法定时限", "Statutory limit", "integer", "工作日"),
            Column("promised_days", "承诺时限", "Promised limit", "integer", "工作日"),
            Column("visits", "到现场次数", "Visits", "integer"),
            Column("online", "可网上办", "Online", "boolean"),
            Column("fees", "是否收费", "Fees", "boolean"),
            Column("effective_from", "生效日期", "In force since", "date"),
        ), _items, chart=("type", ""),
        defaults={"theme": "GOVE", "keywords": ["事项", "办事指南", "时限"], "cycle": "daily"},
    ),
    Source(
        "item-materials", "办事所需材料", "Materials required for services",
        "每个事项要交哪些材料，哪些可以用电子证照代替。", "register",
        (
            _CODE, _NAME, Column("position", "序号", "Position", "integer"),
            Column("material", "材料名称", "Material"), Column("form", "材料形式", "Form"),
            Column("necessity", "必要性", "Necessity"), Column("source", "来源渠道", "Source channel"),
            Column("by_licence", "可用电子证照", "Met by e-licence", "boolean"),
            Column("copies", "份数", "Copies", "integer"),
        ), _materials, chart=("necessity", ""),
        defaults={"theme": "GOVE", "keywords": ["材料", "电子证照"], "cycle": "weekly"},
    ),
    Source(
        "item-faqs", "办事常见问题", "Frequent questions about services",
        "各事项办事指南里的常见问题和答案。", "register",
        (
            _CODE, _NAME, Column("position", "序号", "Position", "integer"),
            Column("question", "问题", "Question"), Column("answer", "答案", "Answer"),
        ), _guides, defaults={"theme": "GOVE", "keywords": ["常见问题"], "cycle": "weekly"},
    ),
    Source(
        "licence-types", "电子证照类型", "Types of electronic licences",
        "平台签发的电子证照有哪些类型，由谁定义。", "register",
        (
            Column("code", "证照类型代码", "Type code", about="GB/T 36904-2018，21 位"),
            Column("name", "证照名称", "Name"), Column("department", "定义机构", "Defined by"),
            Column("validity_months", "有效期", "Validity", "integer", "月；空为长期"),
            Column("elements", "照面要素数", "Elements on the face", "integer"),
        ), _licence_types,
        defaults={"theme": "JUST", "keywords": ["电子证照"], "cycle": "quarterly"},
    ),
    Source(
        "theme-packages", "一件事一次办", "One-thing packages",
        "一件事里包含哪些事项，按什么顺序办，最多多少个工作日。", "register",
        (
            Column("package", "一件事代码", "Package code"), Column("name", "一件事", "Package"),
            Column("days", "总时限", "Total limit", "integer", "工作日"),
            Column("position", "序号", "Position", "integer"), Column("item", "包含的事项", "Item"),
        ), _packages, defaults={"theme": "GOVE", "keywords": ["一件事", "一次办"], "cycle": "monthly"},
    ),
)  # fmt: skip
