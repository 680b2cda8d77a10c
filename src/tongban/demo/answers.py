"""What the people of the demo answer in the forms; what is prefilled is left out. Pure."""

from collections.abc import Mapping

GENERIC: Mapping[str, object] = {"reason": "按照办事指南的要求申请办理，材料已经备齐", "receive": "online"}

ANSWERS: Mapping[str, Mapping[str, object]] = {
    "food-business-licence": {
        "business_type": "catering",
        "operating_items": ["hot", "cold", "drinks"],
        "business_area": 86,
        "seats": 32,
        "cold_room": "yes",
        "delivery_online": "no",
        "safety_officer": "黄志强",
        "safety_officer_id": "350102198203099915",
        "promise": "yes",
    },
    "individual-business-registration": {
        "has_name": "yes",
        "trade_name": "福州市鼓楼区阿清小吃店",
        "form_kind": "person",
        "business_address": "福建省福州市鼓楼区南街街道津泰路66号",
        "premises_kind": "rent",
        "industry": "catering",
        "business_scope": "小餐饮；食品销售（仅销售预包装食品）",
        "staff_count": 2,
        "capital": 3_000_000,
    },
    "residence-permit": {"arrived_on": "2025-03-01", "ground": "work", "receive": "online"},
    "social-card": {
        "for_whom": "self",
        "card_kind": "first",
        "bank": "fjnx",
        "delivery_way": "branch",
        "pickup_point": "东街支行",
        "social_security_bound": "yes",
    },
    "housing-fund-rent": {
        "rent_kind": "market",
        "rent_from": "2026-01-01",
        "monthly_rent": 210_000,
        "amount": 150_000,
        "repeat": "monthly",
        "spouse_joins": "no",
        "bank_name": "中国建设银行福州城东支行",
        "bank_account": "6217000000000000001",
        "promise": "yes",
    },
    "road-freight-licence": {
        "transport_scope": ["general"],
        "vehicles_state": "owned",
        "vehicle_count": 1,
        "plates": "闽A0Z901",
        "driver_count": 1,
        "parking": "福州市晋安区福光路货运停车场",
        "safety_officer": "李国华",
        "promise": "yes",
    },
    "birth-registration": {
        "relation": "mother",
        "child_name": "李沐辰",
        "child_sex": "男",
        "child_ethnicity": "汉族",
        "birth_place": "福建省福州市鼓楼区",
    },
}


def answers_for(slug: str) -> Mapping[str, object]:
    """The answers of one item: its own, or those of the form all simple items share."""
    return ANSWERS.get(slug, GENERIC)
