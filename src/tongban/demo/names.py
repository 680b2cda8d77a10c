"""Invented names, numbers and addresses that look real and can belong to nobody. Pure and seeded.

* Identity numbers carry the sequence part 990 or 991 (digits 15–17), which is not given to newborns: the
  registers count up from 001, and late registrations stay far below.
* Credit codes carry an organisation code that starts with ``Y9``, a range that is not given out.
* Telephone numbers start with 1540, a prefix no operator has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from stdnum.cn import uscc

from tongban.standards import codes

_SURNAMES = "陈林黄张吴李郑王刘苏蔡杨许叶谢郭曾邱周江徐庄何赖洪余潘方卢游翁肖高范魏傅邓罗沈连朱温廖詹"
_MALE = "伟强志明建国华军辉勇杰涛斌鹏宇浩峰俊凯文博铭宏毅泽恒晨彬荣炜烨东海平"
_FEMALE = "芳丽娟敏静燕玲慧雪梅婷珍琳萍霞洁颖欣怡雯倩莹妍钰思晓秀桂兰月云萱彤"
_STREETS = (
    "八一七路", "五一路", "五四路", "东大路", "津泰路", "湖东路", "六一路", "工业路", "中山路",
    "解放路", "新华街", "胜利街", "建设路", "和平路", "滨江路", "学府路", "文化路",
    "环城路", "朝阳路", "民主路",
)  # fmt: skip
_ESTATES = (
    "阳光城", "金辉苑", "榕城花园", "江滨小区", "融侨新村", "书香苑", "凤凰里", "悦湖湾",
    "锦绣家园", "桂香居",
)  # fmt: skip
_TRADES = (
    ("餐饮管理", "餐饮服务；食品销售"),
    ("食品", "食品销售；食用农产品批发"),
    ("茶业", "茶叶种植；茶叶销售；食品销售"),
    ("物流", "道路货物运输；仓储服务；装卸搬运"),
    ("信息技术", "软件开发；信息系统集成服务；数据处理"),
    ("建筑工程", "建设工程施工；建筑劳务分包"),
    ("人力资源", "人力资源服务；劳务派遣服务"),
    ("文化传媒", "组织文化艺术交流活动；广告制作；出版物零售"),
    ("水产", "水产品批发；水产品冷冻加工"),
    ("农业科技", "农作物栽培服务；农药批发；非主要农作物种子经营"),
    ("酒店管理", "住宿服务；餐饮服务；会议服务"),
    ("医疗器械", "第二类医疗器械销售；医用口罩批发"),
)
_BRANDS = "鑫盛达兴隆瑞祥恒泰嘉和闽榕宏远永顺福源安诚信华茂联创新汇聚海川博雅"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SEQUENCE = 990  # of the ten sequence parts no register gives out, this one and the next
PHONES = 15_400_000_000  # a prefix no operator has


@dataclass(frozen=True, slots=True)
class Place:
    """A town or street and the county it belongs to, by code and full name."""

    town: str  # 9 digits
    county: str  # 6 digits
    full_name: str  # 福建省福州市鼓楼区东街街道
    short_name: str  # 鼓楼区东街街道
    county_name: str = ""  # 鼓楼区


def person_name(random: Random, male: bool) -> str:
    """A family name and one or two characters; most have two."""
    pool = _MALE if male else _FEMALE
    given = "".join(random.sample(pool, 2 if random.random() < 0.82 else 1))
    return random.choice(_SURNAMES) + given


def birth_date(random: Random, youngest: int = 16, oldest: int = 92) -> date:
    """A birth date whose bearer is between the two ages (years) in 2026."""
    first, last = date(2026 - oldest, 1, 1), date(2026 - youngest, 1, 1)
    return first + timedelta(days=random.randrange((last - first).days))


def id_number(division: str, born: date, male: bool) -> str:
    """The demo's number of this sex, place and day: no register gives it out, nor does the generator of files
    (``resources generate``), which has 992–999."""
    sequence = SEQUENCE + (1 if male else 0)
    head = f"{division}{born:%Y%m%d}{sequence:03d}"
    return head + codes.id_check_character(head)


def organisation_code(number: int) -> str:
    """A 9-character organisation code (GB 11714) in the range that starts with ``Y9``."""
    body = f"Y9{number:06d}"
    total = sum(_ALPHABET.index(char) * weight for char, weight in zip(body, _ORG_WEIGHTS, strict=True))
    check = 11 - total % 11
    return body + ("X" if check == 10 else "0" if check == 11 else str(check))


def credit_code(kind: str, division: str, number: int) -> str:
    """A credit code: ``kind`` is its first two characters (91 enterprise, 92 individual business)."""
    head = f"{kind}{division}{organisation_code(number)}"
    return head + str(uscc.calc_check_digit(head))


def phone(number: int) -> str:
    """The ``number``-th telephone number of the demo."""
    return str(PHONES + number)


def street_address(random: Random, place: Place) -> str:
    """An address down to the door."""
    street, house = random.choice(_STREETS), random.randrange(1, 300)
    if random.random() < 0.6:
        block, room = random.randrange(1, 30), random.randrange(1, 19) * 100 + random.randrange(1, 5)
        return f"{place.full_name}{street}{house}号{random.choice(_ESTATES)}{block}座{room}"
    return f"{place.full_name}{street}{house}号"


def abbreviated(address: str, place: Place) -> str:
    """The same address as another office wrote it down: province and city left out."""
    return address.replace(place.full_name, place.short_name, 1)


def company_name(random: Random, city: str, trade: str) -> str:
    """A company's name: city, brand, trade, form."""
    return f"{city}{''.join(random.sample(_BRANDS, 2))}{trade}有限公司"


def shop_name(random: Random, county: str, owner: str, trade: str) -> str:
    """The name of an individual business."""
    kind = {"餐饮管理": "小吃店", "食品": "食品店", "茶业": "茶行", "水产": "水产行"}.get(trade, "经营部")
    return f"{county}{owner[0]}{random.choice(owner[1:])}{kind}"


@cache
def trades() -> Sequence[tuple[str, str]]:
    """Trades with their scope of business."""
    return _TRADES
