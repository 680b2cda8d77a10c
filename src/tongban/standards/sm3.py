"""The SM3 digest (GB/T 32905-2016)."""

import hashlib
from collections.abc import Callable


def _by_openssl(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def by_gmalg(data: bytes) -> bytes:
    """SM3 in pure Python: for interpreters whose OpenSSL lacks it, and as the cross-check of tests."""
    from gmalg import SM3

    digest = SM3()
    digest.update(data)
    return bytes(digest.value())


_implementation: Callable[[bytes], bytes] = _by_openssl if "sm3" in hashlib.algorithms_available else by_gmalg


def sm3(data: bytes) -> bytes:
    """The 32-byte SM3 digest of ``data``."""
    return _implementation(data)
