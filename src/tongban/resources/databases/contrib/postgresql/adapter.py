"""Reads a PostgreSQL database in one read-only transaction, by keyset over a server-side cursor."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from django.conf import settings
from django.utils.translation import gettext as _
from psycopg import errors, sql

from tongban.resources.databases.base import (
    Address,
    CannotRead,
    ColumnAbout,
    Database,
    Left,
    Position,
    ReadRow,
    Spot,
    TableAbout,
)

CONNECT_SECONDS = 5
FETCH = 500  # rows in one round trip
PAGE = 50_000  # rows in one transaction, so that none of theirs has to keep old rows for hours
MOST_TABLES = 500
MOMENTS = {
    "timestamp with time zone": sql.SQL("timestamptz"),
    "timestamp without time zone": sql.SQL("timestamp"),
}
# Types whose order is the same in WHERE and in ORDER BY, whatever a database has added.
KEYS = {"smallint", "integer", "bigint", "numeric", "text", "character varying", "character", "uuid"}
TABLES: LiteralString = """
SELECT n.nspname, c.relname, c.relkind IN ('v', 'm') FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY 1, 2 LIMIT %s
"""
COLUMNS: LiteralString = """
SELECT a.attname, format_type(a.atttypid, NULL), t.typcategory::text, EXISTS (
    SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
    AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND a.attnum > 0
  AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY a.attnum
"""
# What a statement needs of the session: text in one spelling, whatever the role's defaults are.
SESSION: LiteralString = """
SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),
  set_config('idle_in_transaction_session_timeout', '600000', true), set_config('TimeZone', %s, true),
  set_config('DateStyle', 'ISO', true)
"""


class PostgreSQL(Database):
    identifier = "postgresql"
    verbose_name = "PostgreSQL"
    port = 5432

    @contextmanager
    def open(self, address: Address, *, seconds: float) -> Iterator["PostgresReader"]:
        """Connect, with nothing taken from the platform's own environment or key files."""
        with said_plainly():
            connection = psycopg.connect(
                host=address.host, port=address.port, dbname=address.database, user=address.user,
                password=address.password, sslmode=address.tls, connect_timeout=CONNECT_SECONDS,
                passfile=os.devnull, gssencmode="disable", application_name="tongban", client_encoding="UTF8",
                prepare_threshold=None,
            )  # fmt: skip
        try:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield PostgresReader(connection, seconds)
        finally:
            connection.close()


class PostgresReader:
    """See :class:`tongban.resources.databases.base.Reader`."""

    def __init__(self, connection: "psycopg.Connection[Any]", seconds: float) -> None:
        self._connection = connection
        self._timeout = str(int(seconds * 1000))

    @contextmanager
    def _looking(self) -> Iterator["psycopg.Connection[Any]"]:
        with said_plainly(), self._connection.transaction(force_rollback=True):
            self._connection.execute(SESSION, [self._timeout, self._timeout, settings.TIME_ZONE])
            yield self._connection

    def _all(self, query: sql.Composed | LiteralString, *given: Any) -> list[Any]:
        with self._looking() as connection:
            return connection.execute(query, given).fetchall()

    def clock(self) -> datetime:
        found: datetime = self._all("SELECT clock_timestamp()")[0][0]
        return found

    def tables(self) -> list[TableAbout]:
        return [TableAbout(*row) for row in self._all(TABLES, MOST_TABLES)]

    def columns(self, schema: str, table: str) -> list[ColumnAbout]:
        return [
            ColumnAbout(name, type_, _use(type_, category), type_ in KEYS, unique)
            for name, type_, category, unique in self._all(COLUMNS, schema, table)
        ]

    def twice(self, spot: Spot) -> bool:
        query = sql.SQL("SELECT 1 FROM {table} GROUP BY {key} HAVING count(*) > 1 LIMIT 1")
        return bool(self._all(query.format(**_names(spot))))

    def left(self, spot: Spot) -> Left:
        query = sql.SQL(
            "SELECT count(*) FILTER (WHERE {moment} IS NULL OR {key} IS NULL),"
            " count(*) FILTER (WHERE {moment} > now()) FROM {table}"
            " WHERE {moment} IS NULL OR {key} IS NULL OR {moment} > now()"
        )
        return Left(*self._all(query.format(**_names(spot)))[0])

    def sample(self, spot: Spot, names: Sequence[str], most: int) -> list[dict[str, Any]]:
        query = sql.SQL("SELECT {cells} FROM {table} LIMIT {most}").format(
            cells=_cells(names), most=sql.Literal(most), **_names(spot)
        )
        return [dict(zip(names, row, strict=True)) for row in self._all(query)]

    def rows(
        self, spot: Spot, names: Sequence[str], after: Position | None, back: timedelta
    ) -> Iterator[ReadRow]:
        while True:
            read = 0
            for row in self._page(spot, names, after, back):
                read, after = read + 1, row.position
                yield row
            if read < PAGE:
                return
            back = timedelta(0)

    def _page(
        self, spot: Spot, names: Sequence[str], after: Position | None, back: timedelta
    ) -> Iterator[ReadRow]:
        with self._looking() as connection:
            types = {one.name: one.type for one in self.columns(spot.schema, spot.table)}
            query, given = _query(spot, names, after, back, MOMENTS.get(types.get(spot.moment, "")))
            with connection.cursor("tongban_rows") as cursor:
                cursor.itersize = FETCH
                for at, key, *cells in cursor.execute(query, given):
                    yield ReadRow(dict(zip(names, cells, strict=True)), Position(at, key))


