"""Kept queries: what the ORM would give, in the caller's transaction, on a connection that lives."""

from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongban.conftest import Person
from tongban.identity.models import Account, Subject
from tongban.kit import kept
from tongban.resources.models import ReadLog

WITH_SUBJECT: kept.Kept[Account] = kept.Kept(
    lambda: Account.objects.select_related("subject").filter(pk=kept.Param("id"), is_active=True)
)
LOCKED: kept.Kept[Subject] = kept.Kept(
    lambda: Subject.objects.select_for_update().filter(pk=kept.Param("id"))
)
NAMES: kept.Kept[tuple[str, str]] = kept.Kept(
    lambda: (
        Subject.objects.filter(name=kept.Param("name")).order_by("id_number").values_list("name", "id_number")
    )
)


def subject(number: str, name: str = "林一") -> Subject:
    row = Subject(kind="person", id_number=number, name=name, division="3501")
    assert kept.insert(row)
    return row


@pytest.mark.django_db
def test_rows_are_what_the_orm_gives(resident: Person) -> None:
    account = resident.account
    found = WITH_SUBJECT.first(id=account.pk)
    assert found is not None
    same = Account.objects.select_related("subject").get(pk=account.pk)
    plain = {k: v for k, v in vars(found).items() if k != "_state"}
    assert plain == {k: v for k, v in vars(same).items() if k != "_state"}
    with CaptureQueriesContext(connection) as queries:
        assert found.subject == same.subject
        assert (found._state.adding, found._state.db) == (False, "default")
        assert WITH_SUBJECT.first(id=resident.subject.pk) is None  # another value, the same statement
    assert len(queries) == 1
    Account.objects.filter(pk=account.pk).update(subject=None)
    assert (alone := WITH_SUBJECT.first(id=account.pk)) is not None
    assert alone.subject is None


@pytest.mark.django_db
def test_tuples_come_in_order() -> None:
    for number in ("b", "a"):
        subject(number)
    subject("c", "林二")
    assert NAMES.all(name="林一") == [("林一", "a"), ("林一", "b")]


@pytest.mark.django_db
def test_what_is_inserted_and_changed_is_there() -> None:
    row = subject("a")
    kept_row = Subject.objects.get(pk=row.pk)
    assert (kept_row.name, kept_row.created_at) == ("林一", row.created_at)
    row.name, row.division = "林三", "3502"
    kept.update(row, ["name"])
    assert Subject.objects.values_list("name", "division").get(pk=row.pk) == ("林三", "3501")
    Subject.objects.all().delete()
    with pytest.raises(Subject.DoesNotExist):
        kept.update(row, ["name"])


@pytest.mark.django_db
def test_errors_are_djangos_and_undo_the_transaction() -> None:
    subject("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        assert [subject("b"), subject("a")]
    with pytest.raises(DataError), transaction.atomic():
        subject("c" * 40)  # never cut to the column's 32 characters without a word
    assert list(Subject.objects.values_list("id_number", flat=True)) == ["a"]


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction() -> None:
    row = subject("a")
    with pytest.raises(TransactionManagementError):
        LOCKED.first(id=row.pk)
    with transaction.atomic():
        assert LOCKED.first(id=row.pk) == row


@pytest.mark.django_db(transaction=True)
def test_a_dead_connection_is_replaced_at_the_next_request() -> None:
    """A kept query may be a request's first: it checks the connection as Django's own cursor does."""
    row = subject("a")
    pid = connection.connection.info.backend_pid
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    connection.errors_occurred = False
    connection.health_check_enabled, connection.health_check_done = True, False  # a new request begins
    assert NAMES.all(name="林一") == [("林一", row.id_number)]
    assert connection.connection.info.backend_pid != pid


@pytest.mark.django_db
def test_unless_same_writes_once_and_treats_null_as_equal() -> None:
    row: dict[str, Any] = {
        "kind": "own",
        "reader_kind": "system",
        "reader_name": "系统",
        "purpose": "测试",
        "elements": ["a"],
    }
    row["at"] = timezone.now()
    who = subject("a").pk
    again = ("subject_id", "kind", "account_id")
    assert kept.insert(ReadLog(subject_id=who, **row), unless_same=again)
    assert not kept.insert(ReadLog(subject_id=who, **row), unless_same=again)
    assert ReadLog.objects.count() == 1
