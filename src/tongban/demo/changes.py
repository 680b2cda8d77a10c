"""What the demo shows of change: earlier values, subjects merged and split, departments told of changes."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from tongban.demo import loading, names, people
from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.organisations import service as organisations
from tongban.resources import service as resources

ADDRESS, PHONE, EMPLOYER = "person.address", "person.phone", "person.employer"
FIRST = 940  # persons nobody's story is about
MOVED = 6  # persons who moved since a department subscribed
# What departments said before about those who sign in: element, department, calendar days ago, value.
EARLIER = (
    (ADDRESS, "gongan", 2_900, "福建省福州市台江区洋中街道达道路{n}号"),
    (ADDRESS, "gongan", 1_300, "福建省福州市仓山区对湖街道程埔路{n}号"),
    (PHONE, "renshe", 1_900, "1390591{n:04d}"),
    (EMPLOYER, "renshe", 1_600, "福州市仓山区第{n}便民服务中心"),
)


def _who(login: str) -> Actor:
    account = identity.find_account(login)
    assert account is not None
    return identity.own_actor(account)


def _subject(number: int) -> identity.Subject:
    found = identity.find_subject(loading.everybody().persons[number].id_number)
    assert found is not None
    return found


def earlier() -> None:
    """Older statements about the people who sign in: they came late and change nothing of today."""
    for n in range(len(people.LEADS)):
        for code, slug, days, words in EARLIER:
            department = organisations.department_by_code(slug)
            as_of = timezone.now() - timedelta(days=days + 31 * n)
            value = words.format(n=n + 11)
            resources.put_values(department.id, [(_subject(n).id, code, value)], as_of, bulk=True)


def merge() -> None:
    """One person known under two numbers, and two people merged by mistake and split again."""
    office, person = _who("steward"), loading.everybody().persons[FIRST]
    county = person.place.county
    days = (person.born + timedelta(days=n) for n in range(1, 9))
    free = (names.id_number(county, day, person.male) for day in days)
    number = next(one for one in free if identity.find_subject(one) is None)
    old = identity.ensure_subject("person", number, person.name, division=county)
    civil = organisations.department_by_code("minzheng")
    rows = [(old.id, "person.name", person.name), (old.id, PHONE, "13905910940")]
    resources.put_values(civil.id, rows, timezone.now() - timedelta(days=700), bulk=True)
    resources.merge(
        office, old.id, _subject(FIRST).id, "户籍底册核对：2009 年重号更正前的旧号码，为同一人", "demo:merged"
    )
    wrong = resources.merge(
        office, _subject(FIRST + 1).id, _subject(FIRST + 2).id, "按社保卡号比对为同一人", "demo:wrong"
    )
    resources.split(office, wrong.id, "社保卡号录入有误，实为两人，合并有误")


def subscribe() -> None:
    """Two departments are told of changes; one has paused. The worker sends what waits."""
    for slug, name, codes in (
        ("minzheng", "居住地变化", [ADDRESS]), ("renshe", "姓名和联系方式变化", ["person.name", PHONE]),
    ):  # fmt: skip
        made, _secret = resources.subscribe(
            _who(f"{slug}-steward"), organisations.department_by_code(slug).id, name, codes,
            f"sandbox:/sandbox/subscriber/{slug}/",
        )  # fmt: skip
        if slug == "renshe":
            resources.pause_subscription(_who("renshe-steward"), made.id)
    police = organisations.department_by_code("gongan")
    for n in range(MOVED):
        rows = [
            (_subject(FIRST + 10 + n).id, ADDRESS, f"福建省福州市晋安区岳峰街道连江北路{20 + n}号"),
            (_subject(FIRST + 10 + n).id, PHONE, f"1360591{2000 + n}"),
        ]
        resources.put_values(police.id, rows, timezone.now())


def pieces() -> Iterator[Piece]:
    yield Piece("changes:earlier", "以前的值", earlier)
    yield Piece("changes:merged", "主体合并", merge)
    yield Piece("changes:subscribed", "变更订阅", subscribe)
