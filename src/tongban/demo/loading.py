"""Puts the demo province in place, piece by piece. Each piece and its mark are one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.demo import content, offices, people, staffing
from tongban.demo.accounts import PASSWORD
from tongban.demo.models import LoadMark
from tongban.demo.names import Place
from tongban.demo.people import Said
from tongban.divisions import service as divisions
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict
from tongban.licences import service as licences
from tongban.organisations import service as organisations
from tongban.resources import service as resources

BATCH = 250  # persons or enterprises in one piece
SIGN_UP = 60  # persons who have an account; all others are known to the departments only
LICENSED = 120  # persons whose cards are issued as electronic licences
LICENSED_FIRMS = 60
STAFF_BATCH = 40
# How long ago (calendar days) each department last handed over what it holds.
AGE_DAYS = {"gongan": 2, "minzheng": 30, "renshe": 60, "zhufang": 12, "shichang": 3, "shuiwu": 20}


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of the load. ``key`` is its mark; ``label`` is what whoever waits reads."""

    key: str
    label: str
    run: Callable[[], object]


def todo(pieces: list[Piece]) -> list[Piece]:
    """The pieces without a mark."""
    done = set(LoadMark.objects.values_list("key", flat=True))
    return [piece for piece in pieces if piece.key not in done]


def do(piece: Piece) -> None:
    """Load one piece and mark it, or neither."""
    with transaction.atomic():
        piece.run()
        LoadMark.objects.create(key=piece.key)


@cache
def places() -> tuple[Place, ...]:
    """Every town and street of the province."""
    found = []
    for city in divisions.children(content.PROVINCE):
        for county in divisions.children(city.code):
            for town in divisions.children(county.code):
                full = divisions.full_name(town.code)
                found.append(Place(town.code, county.code, full, county.name + town.name, county.name))
    if not found:  # not remembered: an exception leaves the cache empty
        raise Conflict(_("行政区划还没有装入"), code="no_divisions")
    return tuple(found)


@cache
def everybody() -> people.Population:
    """The population over the province's towns."""
    return people.population(places())


@cache
def password_hash() -> str:
    """Hashed once for all demo accounts: hashing is slow on purpose."""
    return make_password(PASSWORD)


def pieces() -> Iterator[Piece]:
    """Everything but the cases, in the order in which it can be loaded."""
    yield Piece("divisions", "行政区划", lambda: divisions.load(content.PROVINCE))
    yield Piece("departments", "部门和大厅", offices.load_departments)
    yield Piece("licence-types", "证照类型", load_licence_types)
    for entry in content.items():
        slug, name = entry["slug"], entry["name"]
        yield Piece(f"item:{slug}", f"事项：{name}", partial(offices.load_item, slug))
    yield Piece("search", "搜索索引", items.rebuild_search)  # counts how rare each word is; replies need it
    for start in range(0, len(staffing.workers()), STAFF_BATCH):
        yield Piece(f"staff:{start}", "工作人员和岗位", partial(load_staff, start))
    for start in range(0, people.PERSONS, BATCH):
        yield Piece(f"persons:{start}", "人口数据", partial(load_persons, start))
    for start in range(0, people.ENTERPRISES, BATCH):
        yield Piece(f"enterprises:{start}", "法人数据", partial(load_enterprises, start))
    yield Piece("accounts", "演示账号", load_accounts)
    for start in range(0, LICENSED, 40):
        yield Piece(f"licences:{start}", "电子证照", partial(load_licences, start))
    yield Piece("licences:firms", "电子营业执照", load_firm_licences)


def load_licence_types() -> None:
    """The licence types of the content files."""
    for entry in content.licence_types():
        department = organisations.department_by_code(entry["department"])
        licences.ensure_type(
            entry["slug"],
            entry["name"],
            entry["code21"],
            department_id=department.id,
            elements=entry["elements"],
            validity_months=entry["validity_months"],
            face=entry["face"],
            division=department.division,
        )


def load_staff(start: int) -> None:
    """Accounts, staff rows and posts. Only those a visitor signs in as have the demo password."""
    for worker in staffing.workers()[start : start + STAFF_BATCH]:
        hire(worker, signs_in=worker.login in staffing.SIGN_IN)


def hire(worker: staffing.Worker, *, signs_in: bool) -> None:
    """One member of staff with account and posts; only those who sign in have the demo password."""
    began = timezone.localdate() - timedelta(days=400)  # posts are held before the oldest demo case
    account = identity.find_account(worker.login) or identity.create_account(
        "staff", worker.name, username=worker.login, password_hash=password_hash() if signs_in else "!"
    )
    department = organisations.department_by_code(worker.department)
    staff = organisations.ensure_staff(account.id, department.id, worker.name, worker.number)
    for post in worker.posts:
        place = organisations.department_by_code(post.department)
        organisations.ensure_post(SYSTEM, staff.id, post.role, place.id, post.division, valid_from=began)


