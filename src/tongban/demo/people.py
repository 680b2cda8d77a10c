"""The invented people and enterprises of the demo province, and what six departments say about each. Pure.

The same seed gives the same people on every machine. The departments disagree a little, as real ones do: a
telephone number that was changed and not told, an address written down short, an old employer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from tongban.demo import names
from tongban.demo.names import Place

SEED = 350102
PERSONS = 2000
ENTERPRISES = 300
GULOU, SHOUNING = "350102", "350924"
NEWCOMER = "wang"  # registered in Shouning, lives in Fuzhou: the one who applies for a residence permit
_ETHNIC = ("汉族",) * 46 + ("畲族", "畲族", "回族", "满族")
_EDUCATION = ("初中", "高中", "中专", "大学专科", "大学本科", "硕士研究生")
_CLASSES = ("C1", "C1", "C1", "C2", "B2", "A2")
_BANKS = ("中国工商银行", "中国建设银行", "中国银行", "中国农业银行", "兴业银行")

Said = tuple[str, str, object]  # source department's slug, element, value


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person. ``old_phone`` is the number some departments still have."""

    name: str
    id_number: str
    born: date
    male: bool
    place: Place
    hukou: str
    address: str
    phone: str
    old_phone: str
    ethnicity: str
    education: str
    employer: str
    spouse: str  # empty: unmarried
    driver: str  # class of driving licence, empty for none
    fund: int  # fen in the housing fund, 0 for no account
    login: str = ""

    @property
    def age(self) -> int:
        """Age in years at the end of 2026, near enough for what a demo needs."""
        return 2026 - self.born.year


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An invented enterprise or individual business and the person who runs it."""

    name: str
    uscc: str
    individual: bool
    place: Place
    address: str
    scope: str
    owner: int  # place of the owner in the list of persons
    phone: str
    capital: int  # ten thousand yuan
    established: date
    staff_count: int
    area: int  # square metres
    credit: str
    account_no: str


# The first persons, who have an account: login, name, male, born, spouse, fen in the housing fund.
LEADS = (
    ("lin", "林晓梅", False, date(1990, 6, 18), "郑凯", 0),
    ("huang", "黄志强", True, date(1982, 3, 9), "许静", 8_650_000),
    ("chen", "陈桂英", False, date(1943, 11, 2), "", 0),
    ("wang", "王磊", True, date(1995, 8, 24), "", 4_218_036),
    ("zhang", "张婷", False, date(1996, 2, 14), "李伟", 3_102_200),
    ("li", "李国华", True, date(1978, 12, 5), "吴玲", 0),
)
LEAD_FIRMS = ("福州市鼓楼区林记鱼丸店", "福州闽味轩餐饮管理有限公司", "福州市鼓楼区国华货运部")


def _person(random: Random, places: Sequence[Place], number: int, used: set[str]) -> Person:
    male, place = random.random() < 0.5, random.choice(places)
    name, born = names.person_name(random, male), names.birth_date(random)
    spouse = names.person_name(random, not male) if born.year < 2001 and random.random() < 0.7 else ""
    fund = random.randrange(20_000, 20_000_000) if 1966 < born.year < 2003 and random.random() < 0.4 else 0
    login = ""
    if number < len(LEADS):
        login, name, male, born, spouse, fund = LEADS[number]
        home = SHOUNING if login == NEWCOMER else GULOU
        place = next((p for p in places if p.county == home), place)
    while (code := names.id_number(place.county, born, male)) in used:
        born += timedelta(days=1)  # the day's number is taken: the next one has room
    used.add(code)
    hukou = names.street_address(random, place)
    moved = random.random() < 0.3
    lives = next((p for p in places if p.county == GULOU), place) if login == NEWCOMER else place
    return Person(
        name=name,
        id_number=code,
        born=born,
        male=male,
        place=lives,
        hukou=hukou,
        address=names.street_address(random, lives) if moved or lives is not place else hukou,
        phone=names.phone(10_000 + number),
        old_phone=names.phone(50_000 + number) if random.random() < 0.15 else names.phone(10_000 + number),
        ethnicity=random.choice(_ETHNIC),
        education=random.choice(_EDUCATION),
        employer="",
        spouse=spouse,
        driver=random.choice(_CLASSES) if 1956 < born.year < 2008 and random.random() < 0.5 else "",
        fund=fund,
        login=login,
    )


def _enterprise(random: Random, people: Sequence[Person], number: int) -> Enterprise:
    grown = [i for i, p in enumerate(people) if 25 <= p.age <= 62]
    owner = {0: 0, 1: 1, 2: 5}.get(number, grown[(number * 7) % len(grown)])
    person = people[owner]
    individual = number in (0, 2) or (number > 2 and random.random() < 0.45)
    trade, scope = random.choice(names.trades())
    if number == 2:
        trade, scope = "物流", "道路货物运输；装卸搬运"
    elif number < 2:
        trade, scope = "餐饮管理", "餐饮服务；食品销售"
    if number < len(LEAD_FIRMS):
        name = LEAD_FIRMS[number]
    elif individual:
        name = names.shop_name(random, person.place.county_name, person.name, trade)
    else:
        name = names.company_name(random, "福建", trade)
    return Enterprise(
        name=name,
        uscc=names.credit_code("92" if individual else "91", person.place.county, 10_000 + number),
        individual=individual,
        place=person.place,
        address=names.street_address(random, person.place),
        scope=scope,
        owner=owner,
        phone=names.phone(30_000 + number),
        capital=random.choice((3, 5, 10)) if individual else random.choice((50, 100, 200, 500, 1000)),
        established=date(2012, 1, 1) + timedelta(days=random.randrange(5000)),
        staff_count=random.randrange(1, 6) if individual else random.randrange(5, 180),
        area=random.randrange(20, 160) if individual else random.randrange(60, 2400),
        credit=random.choice("ABBMC"),
        account_no=f"6200{random.randrange(10**14, 10**15 - 1)}",
    )


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody, in a fixed order."""

    persons: tuple[Person, ...]
    enterprises: tuple[Enterprise, ...]


