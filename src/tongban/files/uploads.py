"""Stop large uploads while they arrive, before anything is written to disk."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

# The stubs know a type parameter that the class itself does not take at run time.
if TYPE_CHECKING:
    _Upload = UploadedFile[bytes]
else:
    _Upload = UploadedFile

# A request above this is cut off; below it the rest is read and dropped, so that the browser can show
# the page that explains the refusal instead of a broken connection.
CUT_OFF = 1024 * 1024 * 1024  # bytes


class RefusedUpload(_Upload):
    """Stands in ``request.FILES`` for a file that was too large; it has a size and no content."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(file=BytesIO(), name=name, content_type="", size=size, charset=None)


class CeilingUploadHandler(FileUploadHandler):
    """First of ``FILE_UPLOAD_HANDLERS``: lets nothing above ``settings.UPLOAD_MAX_BYTES`` through.

    A file is refused from its first byte when the request's announced length already is too much (twice
    the ceiling, for forms with several files), else from the byte at which it passes the ceiling.
    """

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        self.request_length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        self.refused = self.request_length > 2 * settings.UPLOAD_MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.request_length > CUT_OFF or self.received > CUT_OFF:
            raise StopUpload(connection_reset=True)
        if self.received > settings.UPLOAD_MAX_BYTES:
            self.refused = True
        return None if self.refused else raw_data

    def file_complete(self, file_size: int) -> RefusedUpload | None:
        if not self.refused:
            return None
        size = max(self.received, settings.UPLOAD_MAX_BYTES + 1)
        return RefusedUpload(self.file_name or "", size)
