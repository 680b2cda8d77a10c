"""The content-addressed store on disk: written once, synced, never changed."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

_on_disk: set[Path] = set()  # folders whose entries this process has synced, at most 65,792


class Incoming:
    """A content on its way in: written to a temporary file while its hash is taken.

    Use as a context manager; what is not ``keep``-t is removed.
    """

    def __init__(self) -> None:
        folder = _root() / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=folder)
        self._file = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self.path = Path(name)
        self.size = 0
        self._synced = False

    def __enter__(self) -> "Incoming":
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)
        self._synced = False

    def write_all(self, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            self.write(chunk)

    def sync(self) -> None:
        """Put everything on the disk; afterwards ``path`` may be inspected."""
        if not self._synced:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._synced = True

    @property
    def hash(self) -> str:
        return self._digest.hexdigest()

    def keep(self) -> str:
        """Move the content to its place under its hash (atomic, durable) and return the hash."""
        self.sync()
        target = path_of(self.hash)
        if not target.exists():
            _ensure_folder(target.parent)
            self.path.chmod(0o400)
            self.path.replace(target)
            _sync_folder(target.parent)
        return self.hash


def path_of(hash_: str) -> Path:
    """Where a content lies. ``hash_`` must be 64 hexadecimal digits: nothing else becomes a path."""
    if len(hash_) != 64 or set(hash_) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return _root() / hash_[:2] / hash_[2:4] / hash_


def _root() -> Path:
    return Path(settings.FILES_ROOT)


def _ensure_folder(folder: Path) -> None:
    """A folder of the store whose own entry is on the disk, as is that of the one above it.

    Whoever made a folder may not have synced it yet, so each process does it once for itself.
    """
    for each in (folder.parent, folder):
        if each not in _on_disk or not each.is_dir():
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync_folder(each.parent)
            _on_disk.add(each)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
