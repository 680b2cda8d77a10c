"""What the demo's departments must check: disagreements and people's requests, in every state.

The acts are the room's own functions, done by the departments' stewards; only the days lie in the past.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import cycle, islice
from uuid import UUID

from django.utils import timezone

from tongban.demo import loading, names, people
from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import NotFound
from tongban.organisations import service as organisations
from tongban.quality import service as quality
from tongban.stewardship import service as stewardship

FIRST = len(people.LEADS)  # those before sign in themselves; their data stays as their stories need it
COMPARED, FIRMS = 36, 8
LOADED = 10  # persons or requests in one piece
ADDRESS, PHONE = "person.address", "person.phone"
# What became of a disagreement: how many days ago it was opened, and the answers in turn.
WAYS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ()),
    (12, ()),
    (30, ()),
    (9, ("right",)),
    (16, ("right", "right")),
    (8, ("corrected",)),
    (11, ("wrong",)),
)
# What became of a request: element, days ago, the answer (empty: none yet; "withdrawn", "passed": no answer).
REQUESTS: tuple[tuple[str, int, str], ...] = (
    (PHONE, 0, ""),
    (ADDRESS, 2, ""),
    ("person.education", 12, ""),
    (ADDRESS, 26, ""),
    (PHONE, 9, "corrected"),
    ("person.education", 7, "right"),
    ("person.marital_status", 10, "wrong"),
    (ADDRESS, 5, "corrected"),
    (PHONE, 4, "withdrawn"),
    (ADDRESS, 6, "passed"),
)
ASKED = 30
REASONS = {
    "right": "已核对本部门原始档案，登记内容与证件一致，没有错误。",
    "wrong": "确有差错，要凭原始凭证办理变更登记，已通知经办窗口联系本人。",
    "corrected": "已核对本人提交的材料和原始登记，现按核实的内容更正。",
    "passed": "这一项由民政部门登记，请他们核对原始登记。",
}


def steward_of(department_id: UUID) -> Actor:
    """The steward of one of the source departments."""
    code = organisations.department(department_id).code
    account = identity.find_account(f"{code}-steward")
    if account is None:
        raise NotFound
    return identity.own_actor(account)


def compare_persons(start: int) -> None:
    """The first persons' addresses and phones, as far as departments differ about them."""
    for number in range(start, min(start + LOADED, FIRST + COMPARED)):
        person = loading.everybody().persons[number]
        found = identity.find_subject(person.id_number)
        assert found is not None
        days, answers = WAYS[number % len(WAYS)]
        _compare(found.id, [ADDRESS, PHONE], days, answers)


def compare_firms() -> None:
    """Some enterprises' phones, places of business and staff."""
    for number, firm in enumerate(loading.everybody().enterprises[3 : 3 + FIRMS]):
        found = identity.find_subject(firm.uscc)
        assert found is not None
        days, answers = WAYS[number % len(WAYS)]
        _compare(found.id, ["legal.business_address", "legal.staff_count"], days, answers)


def _compare(subject_id: UUID, codes: list[str], days: int, answers: tuple[str, ...]) -> None:
    stewardship.settle(subject_id, codes, on=timezone.localdate() - timedelta(days=days))
    ids = list(stewardship.Discrepancy.objects.filter(subject_id=subject_id).values_list("id", flat=True))
    for check_id in ids:
        for verdict in answers:
            _answer("discrepancy", check_id, verdict)


def _answer(kind: str, check_id: UUID, verdict: str) -> None:
    row = (stewardship.Correction if kind == "correction" else stewardship.Discrepancy)._default_manager.get(
        pk=check_id
    )  # fmt: skip
    if row.state != "open":
        return
    actor = steward_of(row.department_id)
    value = stewardship.check(actor, kind, check_id).proposed if verdict == "corrected" else ""
    stewardship.answer(actor, kind, check_id, verdict, REASONS[verdict], value)


def _plan(start: int) -> Iterator[tuple[int, str, int, str]]:
    """Of one piece the persons with what they ask for, days ago, and what becomes of it."""
    plan = list(islice(cycle(REQUESTS), ASKED))
    for turn in range(start, min(start + LOADED, ASKED)):
        yield FIRST + turn, *plan[turn]


def ask(start: int) -> None:
    """Requests of people with an account."""
    for number, element, days, _then in _plan(start):
        _ask(number, element, days)


def _ask(number: int, element: str, days: int) -> None:
    person, actor = loading.everybody().persons[number], _person(number)
    assert actor.subject_id is not None
    said, why = {
        PHONE: (names.phone(70_000 + number), "换了手机号，旧号码已经停用。"),
        ADDRESS: (f"{person.address}2单元301室", "缺了单元和房号，信件收不到。"),
        "person.education": (
            "大学专科" if person.education == "大学本科" else "大学本科", "去年毕业，有毕业证书。"
        ),
        "person.marital_status": ("10" if person.spouse else "20", "已经到民政局办过登记。"),
    }[element]  # fmt: skip
    stewardship.ask(
        actor, actor.subject_id, element, said, why, asked_on=timezone.localdate() - timedelta(days=days)
    )  # fmt: skip


def _person(number: int) -> Actor:
    account = identity.find_account(loading.login_of(number))
    assert account is not None
    return identity.own_actor(account)


def settle_requests(start: int) -> None:
    """What became of them."""
    for number, element, _days, then in _plan(start):
        actor = _person(number)
        assert actor.subject_id is not None
        row = stewardship.open_elements(actor, actor.subject_id).get(element)
        if row is None:
            continue
        if then == "withdrawn":
            stewardship.withdraw(actor, row.id)
        elif then == "passed":
            minzheng = organisations.department_by_code("minzheng")
            if row.department_id == minzheng.id:  # by an older load of the demo, which did both at once
                continue
            stewardship.hand_over(
                steward_of(row.department_id), "correction", row.id, minzheng.id, REASONS["passed"]
            )  # fmt: skip
        elif then:
            _answer("correction", row.id, then)


def pieces() -> Iterator[Piece]:
    """What is to be checked, in small parts; measured in between, to show what answering does."""
    for start in range(0, ASKED, LOADED):
        yield Piece(f"stewardship:asked:{start}", "更正申请", partial(ask, start))
    yield Piece("quality:before", "数据质量：更正之前", quality.measure)
    for start in range(FIRST, FIRST + COMPARED, LOADED):
        yield Piece(f"stewardship:persons:{start}", "部门间不一致", partial(compare_persons, start))
    yield Piece("stewardship:firms", "部门间不一致", compare_firms)
    for start in range(0, ASKED, LOADED):
        yield Piece(f"stewardship:answered:{start}", "更正申请的答复", partial(settle_requests, start))
