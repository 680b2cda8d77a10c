"""Keys of the trace, made at first run under ``settings.KEYS_ROOT`` and never put in the database.

``trace-signing.pem`` signs checkpoints (Ed25519, encrypted with the kept secret ``trace-signing.pass``),
``trace-public.pem`` is for whoever verifies, ``trace-mac.key`` marks rows as written by this platform.
"""

import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from tongban.kit.secrets import kept_secret

ALGORITHM = "Ed25519"


def _root() -> Path:
    return Path(settings.KEYS_ROOT)


def _write_once(path: Path, content: bytes, mode: int) -> bytes:
    """Write ``content`` unless somebody was first; answer with what is there now, whole."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()


@lru_cache(maxsize=8)
def _signing_key(root: Path) -> Ed25519PrivateKey:
    secret = kept_secret(root / "trace-signing.pass").encode()
    path = root / "trace-signing.pem"
    if not path.exists():
        made = Ed25519PrivateKey.generate().private_bytes(
            ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.BestAvailableEncryption(secret)
        )
        _write_once(path, made, 0o600)
    key = ser.load_pem_private_key(path.read_bytes(), secret)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path.name} is not an Ed25519 key")
    public = root / "trace-public.pem"
    if not public.exists():
        _write_once(public, _pem(key.public_key()), 0o644)
    return key


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)


def _identify(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]


def key_id() -> str:
    """Name of the present signing key: the first half of the SHA-256 of the raw public key."""
    return _identify(_signing_key(_root()).public_key())


def public_pem() -> bytes:
    """The present public key."""
    return _pem(_signing_key(_root()).public_key())


def sign(digest: bytes) -> bytes:
    return _signing_key(_root()).sign(digest)


def trusted() -> dict[str, Ed25519PublicKey]:
    """Public keys by name: the present one and retired ones kept as ``trace-public*.pem``."""
    found = {key_id(): _signing_key(_root()).public_key()}
    for path in _root().glob("trace-public*.pem"):
        key = ser.load_pem_public_key(path.read_bytes())
        if isinstance(key, Ed25519PublicKey):
            found[_identify(key)] = key
    return found


def signature_holds(key: Ed25519PublicKey, signature: bytes, digest: bytes) -> bool:
    try:
        key.verify(signature, digest)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=8)
def _mac_key(root: Path) -> bytes:
    return kept_secret(root / "trace-mac.key").encode()


def mac(digest: bytes) -> bytes:
    """HMAC-SHA256 of a row's hash: what only this platform can write."""
    return hmac.digest(_mac_key(_root()), digest, "sha256")
