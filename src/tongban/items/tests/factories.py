"""Items and people for the room's tests."""

from typing import Any
from uuid import uuid4

from tongban.items import service as items
from tongban.kit.actors import Actor, PostHeld
from tongban.organisations import service as organisations

USCC = "11350000Y90001054L"  # invented; the organisation code starts with Y9, which is not given out

FORM: dict[str, Any] = {
    "schema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name", "id_number", "kind", "spouse"],
        "properties": {
            "name": {"type": "string", "title": "申请人", "maxLength": 20, "x-element": "person.name"},
            "id_number": {"type": "string", "title": "身份证号", "format": "id-number"},
            "company": {"type": "string", "title": "单位代码", "format": "uscc"},
            "phone": {"type": "string", "title": "电话", "format": "phone"},
            "since": {"type": "string", "title": "起始日期", "format": "date"},
            "kind": {
                "type": "string",
                "title": "类别",
                "enum": ["single", "married"],
                "x-labels": {"single": "未婚", "married": "已婚"},
            },
            "spouse": {"type": "string", "title": "配偶姓名", "x-show-if": {"kind": "married"}},
            "area": {"type": "number", "title": "面积", "minimum": 1, "maximum": 5000},
            "rent": {"type": "integer", "title": "租金", "x-widget": "money", "minimum": 0},
            "agreed": {"type": "boolean", "title": "承诺"},
            "foods": {
                "type": "array",
                "title": "项目",
                "items": {"type": "string", "enum": ["hot", "cold"]},
                "x-labels": {"hot": "热食", "cold": "冷食"},
                "uniqueItems": True,
            },
        },
    },
    "layout": [
        {"key": "who", "title": "申请人", "fields": ["name", "id_number", "phone", "kind", "spouse"]},
        {"key": "what", "title": "内容", "fields": ["company", "since", "area", "rent", "agreed", "foods"]},
    ],
}


def item_data(**changes: Any) -> dict[str, Any]:
    """A complete item as a file would describe it."""
    return {
        "slug": "food-licence",
        "basic_code": "350131001000",
        "department": "shichang",
        "level": 4,
        "division": "350102",
        "name": "食品经营许可证核发",
        "summary": "开餐馆、卖食品之前办理的许可",
        "type": "01",
        "legal_basis": [
            {"law": "中华人民共和国食品安全法", "article": "第三十五条", "text": "…实行许可制度"}
        ],
        "power_source": "法定本级行使",
        "case_kind": 2,
        "service_objects": [1, 2],
        "themes": ["开办企业"],
        "keywords": ["餐饮许可"],
        "conditions": ["有与经营的食品品种、数量相适应的场所"],
        "statutory_days": 20,
        "promised_days": 8,
        "visits": 0,
        "address": "鼓楼区政务服务中心",
        "hours": "工作日 9:00–17:00",
        "enquiry": "12345",
        "complaint": "12345",
        "materials": [{"key": "business-licence", "name": "营业执照", "licence_types": ["business-licence"]}],
        "fees": [],
        "steps": [
            {"name": "受理", "kind": "accept", "role": "clerk", "limit_days": 1},
            {"name": "审查", "kind": "review", "role": "reviewer", "limit_days": 5},
            {"name": "决定", "kind": "decide", "role": "approver", "limit_days": 2},
            {"name": "送达", "kind": "deliver", "role": "clerk", "limit_days": 1},
        ],
        "faqs": [{"q": "小摊也要办吗？", "a": "登记即可。"}],
        "results": [{"kind": "证照", "name": "食品经营许可证", "licence_type": "food-business-licence"}],
        "form": FORM,
        **changes,
    }


def load(**changes: Any) -> items.VersionDetail:
    """The loaded item's version in force."""
    organisations.ensure_department("shichang", USCC, "福建省市场监督管理局")
    return items.version(items.load_item(item_data(**changes)).version_id)


def through(detail: items.VersionDetail) -> items.VersionDetail:
    """Hand a draft in and pass both reviews, each by another person."""
    items.submit_draft(editor(detail), detail.id)
    items.review(editor(detail), detail.id)
    return items.review(editor(detail, role="legal"), detail.id)


def editor(detail: items.VersionDetail, *, role: str = "item_editor", division: str = "35") -> Actor:
    """Someone with a post in the item's department."""
    assert detail.department_id is not None
    post = PostHeld(role, detail.department_id, detail.department_name, division)
    return Actor(kind="staff", name="林编辑", account_id=uuid4(), staff_id=uuid4(), posts=(post,))
