"""The sandbox gateway's key."""

from django.utils.crypto import salted_hmac


def sandbox_key() -> str:
    """A key only this site's processes know, derived from its secret."""
    return salted_hmac("tongban.notices.sandbox", "sms", algorithm="sha256").hexdigest()
