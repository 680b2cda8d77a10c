"""Appending: links, order, transactions, races, and refusal of every other change."""

import threading
from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from tongban.kit.actors import ANONYMOUS, SYSTEM
from tongban.kit.errors import Forbidden
from tongban.trace import rights, service
from tongban.trace.models import TraceRow

from .conftest import CLERK


@pytest.mark.django_db
def test_rows_continue_each_other_and_start_at_zero() -> None:
    case = uuid4()
    for n in range(4):
        service.append(CLERK, case, "case.step", {"n": n})
    rows = service.rows(CLERK, case)
    assert [r.seq for r in rows] == [1, 2, 3, 4]
    assert bytes(rows[0].prev) == bytes(32)
    assert all(bytes(b.prev) == bytes(a.hash) for a, b in pairwise(rows))
    assert [p for p in service.verify().problems if p.kind != "guard"] == []


@pytest.mark.django_db
def test_every_kind_of_value_survives_the_database() -> None:
    odd = {
        "whole": 1e22, "small": 1e-7, "minus": -0.0, "nul": "a\x00b", "half": "\ud800",
        "day": date(2026, 2, 28), "id": uuid4(), "fen": Decimal("12.50"), "set": {"b", "a"},
        "deep": [{"x": (1, None, True)}], "text": "中\"\\\n",
    }  # fmt: skip
    service.append(SYSTEM, "kinds", "x", odd)
    assert [p for p in service.verify().problems if p.kind != "guard"] == []
    with pytest.raises(TypeError, match="finite"):
        service.append(SYSTEM, "kinds", "x", {"nan": float("nan")})


@pytest.mark.django_db
def test_a_row_costs_two_statements() -> None:
    for _ in range(2):  # a new chain, then one that exists
        with CaptureQueriesContext(connection) as queries:
            service.append(CLERK, "cost", "x", {})
        assert len(queries) == 2


@pytest.mark.django_db
def test_many_rows_are_what_one_after_the_other_would_be() -> None:
    service.append(CLERK, "b", "x", {"n": 0})
    acts = [
        (chain, "x", {"n": n, "odd": "\x00"}) for n, chain in enumerate(["b", "a", "b", "c", "a", "b"], 1)
    ]
    with CaptureQueriesContext(connection) as queries:
        assert service.append_many(CLERK, acts) == 6
    assert len(queries) == 4
    service.append(CLERK, "a", "x", {"n": 7})
    for chain, said in {"a": [2, 5, 7], "b": [0, 1, 3, 6], "c": [4]}.items():
        rows = service.rows(CLERK, chain)
        assert [(r.seq, r.data["n"]) for r in rows] == list(enumerate(said, 1))
    assert [p for p in service.verify().problems if p.kind != "guard"] == []
    assert service.append_many(CLERK, []) == 0


@pytest.mark.django_db(transaction=True)
def test_many_rows_of_two_at_once_over_the_same_chains_end_in_whole_chains() -> None:
    def add(names: list[str]) -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    service.append_many(SYSTEM, [(name, "x", {}) for name in names])
        finally:
            connection.close()

    names = [f"race:{n}" for n in range(20)]
    threads = [
        threading.Thread(target=add, args=(one,)) for one in (names, names[::-1], names[5:] + names[:5])
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {len(service.rows(SYSTEM, name)) for name in names} == {15}
    assert [p for p in service.verify().problems if p.kind != "guard"] == []


@pytest.mark.django_db(transaction=True)
def test_a_row_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionManagementError, match="inside the transaction"):
        service.append(CLERK, "loose", "x", {})
    with transaction.atomic():
        service.append(CLERK, "loose", "x", {})
        transaction.set_rollback(True)
    assert service.rows(CLERK, "loose") == []


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_chain_take_turns() -> None:
    def write(me: int) -> None:
        try:
            for n in range(5):
                with transaction.atomic():
                    service.append(CLERK, "race", "x", {"me": me, "n": n})
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [r.seq for r in service.rows(CLERK, "race")] == list(range(1, 31))
    report = service.verify()
    assert [p for p in report.problems if p.kind != "guard"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE trace_row SET action = 'x'", "DELETE FROM trace_row",
        "UPDATE trace_checkpoint SET number = 9", "DELETE FROM trace_checkpoint",
    ],
)  # fmt: skip
def test_changes_are_refused_to_a_superuser(chains: None, sql: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert TraceRow.objects.count() == 15


@pytest.mark.django_db
def test_truncation_is_refused_by_table_and_by_partition(chains: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM trace_row")
        parts = [name for (name,) in cursor.fetchall()]
        for table in ["trace_row", *parts]:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only_truncate")
        for table in ["trace_row", *parts]:
            with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
                cursor.execute(f"TRUNCATE {table}")


@pytest.mark.django_db
def test_the_application_role_may_only_add_and_read() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE tongban_probe")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO tongban_probe")
        for statement in rights.statements("tongban_probe"):
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE tongban_probe")
        service.append(CLERK, "role", "x", {})
        assert len(service.rows(CLERK, "role")) == 1
        cursor.execute("SELECT tongban_ensure_months('trace_row', 20)")
        for table in rights.APPEND_ONLY_TABLES:
            for sql in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(sql)
        cursor.execute("RESET ROLE")


def test_only_a_plain_role_name_gets_rights() -> None:
    with pytest.raises(ValueError, match="role name"):
        list(rights.statements("a; DROP TABLE x"))


@pytest.mark.django_db
def test_strangers_read_no_chain() -> None:
    with pytest.raises(Forbidden):
        service.rows(ANONYMOUS, "operations")


@pytest.mark.django_db
def test_partitions_are_made_ahead_once_and_only_for_guarded_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tongban_ensure_months('trace_row', 14)")
        assert cursor.fetchone()[0] == 2
        cursor.execute("SELECT tongban_ensure_months('trace_row', 14)")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM trace_row_default")
        assert cursor.fetchone()[0] == 0
        with pytest.raises(Exception, match="not an append-only"), transaction.atomic():
            cursor.execute("SELECT tongban_ensure_months('identity_subject', 1)")
    assert not [p for p in service.verify().problems if p.kind == "guard" and "y2028" in p.message]
