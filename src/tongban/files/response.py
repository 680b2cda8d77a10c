"""Send a stored file to a browser without letting it act there."""

from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags

from tongban.files import store
from tongban.files.models import StoredFile
from tongban.files.rules import BY_MEDIA_TYPE, display_name

_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def respond_with(request: HttpRequest, file: StoredFile, filename: str, inline: bool) -> HttpResponseBase:
    """The response for one stored file; the caller has checked that the visitor may have it."""
    etag = f'"{file.hash}"'
    kind = BY_MEDIA_TYPE.get(file.media_type)
    shown = inline and kind is not None and kind.inline
    response: HttpResponseBase
    if etag in parse_etags(request.headers.get("if-none-match", "")):
        response = HttpResponseNotModified()
    else:
        response = FileResponse(store.path_of(file.hash).open("rb"), content_type=file.media_type)
        response["Content-Length"] = str(file.size)
        disposition = content_disposition_header(not shown, display_name(filename or file.name, kind))
        response["Content-Disposition"] = disposition or "attachment"
    response["ETag"] = etag
    # Kept by this browser only, and asked for again each time: rights may have ended meanwhile.
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    # Browsers refuse to start their PDF viewer in a sandbox, so a shown PDF gets the policy without it.
    sandbox = "" if shown and kind is not None and kind.extension == "pdf" else "; sandbox"
    response["Content-Security-Policy"] = _POLICY + sandbox
    return response
