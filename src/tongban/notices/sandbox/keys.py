"""The sandbox gateway's key."""

from django.utils.crypto import salted_hmac


def sandbox_key(secret: str | None = None) -> str:
    """A key only this site's processes know, derived from its secret (``secret``: of another site)."""
    return salted_hmac("tongban.notices.sandbox", "sms", secret=secret, algorithm="sha256").hexdigest()
