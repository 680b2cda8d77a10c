"""Send a stored file to a browser without letting it act there."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header, parse_etags

from tongban.files import store
from tongban.files.models import StoredFile
from tongban.files.rules import BY_MEDIA_TYPE, display_name

_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def respond_with(
    request: HttpRequest, file: StoredFile, filename: str, inline: bool, public: bool = False
) -> HttpResponseBase:
    """The response for one stored file; the caller has checked that the visitor may have it."""
    etag = f'"{file.hash}"'
    kind = BY_MEDIA_TYPE.get(file.media_type)
    shown = inline and kind is not None and kind.inline
    response: HttpResponseBase
    if etag in parse_etags(request.headers.get("if-none-match", "")):
        response = HttpResponseNotModified()
    elif (part := _part(request, file, etag)) is not None and not part:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{file.size}"
    else:
        response = _content(file, part)
        disposition = content_disposition_header(not shown, display_name(filename or file.name, kind))
        response["Content-Disposition"] = disposition or "attachment"
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    # Kept by this browser only, and asked for again each time: rights may have ended meanwhile.
    response["Cache-Control"] = "public, max-age=300" if public else "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    # Browsers refuse to start their PDF viewer in a sandbox, so a shown PDF gets the policy without it.
    sandbox = "" if shown and kind is not None and kind.extension == "pdf" else "; sandbox"
    response["Content-Security-Policy"] = _POLICY + sandbox
    return response


_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def _part(request: HttpRequest, file: StoredFile, etag: str) -> range | None:
    """The bytes asked for (RFC 9110, 14.2); None: all of them; empty: there are none such.

    Several ranges at once, other units and a stale ``If-Range`` are answered with everything, as one may.
    """
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    if found is None or not any(found.groups()) or (condition is not None and condition != etag):
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, file.size - int(last)), file.size)
    end = min(int(last) + 1, file.size) if last else file.size
    return None if last and int(last) < int(first) else range(int(first), end)


def _content(file: StoredFile, part: range | None) -> HttpResponseBase:
    source = store.path_of(file.hash).open("rb")
    if part is None:
        whole = FileResponse(source, content_type=file.media_type)
        whole["Content-Length"] = str(file.size)
        return whole
    source.seek(part.start)
    piece = StreamingHttpResponse(_pieces(source, len(part)), status=206, content_type=file.media_type)
    piece["Content-Length"] = str(len(part))
    piece["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    return piece


def _pieces(source: BinaryIO, left: int) -> Iterator[bytes]:
    with source:
        while left and (chunk := source.read(min(left, 65536))):
            left -= len(chunk)
            yield chunk
