"""Queries on the path of every request: written with the ORM, compiled once, prepared by the server.

Django compiles each query anew and PostgreSQL plans it anew; for small reads both cost more than the
read. A :class:`Kept` query is compiled at its first use in a process and then runs as a prepared
statement with other values. Transactions, Django's errors and its log of queries stay as they are.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Expression
from django.db.models.query import ValuesListIterable, get_related_populators
from django.db.transaction import TransactionManagementError
from psycopg import Cursor

T = TypeVar("T")
_LENGTH = re.compile(r"\([0-9, ]+\)")


class Param(Expression):
    """A place in a kept query that takes the value given under ``name`` at each run."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def execute(sql: str, values: Sequence[Any] = ()) -> "Cursor[Any]":
    """Run one statement that the server prepares once a connection; Django's cursors plan it every time.

    The connection's transaction and Django's errors are kept, and its log of queries where it is on.
    Values are bound by the server: JSON must come as ``Jsonb``, which the caller wraps.
    """
    django = connections[DEFAULT_DB_ALIAS]  # one look-up: ``connection`` makes one for each attribute
    django.close_if_health_check_failed()  # as Django's own cursor does first
    django.ensure_connection()
    django.validate_no_broken_transaction()
    raw = django.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 5  # Django's own cursors never prepare, so this is for ours alone
    cursor: Cursor[Any] = Cursor(raw)
    began = time.monotonic()
    with django.wrap_database_errors:
        cursor.execute(sql.encode(), values, prepare=True)
    if django.queries_logged:
        django.queries_log.append({"sql": sql, "time": f"{time.monotonic() - began:.3f}"})
    return cursor


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]  # column, functions, expression
    locks: bool
    build: Callable[[Sequence[Any]], Any]


class Kept(Generic[T]):
    """A query of models (with ``select_related``) or of ``values_list`` tuples, compiled once.

    ``make`` builds the query set with :class:`Param` in place of values; it is called once a process, so
    it must not depend on the moment or the language. Usable from every thread.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._compiled: _Compiled | None = None

    def all(self, **values: Any) -> list[T]:
        """Every row."""
        kept = self._ready()
        params = [values[p.name] if isinstance(p, Param) else p for p in kept.params]
        return [self._row(kept, row) for row in execute(kept.sql, params).fetchall()]

    def first(self, **values: Any) -> T | None:
        """The first row, or None."""
        found = self.all(**values)
        return found[0] if found else None

    def _ready(self) -> _Compiled:
        kept = self._compiled or self._compile()
        if kept.locks and not connection.in_atomic_block:
            raise TransactionManagementError("a query that locks rows belongs inside a transaction")
        self._compiled = kept
        return kept

    def _compile(self) -> _Compiled:
        query_set = self._make()
        compiler = query_set.query.get_compiler(using=connection.alias)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return _Compiled(
            sql=sql,
            params=tuple(params),
            converters=tuple((at, tuple(c), expression) for at, (c, expression) in converters.items()),
            locks=query_set.query.select_for_update,
            build=tuple if query_set._iterable_class is ValuesListIterable else _builder(compiler),
        )

    @staticmethod
    def _row(kept: _Compiled, row: Sequence[Any]) -> Any:
        values = list(row)
        for at, functions, expression in kept.converters:
            for convert in functions:
                values[at] = convert(values[at], expression, connection)
        return kept.build(values)


def _builder(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """What makes a model of a row, and the related ones that were selected with it."""
    info = compiler.klass_info
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[start:end]]
    # The stubs speak of a newer Django.
    related = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]

    def build(row: Sequence[Any]) -> Any:
        made = info["model"].from_db(connection.alias, names, row[start:end])
        for populator in related:
            populator.populate(row, made)
        return made

    return build


_inserts: dict[tuple[type[models.Model], tuple[str, ...]], tuple[str, tuple[Any, ...]]] = {}
_updates: dict[tuple[type[models.Model], tuple[str, ...]], tuple[str, tuple[Any, ...]]] = {}


def insert(
    row: models.Model, *, unless_same: tuple[str, ...] = (), unless_taken: tuple[str, ...] = ()
) -> bool:
    """``row.save(force_insert=True)`` for a model with its own key and no signals: one prepared INSERT.

    ``unless_same`` names fields: where a row with the same values is there already (NULL like NULL),
    nothing is written. That is no guard against two at once, which only a unique index is: the columns
    of one go into ``unless_taken``, and where a row has them already, or another transaction is just
    writing one (which is waited for), nothing is written.

    :returns: whether the row was written
    """
    model = type(row)
    kind = (*unless_same, "", *unless_taken)
    if (model, kind) not in _inserts:
        sql, fields = _insert_of(model, unless_same)
        if unless_taken:
            sql += f" ON CONFLICT ({', '.join(unless_taken)}) DO NOTHING"
        _inserts[model, kind] = sql, fields
    sql, fields = _inserts[model, kind]
    values = [_prepared(field, row, add=True) for field in fields]
    written = execute(sql, values).rowcount == 1
    row._state.adding, row._state.db = not written, connection.alias
    return written


def _insert_of(model: type[models.Model], unless_same: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    table, fields = model._meta.db_table, tuple(model._meta.concrete_fields)
    columns = ", ".join(f'"{f.column}"' for f in fields)
    if not unless_same:
        return f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join(["%s"] * len(fields))})', fields  # noqa: S608
    compared: tuple[Any, ...] = tuple(model._meta.get_field(name) for name in unless_same)
    places = ", ".join(f"%s::{_type(f)}" for f in fields)
    same = " AND ".join(f'"{f.column}" IS NOT DISTINCT FROM %s::{_type(f)}' for f in compared)
    sql = (
        f'INSERT INTO "{table}" ({columns}) SELECT {places} '  # noqa: S608
        f'WHERE NOT EXISTS (SELECT 1 FROM "{table}" WHERE {same})'
    )
    return sql, (*fields, *compared)


def _type(field: Any) -> str:
    """The column's type without its length: a cast to ``varchar(20)`` would cut without a word."""
    return _LENGTH.sub("", str(field.rel_db_type(connection)))


def update(row: models.Model, names: Iterable[str]) -> None:
    """``row.save(update_fields=names)`` likewise. Raises DoesNotExist when the row is gone."""
    model, chosen = type(row), tuple(names)
    if (model, chosen) not in _updates:
        fields: tuple[Any, ...] = tuple(model._meta.get_field(name) for name in chosen)
        columns = ", ".join(f'"{f.column}" = %s' for f in fields)
        key = model._meta.pk
        assert key is not None
        sql = f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s'  # noqa: S608
        _updates[model, chosen] = sql, fields
    sql, fields = _updates[model, chosen]
    changed = execute(sql, [*(_prepared(field, row, add=False) for field in fields), row.pk])
    if changed.rowcount != 1:
        raise model.DoesNotExist  # type: ignore[attr-defined]


def _prepared(field: Any, row: models.Model, *, add: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add), connection)
