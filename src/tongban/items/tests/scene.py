"""The made-up item that tests and measuring tools publish: a stall at a night market."""

import copy
import io
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

_STALL: dict[str, Any] = {
    "slug": "street-stall",
    "basic_code": "350131001000",
    "department": "shichang",
    "level": 4,
    "division": "350102",
    "name": "夜市摊位登记",
    "summary": "在划定的夜市里摆摊，先登记一个摊位。",
    "type": "01",
    "legal_basis": [{"law": "中华人民共和国行政许可法", "article": "第十二条", "text": "可以设定行政许可。"}],
    "power_source": "法定本级行使",
    "case_kind": 2,
    "service_objects": [1],
    "applicant": "person",
    "themes": ["经营"],
    "conditions": ["年满十八周岁。"],
    "statutory_days": 20,
    "promised_days": 8,
    "extension_days": 10,
    "visits": 0,
    "handling_forms": [2],
    "online_depth": [5],
    "cross_region": 2,
    "address": "福州市鼓楼区测试路1号",
    "hours": "工作日 9:00-17:00",
    "enquiry": "0591-00000000",
    "complaint": "12345",
    "appointment": False,
    "online_payment": False,
    "delivery": False,
    "steps": [
        {"name": "受理", "kind": "accept", "role": "clerk", "limit_days": 1},
        {"name": "审查", "kind": "review", "role": "reviewer", "limit_days": 4},
        {"name": "决定", "kind": "decide", "role": "approver", "limit_days": 2},
        {"name": "送达", "kind": "deliver", "role": "clerk", "limit_days": 1},
    ],
}
NAME: dict[str, Any] = {
    "type": "string", "title": "姓名", "maxLength": 50, "x-element": "person.name", "x-locked": True,
}  # fmt: skip
GOODS: dict[str, Any] = {"type": "string", "title": "经营品种", "maxLength": 100}
COOKED: dict[str, Any] = {
    "type": "string", "title": "是否熟食", "enum": ["yes", "no"], "x-labels": {"yes": "是", "no": "否"},
}  # fmt: skip


def stall(
    *,
    materials: Sequence[Mapping[str, Any]],
    fields: Mapping[str, Mapping[str, Any]],
    pages: Sequence[tuple[str, str, Sequence[str]]],
    required: Sequence[str] = ("name", "goods"),
    **changes: Any,
) -> dict[str, Any]:
    """The item as ``items.load_item`` takes it, with these materials and this form.

    ``pages`` are key, title and fields of each page; ``changes`` replace other columns.
    """
    form = {
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": list(required),
            "properties": {name: dict(field) for name, field in fields.items()},
        },
        "layout": [{"key": key, "title": title, "fields": list(held)} for key, title, held in pages],
    }
    made = copy.deepcopy(_STALL) | {"materials": [dict(m) for m in materials], "form": form}
    return made | changes


def picture(colour: str = "white") -> bytes:
    """A real PNG of 40 by 40 points."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(buffer, "PNG")
    return buffer.getvalue()
