"""Encryption of second-factor secrets at rest, under a key derived from the site's secret."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from django.utils.crypto import salted_hmac


def _box() -> Fernet:
    key = salted_hmac("tongban.identity.sealing", "mfa", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    return _box().decrypt(sealed.encode()).decode()
