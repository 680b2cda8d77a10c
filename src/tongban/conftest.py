"""Fixtures and factories every room's tests share: a department, people, an enterprise, staff, their clients.

Identity numbers end in the sequence part 990–999 and credit codes start with ``Y9`` in their organisation
part: neither is ever issued, so no test names a real person or company.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import factory
import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import settings

from tongban.divisions.service import Division
from tongban.identity import service as identity
from tongban.identity.models import Account, Agency, Subject
from tongban.kit.actors import Actor
from tongban.ops.jobs import take_request
from tongban.organisations.models import Department, Hall, Post, Staff
from tongban.standards import codes

PASSWORD = "Correct-horse-7"  # noqa: S105  (of the factories' accounts)
settings.register_profile("tongban", deadline=None)  # no timing decides a test
settings.load_profile("tongban")
_people = itertools.count()
_companies = itertools.count()


def invented_id_number(n: int | None = None, division: str = "350102") -> str:
    """A valid identity number that was never issued: birth date and a sequence of 990–999 from ``n``."""
    n = next(_people) if n is None else n
    born = date(1960, 1, 1) + timedelta(days=n // 10)
    first17 = f"{division}{born:%Y%m%d}{990 + n % 10}"
    return first17 + codes.id_check_character(first17)


def invented_uscc(n: int | None = None, division: str = "350102") -> str:
    """A valid credit code whose organisation part starts with ``Y9``."""
    n = next(_companies) if n is None else n
    body = f"Y9{n:06d}"
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(alphabet.index(c) * w for c, w in zip(body, weights, strict=True)) % 11
    first17 = f"91{division}{body}" + {10: "X", 11: "0"}.get(rest, str(rest))
    return first17 + codes.uscc_check_character(first17)


class DepartmentFactory(factory.django.DjangoModelFactory[Department]):
    class Meta:
        model = Department

    code = factory.Sequence(lambda n: f"dept-{n}")
    uscc = factory.LazyFunction(invented_uscc)
    name = factory.Sequence(lambda n: f"福州市测试第{n}局")
    short_name = factory.SelfAttribute("name")
    division = "3501"


class HallFactory(factory.django.DjangoModelFactory[Hall]):
    class Meta:
        model = Hall

    name = factory.Sequence(lambda n: f"第{n}政务服务中心")
    division = "350102"
    address = "福州市鼓楼区测试路1号"


class SubjectFactory(factory.django.DjangoModelFactory[Subject]):
    class Meta:
        model = Subject

    kind = Subject.Kind.PERSON
    id_number = factory.LazyFunction(invented_id_number)
    name = factory.Sequence(lambda n: f"林测{n}")
    division = "350102"


class EnterpriseFactory(SubjectFactory):
    kind = Subject.Kind.LEGAL
    id_number = factory.LazyFunction(invented_uscc)
    name = factory.Sequence(lambda n: f"福州测试第{n}有限公司")


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    """A resident with a person, a phone and ``PASSWORD`` (hashed quickly: see ``fast_hashing``)."""

    class Meta:
        model = Account
        skip_postgeneration_save = True

    kind = Account.Kind.RESIDENT
    username = factory.Sequence(lambda n: f"resident{n}")
    name = factory.LazyAttribute(lambda o: o.subject.name if o.subject else "测试")
    phone = factory.Sequence(lambda n: f"139{n:08d}")
    subject = factory.SubFactory(SubjectFactory)
    password = factory.django.Password(PASSWORD)


class StaffAccountFactory(AccountFactory):
    kind = Account.Kind.STAFF
    username = factory.Sequence(lambda n: f"staff{n}")
    name = factory.Sequence(lambda n: f"陈职{n}")
    phone = factory.Sequence(lambda n: f"138{n:08d}")
    subject = None


class StaffFactory(factory.django.DjangoModelFactory[Staff]):
    class Meta:
        model = Staff

    account = factory.SubFactory(StaffAccountFactory)
    department = factory.SubFactory(DepartmentFactory)
    name = factory.SelfAttribute("account.name")
    number = factory.Sequence(lambda n: f"S{n:05d}")


class PostFactory(factory.django.DjangoModelFactory[Post]):
    class Meta:
        model = Post

    staff = factory.SubFactory(StaffFactory)
    role = Post.Role.CLERK
    department = factory.SelfAttribute("staff.department")
    division = factory.SelfAttribute("staff.department.division")
    valid_from = factory.LazyFunction(timezone.localdate)


class AgencyFactory(factory.django.DjangoModelFactory[Agency]):
    class Meta:
        model = Agency

    account = factory.SubFactory(AccountFactory)
    subject = factory.SubFactory(EnterpriseFactory)
    role = Agency.Role.REPRESENTATIVE
    valid_from = factory.LazyFunction(timezone.localdate)


@dataclass(frozen=True)
class Person:
    """An account with its actor and a client signed in as it."""

    account: Account
    client: Client
    subject: Subject | None = None  # the one it acts for in ``actor``
    _actor: Callable[[], Actor] = field(default=lambda: Actor("anonymous", ""))

    @property
    def actor(self) -> Actor:
        return self._actor()


def actor_of_account(account: Account) -> Actor:
    """The actor of an account as itself, read anew."""
    return identity.own_actor(Account.objects.select_related("subject").get(pk=account.pk))


def client_of(account: Account, acting: Subject | None = None) -> Client:
    """A client signed in as the account, acting for itself or for ``acting``."""
    client = Client()
    client.force_login(account)
    if acting is not None:
        session = client.session
        session["acting_subject"] = str(acting.pk)
        session.save()
    return client


def _staff(role: str, department: Department) -> Person:
    post = PostFactory(role=role, staff__department=department)
    account = post.staff.account
    return Person(account, client_of(account), None, lambda: actor_of_account(account))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The cache's table, beside the migrations."""
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # Tests with real transactions empty every table afterwards, the append-only ones too.
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_truncate'"
            " AND tgenabled = 'O'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_truncate")


