"""Files of items that staff upload: judged by their content, kept until they are imported."""

import codecs
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.files.service import RefusedUpload
from tongban.items.importing.profiles import Profile, names, profile
from tongban.items.models import ImportRun, ImportState
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, invalid

ENCODINGS = ("auto", "utf-8", "gbk")
MOST_UNPACKED = 400 * 1024 * 1024  # bytes of a spreadsheet's parts; a real one of 20 MB stays below
_HEAD = 4096
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|script|\?xml|table)\b", re.IGNORECASE)
_FOREIGN = ((b"%PDF", "PDF"), (b"\xd0\xcf\x11\xe0", "XLS/DOC"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPG"))
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f]")


def may_import(actor: Actor) -> bool:
    """Whether the actor imports at all; which rows is judged row by row."""
    return actor.kind == "system" or actor.has_role("operator", "item_editor")


def offered() -> Sequence[tuple[str, str]]:
    """The profiles there are: name and title."""
    return [(name, profile(name).title) for name in names()]


def take_upload(
    actor: Actor, upload: "UploadedFile[Any] | None", *, profile_name: str, encoding: str = "auto"
) -> ImportRun:
    """Keep an uploaded file and begin a dry run of it, which a worker does.

    Raises:
        Invalid: field ``file`` (rules ``required``, ``max_bytes``, ``type``, ``markup``), ``profile`` or
            ``encoding``.
        Forbidden: for those who import nothing.
    """
    if not may_import(actor):
        raise Forbidden
    if encoding not in ENCODINGS:
        raise invalid("encoding", "choice", _("请选择文件编码"))
    if profile_name not in names():
        raise invalid("profile", "choice", _("请选择导入方案"))
    most = settings.UPLOAD_MAX_BYTES
    if upload is None:
        raise invalid("file", "required", _("请选择要导入的文件"))
    if isinstance(upload, RefusedUpload) or (upload.size or 0) > most:
        message = _("文件超过 %(most)s MB，请拆开，或由运维人员用命令行导入")
        raise invalid("file", "max_bytes", message % {"most": most // 1024 // 1024})
    if not upload.size:
        raise invalid("file", "required", _("这份文件是空的，请重新选择"))
    run = ImportRun(
        account_id=actor.account_id, actor_name=actor.name[:100], dry_run=True, profile=profile_name,
        encoding=encoding, file_name=_name(upload.name or ""), file_size=upload.size,
    )  # fmt: skip
    path = settings.VAR / "imports" / f"{run.pk}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
    try:
        _judge(path, profile(profile_name))
    except Exception:
        path.unlink()
        raise
    run.path = str(path)
    begin(run)
    return run


def _name(text: str) -> str:
    return _UNPRINTED.sub("", Path(text.replace("\\", "/")).name)[:200] or "items"


def begin(run: ImportRun) -> None:
    """Hand a run to the workers."""
    from tongban.items.tasks import import_items

    with transaction.atomic():
        run.save()
        import_items.defer(run_id=str(run.pk))


def import_for_real(actor: Actor, run_id: UUID) -> ImportRun:
    """Import the file of a finished dry run. A second press gives the run that was begun before."""
    with transaction.atomic():
        tried = ImportRun.objects.select_for_update().get(pk=run_id)
        if not may_import(actor) or tried.account_id != actor.account_id:
            raise Forbidden
        if not tried.dry_run or tried.state != ImportState.DONE:
            raise Conflict(_("请先完成试运行"), code="dry_run_first")
        before = ImportRun.objects.filter(path=tried.path, dry_run=False).first()
        if before is not None:
            return before
        if not kept(tried):
            raise Conflict(_("上传的文件已到期删除，请重新上传"), code="upload_gone")
        run = ImportRun(
            account_id=actor.account_id, actor_name=actor.name[:100], profile=tried.profile,
            encoding=tried.encoding, file_name=tried.file_name, file_size=tried.file_size, path=tried.path,
        )  # fmt: skip
        begin(run)
    return run


def kept(run: ImportRun) -> bool:
    """Whether the uploaded file of a run is still there."""
    return bool(run.path) and Path(run.path).is_file()


def clear_uploads(now: datetime | None = None) -> int:
    """Delete uploaded files that no import has touched for ``settings.IMPORT_KEEP_DAYS`` days.

    Journals and reports stay. A file no journal names, left by a crash, goes by its own age. Returns how
    many were deleted; running it again is harmless.
    """
    folder = settings.VAR / "imports"
    before = (now or timezone.now()) - timedelta(days=settings.IMPORT_KEEP_DAYS)
    gone = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        runs = ImportRun.objects.filter(path=str(path)).values_list("created_at", "touched_at", "finished_at")
        seen = [moment for row in runs for moment in row if moment is not None]
        last = max(seen, default=datetime.fromtimestamp(path.stat().st_mtime, tz=UTC))
        if last < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _judge(path: Path, source: Profile) -> None:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    wanted = {"jsonl": "JSON Lines", "javascript": "JavaScript"}.get(source.spec["format"], _("CSV 或 XLSX"))
    if zipfile.is_zipfile(path):
        if source.spec["format"] != "table":
            raise invalid("file", "type", _("这个方案要的是 %(form)s 文件") % {"form": wanted})
        _judge_book(path)
        return
    kind = next((name for start, name in _FOREIGN if head.startswith(start)), "")
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if kind or (b"\x00" in head and not wide):
        message = _("这是 %(kind)s 文件，请换成 %(form)s") % {"kind": kind or _("二进制"), "form": wanted}
        raise invalid("file", "type", message)
    if _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        raise invalid("file", "markup", _("这是网页，不是数据文件。请下载原始的 %(form)s") % {"form": wanted})


def _judge_book(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise invalid("file", "type", _("这个文件不是可以读取的 XLSX 表格")) from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise invalid("file", "type", _("这个压缩包不是 XLSX 表格"))
    if sum(part.file_size for part in parts) > MOST_UNPACKED or any(part.flag_bits & 1 for part in parts):
        raise invalid("file", "type", _("这个表格解开后过大或已加密，无法读取"))
