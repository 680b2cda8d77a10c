"""Setting up a source's database: where it is, which table, in which order; looked at before it is kept."""

import re
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.notices import service as notices
from tongban.resources.databases.base import TLS, Address, ColumnAbout, Reader, Spot, TableAbout
from tongban.resources.databases.models import DatabaseLink
from tongban.resources.databases.registry import kinds
from tongban.resources.keepers import may_set_up
from tongban.resources.models import Source
from tongban.trace import service as trace

HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,198}[A-Za-z0-9])?|\[?[0-9A-Fa-f:]{2,39}\]?")


@dataclass(frozen=True, slots=True)
class LinkIn:
    """A connection as somebody enters it. ``password`` may be empty where a kept one stays."""

    host: str
    port: int
    database: str
    user: str
    password: str = ""
    tls: str = "require"
    kind: str = "postgresql"


def source_of(actor: Actor, slug: str) -> Source:
    """A source that is read from a database, for who may set it up. Raises NotFound, Forbidden, Conflict."""
    source = Source.objects.select_related("department", "link").filter(slug=slug).first()
    if source is None:
        raise NotFound(_("没有这个数据源"))
    if not may_set_up(actor, source.department_id):
        raise Forbidden
    if source.way != Source.Way.DATABASE:
        raise Conflict(_("这个数据源不是从数据库读取的"), code="not_a_database")
    return source


def link_of(source: Source) -> DatabaseLink | None:
    """The connection of a source, or None."""
    return DatabaseLink.objects.filter(source=source).first()


def linked(actor: Actor, slug: str, *, lock: bool = False) -> DatabaseLink:
    """The connection of a source. Raises Conflict where there is none."""
    source = source_of(actor, slug)
    rows = DatabaseLink.objects.select_related("source__department")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(source=source).first()
    if found is None:
        raise Conflict(_("先填写数据库连接"), code="not_linked")
    return found


def need_listed(host: str, port: int) -> None:
    """Raises Invalid (field ``host``) for a database that the operator has not listed."""
    listed = {one.strip().lower() for one in settings.SOURCE_DATABASES}
    if not HOST.fullmatch(host) or f"{host.lower()}:{port}" not in listed:
        words = _("只能读取运维人员列出的数据库（设置 TONGBAN_SOURCE_DATABASES）")
        raise invalid("host", "host", words)


def opened(link: DatabaseLink, *, seconds: float = 0.0) -> AbstractContextManager[Reader]:
    """The database behind a link, for reading. Raises Invalid where it is no longer listed."""
    need_listed(link.host, link.port)
    address = Address(link.host, link.port, link.database, link.user, notices.unseal(link.password), link.tls)
    return kinds.get(link.kind).open(address, seconds=seconds or settings.SOURCE_LOOK_SECONDS)


def spot_of(link: DatabaseLink) -> Spot:
    """What of the database is read."""
    return Spot(link.table_schema, link.table_name, link.key_column, link.moment_column)


def connect(actor: Actor, slug: str, given: LinkIn) -> DatabaseLink:
    """Try a connection and keep it, the password sealed. Where it goes elsewhere the password is needed anew.

    :raises Invalid: named fields. CannotRead: it does not answer
    """
    source = source_of(actor, slug)
    held = link_of(source)
    same = held is not None and (held.kind, held.host, held.port, held.database, held.user) == (
        given.kind, given.host, given.port, given.database, given.user,
    )  # fmt: skip
    _check(given, same)
    made = held if held is not None else DatabaseLink(source=source)
    for name in ("kind", "host", "port", "database", "user", "tls"):
        setattr(made, name, getattr(given, name))
    if given.password:
        made.password = notices.seal(given.password)
    with opened(made) as reader:
        reader.tables()
    if not same:
        _forget_table(made)
    with transaction.atomic():
        made.save()
        what = {"source": slug, "database": str(made), "user": made.user, "tls": made.tls}
        trace.append(actor, f"resources:{source.department_id}", "resources.database_linked", what)
    return made


