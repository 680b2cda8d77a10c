"""Files under their content hash: the door.

A file belongs to nobody here. The room that refers to it (a case's material, a licence's face) decides
who may have it, and writes the trace.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.files import store
from tongban.files.checks import inspect
from tongban.files.models import StoredFile
from tongban.files.response import respond_with
from tongban.files.rules import BY_MEDIA_TYPE, KINDS, display_name, megabytes
from tongban.files.uploads import RefusedUpload
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import DomainError, Forbidden, NotFound, invalid

__all__ = [
    "ACCEPTED",
    "Damaged",
    "Received",
    "RefusedUpload",
    "StoredFile",
    "open_file",
    "read",
    "receive",
    "record",
    "respond",
    "store_bytes",
    "store_upload",
]

ACCEPTED = tuple(KINDS)  # pdf, jpg, png, docx, ofd


RECORD = """INSERT INTO files_storedfile (hash, size, media_type, name, created_at)
            VALUES (%s, %s, %s, %s, %s) ON CONFLICT (hash) DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Received:
    """A checked content that lies on the disk under its hash (SHA-256); ``size`` in bytes."""

    hash: str
    size: int
    media_type: str
    name: str


class Damaged(DomainError):
    """A stored content is missing or no longer has its hash (HTTP 503)."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("这份文件暂时无法读取，请联系运维人员。"), code="file_damaged")


def store_upload(
    actor: Actor,
    upload: "UploadedFile[Any] | None",
    *,
    accept: Sequence[str] = ACCEPTED,
    max_bytes: int | None = None,
) -> StoredFile:
    """Check and keep an uploaded file: :func:`receive` and :func:`record` in one. Raises what they raise."""
    received = receive(actor, upload, accept=accept, max_bytes=max_bytes)
    record(received)
    return StoredFile.objects.get(hash=received.hash)


def receive(
    actor: Actor,
    upload: "UploadedFile[Any] | None",
    *,
    accept: Sequence[str] = ACCEPTED,
    max_bytes: int | None = None,
) -> Received:
    """Check an uploaded file and put its content on the disk; :func:`record` then makes it known.

    For callers with a transaction of their own: the slow part needs none, and what was put on the disk
    and never recorded is a content nobody refers to.

    Args:
        actor: who uploads; must be signed in.
        upload: from ``request.FILES``; None is answered like an empty choice.
        accept: extensions of :data:`ACCEPTED` that are allowed here.
        max_bytes: limit, at most and by default ``settings.UPLOAD_MAX_BYTES``.

    Raises:
        Invalid: field ``file``; rules ``required``, ``max_bytes``, ``type``, ``encrypted``, ``script``,
            ``broken``, ``too_complex``.
        Forbidden: nobody is signed in.
    """
    if actor.kind == "anonymous":
        raise Forbidden(_("请先登录再上传文件。"))
    if upload is None:
        raise invalid("file", "required", _("请选择要上传的文件。"))
    limit = min(max_bytes or settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_BYTES)
    if isinstance(upload, RefusedUpload) or (upload.size or 0) > limit:
        raise _too_large(limit)
    with store.Incoming() as incoming:
        for chunk in upload.chunks():
            incoming.write(chunk)
            if incoming.size > limit:
                raise _too_large(limit)
        if incoming.size == 0:
            raise invalid("file", "required", _("这份文件是空的。请重新选择。"))
        incoming.sync()
        kind = inspect(incoming.path, accept)
        incoming.keep()
        name = display_name(upload.name or "", kind)
        return Received(incoming.hash, incoming.size, kind.media_type, name)


def record(received: Received) -> None:
    """Make a received content known, in the caller's transaction. The first name it came with stays."""
    values = [received.hash, received.size, received.media_type, received.name, timezone.now()]
    kept.execute(RECORD, values)


def store_bytes(data: bytes, media_type: str, name: str) -> StoredFile:
    """Keep a content the platform made itself, such as a document. Idempotent by content."""
    if not data:
        raise ValueError("nothing to store")
    with store.Incoming() as incoming:
        incoming.write(data)
        incoming.keep()
        clean = display_name(name, BY_MEDIA_TYPE.get(media_type))
        record(Received(incoming.hash, incoming.size, media_type, clean))
        return StoredFile.objects.get(hash=incoming.hash)


def open_file(hash: str) -> BinaryIO:
    """Open a stored content for reading. Raises NotFound or Damaged."""
    file = _get(hash)
    try:
        return store.path_of(file.hash).open("rb")
    except OSError as error:
        raise Damaged from error


def read(hash: str) -> bytes:
    """The whole content, checked against its hash. Raises NotFound or Damaged."""
    with open_file(hash) as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != hash:
        raise Damaged
    return data


def respond(
    request: HttpRequest, hash: str, filename: str, inline: bool = False, *, public: bool = False
) -> HttpResponseBase:
    """The response that sends a file; the caller has checked that the visitor may have it.

    Args:
        filename: offered to the browser (Chinese is fine, RFC 5987/6266); cleaned here.
        inline: show it in the browser where the kind allows (PDF and images), else a download.
        public: anybody may have it, so caches on the way may keep it a while.
    """
    file = _get(hash)
    try:
        return respond_with(request, file, filename, inline, public)
    except OSError as error:
        raise Damaged from error


def _get(hash_: str) -> StoredFile:
    file = StoredFile.objects.filter(hash=hash_).first()
    if file is None:
        raise NotFound(_("没有这份文件。"))
    return file


def _too_large(limit: int) -> Exception:
    words = _("文件太大。每份文件不能超过 %(limit)s，请压缩或拆分后重新上传。") % {"limit": megabytes(limit)}
    return invalid("file", "max_bytes", words)
