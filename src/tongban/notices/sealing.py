"""Texts that must not be readable in the database while they wait to be sent."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from django.utils.crypto import salted_hmac


def _box() -> Fernet:
    key = salted_hmac("tongban.notices.sealing", "delivery", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


def seal(text: str) -> str:
    """Encrypt with a key derived from the site's secret."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what :func:`seal` made. Raises fernet's ``InvalidToken`` after a change of secret."""
    return _box().decrypt(sealed.encode()).decode()