def _check(given: LinkIn, same: bool) -> None:
    problems = [
        FieldProblem(name, "required", _("请填写，不超过 63 个字"))
        for name in ("database", "user")
        if not 1 <= len(getattr(given, name)) <= 63
    ]
    if given.kind not in [one.identifier for one in kinds]:
        problems.append(FieldProblem("kind", "choice", _("请从列出的选项里选择")))
    if given.tls not in TLS:
        problems.append(FieldProblem("tls", "choice", _("请从列出的选项里选择")))
    if not given.password and not same:
        problems.append(FieldProblem("password", "required", _("请填写密码；换地址、库或用户时要重新填写")))
    if problems:
        raise Invalid(*problems)
    need_listed(given.host, given.port)


def _forget_table(link: DatabaseLink) -> None:
    link.table_schema = link.table_name = link.key_column = link.moment_column = ""
    link.known, link.position, link.clock_lag, link.next_at = [], None, None, None


def tables(actor: Actor, slug: str) -> list[TableAbout]:
    """What the connection's user may read. Raises CannotRead."""
    with opened(linked(actor, slug)) as reader:
        return reader.tables()


def choose_table(actor: Actor, slug: str, schema: str, table: str) -> DatabaseLink:
    """Choose one of the tables that are there. Another one than before is read from its beginning."""
    link = linked(actor, slug)
    with opened(link) as reader:
        if (schema, table) not in {(one.schema, one.name) for one in reader.tables()}:
            raise invalid("table", "choice", _("没有这张表，或这个用户不能读它"))
        found = reader.columns(schema, table)
    with transaction.atomic():
        link = linked(actor, slug, lock=True)
        if (link.table_schema, link.table_name) != (schema, table):
            _forget_table(link)
            link.table_schema, link.table_name = schema, table
        link.known = [asdict(one) for one in found]
        link.save()
        what = {"source": slug, "table": f"{schema}.{table}"}
        trace.append(actor, f"resources:{link.source.department_id}", "resources.table_chosen", what)
    return link


def choose_order(actor: Actor, slug: str, key: str, moment: str) -> DatabaseLink:
    """Choose the key and the column of the last change, by which rows are read.

    :raises Invalid: ``key`` or ``moment`` is no such column of the table, or two rows have the same key
    """
    link = linked(actor, slug)
    with opened(link) as reader:
        found = {one.name: one for one in reader.columns(link.table_schema, link.table_name)}
        problems = []
        if moment not in found or found[moment].use != "moment":
            problems.append(FieldProblem("moment", "choice", _("请选择一个日期时间列")))
        if key not in found or not found[key].orders:
            problems.append(FieldProblem("key", "choice", _("请选择一个数字、文字或 UUID 列")))
        elif not found[key].unique and reader.twice(Spot(link.table_schema, link.table_name, key, moment)):
            words = _("这一列有重复的值，不能作主键：相同的行会漏读")
            problems.append(FieldProblem("key", "unique", words))
    if problems:
        raise Invalid(*problems)
    with transaction.atomic():
        link = linked(actor, slug, lock=True)
        if (link.key_column, link.moment_column) != (key, moment):
            link.position, link.clock_lag = None, None
        link.key_column, link.moment_column = key, moment
        link.known = [asdict(one) for one in found.values()]
        link.next_at = link.next_at or timezone.now()
        link.save()
        what = {"source": slug, "key": key, "moment": moment}
        trace.append(actor, f"resources:{link.source.department_id}", "resources.order_chosen", what)
    return link


def known(link: DatabaseLink) -> list[ColumnAbout]:
    """The table's columns when it was last looked at."""
    return [ColumnAbout(**one) for one in link.known]


def start_over(actor: Actor, slug: str) -> None:
    """Read the table from its beginning next time: rows known already change nothing."""
    _set(actor, slug, "resources.database_start_over", position=None, clock_lag=None, next_at=timezone.now())


def stop(actor: Actor, slug: str) -> None:
    """Read no more of itself."""
    _set(actor, slug, "resources.database_stopped", stopped=True)


def go_on(actor: Actor, slug: str) -> None:
    """Read again each cycle, from where it was."""
    _set(actor, slug, "resources.database_resumed", stopped=False, failures=0, next_at=timezone.now())


def _set(actor: Actor, slug: str, action: str, **values: Any) -> None:
    with transaction.atomic():
        link = linked(actor, slug, lock=True)
        for name, value in values.items():
            setattr(link, name, value)
        link.save(update_fields=list(values))
        trace.append(actor, f"resources:{link.source.department_id}", action, {"source": slug})