@pytest.fixture(autouse=True)
def fast_hashing(settings: Any) -> None:
    """Password hashing is slow on purpose; tests that are about it set the real list again."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_jobs_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit also commit jobs, and Django's flush does not know the queue's tables."""
    mark = request.node.get_closest_marker("django_db")
    asked = mark is not None and mark.kwargs.get("transaction")
    if not asked and not {"transactional_db", "live_server"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def division_rows(db: None) -> dict[str, Division]:
    """福建省 → 福州市 → 鼓楼区 and 台江区 → 东街街道."""
    rows: dict[str, Division] = {}
    names = [
        ("35", "福建省", 1), ("3501", "福州市", 2), ("350102", "鼓楼区", 3), ("350103", "台江区", 3),
        ("350102001", "东街街道", 4),
    ]  # fmt: skip
    for code, name, level in names:
        parent = rows.get(code[:-3]) if len(code) == 9 else rows.get(code[:-2])
        full = (parent.full_name if parent else "") + name
        values = {"name": name, "level": level, "parent": parent, "full_name": full}
        rows[code] = Division.objects.get_or_create(code=code, defaults=values)[0]
    return rows


@pytest.fixture
def department(db: None) -> Department:
    return DepartmentFactory(code="shichang", name="福州市市场监督管理局", short_name="市场监管局")


@pytest.fixture
def other_department(db: None) -> Department:
    return DepartmentFactory(code="gongan", name="福州市公安局", short_name="公安局")


@pytest.fixture
def resident(db: None) -> Person:
    account = AccountFactory()
    return Person(account, client_of(account), account.subject, lambda: actor_of_account(account))


@pytest.fixture
def other_resident(db: None) -> Person:
    account = AccountFactory()
    return Person(account, client_of(account), account.subject, lambda: actor_of_account(account))


@pytest.fixture
def representative(db: None) -> Person:
    """A legal representative acting for the enterprise, ``.subject``."""
    agency = AgencyFactory()
    account, subject = agency.account, agency.subject

    def acting() -> Actor:
        found = identity.acting_actor(account, subject.id)
        assert found is not None
        return found[0]

    return Person(account, client_of(account, subject), subject, acting)


@pytest.fixture
def clerk(department: Department) -> Person:
    return _staff("clerk", department)


@pytest.fixture
def reviewer(department: Department) -> Person:
    return _staff("reviewer", department)


@pytest.fixture
def approver(department: Department) -> Person:
    return _staff("approver", department)


@pytest.fixture
def chief(department: Department) -> Person:
    return _staff("chief", department)


@pytest.fixture
def operator(department: Department) -> Person:
    return _staff("operator", department)


@pytest.fixture
def item_editor(department: Department) -> Person:
    return _staff("item_editor", department)


@pytest.fixture
def outsider(other_department: Department) -> Person:
    """An approver of another department."""
    return _staff("approver", other_department)


@pytest.fixture
def staff_with(db: None) -> Callable[[str, Department], Person]:
    """Make staff with a role in a department."""
    return _staff


def _due_jobs() -> list[tuple[int, str, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        # Django's connections hand JSON columns over as text.
        return [(n, name, json.loads(a) if isinstance(a, str) else a) for n, name, a in cursor.fetchall()]


def run_due_jobs(limit: int = 500) -> list[str]:
    """Run every waiting job, and those they defer, with the real task functions; returns their names.

    A task that asks for a retry is left as failed: a test that is about retries runs it again itself.
    """
    from procrastinate.contrib.django.procrastinate_app import current_app

    done: list[str] = []
    # The sandbox gateways are called in this process: their requests must not close the test's connection.
    with _connections_kept_open():
        _run_all(current_app.tasks, done, limit)
    return done


@contextmanager
def _connections_kept_open() -> Iterator[None]:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _run_all(tasks: Any, done: list[str], limit: int) -> None:
    while jobs := _due_jobs():
        for number, name, args in jobs:
            assert len(done) < limit, "the jobs never end"
            problem: Exception | None = None
            take_request(args)
            try:
                with transaction.atomic():
                    tasks[name].func(**args)
            except Exception as error:
                problem = error
            state = "failed" if problem else "succeeded"
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s",
                    [state, number],
                )
            if problem is not None and type(problem).__name__ != "TryAgain":
                raise problem
            done.append(name)


@pytest.fixture
def run_jobs(db: None) -> Callable[[], list[str]]:
    return run_due_jobs
