"""Reading a source's database: the rows changed since the last time, through the door that files use."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, DomainError
from tongban.resources import mapping
from tongban.resources.changing import AHEAD
from tongban.resources.databases import linking
from tongban.resources.databases.base import CannotRead, ColumnAbout, Position, Reader, ReadRow
from tongban.resources.databases.models import DatabaseLink
from tongban.resources.databases.telling import cannot_read
from tongban.resources.freshness import PERIODS
from tongban.resources.models import Landed, Snapshot, Source
from tongban.resources.snapshots import digest, finish, own_source, rows_path, take_line, write_rows
from tongban.resources.tables import Line, Table
from tongban.resources.trying import MOST, Trial, tried
from tongban.trace import service as trace

BATCH = 500  # rows in one transaction and one part of the landing
BACK = timedelta(minutes=5)  # changes may become visible this much later than they are dated
CLOCK = timedelta(minutes=1)  # by which a clock may go back without anybody being asked
RETRY = timedelta(minutes=30)  # until a read that failed is tried again, or a cycle where that is shorter
SILENT = timedelta(minutes=15)  # after which a read that got no further has lost its worker


def check_columns(link: DatabaseLink, source: Source, found: Sequence[ColumnAbout]) -> None:
    """Raises CannotRead, naming them, for columns that mapping or order need and the table lacks."""
    if not found:
        words = _("表 %(table)s 已不存在，或这个用户不能再读它")
        raise CannotRead(words % {"table": link.table_name}, code="table_gone")
    uses = {one.name: one.use for one in found if one.use != "none"}
    wanted = [link.key_column, link.moment_column, *_names(source)]
    if missing := [name for name in dict.fromkeys(wanted) if name not in uses]:
        words = _("表里没有这些列了：%(names)s") % {"names": "、".join(missing)}
        raise CannotRead(words, code="column_gone")
    if uses[link.moment_column] != "moment":
        words = _("“%(name)s”不再是日期时间，无法按它读取") % {"name": link.moment_column}
        raise CannotRead(words, code="moment")


def _names(source: Source) -> list[str]:
    """The columns that are read beside key and moment."""
    layout = source.layout
    wanted = [layout.get("id", ""), layout.get("as_of", ""), *mapping.columns(source.mapping)]
    return [name for name in dict.fromkeys(wanted) if name]


def try_database(
    actor: Actor, slug: str, columns: dict[str, dict[str, str]], layout: dict[str, str]
) -> Trial:
    """Read up to 2,000 rows of the table with a mapping that need not be saved; for the stewards.

    :raises Invalid: the mapping cannot be used. CannotRead: the database cannot be read
    """
    own_source(actor, slug)
    link = linking.linked(actor, slug)
    source = Source(kind=link.source.kind, mapping=columns, layout=layout)
    mapping.check(source.kind, columns, layout, of_file=True)
    _need_order(link)
    with linking.opened(link) as reader:
        found = reader.columns(link.table_schema, link.table_name)
        check_columns(link, source, found)
        known = [one.name for one in found if one.use != "none"]
        rows = reader.sample(linking.spot_of(link), known, MOST)
    lines = [Line(number, cells) for number, cells in enumerate(rows, 1)]
    return tried(source, Table(link.kind, "", tuple(known), len(lines), lambda: iter(lines)))


def _need_order(link: DatabaseLink) -> None:
    if not link.ready:
        raise Conflict(_("先选择表、主键和更新时间"), code="not_ready")


def begin_reading(actor: Actor, slug: str) -> Snapshot:
    """Have the database read now, by a worker. While it is being read that reading is given back."""
    source = linking.source_of(actor, slug)
    mapping.check(source.kind, source.mapping, source.layout, of_file=True)
    link = linking.linked(actor, slug)
    with transaction.atomic():
        made = _begin(actor, link)
        what = {"source": slug, "snapshot": made.id}
        trace.append(actor, f"resources:{source.department_id}", "resources.database_asked", what)
    return made


def _begin(actor: Actor, link: DatabaseLink) -> Snapshot:
    _need_order(link)
    now = timezone.now()
    with transaction.atomic():
        link = DatabaseLink.objects.select_for_update().get(pk=link.pk)
        going = Snapshot.objects.filter(source=link.source_id, state__in=("waiting", "running")).first()
        if going is not None and max(going.touched_at or going.created_at, going.created_at) > now - SILENT:
            return going  # its worker is at it
        if going is None:
            going = Snapshot.objects.create(
                source_id=link.source_id, file_name=link.table_name, format=link.kind, as_of=now,
                received_at=now, account_id=actor.account_id, by_name=actor.name[:100],
            )  # fmt: skip
        link.next_at = now + PERIODS[link.source.cycle]
        link.save(update_fields=["next_at"])
        from tongban.resources.tasks import read_table

        read_table.defer(snapshot_id=str(going.id))
    return going


def read_due(now: datetime | None = None) -> int:
    """Begin what is due by now, and again what lost its worker. Returns how many."""
    at = now or timezone.now()
    lost = Snapshot.objects.filter(
        source__way=Source.Way.DATABASE, state__in=("waiting", "running"), created_at__lt=at - SILENT
    ).exclude(touched_at__gte=at - SILENT)
    due = DatabaseLink.objects.filter(stopped=False, next_at__lte=at, source__way=Source.Way.DATABASE)
    found = {*due.values_list("source", flat=True), *lost.values_list("source", flat=True)}
    begun = 0
    for link in DatabaseLink.objects.select_related("source").filter(source__in=found):
        if link.ready and link.source.mapping and link.source.layout.get("id"):
            _begin(SYSTEM, link)
            begun += 1
    return begun


def read_database(snapshot_id: UUID) -> Snapshot | None:
    """Take in the rows changed since the last reading; each batch is one transaction.

    Begun again after a worker was killed it goes on behind the last row it took. What keeps it from
    reading stays on the row for its page to say. None: it was begun by the clock and found nothing new.
    """
    row = Snapshot.objects.select_related("source__department").get(pk=snapshot_id)
    link = DatabaseLink.objects.select_related("source").get(source=row.source_id)
    if row.state in (Snapshot.State.DONE, Snapshot.State.FAILED):
        return row
    try:
        with linking.opened(link, seconds=settings.SOURCE_READ_SECONDS) as reader:
            check_columns(link, row.source, reader.columns(link.table_schema, link.table_name))
            lag = _check_clock(link, reader)
            left = reader.left(linking.spot_of(link))
            if not _read(reader, link, row):
                return row  # another worker is ahead
    except DomainError as error:
        _fail(row, link, error)
    else:
        row.undated, row.future = left.undated, left.future
        return _done(row, link, lag)
    row.refresh_from_db()
    return row


def _check_clock(link: DatabaseLink, reader: Reader) -> float:
    """How far its clock is ahead of ours. CannotRead where it went back, or is in the future."""
    lag = (reader.clock() - timezone.now()).total_seconds()
    if lag > AHEAD.total_seconds():
        words = _("对方数据库的时钟快了 %(n)s 分钟，请对方校准后再读")
        raise CannotRead(words % {"n": round(lag / 60)}, code="clock_ahead")
    if link.clock_lag is not None and lag < link.clock_lag - CLOCK.total_seconds():
        words = _("对方数据库的时钟比上次慢了 %(n)s 分钟，新变更会显得比已有的旧。请对方核对，再选择“从头读”")
        raise CannotRead(words % {"n": round((link.clock_lag - lag) / 60)}, code="clock_back")
    return lag


def _read(reader: Reader, link: DatabaseLink, row: Snapshot) -> bool:
    said = row.position or link.position
    after = Position(**said) if said else None
    back = timedelta(0) if row.position else BACK
    names = list(dict.fromkeys([*_names(row.source), link.moment_column]))
    at = row.rows_read
    rows = iter(reader.rows(linking.spot_of(link), names, after, back))
    while batch := list(islice(rows, BATCH)):
        if not _batch(row, link, names, batch, at):
            return False
        at += len(batch)
    return True


def _batch(
    begun: Snapshot, link: DatabaseLink, names: Sequence[str], rows: Sequence[ReadRow], at: int
) -> bool:
    """One transaction: its rows, the counts, how far it is. False when another worker is ahead."""
    source = begun.source
    layout = {"as_of": link.moment_column, **source.layout}
    lines = [Line(number, one.cells) for number, one in enumerate(rows, at + 1)]
    with transaction.atomic():
        row = Snapshot.objects.select_for_update().get(pk=begun.pk)
        if row.rows_read != at or row.state in (Snapshot.State.DONE, Snapshot.State.FAILED):
            return False
        write_rows(_parts(row) / f"{at:012}.parquet", names, [lines])
        waiting = Landed.objects.filter(source=source, outcome="quarantined").exists()
        for one, line in zip(rows, lines, strict=True):
            key = key_words(one.position.key)
            outcome = take_line(source, row, line, change_id(one), _seq(one.position.at), layout)
            setattr(row, outcome, getattr(row, outcome) + 1)
            if waiting and outcome != "quarantined":
                _mended_there(source, key)
        row.rows_read += len(rows)
        row.position = {"at": rows[-1].position.at, "key": rows[-1].position.key}
        row.touched_at, row.state, row.problem = timezone.now(), Snapshot.State.RUNNING, ""
        row.save()
        DatabaseLink.objects.filter(pk=link.pk).update(position=row.position)
    return True


def key_words(key: str) -> str:
    """A key as it begins the ids of its changes."""
    return key if len(key) <= 40 else hashlib.sha256(key.encode()).hexdigest()[:40]


def change_id(one: ReadRow) -> str:
    """Key, moment and content: the same row read twice is one change, changed within one tick it is two."""
    said = json.dumps(one.cells, ensure_ascii=False, sort_keys=True)
    content = hashlib.sha256(said.encode()).hexdigest()[:12]
    return f"{key_words(one.position.key)}@{one.position.at[:32]}#{content}"


def _seq(at: str) -> int:
    """Microseconds of a moment: of two rows that hold from one time the one changed later stands."""
    try:
        said = mapping.moment(at, "")
    except ValueError:  # -infinity
        return 0
    return int(said.timestamp() * 1_000_000)


def _mended_there(source: Source, key: str) -> None:
    """A row that waited was put right in the department's own database."""
    settled = Landed.objects.filter(
        source=source, outcome="quarantined", change_id__startswith=f"{key}@"
    ).update(
        outcome="discarded", settled_at=timezone.now(), settled_by=str(_("数据库读取"))[:100],
        settled_why=str(_("对方数据库里的这一行已经更新")),
    )  # fmt: skip
    Source.objects.filter(pk=source.pk).update(discarded=F("discarded") + settled)