def _query(
    spot: Spot, names: Sequence[str], after: Position | None, back: timedelta, moment: sql.SQL | None
) -> tuple[sql.Composed, list[Any]]:
    if moment is None:
        raise CannotRead(_("表或列已不存在，请重新选择"), code="column_gone")
    where, given = sql.SQL(""), list[Any]()
    if after is not None and back:
        where, given = sql.SQL("AND {moment} >= %s::{type} - %s"), [after.at, back]
    elif after is not None:
        where, given = sql.SQL("AND ({moment}, {key}) > (%s, %s)"), [after.at, after.key]
    query = sql.SQL(
        "SELECT {moment}::text, {key}::text, {cells} FROM {table} WHERE {moment} <= now()"
        " AND {key} IS NOT NULL {where} ORDER BY {moment}, {key} LIMIT {page}"
    ).format(
        cells=_cells(names), page=sql.Literal(PAGE), where=where.format(type=moment, **_names(spot)),
        **_names(spot),
    )  # fmt: skip
    return query, given


def _names(spot: Spot) -> dict[str, sql.Composable]:
    return {
        "table": sql.Identifier(spot.schema, spot.table),
        "key": sql.Identifier(spot.key),
        "moment": sql.Identifier(spot.moment),
    }


def _cells(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)


def _use(type_: str, category: str) -> str:
    if type_ in MOMENTS:
        return "moment"
    return "plain" if category in "NSBDE" or type_ == "uuid" else "none"


@contextmanager
def said_plainly() -> Iterator[None]:
    """The driver's errors in words for a department's steward, without anything of the connection."""
    try:
        yield
    except errors.QueryCanceled as error:
        words = _("查询太慢，已停止。请在“更新时间、主键”两列上建索引后再试")
        raise CannotRead(words, code="slow") from error
    except errors.LockNotAvailable as error:
        raise CannotRead(_("表正被占用，稍后再试"), code="locked") from error
    except errors.UndefinedTable as error:
        raise CannotRead(_("表已不存在，请重新选择表"), code="table_gone") from error
    except errors.UndefinedColumn as error:
        raise CannotRead(_("有的列已不存在，请重新选择列"), code="column_gone") from error
    except errors.InsufficientPrivilege as error:
        raise CannotRead(_("这个用户不能读这张表，请让对方授予查询权限"), code="denied") from error
    except psycopg.OperationalError as error:
        raise CannotRead(_reason(error), code="unreachable") from error
    except psycopg.Error as error:
        words = _("数据库读取出错（%(code)s）") % {"code": error.sqlstate or type(error).__name__}
        raise CannotRead(words, code="database") from error


def _reason(error: psycopg.OperationalError) -> str:
    text = str(error).lower()
    known = (
        ("password authentication failed", _("用户名或密码不对")),
        ("no password", _("用户名或密码不对")),
        ("no pg_hba.conf entry", _("对方数据库不允许从这里用这个用户连接")),
        ("does not exist", _("没有这个数据库或用户")),
        ("ssl", _("加密连接没有建立，请和对方核对是否支持 TLS")),
        ("certificate", _("对方的证书不可信，连接没有建立")),
        ("could not translate host name", _("找不到这台主机")),
        ("resolve", _("找不到这台主机")),
        ("too many connections", _("对方数据库的连接已满，稍后再试")),
        ("refused", _("连接被拒绝：对方数据库没有开启，或端口不对")),
        ("timeout", _("连接超时，请核对地址和防火墙")),
    )
    return next((words for part, words in known if part in text), _("连接断开，稍后再试"))