def _put(said: list[tuple[UUID, Said]]) -> None:
    by_source: dict[str, list[tuple[UUID, str, object]]] = {}
    for subject, (source, element, value) in said:
        by_source.setdefault(source, []).append((subject, element, value))
    for source, rows in by_source.items():
        as_of = timezone.now() - timedelta(days=AGE_DAYS[source])
        resources.put_values(organisations.department_by_code(source).id, rows, as_of, bulk=True)


def load_persons(start: int) -> None:
    """Persons and what the departments say about each."""
    said: list[tuple[UUID, Said]] = []
    for person in everybody().persons[start : start + BATCH]:
        subject = identity.ensure_subject("person", person.id_number, person.name, person.place.town)
        said += [(subject.id, one) for one in people.said_of_person(person)]
    _put(said)


def load_enterprises(start: int) -> None:
    """Enterprises and what the departments say about each."""
    said: list[tuple[UUID, Said]] = []
    for firm in everybody().enterprises[start : start + BATCH]:
        subject = identity.ensure_subject("legal", firm.uscc, firm.name, firm.place.town)
        owner = everybody().persons[firm.owner]
        said += [(subject.id, one) for one in people.said_of_enterprise(firm, owner)]
    _put(said)


def load_accounts() -> None:
    """The residents' accounts, and who represents which enterprise."""
    for person in everybody().persons[:SIGN_UP]:
        name = person.login or f"demo{person.phone[-5:]}"
        if identity.find_account(name) is None:
            identity.create_account(
                "resident",
                person.name,
                username=name,
                password_hash=password_hash() if person.login else "!",
                phone=person.phone,
                id_number=person.id_number,
                division=person.place.town,
            )
    for firm in everybody().enterprises:
        if firm.owner < SIGN_UP and (account := identity.find_account(login_of(firm.owner))):
            subject = identity.ensure_subject("legal", firm.uscc, firm.name, firm.place.town)
            identity.ensure_representative(account.id, subject.id, firm.established)


def login_of(number: int) -> str:
    """The user name of the ``number``-th person."""
    person = everybody().persons[number]
    return person.login or f"demo{person.phone[-5:]}"


def _person_data(person: people.Person) -> dict[str, object]:
    return {
        element: ("男" if value == "1" else "女") if element == "person.sex" else value
        for _source, element, value in people.said_of_person(person)
    }


def load_licences(start: int) -> None:
    """The cards and certificates of the first persons; the leads' own wishes included."""
    for person in everybody().persons[start : min(start + 40, LICENSED)]:
        data = _person_data(person)
        _give(person, "id-card", data, "gongan", date(2018, 5, 1))
        if person.spouse:
            _give(person, "marriage-certificate", data, "minzheng", date(2019, 10, 1))
        if person.driver:
            _give(person, "driving-licence", data, "gongan-fuzhou", date(2023, 7, 1))
        if person.login in ("lin", "zhang", "chen"):
            _give(person, "hukou-page", data, "gongan-gulou", date(2020, 1, 6))
        if person.login == "zhang":
            _give(person, "birth-certificate", data | _child(person), "weijian-gulou", timezone.localdate())
        if person.login in ("lin", "huang"):  # huang's has run out: what an expired licence looks like
            first = timezone.localdate() if person.login == "lin" else date(2023, 3, 1)
            _give(person, "health-certificate", data | {"trade": "餐饮服务"}, "weijian-gulou", first)


def _child(mother: people.Person) -> dict[str, object]:
    return {
        "child_name": "李沐辰",
        "child_sex": "男",
        "child_birth_date": (timezone.localdate() - timedelta(days=12)).isoformat(),
        "mother_name": mother.name,
        "mother_id_number": mother.id_number,
        "father_name": mother.spouse,
        "hospital": "福州市鼓楼区妇幼保健院",
    }


def _give(person: people.Person, kind: str, data: dict[str, object], department: str, first: date) -> None:
    subject = identity.find_subject(person.id_number)
    assert subject is not None
    licences.issue(
        SYSTEM,
        kind,
        subject.id,
        data,
        department_id=organisations.department_by_code(department).id,
        key=f"demo:{kind}:{person.id_number}",
        valid_from=first,
    )


def load_firm_licences() -> None:
    """Business licences of the first enterprises."""
    for firm in everybody().enterprises[:LICENSED_FIRMS]:
        subject = identity.find_subject(firm.uscc)
        assert subject is not None
        owner = everybody().persons[firm.owner]
        data: dict[str, object] = {e: value for _s, e, value in people.said_of_enterprise(firm, owner)}
        data |= {
            "trade_name": firm.name,
            "legal_type": data["legal.type"],
            "operator_name": owner.name,
            "business_address": firm.address,
            "business_scope": firm.scope,
            "legal.capital": f"{firm.capital} 万元",
        }
        licences.issue(
            SYSTEM,
            "business-licence",
            subject.id,
            data,
            department_id=organisations.department_by_code("shichang-gulou").id,
            key=f"demo:business-licence:{firm.uscc}",
            valid_from=firm.established,
        )