def _fail(row: Snapshot, link: DatabaseLink, error: DomainError) -> None:
    again = timezone.now() + min(RETRY, PERIODS[row.source.cycle])
    with transaction.atomic():
        Snapshot.objects.filter(pk=row.pk).update(
            state="failed", problem=error.message[:1000], touched_at=timezone.now()
        )
        DatabaseLink.objects.filter(pk=link.pk).update(failures=F("failures") + 1, next_at=again)
        if link.failures == 0:
            cannot_read(row, error.message)


def _done(begun: Snapshot, link: DatabaseLink, lag: float) -> Snapshot | None:
    source, now = begun.source, timezone.now()
    landing = _gather(begun)
    with transaction.atomic():
        row = Snapshot.objects.select_for_update().select_related("source").get(pk=begun.pk)
        if row.state == Snapshot.State.DONE:
            return row
        row.undated, row.future, row.parquet_hash = begun.undated, begun.future, landing
        row.touched_at, row.problem = now, ""
        DatabaseLink.objects.filter(pk=link.pk).update(clock_lag=lag, failures=0)
        Source.objects.filter(pk=source.pk).update(last_received=now)
        if row.account_id is None and not (row.taken or row.stale or row.quarantined or row.undated):
            rows_path(row).unlink(missing_ok=True)
            row.delete()
            return None
        finish(source, row)
        row.save()
    return row


def _parts(row: Snapshot) -> Path:
    return rows_path(row).with_suffix("")


def _gather(row: Snapshot) -> str:
    """The parts of a landing as one file; its SHA-256, empty where nothing was read. Safe to repeat."""
    parts, path = sorted(_parts(row).glob("*.parquet")), rows_path(row)
    if parts:
        whole = path.with_suffix(".part")
        with pq.ParquetWriter(whole, pq.read_schema(parts[0]), compression="zstd") as writer:
            for part in parts:
                writer.write_table(pq.read_table(part))
        whole.replace(path)
        for part in parts:
            part.unlink()
        _parts(row).rmdir()
    return digest(path) if path.exists() else ""
