"""Files that departments hand in: kept with their hash, read row by row as changes, bad rows quarantined."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.files import service as files
from tongban.kit.actors import Actor
from tongban.kit.errors import DomainError, FieldProblem, Forbidden, NotFound, invalid
from tongban.resources import cleaning, mapping, tables
from tongban.resources.changing import Change, quarantine_row, take_change
from tongban.resources.keepers import steward_of
from tongban.resources.models import Snapshot, Source
from tongban.trace import service as trace

BATCH = 200  # rows in one transaction
OUTCOMES = ("taken", "unchanged", "stale", "quarantined")
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def own_source(actor: Actor, slug: str) -> Source:
    """The source, for the stewards of its department. Raises NotFound or Forbidden."""
    source = Source.objects.select_related("department").filter(slug=slug).first()
    if source is None:
        raise NotFound(_("没有这个数据源"))
    if not steward_of(actor, source.department_id):
        raise Forbidden(_("只有本部门的数据管理员可以处理这个数据源的数据"))
    return source


def content_of(upload: "UploadedFile[Any] | None") -> bytes:
    """The bytes of an upload. Raises Invalid (field ``file``) where there are none or too many."""
    if upload is None:
        raise invalid("file", "required", _("请选择文件"))
    most = settings.UPLOAD_MAX_BYTES
    if isinstance(upload, files.RefusedUpload) or (upload.size or 0) > most:
        words = _("文件超过 %(most)s MB，请拆开后上传，或改用接口推送")
        raise invalid("file", "max_bytes", words % {"most": most // 1024 // 1024})
    return b"".join(upload.chunks())


def check_header(source: Source, table: tables.Table) -> None:
    """Raise Invalid, naming them, for columns the mapping needs and the file lacks."""
    layout = source.layout
    wanted = [layout.get("id", ""), layout.get("as_of", ""), *mapping.columns(source.mapping)]
    missing = [name for name in dict.fromkeys(wanted) if name and name not in table.header]
    if missing:
        words = _("文件缺少这些列：%(names)s。文件里的列是：%(found)s") % {
            "names": "、".join(missing), "found": "、".join(table.header)[:300],
        }  # fmt: skip
        raise invalid("file", "column-missing", words)


def land_file(
    actor: Actor, slug: str, upload: "UploadedFile[Any] | None", *, as_of: datetime | None = None,
    received_at: datetime | None = None,
) -> Snapshot:  # fmt: skip
    """Keep a file and begin to read it, which a worker does. The same file again changes nothing.

    :param as_of: when the rows held, where the source has no column that says so; now unless given
    :param received_at: now, unless a loader tells of an earlier day
    :raises Invalid: field ``file`` (``required``, ``max_bytes``, ``type``, ``mixed-encodings``, ``header``,
        ``column-missing`` …), ``mapping`` where the source has none, ``as_of`` in the future
    """
    source = own_source(actor, slug)
    mapping.check(source.kind, source.mapping, source.layout, of_file=True)
    data = content_of(upload)
    table = tables.open_table(data)
    check_header(source, table)
    now = timezone.now()
    if as_of is not None and as_of > now:
        raise invalid("as_of", "future", _("数据时间不能晚于现在"))
    name = Path(str(getattr(upload, "name", "") or "")).name[:200] or slug
    stored = files.store_bytes(data, MEDIA[table.format], name)
    with transaction.atomic():
        Source.objects.select_for_update().get(pk=source.pk)
        going = Snapshot.objects.filter(source=source, file=stored, state__in=("waiting", "running")).first()
        if going is not None:
            return going
        made = Snapshot.objects.create(
            source=source, file=stored, file_name=name, format=table.format, encoding=table.encoding,
            as_of=as_of or received_at or now, received_at=received_at or now, account_id=actor.account_id,
            by_name=actor.name[:100], rows_total=table.rows,
        )  # fmt: skip
        what = {"source": slug, "file": name, "sha256": stored.hash, "snapshot": made.id}
        trace.append(actor, f"resources:{source.department_id}", "resources.file_received", what)
        from tongban.resources.tasks import read_file

        read_file.defer(snapshot_id=str(made.id))
    return made


def read_snapshot(snapshot_id: UUID) -> Snapshot:
    """Take in the rows of a file from where the last run stopped; each batch is one transaction.

    What is wrong with the file as a whole is kept on it for its page to say.
    """
    row = Snapshot.objects.select_related("source", "file").get(pk=snapshot_id)
    if row.state == Snapshot.State.DONE:
        return row
    try:
        table = tables.open_table(files.read(str(row.file_id)))
        check_header(row.source, table)
        if not row.parquet_hash:
            row.parquet_hash = _keep_rows(row, table)
            row.save(update_fields=["parquet_hash"])
        lines = islice(table.lines(), row.rows_read, None)
        going, at = True, row.rows_read
        while going:
            batch = list(islice(lines, BATCH))
            going = _batch(row.id, row.source, batch, at)
            at += len(batch)
    except DomainError as error:
        Snapshot.objects.filter(pk=row.pk).update(state="failed", problem=error.message[:1000])
    row.refresh_from_db()
    return row


def _batch(snapshot_id: UUID, source: Source, batch: list[tables.Line], at: int) -> bool:
    """One transaction: its rows and the counts. False at the end, or when another worker is ahead."""
    with transaction.atomic():
        row = Snapshot.objects.select_for_update().get(pk=snapshot_id)
        if row.rows_read != at or row.state == Snapshot.State.DONE:
            return False
        for line in batch:
            outcome = _take(source, row, line)
            setattr(row, outcome, getattr(row, outcome) + 1)
        row.rows_read += len(batch)
        row.touched_at, row.state, row.problem = timezone.now(), Snapshot.State.RUNNING, ""
        if len(batch) < BATCH:
            finish(source, row)
        row.save()
    return len(batch) == BATCH


def finish(source: Source, row: Snapshot) -> None:
    """All rows are in: the counts agree, the trace says so. The caller saves the row."""
    if row.rows_read != row.landed + row.quarantined:  # the table's own constraint says so too
        raise RuntimeError(f"{row.id}: rows were lost")
    row.state, row.finished_at, row.rows_total = Snapshot.State.DONE, timezone.now(), row.rows_read
    what = {"snapshot": row.id, "read": row.rows_read, **{name: getattr(row, name) for name in OUTCOMES}}
    actor = Actor("system", row.by_name)
    action = "resources.file_read" if row.file_id else "resources.database_read"
    trace.append(actor, f"resources:{source.department_id}", action, what)


def _take(source: Source, row: Snapshot, line: tables.Line) -> str:
    # With the day where rows have no time of their own, so that a file dated wrongly can be sent again.
    day = "" if source.layout.get("as_of") else f"{row.as_of:%Y%m%d%H%M}:"
    change_id = f"{(row.file_id or '')[:24]}:{day}{line.number}"
    return take_line(source, row, line, change_id, line.number, source.layout)


def take_line(  # noqa: PLR0917
    source: Source, row: Snapshot, line: tables.Line, change_id: str, seq: int, layout: Mapping[str, str]
) -> str:
    """Take a row in as a change, or keep it with its reasons; returns what became of it.

    :param layout: its columns of the number (``id``) and the time (``as_of``), the latter's format (``date``)
    """
    columns = mapping.columns(source.mapping, source.kind)
    said_id, said_at = line.cells.get(layout["id"]), line.cells.get(layout.get("as_of", ""))
    as_of, problems = row.as_of, []
    if line.problem:
        problems.append(FieldProblem("row", "row-malformed", line.problem))
    else:
        try:
            cleaning.identifier(source.kind, said_id)
        except ValueError as error:
            problems.append(FieldProblem("subject", "format", str(error)))
        if layout.get("as_of"):
            try:
                as_of = mapping.moment(said_at, layout.get("date", ""))
            except ValueError as error:
                problems.append(FieldProblem("as_of", "format", str(error)))
    fields = {name: line.cells.get(name) for name in columns}
    subject = "" if said_id is None else str(said_id)[:32]
    if problems:
        body = {"id": change_id, "seq": seq, "subject": subject, "op": "upsert",
                "as_of": "" if said_at is None else str(said_at), "fields": fields}  # fmt: skip
        return quarantine_row(
            source, body, problems, snapshot_id=row.id, line=line.number, received_at=row.received_at
        )
    change = Change(change_id, seq, subject, "upsert", as_of, _cells(columns, fields))
    return take_change(
        source, change, snapshot_id=row.id, line=line.number, received_at=row.received_at
    ).outcome


def _cells(columns: dict[str, mapping.Column], fields: dict[str, Any]) -> dict[str, Any]:
    """Cells as a change states them; what cannot be one stays as it is, for its reason to be found."""
    found = {}
    for name, cell in fields.items():
        try:
            found[name] = columns[name].cell(cell)
        except ValueError:
            found[name] = cell
    return found


def _keep_rows(row: Snapshot, table: tables.Table) -> str:
    """Write the rows as they were read into Parquet, all as text, and return its SHA-256."""
    path = rows_path(row)
    part = path.with_suffix(".part")
    write_rows(part, table.header, _chunks(table.lines()))
    part.replace(path)
    return digest(path)


def write_rows(path: Path, header: Sequence[str], chunks: Iterable[Sequence[tables.Line]]) -> None:
    """Rows as text into a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = [f"c:{name}" for name in header]
    schema = pa.schema([("line", pa.int64()), ("problem", pa.string()), *((n, pa.string()) for n in names)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in chunks:
            rows = [
                {"line": one.number, "problem": one.problem,
                 **{f"c:{n}": None if v is None else str(v) for n, v in one.cells.items()}}
                for one in batch
            ]  # fmt: skip
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _chunks(lines: Iterator[tables.Line]) -> Iterator[list[tables.Line]]:
    while chunk := list(islice(lines, 10_000)):
        yield chunk


def rows_path(row: Snapshot) -> Path:
    """Where the rows of a snapshot lie as Parquet."""
    return Path(settings.VAR) / "landings" / row.source.slug / f"{row.id}.parquet"