@cache
def population(places: tuple[Place, ...]) -> Population:
    """2,000 persons and 300 enterprises over ``places``; the same every time."""
    random = Random(SEED)  # noqa: S311 (invented data, no secret)
    used: set[str] = set()
    persons = [_person(random, places, number, used) for number in range(PERSONS)]
    enterprises = [_enterprise(random, persons, number) for number in range(ENTERPRISES)]
    employers = [e.name for e in enterprises if not e.individual]
    for number, person in enumerate(persons):
        if 18 <= person.age < 60 and random.random() < 0.75:
            persons[number] = replace(person, employer=random.choice(employers))
    return Population(tuple(persons), tuple(enterprises))


def _insured(person: Person) -> str:
    if person.age >= 61:
        return "退休"
    return "参保缴费" if person.employer else "城乡居民参保"


def said_of_person(person: Person) -> Iterator[Said]:
    """What the departments hold on a person."""
    short = names.abbreviated(person.address, person.place)
    sex = "1" if person.male else "2"  # GB/T 2261.1
    police: dict[str, object] = {
        "name": person.name, "id_number": person.id_number, "sex": sex, "birth_date": person.born.isoformat(),
        "ethnicity": person.ethnicity, "hukou_address": person.hukou, "address": person.address,
        "phone": person.phone, "vehicle_count": 1 if person.driver and person.born.day % 2 else 0,
    }  # fmt: skip
    if person.driver:
        police["driver_licence_class"] = person.driver
    civil: dict[str, object] = {
        "name": person.name, "id_number": person.id_number,
        "marital_status": "20" if person.spouse else "10", "address": short,  # GB/T 2261.2
    }  # fmt: skip
    if person.spouse:
        civil["spouse_name"] = person.spouse
    labour: dict[str, object] = {
        "name": person.name, "id_number": person.id_number, "phone": person.old_phone, "address": short,
        "education": person.education, "social_security_no": person.id_number,
        "social_security_state": _insured(person),
    }  # fmt: skip
    if person.employer:
        labour |= {"employer": person.employer, "email": f"u{person.phone[-6:]}@example.com"}
    sources: dict[str, dict[str, object]] = {"gongan": police, "minzheng": civil, "renshe": labour}
    if person.fund:
        sources["zhufang"] = {
            "name": person.name, "id_number": person.id_number, "phone": person.old_phone, "address": short,
            "housing_fund_no": f"3501{person.phone[-8:]}", "housing_fund_balance": person.fund,
        }  # fmt: skip
    if person.employer:
        sources["shuiwu"] = {
            "name": person.name, "id_number": person.id_number, "phone": person.phone,
            "employer": person.employer, "email": f"u{person.phone[-6:]}@example.com",
        }  # fmt: skip
    for slug, values in sources.items():
        for key, value in values.items():
            yield slug, f"person.{key}", value


def said_of_enterprise(firm: Enterprise, owner: Person) -> Iterator[Said]:
    """What the departments hold on an enterprise."""
    short = names.abbreviated(firm.address, firm.place)
    common: dict[str, object] = {"name": firm.name, "uscc": firm.uscc}
    sources: dict[str, dict[str, object]] = {
        "shichang": {
            **common, "type": "个体工商户" if firm.individual else "有限责任公司（自然人投资或控股）",
            "address": firm.address, "business_address": firm.address, "representative": owner.name,
            "representative_id": owner.id_number, "capital": firm.capital * 1_000_000, "scope": firm.scope,
            "established": firm.established.isoformat(), "phone": firm.phone, "state": "存续",
            "business_area": firm.area, "staff_count": firm.staff_count,
        },
        "shuiwu": {
            **common, "phone": owner.phone, "tax_credit": firm.credit, "business_address": short,
            "account_bank": _BANKS[firm.staff_count % len(_BANKS)], "account_no": firm.account_no,
        },
        "renshe": {**common, "staff_count": max(1, firm.staff_count // 3 * 3), "address": short},
    }  # fmt: skip
    if not firm.individual:
        sources["zhufang"] = {**common, "business_area": firm.area, "phone": firm.phone}
    for slug, values in sources.items():
        for key, value in values.items():
            yield slug, f"legal.{key}", value
